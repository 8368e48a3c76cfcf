"""Purchases in several receipts and returns over the API: what is refused, and what adds up."""

from odoo.tests import tagged

from ..controllers.api import ApiError
from ..controllers.receipt_request import read_receipt_request
from .document_table import ORDER_API, SUNGLASSES_API
from .test_documents import ApiCase


class PurchaseCase(ApiCase):
    def sell(self, key, **body):
        return self.call("/v1/kkt/receipt", {"pos_id": "API-1", **body}, key)

    def sold(self, key, **body):
        status, answer = self.sell(key, **body)
        self.assertEqual(status, 201, answer)
        return answer

    def refused(self, field, **body):
        """Assert that a call is refused and names `field`; return the rule that it broke."""
        before = self.rows()
        status, answer = self.sell("refused", **body)
        self.assertEqual(status, 422, answer)
        details = answer["error"]["details"]
        self.assertEqual(details["field"], field, answer)
        self.assertEqual(self.rows(), before, "a refused call leaves no row")
        return details["problems"][0]["rule"]

    def rows(self):
        return self.env["fiscal.document"].search([("device_id", "=", self.till.id)])

    def purchase(self, name="Z-1"):
        status, answer = self.call(f"/v1/kkt/purchase/{name}?pos_id=API-1")
        self.assertEqual(status, 200, answer)
        return answer

    def prepay(self, key, total=4000, name="Z-1", **body):
        return self.sold(
            key,
            stage="prepayment",
            purchase=name,
            items=ORDER_API,
            total=total,
            payment_method="card",
            **body,
        )

    def hand_over(self, paid, name="Z-1", **body):
        return {
            "stage": "handover",
            "purchase": name,
            "items": ORDER_API,
            "total": 12500,
            "payments": [{"method": "card", "amount": paid}] if paid else [],
            **body,
        }


