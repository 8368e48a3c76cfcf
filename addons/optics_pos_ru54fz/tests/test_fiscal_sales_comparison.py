"""Sales by receipts against sales by orders: all agrees, or each difference has its name."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from odoo.addons.optics_kkt_driver.kkt.device.contract import Intent
from odoo.addons.optics_kkt_driver.kkt.fiscal.correcting import Basis
from odoo.addons.optics_kkt_driver.kkt.fiscal.vocabulary import OperationType
from odoo.addons.optics_kkt_driver.kkt.reconcile.sales import Code
from odoo.addons.optics_kkt_driver.tests.common import make_receipt, open_till

from ..models import fiscal_sales_comparison
from ..models.fiscal_sales_comparison_line import ADVICE, FINDINGS
from .common import ShopCase
from .sale_orders import SaleOrderMixin

EXACT = 4880
"""Roubles that give whole kopecks of VAT at 22 %, one piece or two."""


class ComparisonCase(SaleOrderMixin, ShopCase):
    def setUp(self):
        super().setUp()
        self.set_up_sale_orders()
        self.sunglasses.list_price = EXACT
        self.reader = self.user("accountant", "optics_kkt_driver.group_fiscal_user")
        self.today = self.till._local_date()

    def user(self, login, *groups, company=None):
        company = company or self.company
        return new_test_user(
            self.env,
            login,
            ",".join(("base.group_user", *groups)),
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            lang="en_US",
        )

    def order_values(self, lines, payments, state="paid", **values):
        now = fields.Datetime.to_string(fields.Datetime.now())
        return super().order_values(lines, payments, state, **{"date_order": now, **values})

    def sold(self, qty=1, payments=None, **values):
        payments = payments or [(self.card, EXACT * qty)]
        return self.sell([self.line(self.sunglasses, qty=qty)], payments, **values)

    def returned(self, order, method=None):
        payments = [(method or self.card, -order.amount_total)]
        return self.sell(payments=payments, lines=self.lines_back(order), is_refund=True)

    def lines_back(self, order):
        return [
            self.line(line.product_id, qty=-line.qty, refunded_orderline_id=line.id)
            for line in order.lines
        ]

    def changed(self, record, **values):
        """Change what stands beside a signed receipt, as nothing but SQL can."""
        self.env.flush_all()
        for name, value in values.items():
            table, column = SQL.identifier(record._table), SQL.identifier(name)
            self.env.cr.execute(
                SQL("UPDATE %s SET %s = %s WHERE id IN %s", table, column, value, record._ids)
            )
        self.env.invalidate_all()

    def compared(self, user=None, **values):
        comparison = (
            self.env["fiscal.sales.comparison"]
            .with_user(user or self.reader)
            .create({"date_from": self.today, "date_to": self.today, **values})
        )
        comparison.action_compare()
        self.assert_adds_up(comparison)
        return comparison

    def assert_adds_up(self, comparison):
        """The days come to the sums of all."""
        for total in comparison.total_ids:
            days = (comparison.sum_ids - total).filtered(
                lambda row, m=total.measure: row.measure == m
            )
            self.assertAlmostEqual(sum(days.mapped("difference")), total.difference)

    def sums(self, comparison):
        """Pairs of what receipts and orders say, by measure."""
        return {row.measure: (row.by_receipts, row.by_orders) for row in comparison.total_ids}

    def the_one(self, finding, **values):
        """The only difference, whose name is `finding`."""
        line = self.compared(**values).line_ids
        self.assertEqual(line.mapped("finding"), [finding])
        return line


@tagged("post_install", "-at_install")
class TestWhatAgrees(ComparisonCase):
    def test_ordinary_sales(self):
        self.sold(qty=2)
        self.sell([self.line(self.frame)], [(self.cash, 7000)])
        self.sold(payments=[(self.cash, 880), (self.card, 4000)])
        comparison = self.compared()
        self.assertFalse(comparison.line_ids)
        self.assertEqual((comparison.state, comparison.compared_by), ("agrees", self.reader))
        self.assertEqual((comparison.receipt_count, comparison.order_count), (3, 3))
        told = self.sums(comparison)
        self.assertEqual(told["turnover"], (21140, 21140))
        self.assertEqual(told["cash_total_sum"], (7380, 7380), "change is no sale")
        self.assertEqual(told["ecash_total_sum"], (13760, 13760))
        self.assertEqual(told["nds_22"], (2640, 2640))
        self.assertEqual(told["nds_no"], (6500, 6500))
        self.assertFalse(any(comparison.sum_ids.mapped("difference")))

    def test_a_return(self):
        order = self.sold(qty=2)
        self.returned(order)
        comparison = self.compared()
        self.assertFalse(comparison.line_ids)
        self.assertEqual(comparison.receipt_count, 2)
        self.assertEqual(self.sums(comparison)["turnover"], (0, 0))

    def test_prepayment_settlement_and_what_comes_back(self):
        sale_order = self.sale_order(self.sunglasses, self.frame)
        self.prepay(sale_order, 2000)
        settled = self.settle(sale_order)
        goods = settled.lines.filtered(lambda line: line.product_id != self.prepayment)
        total = sum(goods.mapped("price_subtotal_incl"))
        values = self.give_back(settled, [(self.card, -total)], lines=goods)
        order = self.sync(values)
        answer = order.fiscal_register()
        self.assertTrue(answer["is_signed"], answer["text"])
        self.sync(values)
        comparison = self.compared()
        told = self.sums(comparison)
        self.assertEqual(told["prepaid_sum"], (2000, 2000))
        self.assertEqual(told["turnover"], (2000, 2000))
        self.assertEqual(set(comparison.line_ids.mapped("finding")) - {"vat_rounding"}, set())

    def test_a_sale_on_credit(self):
        later = self.env["pos.payment.method"].create(
            {"name": "On account", "fiscal_payment_kind": "credit"}
        )
        self.pos_session.sudo().write({"state": "closed"})
        self.config.payment_method_ids += later
        self.open_session()
        self.sold(payments=[(self.cash, 880), (later, 4000)], partner_id=self.buyer.id)
        comparison = self.compared()
        self.assertFalse(comparison.line_ids)
        told = self.sums(comparison)
        self.assertEqual(told["credit_sum"], (4000, 4000))
        self.assertEqual(told["cash_total_sum"], (880, 880))

    def test_a_discount_over_several_rates(self):
        lines = [self.line(self.sunglasses, discount=10), self.line(self.frame, qty=3, discount=7)]
        total = round(sum(line["price_subtotal_incl"] for line in lines), 2)
        self.sell(lines, [(self.card, total)])
        told = self.compared()
        self.assertLessEqual(set(told.line_ids.mapped("finding")), {"vat_rounding"})
        self.assertEqual(self.sums(told)["turnover"], (total, total))

    def test_a_prepayment_given_back(self):
        sale_order = self.sale_order(self.sunglasses)
        order = self.prepay(sale_order, 1220)
        values = self.give_back(order, [(self.cash, -1220)])
        refund = self.sync(values)
        answer = refund.fiscal_register()
        self.assertTrue(answer["is_signed"], answer["text"])
        self.sync(values)
        comparison = self.compared()
        self.assertFalse(comparison.line_ids)
        self.assertEqual(self.sums(comparison)["turnover"], (0, 0))

    def test_a_correction_of_a_sale_without_a_receipt(self):
        order = self.unsigned()
        self.correct(order)
        self.assertFalse(self.compared().line_ids)

    def unsigned(self):
        lines = [self.line(self.sunglasses)]
        order = self.sync(self.order_values(lines, [(self.card, EXACT)], state="draft"))
        self.changed(order, state="paid")
        return order

    def correct(self, order):
        manager = self.user(
            "manager", "optics_kkt_driver.group_fiscal_manager", "point_of_sale.group_pos_manager"
        )
        action = order.with_user(manager).action_fiscal_correct()
        wizards = self.env["fiscal.correction"].with_user(manager)
        wizards.with_context(**action["context"]).create({}).action_print()

    def test_nothing_at_all(self):
        comparison = self.compared()
        self.assertEqual(comparison.state, "agrees")
        self.assertEqual(
            comparison.total_ids.mapped("measure"), list(fiscal_sales_comparison.ALWAYS_SHOWN)
        )

    def test_other_tills_and_days_do_not_count(self):
        self.sold()
        other = self.make_till(code="TEST-2")
        self.assertFalse(self.compared(device_ids=[Command.set(other.ids)]).receipt_count)
        self.assertEqual(self.compared(device_ids=[Command.set(self.till.ids)]).order_count, 1)
        yesterday = self.today - timedelta(days=1)
        self.assertFalse(self.compared(date_from=yesterday, date_to=yesterday).order_count)


@tagged("post_install", "-at_install")
class TestNamedDifferences(ComparisonCase):
    def test_an_order_without_a_receipt(self):
        order = self.sold()
        values = self.order_values([self.line(self.sunglasses)], [(self.cash, EXACT)], "draft")
        unsigned = self.sync(values)
        self.changed(unsigned, state="paid")
        line = self.the_one("no_receipt")
        self.assertEqual((line.order_id, line.document_id.id), (unsigned, False))
        self.assertNotEqual(line.order_id, order)
        self.assertEqual((line.by_receipts, line.by_orders), (0, EXACT))
        self.assertIn("Cash: by receipt 0.00, by order 4,880.00", line.explanation)
        self.assertIn("correction receipt", line.advice)
        self.assertEqual(line.comparison_id.to_do_count, 1)
        self.changed(unsigned, fiscal_decision="entered twice")
        self.assertEqual(self.the_one("decided").comparison_id.state, "agrees")

    def test_a_return_without_a_receipt(self):
        order = self.sold()
        values = self.order_values(
            self.lines_back(order), [(self.card, -EXACT)], "draft", is_refund=True
        )
        self.changed(self.sync(values), state="paid")
        self.assertEqual(self.the_one("refund_no_receipt").by_orders, -EXACT)

    def test_a_receipt_whose_order_is_not_paid(self):
        values = self.order_values([self.line(self.sunglasses)], [(self.card, EXACT)])
        order = self.sync(values)
        self.assertTrue(order.fiscal_register()["is_signed"])
        self.assertEqual(order.state, "draft")
        line = self.the_one("not_paid")
        self.assertEqual((line.order_id, line.document_id), (order, self.receipt_of(order)))
        self.sync(values)
        self.assertFalse(self.compared().line_ids)

    def test_receipts_without_an_order(self):
        self.register("by hand", make_receipt(EXACT * 100))
        with open_till(self.till) as driver:
            deadline = datetime.now(UTC) + timedelta(seconds=2)
            intent = Intent("", "", driver.baseline(), 0, deadline)
            driver.register(make_receipt(12300, cash=True), intent)
        self.till._refresh_status()
        self.changed_source(self.register("of a program"))
        comparison = self.compared()
        found = {line.finding: line for line in comparison.line_ids}
        self.assertEqual(set(found), {"no_order_backend", "no_order_foreign", "no_order_api"})
        self.assertEqual(found["no_order_foreign"].by_receipts, 123)
        self.assertEqual(comparison.state, "agrees", "they are no errors")
        self.assertEqual(self.sums(comparison)["turnover"], (EXACT + 123 + 5000, 0))

    def changed_source(self, document):
        """Documents guard themselves against SQL too."""
        self.env.cr.execute("ALTER TABLE fiscal_document DISABLE TRIGGER USER")
        self.changed(document, source="api")
        self.env.cr.execute("ALTER TABLE fiscal_document ENABLE TRIGGER USER")

    def test_a_return_by_a_receipt_alone(self):
        order = self.sold()
        back = replace(make_receipt(EXACT * 100), operation_type=OperationType.SALE_RETURN)
        original = {"original_id": self.receipt_of(order).id}
        document = self.register("back", back, columns=original)
        line = self.the_one("return_no_order")
        self.assertEqual((line.order_id, line.document_id), (order, document))
        self.assertEqual((line.by_receipts, line.by_orders), (-EXACT, 0))

    def test_the_total(self):
        order = self.sold()
        self.changed(order.lines, price_subtotal_incl=EXACT - 10)
        line = self.the_one("total")
        self.assertEqual((line.by_receipts, line.by_orders), (EXACT, EXACT - 10))
        self.assertIn("Turnover: by receipt 4,880.00, by order 4,870.00", line.explanation)

    def test_the_kind_of_payment(self):
        order = self.sold(payments=[(self.cash, EXACT)])
        self.changed(order.payment_ids, payment_method_id=self.card.id)
        line = self.the_one("payment_kind")
        self.assertIn("Cash: by receipt 4,880.00, by order 0.00", line.explanation)
        self.assertIn("Non-cash: by receipt 0.00, by order 4,880.00", line.explanation)
        told = self.sums(line.comparison_id)
        self.assertEqual(told["cash_total_sum"], (EXACT, 0))
        self.assertEqual(told["turnover"], (EXACT, EXACT))

    def test_the_rate_of_vat(self):
        self.company.fiscal_rate_20_orders = "replace"
        self.sunglasses.taxes_id = self.tax("ru_vat_22").copy(
            {"name": "20%", "amount": 20, "nds": "1", "company_id": self.company.id}
        )
        order = self.sold()
        line = self.the_one("vat_rate")
        told = self.sums(line.comparison_id)
        self.assertEqual(told["nds_22"], (880, 0))
        self.assertEqual(told["nds_20"], (0, 813.33))
        receipts, orders = told["nds_sum"]
        self.assertAlmostEqual(receipts - orders, order.fiscal_vat_difference)

    def test_vat_that_is_rounded_otherwise(self):
        order = self.sold()
        self.changed(order.lines, price_subtotal=EXACT - 880.01)
        line = self.the_one("vat_rounding")
        self.assertEqual(line.explanation, "VAT 22%: by receipt 880.00, by order 880.01")
        self.assertEqual(line.comparison_id.state, "agrees")

    def test_a_tax_that_says_no_rate(self):
        self.sold()
        self.changed(self.tax("ru_vat_22"), nds=None)
        line = self.the_one("vat_rate")
        self.assertEqual(self.sums(line.comparison_id)["nds_other"], (0, 880))
        self.assertIn("VAT of other taxes: by receipt 0.00, by order 880.00", line.explanation)

    def test_another_day(self):
        yesterday = self.today - timedelta(days=1)
        at = fields.Datetime.now() - timedelta(days=1)
        order = self.sold(date_order=fields.Datetime.to_string(at))
        line = self.the_one("another_day", date_from=yesterday)
        self.assertEqual((line.order_day, line.day), (yesterday, self.today))
        self.assertEqual(self.sums(line.comparison_id)["turnover"], (EXACT, EXACT))
        days = line.comparison_id.sum_ids.filtered(
            lambda row: row.day and row.measure == "turnover"
        )
        self.assertEqual(days.mapped("difference"), [-EXACT, EXACT])
        line = self.the_one("another_day")
        self.assertEqual(self.sums(line.comparison_id)["turnover"], (EXACT, 0))
        line = self.the_one("another_day", date_from=yesterday, date_to=yesterday)
        self.assertEqual(self.sums(line.comparison_id)["turnover"], (0, EXACT))
        self.assertEqual((line.order_id, line.document_id), (order, self.receipt_of(order)))

    def test_a_correction_on_one_side(self):
        order = self.sold(payments=[(self.cash, EXACT)])
        receipt = self.receipt_of(order)
        right = make_receipt(EXACT * 100, cash=False)
        rows = self.env["fiscal.document"]._correct(
            self.till,
            "mend",
            "backend",
            basis=Basis(self.today),
            right=right,
            wrong=receipt._as_wrong(),
        )
        rows._print_in_order()
        line = self.the_one("corrected")
        self.assertEqual((line.order_id, line.document_id), (order, rows[-1]))
        self.changed(order.payment_ids, payment_method_id=self.card.id)
        self.assertFalse(self.compared().line_ids, "the correction says what the order says")

    def test_a_correction_by_ordinary_receipts(self):
        order = self.sold()
        self.till = self.make_till(code="TEST-105", ffd_version="1.05")
        self.open_shift("shift-105")
        rows = self.env["fiscal.document"]._correct(
            self.till,
            "mend",
            "backend",
            basis=Basis(self.today),
            right=make_receipt(EXACT * 100, cash=True),
            wrong=self.receipt_of(order)._as_wrong(),
        )
        rows._print_in_order()
        self.assertEqual(set(rows.mapped("kind")), {"receipt"})
        self.assertEqual(self.the_one("corrected").order_id, order)

    def test_cash_rounding(self):
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
        self.sell([self.line(self.sunglasses, price=99.57)], [(self.cash, 99)])
        line = self.the_one("cash_rounding")
        self.assertEqual((line.by_receipts, line.by_orders), (99, 99.57))
        self.assertEqual(line.comparison_id.state, "agrees")


@tagged("post_install", "-at_install")
class TestSalesComparison(ComparisonCase):
    def test_every_finding_has_words(self):
        codes = {code.value for code in Code}
        self.assertEqual({code for code, _words in FINDINGS}, codes)
        self.assertEqual(set(ADVICE), codes)

    def test_comparing_again_replaces_what_was_found(self):
        order = self.sold()
        self.changed(order.payment_ids, payment_method_id=self.cash.id)
        comparison = self.compared()
        self.assertEqual(len(comparison.line_ids), 1)
        self.changed(order.payment_ids, payment_method_id=self.card.id)
        comparison.action_compare()
        self.assertFalse(comparison.line_ids)
        self.assertEqual(comparison.state, "agrees")

    def test_only_so_many_are_listed_and_all_are_counted(self):
        self.patch(fiscal_sales_comparison, "MOST_LINES", 1)
        for key in ("one", "two"):
            self.register(key)
        comparison = self.compared()
        self.assertEqual((comparison.finding_count, comparison.left_out_count), (2, 1))
        self.assertEqual(len(comparison.line_ids), 1)

    def test_days_in_their_order(self):
        with self.assertRaisesRegex(ValidationError, "First day"):
            self.compared(date_to=self.today - timedelta(days=1))

    def test_the_workbook(self):
        order = self.sold(payments=[(self.cash, EXACT)])
        self.changed(order.payment_ids, payment_method_id=self.card.id)
        comparison = self.compared()
        self.assertIn("workbook", comparison.action_export()["url"])
        book = load_workbook(BytesIO(base64.b64decode(comparison.workbook)))
        sums, days, differences = (list(sheet.values) for sheet in book)
        self.assertIn(("Cash", EXACT, 0, EXACT), sums)
        self.assertEqual(days[1][1], self.till.code)
        row = dict(zip(*differences[:2], strict=True))
        self.assertEqual(row["Order No."], order.pos_reference)
        self.assertEqual(row["What"], "Kind of payment differs")

    def test_buttons_open_what_they_say(self):
        order = self.sold(payments=[(self.cash, EXACT)])
        self.changed(order.payment_ids, payment_method_id=self.card.id)
        comparison = self.compared()
        line = comparison.line_ids
        action = comparison.action_lines()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), line)
        action = comparison.action_days()
        self.assertTrue(all(self.env[action["res_model"]].search(action["domain"]).mapped("day")))
        self.assertEqual(line.action_document()["res_id"], self.receipt_of(order).id)
        with self.assertRaises(AccessError):
            line.action_order()
        manager = self.user("shop", "point_of_sale.group_pos_manager")
        self.assertEqual(line.with_user(manager).action_order()["res_id"], order.id)

    def test_a_cashier_sees_none(self):
        comparison = self.compared()
        with self.assertRaises(AccessError):
            comparison.with_user(self.cashier).read(["state"])
        with self.assertRaises(AccessError):
            self.env["fiscal.sales.comparison"].with_user(self.cashier).create({})

    def test_another_company_sees_nothing(self):
        self.sold()
        comparison = self.compared()
        other = self.env["res.company"].create({"name": "Оптика на Садовой"})
        stranger = self.user("stranger", "optics_kkt_driver.group_fiscal_user", company=other)
        env = self.env(user=stranger, context={"allowed_company_ids": other.ids})
        for model in ("fiscal.sales.comparison", "fiscal.sales.comparison.sum"):
            self.assertFalse(env[model].search([]))
        with self.assertRaises(AccessError):
            comparison.with_env(env).action_compare()
        own = env["fiscal.sales.comparison"].create(
            {"date_from": self.today, "date_to": self.today}
        )
        own.action_compare()
        self.assertFalse(own.receipt_count or own.order_count)
