"""Sale orders at the till: prepayment, settlement, and money or goods that come back."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.optics_kkt_driver.kkt.fiscal.document import Cashier, Item, Payments, Receipt
from odoo.addons.optics_kkt_driver.kkt.fiscal.vocabulary import (
    Nds,
    OperationType,
    PaymentType,
    TaxationType,
)

from .common import FRAME, SUNGLASSES, ShopCase
from .sale_orders import SaleOrderMixin


def codes(signed):
    """What the law looks at in each line: 1199, 1214, 1212 and kopecks."""
    return [
        (item["nds"], item["paymentType"], item["productType"], item["sum"])
        for item in signed["items"]
    ]


class PrepaymentCase(SaleOrderMixin, ShopCase):
    def setUp(self):
        super().setUp()
        self.set_up_sale_orders()

    def refusal(self, values):
        queued = [("device_id", "=", self.till.id)]
        before = self.env["fiscal.document"].search_count(queued)
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            self.sync(values)
        self.assertEqual(self.env["fiscal.document"].search_count(queued), before)
        return str(caught.exception)

    def later(self):
        """A payment method that leaves the money owed."""
        return self.payment_kind("On account", "credit")

    def payment_kind(self, name, kind):
        method = self.env["pos.payment.method"].create({"name": name, "fiscal_payment_kind": kind})
        self.pos_session.sudo().write({"state": "closed"})
        self.config.payment_method_ids += method
        self.open_session()
        return method

    def refused_prepayment(self, sale_order, amount, method=None):
        lines = self.down_payment(sale_order, amount)
        return self.refusal(self.order_values(lines, [(method or self.cash, amount)]))


@tagged("post_install", "-at_install")
class TestPrepayment(PrepaymentCase):
    def test_a_part_is_spread_over_the_order(self):
        sale_order = self.sale_order(self.sunglasses, self.frame)
        order = self.prepay(sale_order, 4000)
        signed = self.signed(order)
        # 4,000 of 11,500, for each line in its own rate: 22/122 and without VAT.
        self.assertEqual(codes(signed), [(12, 2, 1, 173913), (6, 2, 1, 226087)])
        self.assertEqual([item["name"] for item in signed["items"]], [SUNGLASSES, FRAME])
        self.assertEqual((signed["totalSum"], signed["cashTotalSum"]), (400000, 400000))
        self.assertEqual(signed["prepaidSum"], 0)
        row = self.receipt_of(order)
        self.assertEqual(row.purchase_id, self.purchase_of(sale_order))
        self.assertEqual(row.pos_line_ids, order.lines.sorted("id").ids)
        self.assertEqual(self.purchase_of(sale_order).prepaid, 4000)
        self.assertEqual(sale_order.state, "sale")

    def test_the_whole_at_once(self):
        sale_order = self.sale_order(self.sunglasses, {"product": self.frame, "product_uom_qty": 2})
        signed = self.signed(self.prepay(sale_order, 18000, self.card))
        self.assertEqual(codes(signed), [(12, 1, 1, 500000), (6, 1, 1, 1300000)])
        self.assertEqual(signed["items"][1]["quantity"], "2")

    def test_sums_add_up_to_the_order_to_the_kopeck(self):
        lines = [
            {"product": self.sunglasses, "product_uom_qty": 3, "price_unit": 33.33, "discount": 7},
            {"product": self.frame, "product_uom_qty": 7, "price_unit": 14.29, "discount": 3},
            {"product": self.sunglasses, "product_uom_qty": 1, "price_unit": 0.07},
        ]
        whole = self.sale_order(*lines).amount_total
        for amount in (whole, 0.05, 1.01, 99.99):
            with self.subTest(amount):
                signed = self.signed(self.prepay(self.sale_order(*lines), amount))
                self.assertEqual(signed["totalSum"], round(amount * 100))
                kinds = {item["paymentType"] for item in signed["items"]}
                self.assertEqual(kinds, {1 if amount == whole else 2})

    def test_a_discount_of_the_whole_order_is_in_its_lines(self):
        taxes = [Command.set(self.sunglasses.taxes_id.ids)]
        discount = self.env["product.product"].create(
            {
                "name": "Скидка",
                "type": "service",
                "company_id": self.company.id,
                "taxes_id": taxes,
            }
        )
        sale_order = self.sale_order(
            {"product": self.sunglasses, "product_uom_qty": 2},
            {"product": discount, "price_unit": -1000},
        )
        signed = self.signed(self.prepay(sale_order, 9000))
        self.assertEqual(codes(signed), [(12, 1, 1, 900000)])
        signed = self.signed(self.settle(sale_order))
        self.assertEqual(codes(signed), [(11, 4, 1, 900000)])
        self.assertEqual(signed["prepaidSum"], 900000)

    def test_the_kind_of_item_is_a_setting(self):
        self.company.fiscal_prepayment_product_type = "payment"
        sale_order = self.sale_order(self.sunglasses)
        signed = self.signed(self.prepay(sale_order, 1000))
        self.assertEqual(codes(signed), [(12, 2, 10, 100000)])
        signed = self.signed(self.settle(sale_order))
        self.assertEqual(codes(signed), [(11, 4, 1, 500000)])

    def test_no_more_than_is_unpaid(self):
        sale_order = self.sale_order(self.sunglasses, self.frame)
        self.prepay(sale_order, 11000)
        text = self.refused_prepayment(sale_order, 600)
        self.assertIn(sale_order.name, text)
        self.assertIn("500.00", text.replace("\u00a0", " "))
        self.prepay(sale_order, 500)
        self.assertIn("0.00", self.refused_prepayment(sale_order, 1))

    def test_what_is_only_queued_counts_as_paid(self):
        sale_order = self.sale_order(self.sunglasses)
        self.sync(self.order_values(self.down_payment(sale_order, 4000), [(self.cash, 4000)]))
        self.assertIn(sale_order.name, self.refused_prepayment(sale_order, 2000))

    def test_what_the_back_office_invoiced_is_paid(self):
        sale_order = self.sale_order(self.sunglasses)
        sale_order.action_confirm()
        self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=sale_order.ids
        ).create({"advance_payment_method": "fixed", "fixed_amount": 4000}).create_invoices()
        self.assertIn("1,000.00", self.refused_prepayment(sale_order, 2000))
        # No receipt of ours says so: the buyer's 4,000 cannot be settled at the till.
        lines = self.settlement(sale_order)
        text = self.refusal(self.order_values(lines, [(self.card, 1000)]))
        self.assertIn(f"under the purchase {sale_order.name}", text)

    def test_it_is_money(self):
        later = self.later()
        text = self.refused_prepayment(self.sale_order(self.sunglasses), 1000, later)
        self.assertIn("in cash, by card", text)

    def test_only_for_a_sale_order_and_without_goods(self):
        line = self.line(self.prepayment, price=100)
        text = self.refusal(self.order_values([line], [(self.cash, 100)]))
        self.assertIn("Quotation/Order", text)
        lines = self.down_payment(self.sale_order(self.sunglasses), 100)
        lines.append(self.line(self.frame))
        text = self.refusal(self.order_values(lines, [(self.cash, 6600)]))
        self.assertIn("in an order of its own", text)
        orders = self.sale_order(self.sunglasses), self.sale_order(self.frame)
        lines = [line for order in orders for line in self.down_payment(order, 100)]
        text = self.refusal(self.order_values(lines, [(self.cash, 200)]))
        self.assertIn("one at a time", text)

    def test_a_cancelled_one_leaves_the_sale_order_unpaid(self):
        sale_order = self.sale_order(self.sunglasses)
        self.prepay(sale_order, 1000)
        self.set_faults(no_paper=True)
        order = self.sync(
            self.order_values(self.down_payment(sale_order, 4000), [(self.cash, 4000)])
        )
        self.assertEqual(order.fiscal_register()["state"], "failed")
        self.assertEqual(sale_order.amount_unpaid, 0)
        self.assertFalse(order.fiscal_give_up()["state"])
        order.action_pos_order_cancel()
        self.assertEqual(sale_order.amount_unpaid, 4000)
        down_payments = sale_order.order_line.filtered("is_downpayment")
        self.assertEqual(sum(down_payments.mapped("price_unit")), 1000)

    def test_completed_by_the_job_it_confirms_the_sale_order(self):
        sale_order = self.sale_order(self.sunglasses)
        order = self.sync(
            self.order_values(self.down_payment(sale_order, 1000), [(self.cash, 1000)])
        )
        self.assertTrue(order.fiscal_register()["is_signed"])
        order.sudo()._fiscal_complete_alone()
        self.assertEqual((order.state, sale_order.state), ("paid", "sale"))


@tagged("post_install", "-at_install")
class TestSettlement(PrepaymentCase):
    def test_two_prepayments_and_the_rest(self):
        sale_order = self.sale_order(self.sunglasses, self.frame)
        self.prepay(sale_order, 3000)
        self.prepay(sale_order, 4000, self.card)
        order = self.settle(sale_order)
        signed = self.signed(order)
        self.assertEqual(codes(signed), [(11, 4, 1, 500000), (6, 4, 1, 650000)])
        self.assertEqual((signed["prepaidSum"], signed["ecashTotalSum"]), (700000, 450000))
        self.assertEqual(signed["totalSum"], 1150000)
        row = self.receipt_of(order)
        self.assertEqual(row.purchase_id, self.purchase_of(sale_order))
        self.assertEqual(row.purchase_id.prepaid, 0)
        self.assertFalse(row.warnings)
        self.assertEqual(order.fiscal_vat_difference, 0)

    def test_nothing_left_to_pay(self):
        sale_order = self.sale_order(self.sunglasses)
        self.prepay(sale_order, 5000)
        order = self.settle(sale_order)
        signed = self.signed(order)
        self.assertEqual((order.amount_total, order.payment_ids.ids), (0, []))
        self.assertEqual((signed["totalSum"], signed["prepaidSum"]), (500000, 500000))
        self.assertEqual(codes(signed), [(11, 4, 1, 500000)])
        self.assertFalse(self.settlement(sale_order))

    def test_nothing_to_pay_is_no_way_around_the_till(self):
        sale_order = self.sale_order(self.sunglasses)
        self.prepay(sale_order, 5000)
        order = self.sync(self.order_values(self.settlement(sale_order), [], state="draft"))
        self.assertEqual((order.state, order.amount_total), ("draft", 0))
        with self.assertRaisesRegex(UserError, "no signed receipt"):
            order.action_pos_order_paid()

    def test_gifts_are_handed_over_and_not_prepaid(self):
        sale_order = self.sale_order(
            {"product": self.frame, "price_unit": 0},
            self.sunglasses,
        )
        self.assertEqual(codes(self.signed(self.prepay(sale_order, 5000))), [(12, 1, 1, 500000)])
        signed = self.signed(self.settle(sale_order))
        self.assertEqual(codes(signed), [(6, 4, 1, 0), (11, 4, 1, 500000)])

    def test_without_a_prepayment(self):
        sale_order = self.sale_order(self.sunglasses)
        row = self.receipt_of(self.settle(sale_order))
        self.assertEqual(row.purchase_id.name, sale_order.name)
        self.assertEqual(row.signed_json["ecashTotalSum"], 500000)

    def test_the_rest_on_credit(self):
        sale_order = self.sale_order(self.sunglasses)
        self.prepay(sale_order, 2000)
        later = self.later()
        lines = self.settlement(sale_order)
        payments = [(self.card, 1000), (later, 2000)]
        signed = self.signed(self.sell(lines, payments, partner_id=self.buyer.id))
        self.assertEqual(codes(signed), [(11, 5, 1, 500000)])
        self.assertEqual(
            (signed["prepaidSum"], signed["ecashTotalSum"], signed["creditSum"]),
            (200000, 100000, 200000),
        )
        self.assertEqual(self.purchase_of(sale_order).owed, 2000)

    def test_all_on_credit(self):
        later = self.later()
        sale_order = self.sale_order(self.sunglasses)
        lines = self.settlement(sale_order)
        signed = self.signed(self.sell(lines, [(later, 5000)], partner_id=self.buyer.id))
        self.assertEqual(codes(signed), [(11, 6, 1, 500000)])
        self.assertEqual(self.purchase_of(sale_order).owed, 5000)

    def test_only_what_is_brought(self):
        sale_order = self.sale_order(self.sunglasses, self.frame)
        self.prepay(sale_order, 4000)
        lines = self.settlement(sale_order)
        # The frame stays: its line is taken out on the screen.
        part = [line for line in lines if line["product_id"] != self.frame.id]
        signed = self.signed(self.settle(sale_order, lines=part))
        self.assertEqual(codes(signed), [(11, 4, 1, 500000)])
        self.assertEqual((signed["prepaidSum"], signed["ecashTotalSum"]), (400000, 100000))
        # What is left can be prepaid, and no more.
        self.assertIn("6,500.00", self.refused_prepayment(sale_order, 7000))
        # Odoo takes a part of it at 22 %, as if the sunglasses were still there.
        signed = self.signed(self.prepay(sale_order, 6500))
        self.assertEqual(codes(signed), [(6, 1, 1, 367392), (6, 1, 1, 282608)])
        signed = self.signed(self.settle(sale_order))
        self.assertEqual((signed["totalSum"], signed["prepaidSum"]), (650000, 650000))

    def test_less_goods_than_was_prepaid(self):
        sale_order = self.sale_order(self.sunglasses, self.frame)
        self.prepay(sale_order, 6000)
        lines = [
            line for line in self.settlement(sale_order) if line["product_id"] != self.frame.id
        ]
        self.assertIn("more is taken off", self.refusal(self.order_values(lines, [])).lower())

    def test_the_order_and_the_receipts_must_agree(self):
        sale_order = self.sale_order(self.sunglasses)
        self.prepay(sale_order, 4000)
        lines = self.settlement(sale_order)
        for line in lines:
            if line["product_id"] == self.prepayment.id:
                line.update(price_unit=1000, price_subtotal=-819.67, price_subtotal_incl=-1000)
        text = self.refusal(self.order_values(lines, [(self.card, 4000)]))
        for words in (sale_order.name, "1,000.00", "4,000.00", "Settle the order"):
            self.assertIn(words, text)

    def test_what_the_order_leaves_out_is_paid_by_an_earlier_prepayment(self):
        sale_order = self.sale_order(self.sunglasses)
        self.prepay(sale_order, 4000)
        earlier = self.payment_kind("Earlier", "prepaid")
        goods = [
            line for line in self.settlement(sale_order) if line["product_id"] == self.sunglasses.id
        ]
        sent = self.order_values(goods, [(earlier, 5000)], partner_id=self.buyer.id)
        self.assertIn("4,000.00", self.refusal(sent))
        signed = self.signed(
            self.sell(goods, [(earlier, 4000), (self.card, 1000)], partner_id=self.buyer.id)
        )
        self.assertEqual((signed["prepaidSum"], signed["ecashTotalSum"]), (400000, 100000))
        line = self.line(self.sunglasses)
        text = self.refusal(self.order_values([line], [(earlier, 5000)], partner_id=self.buyer.id))
        self.assertIn("Quotation/Order", text)

    def test_over_the_turn_of_the_year(self):
        """Prepaid in 2025 at 20/120, handed over in 2026 at 22 %: the price stays."""
        sale_order = self.sale_order(self.sunglasses)
        item = Item.priced(SUNGLASSES, 200000, Nds.NDS_20_120, payment_type=PaymentType.PREPAYMENT)
        receipt = Receipt(
            OperationType.SALE,
            TaxationType.OSN,
            (item,),
            Payments(cash=200000),
            Cashier("Кассир Иванова"),
        )
        purchase = self.purchase_of(sale_order)
        row = self.register("prepaid-in-2025", receipt, columns={"purchase_id": purchase.id})
        self.assertTrue(row.is_signed)
        earlier = self.payment_kind("Earlier", "prepaid")
        payments = [(earlier, 2000), (self.card, 3000)]
        signed = self.signed(
            self.sell(self.settlement(sale_order), payments, partner_id=self.buyer.id)
        )
        self.assertEqual(codes(signed), [(11, 4, 1, 500000)])
        self.assertEqual((signed["prepaidSum"], signed["ecashTotalSum"]), (200000, 300000))


@tagged("post_install", "-at_install")
class TestMoneyBack(PrepaymentCase):
    def test_a_prepayment_is_given_back_as_it_was_signed(self):
        sale_order = self.sale_order(self.sunglasses, self.frame)
        order = self.prepay(sale_order, 4000)
        values = self.give_back(order, [(self.cash, -4000)])
        refund = self.sync(values)
        self.assertTrue(refund.fiscal_register()["is_signed"])
        self.sync(values)
        signed = self.signed(refund)
        self.assertEqual(signed["operationType"], 2)
        self.assertEqual(codes(signed), [(12, 2, 1, 173913), (6, 2, 1, 226087)])
        self.assertEqual(signed["cashTotalSum"], 400000)
        row, original = self.receipt_of(refund), self.receipt_of(order)
        self.assertEqual(row.original_id, original)
        self.assertEqual(
            (row.original_fn, row.original_fd, row.original_fpd),
            (original.fn_number, original.fd_number, original.fpd),
        )
        self.assertEqual(row.original_lines, [[1, "1"], [2, "1"]])
        self.assertEqual(row.purchase_id, self.purchase_of(sale_order))
        self.assertEqual(row.purchase_id.prepaid, 0)
        # Odoo brings it with both signs: nothing is taken off, all is paid.
        signed = self.signed(self.settle(sale_order))
        self.assertEqual((signed["prepaidSum"], signed["ecashTotalSum"]), (0, 1150000))

    def test_in_two_parts(self):
        sale_order = self.sale_order(
            self.sunglasses, {"product": self.frame, "product_uom_qty": 3, "price_unit": 33.33}
        )
        order = self.prepay(sale_order, 1001.01)
        total = 0
        for qty, money in ((0.3, 300.30), (0.7, 700.71)):
            values = self.give_back(order, [(self.card, -money)], qty=qty)
            # What the cashier pays out is what the screen has computed.
            values["payment_ids"][0][2]["amount"] = values["amount_total"]
            values["amount_paid"] = values["amount_total"]
            refund = self.sync(values)
            self.assertTrue(refund.fiscal_register()["is_signed"])
            self.sync(values)
            total += self.signed(refund)["totalSum"]
        self.assertEqual(total, 100101)
        self.assertEqual(self.purchase_of(sale_order).prepaid, 0)
        text = self.refusal(self.give_back(order, [(self.card, -1001.01)]))
        self.assertIn("more is taken back", text)

    def test_what_was_settled_is_not_given_back(self):
        sale_order = self.sale_order(self.sunglasses)
        order = self.prepay(sale_order, 2000)
        self.settle(sale_order)
        text = self.refusal(self.give_back(order, [(self.cash, -2000)]))
        self.assertIn(sale_order.name, text)
        self.assertIn("not settled yet", text)

    def test_goods_that_were_prepaid_are_paid_out_in_money(self):
        sale_order = self.sale_order(self.sunglasses, self.frame)
        self.prepay(sale_order, 7000)
        order = self.settle(sale_order)
        sunglasses = order.lines.filtered(lambda line: line.product_id == self.sunglasses)
        values = self.give_back(order, [(self.card, -5000)], lines=sunglasses)
        refund = self.sync(values)
        self.assertTrue(refund.fiscal_register()["is_signed"])
        self.sync(values)
        signed = self.signed(refund)
        self.assertEqual(codes(signed), [(11, 4, 1, 500000)])
        self.assertEqual((signed["prepaidSum"], signed["ecashTotalSum"]), (0, 500000))
        self.assertEqual(self.receipt_of(refund).original_lines, [[1, "1"]])

    def test_the_money_may_stay_as_a_prepayment(self):
        sale_order = self.sale_order(self.sunglasses)
        order = self.settle(sale_order)
        plain = self.sell()
        earlier = self.payment_kind("Earlier", "prepaid")
        text = self.refusal(self.give_back(plain, [(earlier, -5000)]))
        self.assertIn("stay as a prepayment", text)
        values = self.give_back(order, [(earlier, -5000)])
        values["partner_id"] = self.buyer.id
        refund = self.sync(values)
        self.assertTrue(refund.fiscal_register()["is_signed"])
        self.assertEqual(self.receipt_of(refund).signed_json["prepaidSum"], 500000)
        self.assertEqual(self.purchase_of(sale_order).prepaid, 5000)

    def test_what_is_owed_is_struck_off(self):
        later = self.later()
        order = self.sell(
            [self.line(self.sunglasses)],
            [(later, 3000), (self.card, 2000)],
            partner_id=self.buyer.id,
        )
        values = self.give_back(order, [(self.card, -5000)])
        text = self.refusal(values)
        self.assertIn("3,000.00", text)
        self.assertIn("struck off", text)
        values = self.give_back(order, [(self.card, -2000), (later, -3000)])
        values["partner_id"] = self.buyer.id
        refund = self.sync(values)
        self.assertTrue(refund.fiscal_register()["is_signed"])
        signed = self.receipt_of(refund).signed_json
        self.assertEqual((signed["creditSum"], signed["ecashTotalSum"]), (300000, 200000))
        self.assertEqual(self.receipt_of(refund).purchase_id.owed, 0)

    def test_the_api_and_the_screen_see_each_others_returns(self):
        order = self.sell([self.line(self.frame, qty=2)], [(self.card, 13000)])
        original = self.receipt_of(order)
        value = original._value()
        item = Item.priced(FRAME, 650000, Nds.NDS_NO)
        self.register(
            "returned-by-api",
            Receipt(
                OperationType.SALE_RETURN,
                value.applied_taxation_type,
                (item,),
                Payments(ecash=650000),
                value.cashier,
            ),
            columns={
                "original_lines": [[1, "1"]],
                "purchase_id": original._purchase().id,
                **original._original_values(),
            },
        )
        text = self.refusal(self.give_back(order, [(self.card, -13000)]))
        self.assertIn("more is taken back", text)
        refund = self.sync(self.give_back(order, [(self.card, -6500)], qty=1))
        self.assertEqual(self.receipt_of(refund).original_lines, [[1, "1"]])

    def test_what_a_correction_takes_back_is_not_returned(self):
        order = self.sell()
        original = self.receipt_of(order)
        self.enqueue(
            "reverse", columns={"correction_role": "reverse", **original._original_values()}
        )
        text = self.refusal(self.give_back(order, [(self.card, -5000)]))
        self.assertIn("by a correction", text)

    def test_no_more_money_than_was_paid(self):
        order = self.sell([self.line(self.sunglasses, discount=10)], [(self.card, 4500)])
        back = self.line(self.sunglasses, qty=-1, refunded_orderline_id=order.lines.id)
        text = self.refusal(self.order_values([back], [(self.card, -5000)], is_refund=True))
        self.assertIn("4,500.00", text)

    def test_the_originals_fpd_by_setting(self):
        order = self.sell()
        self.company.fiscal_return_1192 = True
        refund = self.sync(self.give_back(order, [(self.card, -5000)]))
        self.assertTrue(refund.fiscal_register()["is_signed"])
        signed = self.receipt_of(refund).signed_json
        self.assertEqual(signed["propertiesData"], self.receipt_of(order).fpd)


@tagged("post_install", "-at_install")
class TestRates(PrepaymentCase):
    def setUp(self):
        super().setUp()
        self.old_tax = self.tax("ru_vat_22").copy(
            {"name": "20%", "amount": 20, "nds": "1", "company_id": self.company.id}
        )

    def test_20_percent_is_refused_by_name(self):
        new = self.tax("ru_vat_22")
        self.sunglasses.taxes_id = self.old_tax
        lines = [self.line(self.frame), self.line(self.sunglasses)]
        text = self.refusal(self.order_values(lines, [(self.card, 11500)]))
        self.assertIn(SUNGLASSES, text)
        self.assertNotIn(FRAME, text)
        sale_order = self.sale_order(self.sunglasses)
        text = self.refused_prepayment(sale_order, 100)
        self.assertIn(SUNGLASSES, text)
        self.assertNotIn("20/120", text, "the tax that is to be changed is named, not its form")
        self.sunglasses.taxes_id = new
        self.assertFalse(self.receipt_of(self.sell()).warnings)

    def test_20_percent_is_replaced_and_warned_of(self):
        self.company.fiscal_rate_20_orders = "replace"
        self.sunglasses.taxes_id = self.old_tax
        order = self.sell()
        row = self.receipt_of(order)
        self.assertEqual(codes(row.signed_json), [(11, 4, 1, 500000)])
        self.assertEqual(
            [warning["code"] for warning in row.warnings], ["rate_20_replaced", "vat_differs"]
        )
        self.assertEqual(order.fiscal_vat_difference, 68.31)
        signed = self.signed(self.prepay(self.sale_order(self.sunglasses), 100))
        self.assertEqual(codes(signed), [(12, 2, 1, 10000)])

    def test_a_kopeck_of_vat_is_shown(self):
        lines = [self.line(self.sunglasses, price=0.37) for _each in range(3)]
        order = self.sell(lines, [(self.card, 1.11)], amount_tax=0.20)
        row = self.receipt_of(order)
        document = row.signed_json["amountsReceiptNds"]["amountsNds"][0]["ndsSum"]
        self.assertEqual(document, 21)
        self.assertEqual(order.fiscal_vat_difference, 0.01)
        (warning,) = row.warnings
        self.assertEqual(warning["code"], "vat_differs")
        self.assertIn("0.21", warning["text"])
        self.assertEqual(order.amount_tax, 0.20)
