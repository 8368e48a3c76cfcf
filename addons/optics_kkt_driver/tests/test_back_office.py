"""What people read of documents, shifts and tills in the back office."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from odoo.tests import tagged

from ..kkt.fiscal.document import Cashier, Item, Payments, Receipt
from ..kkt.fiscal.vocabulary import Nds, OperationType, TaxationType
from ..models.fiscal_document_sums import MEASURES
from .common import FiscalCase, make_receipt

CASHIER = Cashier("Кассир Иванова")


@tagged("post_install", "-at_install")
class TestDocumentToRead(FiscalCase):
    def setUp(self):
        super().setUp()
        self.open_shift()
        half = Item.priced("Линза", 100000, Nds.NDS_NO, quantity=Decimal("0.5"))
        receipt = Receipt(
            OperationType.SALE, TaxationType.OSN, (half,), Payments(ecash=50000), CASHIER
        )
        self.row = self.register("half", receipt).with_context(lang="ru_RU")

    def test_numbers_are_written_as_the_reader_does(self):
        self.assertIn(">0,5</td>", self.row.lines_html)
        self.assertIn(">0,5</td>", self.row.tags_html)
        self.assertIn("0.5", self.row.with_context(lang="en_US").lines_html)

    def test_what_was_signed_is_told_in_words(self):
        self.assertIn("Сумма расчёта", self.row.tags_html)
        self.assertIn("500,00", self.row.tags_html)
        self.assertIn("Линза", self.row.tags_html)
        self.assertFalse(self.enqueue("waiting").tags_html)


@tagged("post_install", "-at_install")
class TestOpenShift(FiscalCase):
    def setUp(self):
        super().setUp()
        self.open_shift()
        self.shift = self.env["kkt.shift"].search([("device_id", "=", self.till.id)])

    def test_nothing_was_sold_yet(self):
        self.assertIn("Nothing was sold in this shift yet", self.shift.so_far_html)
        self.assertEqual((self.shift.receipt_count, self.shift.turnover), (0, 0))

    def test_what_was_sold_so_far(self):
        self.till._cash_in(1000_00, CASHIER, "in", "backend")
        self.register("sold", make_receipt(500000, cash=True))
        self.register("more", make_receipt(200000))
        given_back = replace(
            make_receipt(200000, cash=True), operation_type=OperationType.SALE_RETURN
        )
        self.register("back", given_back)
        self.till._refresh_status()
        shown = self.shift.so_far_html
        self.assertNotIn("Nothing was sold", shown)
        for amount in ("7,000.00", "5,000.00", "2,000.00", "4,000.00"):
            self.assertIn(f">{amount}</td>", shown)
        self.assertEqual((self.shift.receipt_count, self.shift.turnover), (3, 5000))

    def test_a_closed_shift_has_what_the_till_told(self):
        self.till._shift_close(CASHIER, "z", "backend")
        self.assertFalse(self.shift.so_far_html)
        self.assertTrue(self.shift.counters_html)


@tagged("post_install", "-at_install")
class TestTillInWords(FiscalCase):
    def health(self):
        self.env.invalidate_all()
        return self.till.health, self.till.health_words

    def test_a_till_that_answers(self):
        self.assertEqual(self.health(), ("unknown", "It was never asked."))
        self.till._refresh_status()
        self.assertEqual(self.health(), ("ready", "The till is ready."))

    def test_an_old_answer_is_no_silence(self):
        self.till._refresh_status()
        self.till._status().seen_at -= timedelta(hours=1)
        state, words = self.health()
        self.assertEqual(state, "unknown")
        self.assertIn("Last answer", words)

    def test_a_till_that_does_not_print(self):
        self.set_faults(no_paper=True)
        self.till._refresh_status()
        self.assertEqual(self.health(), ("blocked", "Check the till's paper and cover."))
        self.set_faults(silent=True)
        self.till._refresh_status()
        self.assertEqual(self.till.health, "blocked")


@tagged("post_install", "-at_install")
class TestDocumentsCounted(FiscalCase):
    def test_menus_offer_what_people_know(self):
        offered = self.env["fiscal.document"].fields_get(attributes=["groupable"])
        for name in ("hlc", "fence", "body_hash", "idempotency_key"):
            self.assertFalse(offered[name]["groupable"], name)
        for name in ("device_id", "kind", "state", "date_time"):
            self.assertTrue(offered[name]["groupable"], name)

    def test_the_measure_is_what_came_in(self):
        described = self.env["fiscal.document"].fields_get(attributes=["aggregator", "store"])
        measures = {
            name
            for name, told in described.items()
            if told.get("aggregator") == "sum" and told.get("store")
        }
        self.assertEqual(measures, set(MEASURES))