@tagged("post_install", "-at_install")
class TestPurchase(PurchaseCase):
    def test_a_purchase_tells_where_it_stands(self):
        self.prepay("a")
        self.prepay("b", 2000.01)
        answer = self.purchase()
        self.assertEqual((answer["prepaid"], answer["owed"]), ("6000.01", "0.00"))
        self.assertEqual([row["key"] for row in answer["documents"]], ["a", "b"])
        handed = self.sold("c", **self.hand_over("6499.99"))
        self.assertEqual(handed["document"]["prepaidSum"], 600001)
        self.assertEqual(handed["purchase"], "Z-1")
        self.assertEqual(self.purchase()["prepaid"], "0.00")
        self.assertEqual(self.call("/v1/kkt/purchase/none?pos_id=API-1")[0], 404)

    def test_what_is_due_is_due_exactly(self):
        self.prepay("a")
        self.assertIn("8500.00", self.refused("payments", **self.hand_over(8499)))
        self.assertIn("8500.00", self.refused("payments", **self.hand_over(8501)))
        self.assertIn("12500", self.refused("total", **self.hand_over(8500, total=8500)))

    def test_1215_and_1216_are_computed_not_told(self):
        self.prepay("a")
        for method in ("prepaid", "credit", "other"):
            payments = [{"method": method, "amount": 4000}, {"method": "card", "amount": 8500}]
            rule = self.refused("payments", **self.hand_over(0, payments=payments))
            self.assertIn("computed", rule)
        # Composed by the caller, 1215 may not say more than was prepaid.
        composed = {
            "purchase": "Z-1",
            "items": ORDER_API,
            "total": 12500,
            "payments": [{"method": "prepaid", "amount": 4001}, {"method": "card", "amount": 8499}],
        }
        self.assertIn("4000.00", self.refused("payments", **composed))

    def test_a_problem_has_a_code_beside_its_rule(self):
        status, answer = self.sell("code", **self.hand_over(8500), color="red")
        self.assertEqual(status, 422)
        self.assertEqual(
            answer["error"]["details"]["problems"],
            [
                {
                    "field": "color",
                    "code": "unknown_field",
                    "rule": "is not a field of this call",
                    "value": "red",
                }
            ],
        )

    def test_no_more_is_prepaid_than_the_goods_cost(self):
        self.prepay("a", 12000)
        rest = {"stage": "prepayment", "purchase": "Z-1", "items": ORDER_API}
        rule = self.refused("total", **rest, total=501, payment_method="card")
        self.assertIn("500.00", rule)
        self.assertEqual(self.prepay("b", 500)["document"]["totalSum"], 50000)
        self.assertEqual(self.sold("c", **self.hand_over(0))["document"]["prepaidSum"], 1250000)

    def test_a_credit_is_paid_in_parts(self):
        self.sold("a", **self.hand_over(2500, on_credit=True))
        self.assertEqual(self.purchase()["owed"], "10000.00")
        pay = {"stage": "credit_payment", "purchase": "Z-1", "payment_method": "cash"}
        self.assertIn("10000.00", self.refused("total", **pay, total=10000.01))
        self.sold("b", **pay, total="3333.33")
        last = self.sold("c", **pay, total="6666.67", name="Остаток")
        self.assertEqual({item["name"] for item in last["document"]["items"]}, {"Остаток"})
        self.assertEqual(self.purchase()["owed"], "0.00")

    def test_a_prepayments_kind_of_item_is_a_setting(self):
        self.env.company.fiscal_prepayment_product_type = "payment"
        items = self.prepay("a")["document"]["items"]
        self.assertEqual({item["productType"] for item in items}, {10})

    def test_an_advance_takes_its_rate_from_the_seller(self):
        advance = {"stage": "advance", "total": 1000, "payment_method": "cash"}
        self.assertEqual(self.sold("a", **advance)["document"]["items"][0]["nds"], 12)
        told = self.sold("b", **advance, tax_rate="none", name="Подарочная карта")
        (item,) = told["document"]["items"]
        self.assertEqual((item["nds"], item["name"]), (6, "Подарочная карта"))

    def test_a_call_that_is_wrong_in_itself_reaches_no_purchase(self):
        body = {"stage": "handover", "purchase": "Z-2", "items": [], "total": 1}
        try:
            # `assertRaises` would roll back what was written, as the refused call does.
            read_receipt_request(body, self.till)
        except ApiError as error:
            self.assertEqual(error.details["field"], "items")
        else:
            self.fail("there is no item")
        self.assertFalse(self.env["fiscal.purchase"].search([("name", "=", "Z-2")]))

    def test_bad_stages(self):
        self.refused("stage", stage="gift", total=1, payment_method="cash")
        self.refused("purchase", stage="handover", items=ORDER_API, total=12500)
        self.refused("stage", **self.hand_over(0, type="refund"))
        self.refused("items", stage="advance", total=1, payment_method="cash", items=ORDER_API)
        self.refused("on_credit", **self.hand_over(0, on_credit="yes"))
        for name in ("x" * 65, " ", 7):
            self.refused("purchase", **self.hand_over(0, name=name))
        sale = {"items": [SUNGLASSES_API], "total": 5000, "payment_method": "card"}
        self.refused("purchase", **sale, purchase="")


