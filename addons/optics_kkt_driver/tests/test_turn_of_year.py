"""Over the turn of 2025 to 2026, when 20 % became 22 %: the rate follows the date of supply."""

from freezegun import freeze_time

from odoo.tests import tagged

from .test_api_purchase import PurchaseCase

SUNGLASSES_20 = {"name": "Очки солнцезащитные", "price": 5000, "tax_rate": 20}
SUNGLASSES_22 = {**SUNGLASSES_20, "tax_rate": 22}


@tagged("post_install", "-at_install")
class TestTurnOfYear(PurchaseCase):
    """The API is called in December and in January; the till's drive goes through both."""

    def december(self):
        return freeze_time("2025-12-29 09:00:00", tick=True)

    def january(self):
        return freeze_time("2026-01-12 09:00:00", tick=True)

    def end_of_year(self):
        status, answer = self.call("/v1/kkt/z_report", {"pos_id": "API-1"}, "z 2025")
        self.assertEqual(status, 201, answer)

    def rates(self, answer):
        return [item["nds"] for item in answer["document"]["items"]]

    def test_prepaid_in_2025_handed_over_in_2026(self):
        """АБ-4-20/11248@: 20/120 on the money of 2025, 22 % on the goods of 2026."""
        prepay = {"stage": "prepayment", "purchase": "Z-1", "payment_method": "card"}
        with self.december():
            first = self.sold("a", **prepay, items=[SUNGLASSES_20], total=2000)
            self.end_of_year()
        self.assertEqual(self.rates(first), [3])
        self.assertEqual(first["document"]["nds18118"], 33333)
        with self.january():
            second = self.sold("b", **prepay, items=[SUNGLASSES_22], total=1000)
            handed = self.sold(
                "c",
                stage="handover",
                purchase="Z-1",
                items=[SUNGLASSES_22],
                total=5000,
                payments=[{"method": "card", "amount": 2000}],
            )
        self.assertEqual(self.rates(second), [12])
        self.assertEqual(self.rates(handed), [11])
        self.assertEqual(handed["document"]["prepaidSum"], 300000)
        self.assertEqual(handed["document"]["ecashTotalSum"], 200000)
        self.assertEqual(
            handed["document"]["amountsReceiptNds"]["amountsNds"], [{"nds": 11, "ndsSum": 90164}]
        )

    def test_handed_over_in_2025_paid_in_2026(self):
        """Both receipts at 20 %: the payment of a credit has the rate of its handover."""
        with self.december():
            self.sold(
                "a",
                stage="handover",
                purchase="Z-2",
                items=[SUNGLASSES_20],
                total=5000,
                on_credit=True,
            )
            self.end_of_year()
        with self.january():
            paid = self.sold(
                "b", stage="credit_payment", purchase="Z-2", total=5000, payment_method="cash"
            )
        self.assertEqual(self.rates(paid), [1])
        self.assertEqual(paid["document"]["nds18"], 83333)
        self.assertEqual(paid["warnings"], [])

    def test_sold_in_2025_returned_in_2026(self):
        with self.december():
            sale = {"items": [SUNGLASSES_20], "total": 5000, "payment_method": "card"}
            self.assertEqual(self.rates(self.sold("a", **sale)), [1])
            self.end_of_year()
        back = {"type": "refund", "original": {"key": "a"}, "total": 5000, "payment_method": "card"}
        with self.january():
            returned = self.sold("b", **back)
        self.assertEqual((self.rates(returned), returned["warnings"]), ([1], []))

    def test_a_prepayment_of_2025_returned_in_2026(self):
        with self.december():
            self.sold(
                "a",
                stage="prepayment",
                purchase="Z-3",
                items=[SUNGLASSES_20],
                total=1000,
                payment_method="card",
            )
            self.end_of_year()
        back = {"type": "refund", "original": {"key": "a"}, "total": 1000, "payment_method": "card"}
        with self.january():
            returned = self.sold("b", **back)
        (item,) = returned["document"]["items"]
        self.assertEqual((item["nds"], item["paymentType"]), (3, 2))

    def test_20_percent_sold_in_2026_is_replaced_or_refused(self):
        sale = {"items": [SUNGLASSES_20], "total": 5000, "payment_method": "card"}
        with self.january():
            replaced = self.sold("a", **sale)
            self.assertEqual(self.rates(replaced), [11])
            self.assertEqual([each["code"] for each in replaced["warnings"]], ["rate_20_replaced"])
            self.env.company.fiscal_rate_20_api = "refuse"
            self.refused("items[0].tax_rate", **sale)

    def test_20_percent_sold_in_2025_is_lawful(self):
        sale = {"items": [SUNGLASSES_20], "total": 5000, "payment_method": "card"}
        with self.december():
            sold = self.sold("a", **sale)
        self.assertEqual((self.rates(sold), sold["warnings"]), ([1], []))
