"""Goods leave: an ordinary sale, or a sale order that is settled with what was prepaid on it."""

from odoo.addons.optics_kkt_driver.kkt.fiscal.document import Payments

from .base import ReceiptBuilder
from .lines import down_payment_lines, line_of_point_of_sale, to_kopecks


class SaleBuilder(ReceiptBuilder):
    """All goods at the rates of the day and at full price; what was prepaid goes to tag 1215."""

    def __init__(self, order):
        super().__init__(order)
        self._down_payments = down_payment_lines(order)
        self._goods = self._lines - self._down_payments

    def ledger_vat(self):
        """The order's VAT before what the prepayments had is taken off."""
        parts = self._down_payments.mapped(
            lambda line: to_kopecks(line.price_subtotal_incl) - to_kopecks(line.price_subtotal)
        )
        return abs(to_kopecks(self._order.amount_tax) - sum(parts))

    def _build(self):
        sale_order = self._sale_order()
        taken_off = self._taken_off()
        self._check_lines()
        money = self._money(self._due())
        goods = self._fitted(
            [line_of_point_of_sale(line) for line in self._goods],
            self._due() + taken_off,
            self._total() + taken_off,
        )
        items = [(line.record.id, item) for line in goods for item in self._items(line)]
        prepaid = taken_off + money["prepaid"]
        if prepaid and not sale_order:
            self._problem(
                self._env._(
                    "An earlier prepayment can only be settled with the sale order that it was"
                    " taken for: bring it with “Quotation/Order”."
                )
            )
        self._raise_problems()
        composed = self._purchase_of(sale_order)._compose_handover(
            self._till,
            self._policy,
            [item for _line_id, item in items],
            Payments(money["cash"], money["ecash"], provision=money["provision"]),
            on_credit=bool(money["credit"]),
            prepaid=prepaid,
        )
        return self._built(composed, [line_id for line_id, _item in items])

    def _taken_off(self):
        """Kopecks that the order takes off as prepaid: Odoo's negative down payment lines."""
        return -sum(to_kopecks(line.price_subtotal_incl) for line in self._down_payments)

    def _check_lines(self):
        if not self._goods:
            self._problem(self._env._("The order has no lines: there is nothing to sign."))
        elif any(line.qty < 0 for line in self._goods) or any(
            # A sale order may give its discount in a line; it is spread over its goods.
            line.price_unit < 0 and not line.sale_order_line_id
            for line in self._goods
        ):
            self._problem(
                self._env._(
                    "A receipt is either a sale or a return. Sell and take back in two orders, and"
                    " give a discount in the line that it belongs to."
                )
            )
        elif self._taken_off() < 0:
            self._problem(
                self._env._(
                    "%s: take a prepayment in an order of its own, without goods.",
                    self._down_payments[:1].product_id.display_name,
                )
            )
        elif self._due() < 0:
            self._problem(
                self._env._(
                    "More is taken off as prepaid than the goods cost. Hand over all that was"
                    " ordered, or lower the amount that is taken off."
                )
            )
        elif self._total() + self._taken_off() == 0:
            self._problem(
                self._env._("The order comes to zero: without a payment there is no receipt.")
            )
        self._raise_problems()

    def _words(self, problem):
        # 1215 is what the signed receipts of the purchase have, neither more nor less.
        if problem.code == "prepaid_not_signed":
            return self._env._(
                "%(purchase)s: the order takes %(taken)s off as prepaid, the signed receipts of"
                " this purchase say %(signed)s. What was prepaid by an invoice or a bank"
                " transfer has no receipt here: remove its line and settle it by an invoice, or"
                " have its receipt signed under the purchase %(purchase)s first.",
                **self._amounts(problem),
            )
        if problem.code == "prepaid_left_out":
            return self._env._(
                "%(purchase)s: the order takes %(taken)s off as prepaid, the signed receipts of"
                " this purchase say %(signed)s. Bring the order again with “Settle the order”;"
                " what is still missing is paid with a payment method of the kind “Earlier"
                " prepayment”, or given back first.",
                **self._amounts(problem),
            )
        return super()._words(problem)

    def _amounts(self, problem):
        return {
            "purchase": self._sale_order().name,
            "taken": self._format(problem.params["taken"]),
            "signed": self._format(problem.params["signed"]),
        }