@tagged("post_install", "-at_install")
class TestReturnByApi(PurchaseCase):
    def setUp(self):
        super().setUp()
        self.sale = self.sold("sale", items=ORDER_API, total=12500, payment_method="cash")

    def back(self, **body):
        return {
            "type": "refund",
            "original": {"key": "sale"},
            "payment_method": "cash",
            **body,
        }

    def test_bit_by_bit_and_never_more_than_was_sold(self):
        self.sold("a", **self.back(items=[{"line": 2}], total=1750))
        two = [{"line": 2, "quantity": 2}]
        self.assertIn(
            "at most 1", self.refused("items[0].quantity", **self.back(items=two, total=1))
        )
        self.refused("items[0].line", **self.back(items=[{"line": 4}], total=1))
        self.refused("items[0].price", **self.back(items=[{"line": 1, "price": 1}], total=1))
        rest = self.sold("b", **self.back(total=10750))
        self.assertEqual(
            [(item["name"], item["quantity"]) for item in rest["document"]["items"]],
            [("Оправа", "1"), ("Линза", "1"), ("Очки солнцезащитные", "1")],
        )
        self.assertIn("nothing", self.refused("items", **self.back(total=1)))

    def test_parts_come_to_the_whole_line(self):
        cord = {"name": "Шнур", "price": "10.01", "quantity": "1.5", "tax_rate": 22}
        _status, sold = self.sell("cord", items=[cord], total="15.02", payment_method="cash")
        parts = []
        for number, total in enumerate(("5.01", "5.01", "5.00")):
            items = [{"line": 1, "quantity": "0.5"}]
            told = {"type": "refund", "original": {"key": "cord"}, "items": items}
            back = self.sold(f"r{number}", **told, total=total, payment_method="cash")
            parts += back["document"]["items"]
        self.assertEqual(sum(each["sum"] for each in parts), sold["document"]["totalSum"])
        self.assertEqual(
            sum(each["ndsSum"] for each in parts), sold["document"]["items"][0]["ndsSum"]
        )

    def test_it_names_its_original(self):
        back = self.sold("a", **self.back(total=12500))
        numbers = {name: self.sale[name] for name in ("fn_number", "fd_number", "fpd")}
        self.assertEqual(back["original"], numbers)
        self.assertNotIn("propertiesData", back["document"], "1192 is no matter of a return")

    def test_1192_of_a_return_is_a_setting(self):
        self.env.company.fiscal_return_1192 = True
        back = self.sold("a", **self.back(total=12500))
        self.assertEqual(back["document"]["propertiesData"], self.sale["fpd"])

    def test_the_original_by_its_numbers(self):
        numbers = {name: self.sale[name] for name in ("fn_number", "fd_number", "fpd")}
        back = self.sold("a", **self.back(original=numbers, total=12500))
        self.assertEqual(back["original"], numbers)
        self.assertIn("nothing", self.refused("items", **self.back(total=1)))

    def test_what_was_sold_elsewhere(self):
        numbers = {"fn_number": "9999078900004312", "fd_number": 77, "fpd": "1234567890"}
        old = [{**SUNGLASSES_API, "tax_rate": 20}]
        back = self.sold("a", **self.back(original=numbers, items=old, total=5000))
        self.assertEqual(back["original"], numbers)
        self.assertEqual(back["document"]["items"][0]["nds"], 1, "a return keeps its 20 %")
        self.refused("original.fpd", **self.back(original={**numbers, "fpd": None}, total=1))

    def test_a_settled_prepayment_is_not_paid_out_once_more(self):
        self.prepay("early", name="Z-8")
        back = self.back(original={"key": "early"}, total=4000)
        self.sold("handed", **self.hand_over(8500, name="Z-8"))
        self.assertIn("not settled yet", self.refused("items", **back))
        rest = self.back(original={"key": "handed"}, items=[{"line": 3}], total=5000)
        self.assertEqual(self.sold("goods", **rest)["document"]["cashTotalSum"], 500000)

    def test_only_money_is_paid_out(self):
        payments = [{"method": "credit", "amount": 12500}]
        body = {**self.back(total=12500), "payments": payments}
        body.pop("payment_method")
        self.refused("payments", **body)

    def test_money_may_stay_with_the_shop(self):
        body = self.back(total=12500, items=None)
        body.pop("items")
        body.pop("payment_method")
        payments = [{"method": "prepaid", "amount": 5000}, {"method": "cash", "amount": 7500}]
        back = self.sold("a", **body, payments=payments)
        self.assertEqual(back["document"]["prepaidSum"], 500000)
        name = back["purchase"]
        handed = self.sold("b", stage="handover", purchase=name, items=[SUNGLASSES_API], total=5000)
        self.assertEqual(handed["document"]["prepaidSum"], 500000)

    def test_what_is_owed_is_struck_off(self):
        self.sold("credit", **self.hand_over(7000, name="Z-9", on_credit=True))
        back = self.back(original={"key": "credit"}, items=[{"line": 3}], total=5000)
        self.assertIn("struck off", self.refused("payment_method", **back))
        back = {**back, "payments": []}
        back.pop("payment_method")
        answer = self.sold("a", **back)
        self.assertEqual(answer["document"]["creditSum"], 500000)
        self.assertEqual(self.purchase("Z-9")["owed"], "500.00")

    def test_wrong_originals(self):
        self.refused("original.key", **self.back(original={"key": "none"}, total=1))
        self.refused("original", **self.back(original="sale", total=1))
        self.refused("type", **self.back(type="purchase_refund", total=12500))
        self.refused("type", **self.back(type="sale", total=12500))
