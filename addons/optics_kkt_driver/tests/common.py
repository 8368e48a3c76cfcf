"""A company with a virtual till, for this addon's tests and for those that build on it."""

from odoo.tests import TransactionCase

from ..kkt.drivers.registry import open_driver
from ..kkt.fiscal.document import Cashier, Item, Payments, Receipt
from ..kkt.fiscal.vocabulary import Nds, OperationType, TaxationType
from ..kkt.virtual.faults import Faults
from ..lane.conversation import converse, serving
from ..lane.held import HeldLane
from ..models.fiscal_document import Wanted
from ..models.fiscal_words import words_of_stop

INN = "7707083893"


def make_till(env, **values):
    """Create a till whose memory is a file of its own, under the next device id."""
    company = env.company
    company.vat = INN
    ofd = env["fiscal.ofd"].create({"name": "ОФД", "url": "http://ofd.invalid/ofd/v1"})
    return env["kkt.device"].create(
        {
            "name": "Касса",
            "code": "TEST-1",
            "driver": "virtual",
            "retail_address": "191025, Санкт-Петербург, Невский пр., 100",
            "retail_place": "Салон оптики",
            "delivery": "http",
            "ofd_id": ofd.id,
            "print_time": 0,
            **values,
        }
    )


def open_till(till):
    """Open a till beside its lane: tests alone may do that. A context manager."""
    return open_driver(till.driver, till._driver_settings())


def take_lane(till):
    """Take the lane of a till as a process does. A context manager."""
    return HeldLane.take(till.env.registry, till.id, till.env.uid, wait=0.0)


def make_receipt(price=500000, nds=Nds.NDS_22, name="Очки солнцезащитные", cash=False):
    """Return a sale of one thing, paid in full."""
    item = Item.priced(name, price, nds)
    payments = Payments(cash=price) if cash else Payments(ecash=price)
    return Receipt(
        OperationType.SALE, TaxationType.OSN, (item,), payments, Cashier("Кассир Иванова")
    )


class FiscalMixin:
    """Gives a test case its tills; use with a case whose registry is in test mode."""

    def make_till(self, **values):
        """Create a till for this test: its memory does not roll back with the test."""
        till = make_till(self.env, **values)
        path = till._memory_path()
        path.unlink(missing_ok=True)
        self.addCleanup(path.unlink, missing_ok=True)
        return till

    def lose(self, document):
        """Make our row vanish, as no program of ours can."""
        self.env.cr.execute(
            """ALTER TABLE fiscal_document DISABLE TRIGGER USER;
            ALTER TABLE fiscal_document_event DISABLE TRIGGER USER;
            DELETE FROM fiscal_document_event WHERE document_id = %(id)s;
            DELETE FROM fiscal_document WHERE id = %(id)s;
            ALTER TABLE fiscal_document ENABLE TRIGGER USER;
            ALTER TABLE fiscal_document_event ENABLE TRIGGER USER""",
            {"id": document.id},
        )
        self.env.invalidate_all()

    def set_faults(self, **faults):
        """What is wrong with the till from now on; nothing, when none are named."""
        with open_till(self.till) as driver:
            driver.till.set_faults(Faults(**faults))

    def serve(self):
        """Settle and print what waits on the till, as the job does."""
        return converse(self.till, serving(), wait=1.0)

    def words(self, ended):
        """What a person reads about a conversation that was stopped."""
        return words_of_stop(self.env, ended.stop)

    def enqueue(self, key="k1", document=None, till=None, **more):
        """Queue a document; `more` are further fields of ``Wanted``."""
        wanted = Wanted(document or make_receipt(), **more)
        return self.env["fiscal.document"]._enqueue(till or self.till, key, "backend", wanted)

    def register(self, key="k1", document=None, **options):
        """Enqueue a document and serve the lane; return its row."""
        row = self.enqueue(key, document, **options)
        row._sign(1.0)
        return row

    def open_shift(self, key="shift-1"):
        return self.till._shift_open(Cashier("Кассир Иванова"), key, "backend")


class FiscalCase(FiscalMixin, TransactionCase):
    """Lane and working cursors all yield the test's transaction (Odoo's test mode)."""

    def setUp(self):
        super().setUp()
        self.till = self.make_till()
        self.registry_enter_test_mode()
