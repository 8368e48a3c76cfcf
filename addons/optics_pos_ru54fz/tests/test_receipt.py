"""What an order becomes on the receipt: sums to the kopeck, VAT, kinds, and what is refused."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..receipt_print import receipt_print
from .common import FRAME, SUNGLASSES, ShopCase


@tagged("post_install", "-at_install")
class TestReceipt(ShopCase):
    def signed(self, lines, payments, **values):
        order = self.sell(lines, payments, **values)
        return self.receipt_of(order).signed_json

    def refusal(self, lines, payments, **values):
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            self.sync(self.order_values(lines, payments, **values))
        queued = [("device_id", "=", self.till.id), ("kind", "=", "receipt")]
        self.assertFalse(self.env["fiscal.document"].search(queued))
        return str(caught.exception)

    def test_a_line(self):
        (item,) = self.signed([self.line(self.sunglasses)], [(self.card, 5000)])["items"]
        self.assertEqual(
            item,
            {
                "name": SUNGLASSES,
                "price": 500000,
                "quantity": "1",
                "sum": 500000,
                "nds": 11,
                "ndsSum": 90164,
                "paymentType": 4,
                "productType": 1,
                "itemsQuantityMeasure": 0,
            },
        )

    def test_mixed_payment_and_change(self):
        lines = [self.line(self.sunglasses), self.line(self.frame)]
        signed = self.signed(lines, [(self.card, 5000), (self.cash, 7000)])
        self.assertEqual((signed["ecashTotalSum"], signed["cashTotalSum"]), (500000, 650000))
        self.assertEqual(signed["totalSum"], 1150000)
        self.assertEqual(signed["ndsNo"], 650000)
        self.assertEqual(signed["amountsReceiptNds"]["amountsNds"], [{"nds": 11, "ndsSum": 90164}])

    def test_a_discount_that_no_price_in_kopecks_gives(self):
        line = self.line(self.sunglasses, qty=3, price=33.33, discount=0.01)
        line["price_subtotal_incl"] = 100.0
        items = self.signed([line], [(self.card, 100)])["items"]
        self.assertEqual(
            [(item["price"], item["quantity"], item["sum"]) for item in items],
            [(3333, "2", 6666), (3334, "1", 3334)],
        )

    def test_a_kopeck_between_lines_and_total_goes_to_a_line(self):
        lines = [self.line(self.sunglasses, price=10.01), self.line(self.frame, price=10.01)]
        values = {"amount_total": 20.01}
        signed = self.signed(lines, [(self.card, 20.01)], **values)
        self.assertEqual(signed["totalSum"], 2001)
        self.assertEqual(sorted(item["sum"] for item in signed["items"]), [1000, 1001])

    def test_cash_is_rounded_down_in_the_lines(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "До рубля",
                "rounding": 1,
                "rounding_method": "DOWN",
                "strategy": "add_invoice_line",
                "profit_account_id": self.company.income_account_id.id,
                "loss_account_id": self.company.expense_account_id.id,
            }
        )
        self.env["pos.config"].flush_model()
        self.config.write({"cash_rounding": True, "rounding_method": rounding.id})
        signed = self.signed([self.line(self.sunglasses, price=99.57)], [(self.cash, 99)])
        self.assertEqual((signed["totalSum"], signed["cashTotalSum"]), (9900, 9900))

    def test_quantities_are_exact(self):
        (item,) = self.signed([self.line(self.frame, qty=2)], [(self.card, 13000)])["items"]
        self.assertEqual((item["quantity"], item["price"], item["sum"]), ("2", 650000, 1300000))

    def test_sold_on_credit(self):
        later = self.env["pos.payment.method"].create({"name": "On account"})
        self.pos_session.sudo().write({"state": "closed"})
        self.config.payment_method_ids += later
        self.open_session()
        self.assertEqual(later.fiscal_payment_kind, "credit")
        buyer = self.env["res.partner"].create({"name": "Buyer"}).id
        signed = self.signed([self.line(self.sunglasses)], [(later, 5000)], partner_id=buyer)
        self.assertEqual((signed["creditSum"], signed["items"][0]["paymentType"]), (500000, 6))
        payments = [(later, 2000), (self.card, 3000)]
        signed = self.signed([self.line(self.sunglasses)], payments, partner_id=buyer)
        self.assertEqual((signed["creditSum"], signed["ecashTotalSum"]), (200000, 300000))
        self.assertEqual(signed["items"][0]["paymentType"], 5)

    def test_long_names_are_cut(self):
        line = self.line(self.sunglasses, full_product_name="Очки\n" * 100)
        (item,) = self.signed([line], [(self.card, 5000)])["items"]
        self.assertEqual(len(item["name"]), 128)

    def test_names_are_cut_as_the_drive_stores_them(self):
        self.sunglasses.name = "a" * 127 + "…"
        (item,) = self.signed([self.line(self.sunglasses)], [(self.card, 5000)])["items"]
        self.assertEqual(item["name"], "a" * 127)

    def test_an_optical_service_is_a_service(self):
        self.sunglasses.product_tmpl_id.optics_kind = "service"
        (item,) = self.signed([self.line(self.sunglasses)], [(self.card, 5000)])["items"]
        self.assertEqual(item["productType"], 4)

    def test_refusals_name_the_line(self):
        both = self.sunglasses.taxes_id + self.frame.taxes_id
        line = self.line(self.sunglasses)
        for taxes in (both, both.browse()):
            with self.subTest(taxes=len(taxes)):
                wrong = {**line, "tax_ids": [Command.set(taxes.ids)]}
                self.assertIn(SUNGLASSES, self.refusal([wrong], [(self.card, 5000)]))
        self.frame.taxes_id.nds = False
        text = self.refusal([line, self.line(self.frame)], [(self.card, 11500)])
        self.assertIn(FRAME, text)
        self.assertNotIn(SUNGLASSES, text)

    def test_what_is_wrong_with_a_line_names_the_product_in_the_readers_language(self):
        self.frame.name = "Оправа \x07"
        line = self.line(self.frame, price=6500)
        for lang, words in (
            ("en_US", "Оправа \x07: Name: must not have tabs"),
            ("ru_RU", "Оправа \x07: Наименование: не должно быть табуляций"),
        ):
            self.cashier.lang = lang
            text = self.refusal([line], [(self.card, 6500)])
            self.assertTrue(text.startswith(words), text)

    def test_refusals_of_money(self):
        line = self.line(self.sunglasses)
        self.assertIn("not fully paid", self.refusal([line], [(self.card, 4000)]))
        self.assertIn("from cash", self.refusal([line], [(self.card, 6000)]))
        self.assertIn("zero", self.refusal([self.line(self.sunglasses, price=0)], []))
        self.assertIn("no lines", self.refusal([], []))
        self.assertIn("add up", self.refusal([line], [(self.card, 100)], amount_total=100))

    def test_a_receipt_is_a_sale_or_a_return(self):
        lines = [self.line(self.sunglasses), self.line(self.frame, qty=-1)]
        self.assertIn("two orders", self.refusal(lines, [(self.card, -1500)]))
        lines = [self.line(self.sunglasses), self.line(self.frame, price=-100)]
        self.assertIn("two orders", self.refusal(lines, [(self.card, 4900)]))


@tagged("post_install", "-at_install")
class TestReturn(ShopCase):
    def sold(self):
        lines = [self.line(self.sunglasses, qty=2), self.line(self.frame)]
        return self.sell(lines, [(self.cash, 16500)])

    def back(self, original, qty=1, **values):
        product = original.product_id
        return self.line(product, qty=-qty, refunded_orderline_id=original.id, **values)

    def test_a_return_has_the_originals_codes(self):
        order = self.sold()
        # The law may change meanwhile; what was sold at 22 % is returned at 22 %.
        sunglasses = order.lines.filtered(lambda line: line.product_id == self.sunglasses)
        line = {**self.back(sunglasses), "tax_ids": [Command.set(self.tax("ru_vat_10").ids)]}
        refund = self.sell([line], [(self.cash, -5000)], is_refund=True)
        signed = self.receipt_of(refund).signed_json
        self.assertEqual(signed["operationType"], 2)
        self.assertEqual((signed["totalSum"], signed["cashTotalSum"]), (500000, 500000))
        (item,) = signed["items"]
        self.assertEqual((item["nds"], item["quantity"], item["sum"]), (11, "1", 500000))
        self.assertNotIn("propertiesData", signed)
        self.assertEqual(refund.state, "paid")

    def give_back(self, original, qty, amount):
        values = {"price": amount / qty, "price_subtotal_incl": -amount}
        line = {**self.back(original, qty=qty, **values), "price_subtotal": -amount}
        return self.order_values([line], [(self.cash, -amount)], is_refund=True)

    def test_parts_come_to_what_was_paid(self):
        line = self.line(self.sunglasses, qty=1.5, price=10.01, price_subtotal_incl=15.02)
        sold = self.sell([line], [(self.cash, 15.02)]).lines
        refunds = []
        for amount in (5.01, 5.01):
            sent = self.give_back(sold, 0.5, amount)
            refunds.append(self.sync(sent))
            self.assertTrue(refunds[-1].fiscal_register()["is_signed"])
            self.sync(sent)
        for amount in (5.01, 4.99):
            with self.assertRaisesRegex(UserError, "5.00"), self.env.cr.savepoint():
                self.sync(self.give_back(sold, 0.5, amount))
        refunds.append(self.sync(self.give_back(sold, 0.5, 5.00)))
        self.assertTrue(refunds[-1].fiscal_register()["is_signed"])
        receipts = [self.receipt_of(refund).signed_json for refund in refunds]
        self.assertEqual([each["totalSum"] for each in receipts], [501, 501, 500])
        vat = [item["ndsSum"] for each in receipts for item in each["items"]]
        self.assertEqual(sum(vat), 271)
        for refund, receipt in zip(refunds, receipts, strict=True):
            self.assertEqual(round(abs(refund.amount_total) * 100), receipt["totalSum"])

    def test_the_last_piece_of_a_discounted_line(self):
        line = self.line(self.sunglasses, qty=3, price=30, price_subtotal_incl=89.99)
        sold = self.sell([line], [(self.cash, 89.99)]).lines
        for amount in (30.00, 30.00):
            sent = self.give_back(sold, 1, amount)
            self.assertTrue(self.sync(sent).fiscal_register()["is_signed"])
            self.sync(sent)
        with self.assertRaisesRegex(UserError, "29.99"), self.env.cr.savepoint():
            self.sync(self.give_back(sold, 1, 30.00))
        self.assertTrue(self.sync(self.give_back(sold, 1, 29.99)).fiscal_register()["is_signed"])

    def test_a_number_that_is_too_large_is_told(self):
        for values in ({"price": 1e30}, {"qty": 1e30, "price": 0.01}):
            line = self.line(self.sunglasses, **values)
            total = line["price_subtotal_incl"]
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.sync(self.order_values([line], [(self.cash, total)]))

    def test_no_more_than_was_sold(self):
        order = self.sold()
        frame = order.lines.filtered(lambda line: line.product_id == self.frame)
        with self.assertRaisesRegex(UserError, FRAME), self.env.cr.savepoint():
            self.sync(self.order_values([self.back(frame, qty=2)], [(self.card, -13000)]))
        self.sell([self.back(frame)], [(self.card, -6500)])
        with self.assertRaisesRegex(UserError, "more is taken back"):
            self.sync(self.order_values([self.back(frame)], [(self.card, -6500)]))

    def test_the_original_must_be_signed(self):
        draft = self.sync(self.order_values([self.line(self.frame)], [], state="draft"))
        with self.assertRaisesRegex(UserError, "not signed here"):
            self.sync(self.order_values([self.back(draft.lines)], [(self.card, -6500)]))

    def test_there_must_be_an_original(self):
        with self.assertRaisesRegex(UserError, "in which it was sold"):
            self.sync(self.order_values([self.line(self.frame, qty=-1)], [(self.card, -6500)]))

    def test_no_change_is_given_on_a_return(self):
        order = self.sold()
        frame = order.lines.filtered(lambda line: line.product_id == self.frame)
        with self.assertRaisesRegex(UserError, "exact amounts"):
            self.sync(self.order_values([self.back(frame)], [(self.cash, -7000)]))


@tagged("post_install", "-at_install")
class TestReceiptPrint(ShopCase):
    def test_a_receipt_is_printed_as_signed(self):
        order = self.sell([self.line(self.frame)], [(self.card, 6500)])
        document = self.receipt_of(order)
        odd = {**document.signed_json, "buyerPhoneOrAddress": "none"}
        odd["items"] = [{**odd["items"][0], "originCountryCode": "000", "unit": "шт"}]
        printed = receipt_print(odd, document.fpd, document.qr_text)
        self.assertEqual(printed, order.fiscal_receipt)

    def test_all_obligatory_requisites_are_there(self):
        lines = [self.line(self.sunglasses), self.line(self.frame)]
        order = self.sell(lines, [(self.card, 5000), (self.cash, 6500)])
        document = self.receipt_of(order)
        printed = order.fiscal_receipt
        self.assertEqual(
            printed, receipt_print(document.signed_json, document.fpd, document.qr_text)
        )
        self.assertEqual((printed["title"], printed["operation"]), ("Кассовый чек", "Приход"))
        self.assertEqual((printed["user"], printed["user_inn"]), (self.company.name, "7707083893"))
        self.assertEqual(printed["total"], "11 500,00")
        self.assertEqual(
            printed["items"][0],
            {
                "name": SUNGLASSES,
                "quantity": "1 шт.",
                "price": "5 000,00",
                "sum": "5 000,00",
                "nds": "НДС 22%",
                "payment_type": "Полный расчёт",
            },
        )
        self.assertEqual(
            printed["taxes"], [["Сумма без НДС", "6 500,00"], ["Сумма НДС 22%", "901,64"]]
        )
        self.assertEqual(
            printed["payments"], [["Наличными", "6 500,00"], ["Безналичными", "5 000,00"]]
        )
        requisites = dict(printed["requisites"])
        self.assertEqual(requisites["Расчёт провёл(а)"], "Кассир Иванова М. П.")
        self.assertEqual(requisites["Место расчётов"], self.till.retail_place)
        self.assertEqual(requisites["Адрес"], self.till.retail_address)
        self.assertEqual((requisites["Смена"], requisites["Чек"]), ("1", "1"))
        self.assertEqual(requisites["СНО"], "ОСН")
        self.assertRegex(requisites["РН ККТ"], r"^\d{16}$")
        self.assertTrue(requisites["Сайт ФНС"])
        self.assertEqual(
            (printed["fn"], printed["fd"], printed["fpd"], printed["qr"]),
            (document.fn_number, document.fd_number, document.fpd, document.qr_text),
        )
