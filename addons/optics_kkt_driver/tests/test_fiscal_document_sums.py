"""Sums of documents by payment and by rate of VAT, which people add up."""

from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location

from odoo.modules.module import get_module_path
from odoo.tests import tagged

from ..kkt.fiscal.document import Item, Payments
from ..kkt.fiscal.vocabulary import Nds, OperationType, PaymentType
from ..models.fiscal_document_sums import MEASURES
from .common import FiscalCase, make_receipt

MIGRATION = "optics_kkt_driver/migrations/19.0.7.1.0/pre-sums.py"


@tagged("post_install", "-at_install")
class TestFiscalDocumentSums(FiscalCase):
    def setUp(self):
        super().setUp()
        self.open_shift()

    def sums(self, document):
        """Return what is not nought."""
        return {name: document[name] for name in MEASURES if document[name]}

    def mixed(self):
        items = (
            Item.priced("Lenses", 122000, Nds.NDS_22),
            Item.priced("Case", 110000, Nds.NDS_10),
            Item.priced("Frame", 50000, Nds.NDS_NO, payment_type=PaymentType.CREDIT),
        )
        payments = Payments(cash=82000, ecash=100000, prepaid=50000, credit=50000)
        return replace(make_receipt(), items=items, payments=payments)

    def test_each_payment_and_rate_has_its_sum(self):
        sale = self.register("sale", self.mixed())
        told = {
            "turnover": 2820.0,
            "cash_total_sum": 820.0,
            "ecash_total_sum": 1000.0,
            "prepaid_sum": 500.0,
            "credit_sum": 500.0,
            "nds_sum": 320.0,
            "nds_22": 220.0,
            "nds_10": 100.0,
            "nds_no": 500.0,
        }
        self.assertEqual(self.sums(sale), told)
        back = replace(self.mixed(), operation_type=OperationType.SALE_RETURN)
        returned = self.register("back", back)
        self.assertEqual(self.sums(returned), {name: -value for name, value in told.items()})

    def test_each_rate_has_a_sum_of_its_own(self):
        for nds in Nds:
            with self.subTest(nds=nds):
                document = self.register(f"rate {nds}", make_receipt(nds=nds))
                _, total = next(iter(document._value().vat_totals.items()))
                self.assertIn(total / 100, self.sums(document).values())
                self.assertEqual(document.nds_sum, total / 100 if nds.rate else 0)

    def test_what_is_not_signed_has_none(self):
        waiting = self.enqueue("waiting")
        given_up = self.enqueue("given up")
        given_up._give_up("nobody wants it")
        opening = self.env["fiscal.document"].search([("kind", "=", "shift_open")], limit=1)
        for document in waiting + given_up + opening:
            self.assertEqual(self.sums(document), {})

    def test_nonsense_of_a_till_keeps_no_signature_away(self):
        sale = self.register("sale")
        right = self.sums(sale)
        for nonsense in ({"amountsReceiptNds": 7}, {"cashTotalSum": "much"}, {"nds18": None}):
            with self.subTest(nonsense=nonsense):
                odd = self.env["fiscal.document"].new(
                    {
                        **{name: sale[name] for name in ("kind", "state", "operation_type")},
                        **{"payload": sale.payload, "total_sum": sale.total_sum},
                        "signed_json": {**sale.signed_json, **nonsense},
                    }
                )
                self.assertEqual(self.sums(odd), right)

    def test_documents_of_an_older_version_get_theirs(self):
        documents = self.register("mixed", self.mixed())
        for nds in Nds:
            documents += self.register(f"rate {nds}", make_receipt(nds=nds))
        back = replace(self.mixed(), operation_type=OperationType.SALE_RETURN)
        documents += self.register("back", back) + self.enqueue("waiting")
        computed = documents.mapped(self.sums)
        older = [name for name in MEASURES if name != "turnover"]
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE fiscal_document SET {', '.join(f'{name} = NULL' for name in older)}"
        )
        self.env.invalidate_all()
        self.assertEqual(documents.mapped("nds_sum"), [0.0] * len(documents))
        self.migrate()
        self.env.invalidate_all()
        self.assertEqual(documents.mapped(self.sums), computed)

    def migrate(self):
        addon, _, path = MIGRATION.partition("/")
        spec = spec_from_file_location("pre_sums", f"{get_module_path(addon)}/{path}")
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        module.migrate(self.env.cr, "19.0.7.0.0")
