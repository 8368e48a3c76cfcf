"""What people read of documents, shifts and tills in the back office."""

from decimal import Decimal

from odoo.tests import tagged

from ..kkt.fiscal.document import Cashier, Item, Payments, Receipt
from ..kkt.fiscal.vocabulary import Nds, OperationType, TaxationType
from .common import FiscalCase

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
