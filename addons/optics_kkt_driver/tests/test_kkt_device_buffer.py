"""How much may wait for the OFD, who is told when, and what is refused then."""

from dataclasses import replace
from uuid import uuid4

from odoo.tests import tagged

from ..exceptions import BufferFull
from ..kkt.fiscal.document import CashIn
from ..kkt.fiscal.vocabulary import OperationType
from ..models.fiscal_document_delivery import OWED
from .common import FiscalCase, make_receipt

LIMIT = 10


@tagged("post_install", "-at_install")
class TestBuffer(FiscalCase):
    def setUp(self):
        super().setUp()
        self.till.buffer_size = LIMIT
        self.open_shift()

    def sign(self, count):
        """Sign so many receipts; the opening of the shift waits for the OFD too."""
        rows = self.env["fiscal.document"]
        for _ in range(count):
            rows += self.register(str(uuid4()), make_receipt())
        return rows

    def calls(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", "kkt.device"), ("res_id", "=", self.till.id)]
        )

    def watch(self):
        self.env.ref("optics_kkt_driver.cron_watch_buffers").method_direct_trigger()
        return len(self.calls())

    def drain(self, count):
        """The OFD acknowledges the oldest so many."""
        owed = [("device_id", "=", self.till.id), *OWED]
        for row in self.env["fiscal.document"].search(owed, order="fd_number", limit=count):
            if row.state == "dead":
                row._transition("printed", "resent", dead_reason=False)
            row._delivered("acknowledged")

    def fill(self):
        self.sign(LIMIT - self.till._owed_now())

    def test_a_full_buffer_refuses_sales_and_nothing_else(self):
        self.fill()
        before = self.env["fiscal.document"].search_count([])
        with self.assertRaisesRegex(BufferFull, f"{LIMIT} documents"):
            self.sign(1)
        self.assertEqual(self.env["fiscal.document"].search_count([]), before)
        self.assertEqual(self.till._pos_status()["state"], "red")
        self.assertTrue(self.till._pos_status()["buffer_full"])
        given_back = replace(make_receipt(), operation_type=OperationType.SALE_RETURN)
        back = self.register("back", given_back)
        self.assertTrue(back.is_signed)
        self.assertTrue(self.register("cash", CashIn(100, make_receipt().cashier)).is_signed)
        self.drain(2)
        self.assertTrue(self.sign(1).is_signed)

    def test_a_repeated_call_is_answered_by_its_row(self):
        self.fill()
        (row,) = self.env["fiscal.document"].search([("kind", "=", "receipt")], limit=1)
        again = self.register(row.idempotency_key, make_receipt())
        self.assertEqual(again, row)

    def test_a_dead_letter_still_counts(self):
        (row,) = self.sign(1)
        count = self.till._owed_now()
        row._transition("dead", "refused", dead_reason="refused")
        self.assertEqual(self.till._owed_now(), count)
        opening = self.env["fiscal.document"].search([("kind", "=", "shift_open")])
        self.assertEqual(self.till._oldest_undelivered(), opening)
        opening._delivered("acknowledged")
        self.assertEqual(self.till._oldest_undelivered(), row)

    def test_people_are_called_once_a_level(self):
        managers = len(self.env["kkt.device"]._fiscal_managers(self.till.company_id))
        self.sign(6)
        self.assertEqual((self.till._owed_now(), self.watch()), (7, 0))
        for count, level in [(8, 80), (9, 90), (10, 100)]:
            self.sign(count - self.till._owed_now())
            self.assertEqual(self.till._owed_now(), count)
            for _ in range(2):
                self.watch()
            self.assertEqual(self.till.buffer_level, level)
            self.assertEqual(len(self.calls()), managers, "one call a manager, its note renewed")
            self.assertIn(f"{level} %", self.calls()[0].note)
        # It drains to just below a level and fills again: nobody is called anew.
        self.calls().unlink()
        self.drain(1)
        self.assertEqual((self.watch(), self.till.buffer_level), (0, 100))
        self.fill()
        self.assertEqual(self.watch(), 0)
        self.drain(5)
        self.assertEqual((self.watch(), self.till.buffer_level), (0, 0))
        self.sign(3)
        self.assertEqual(self.watch(), managers)

    def test_whose_limit_counts(self):
        self.env.company.fiscal_buffer_size = 50
        self.assertEqual(self.till._buffer_limit(), LIMIT)
        self.till.buffer_size = 0
        self.assertEqual(self.till._buffer_limit(), 50)
        self.env.company.fiscal_buffer_size = 0
        ours = self.env["res.config.settings"]._fiscal_setting("buffer_max_size")
        self.assertEqual(self.till._buffer_limit(), ours)
