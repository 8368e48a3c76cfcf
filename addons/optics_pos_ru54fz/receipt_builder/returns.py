"""What was signed is taken back: goods, or money that was paid before them."""

from odoo.addons.optics_kkt_driver.kkt.fiscal.purchase import return_payments, struck_off
from odoo.addons.optics_kkt_driver.kkt.fiscal.returned import (
    left_to_return,
    parts_to_return,
    priced_parts,
)
from odoo.addons.optics_kkt_driver.kkt.fiscal.vocabulary import OperationType

from .base import ReceiptBuilder
from .lines import line_of_point_of_sale, to_quantity


class ReturnBuilder(ReceiptBuilder):
    """Lines of the original as signed (1199, 1212, 1214), and the money that is really paid out.

    The purchase's turn is taken before anything is looked at: two returns of one line from two
    screens at the same instant see each other.
    """

    operation_type = OperationType.SALE_RETURN
    sign = -1

    def _build(self):
        original = self._original()
        belonged = bool(original.purchase_id)
        purchase = original._purchase()
        purchase._take_turn()

        due = self._due()
        money = self._money(due)
        lines = [line_of_point_of_sale(line) for line in self._lines]
        rows = self._returned(original, self._fitted(lines, due, self._total()))
        self._raise_problems()

        items = [item for _line_id, _returned, item in rows]
        balance = purchase._balance()
        self._check_prepaid(items, balance, purchase)
        self._check_payments(items, money, due, balance, belonged)
        self._raise_problems()
        names_original = self._order.company_id.fiscal_return_1192
        return self._built(
            items,
            return_payments(
                items, balance, cash=money["cash"], ecash=money["ecash"], kept=money["prepaid"]
            ),
            [line_id for line_id, _returned, _item in rows],
            taxation_type=original._value().applied_taxation_type,
            properties_data=original.fpd if names_original else None,
            purchase_id=purchase.id,
            original_lines=[
                [returned.number, str(returned.quantity)] for _line_id, returned, _item in rows
            ],
            **original._original_values(),
        )

    # Original ---------------------------------------------------------------------------------

    def _original(self):
        """Return the signed receipt that is taken back, in whole or in part."""
        for line in self._lines.filtered(lambda line: not line.refunded_orderline_id):
            self._problem(
                self._env._(
                    "%s: return it from the order in which it was sold.",
                    line.product_id.display_name,
                )
            )
        self._raise_problems()
        orders = self._lines.refunded_orderline_id.order_id
        if len(orders) > 1:
            self._problem(self._env._("Take back the goods of one sale at a time."))
            self._raise_problems()
        receipt = orders._fiscal_receipt_document()
        if not receipt.is_signed:
            for line in self._lines:
                self._problem_unsigned(line)
        elif receipt._is_taken_back():
            self._problem(
                self._env._(
                    "The receipt of %s is taken back by a correction: nothing of it can be returned"
                    " any more.",
                    orders.pos_reference,
                )
            )
        self._raise_problems()
        return receipt

    def _problem_unsigned(self, line):
        self._problem(
            self._env._(
                "%(product)s: the receipt of its sale (%(order)s) was not signed here.",
                product=line.product_id.display_name,
                order=line.refunded_orderline_id.order_id.pos_reference,
            )
        )

    def _returned_quantity(self, original_line):
        """How much of a line is taken back, by this order and by those under way or done."""
        others = original_line.refund_orderline_ids.filtered(
            lambda line: (
                line.order_id == self._order
                or line.order_id.state in ("paid", "done")
                or line.order_id._fiscal_receipt_document()
            )
        )
        return -sum(others.mapped("qty"))

    # Lines ------------------------------------------------------------------------------------

    def _returned(self, original, lines):
        """Triples of order line id, what of the original it takes back, and item."""
        receipt = original._value()
        left = left_to_return(receipt, original._returned_lines())
        rows = []
        for line in lines:
            parts = self._parts(original, receipt, line, left)
            cost = sum(part.sum for part in parts)
            # Odoo rounds the line, the receipt had a price in whole kopecks for each piece.
            if parts and line.sum > cost + max(line.quantity, 1):
                self._problem_of_cost(line, cost)
            elif parts:
                rows += [(line.record.id, *row) for row in priced_parts(parts, line.sum)]
        return rows

    def _parts(self, original, receipt, line, left):
        """What of the original's lines this line takes back; none when it is told wrong.

        :param left: how much may still be taken of each, made less here
        """
        sold = line.record.refunded_orderline_id
        numbers = original._pos_item_numbers(sold)
        if not numbers:
            self._problem_unsigned(line.record)
            return []
        parts = parts_to_return(receipt, numbers, line.quantity, to_quantity(sold.qty), left)
        if not parts or self._returned_quantity(sold) > sold.qty:
            self._problem(
                self._env._("%s: more is taken back than was sold.", line.product.display_name)
            )
            return []
        for part in parts:
            left[part.line.number - 1] -= part.line.quantity
        return parts

    def _problem_of_cost(self, line, cost):
        self._problem(
            self._env._(
                "%(product)s: %(given)s would be given back, %(cost)s were paid on the receipt of"
                " its sale. Lower the price; a discount of the whole order is taken back with it.",
                product=line.product.display_name,
                given=self._format(line.sum),
                cost=self._format(cost),
            )
        )

    # Money ------------------------------------------------------------------------------------

    def _check_prepaid(self, items, balance, purchase):
        """Give no money back that has been settled by a handover."""
        total = sum(item.sum for item in items if item.payment_type.is_prepayment)
        if total > max(balance.prepaid, 0):
            self._problem(
                self._env._(
                    "%(purchase)s: a prepayment of %(total)s cannot be given back, %(left)s are not"
                    " settled yet. What was settled is given back by returning the goods.",
                    purchase=purchase.name,
                    total=self._format(total),
                    left=self._format(max(balance.prepaid, 0)),
                )
            )

    def _check_payments(self, items, money, due, balance, belonged):
        """Let 1215, 1216 and 1217 stand for nothing but what they mean in a return."""
        was_prepaid = any(item.payment_type.is_prepayment for item in items)
        if money["prepaid"] and (was_prepaid or not belonged):
            self._problem(
                self._env._(
                    "“Earlier prepayment” in a return lets the money stay as a prepayment of its"
                    " sale order. There is none here: give the money back in cash or to the card."
                )
            )
        if money["provision"]:
            self._problem(self._env._("A return is paid out in money: in cash or to the card."))
        credit = struck_off(items, balance)
        if money["credit"] != credit:
            self._problem(
                self._env._(
                    "Of %(total)s, %(credit)s are struck off what the buyer owes (a payment method"
                    " of the kind “On credit”), %(rest)s are paid out.",
                    total=self._format(due),
                    credit=self._format(credit),
                    rest=self._format(due - credit),
                )
            )
