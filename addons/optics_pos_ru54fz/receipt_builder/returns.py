"""What was signed is taken back: goods, or money that was paid before them."""

from odoo.addons.optics_kkt_driver.kkt.fiscal.document import Payments
from odoo.addons.optics_kkt_driver.kkt.fiscal.returned import (
    left_to_return,
    parts_to_return,
    priced_parts,
    with_vat_of,
)

from .base import ReceiptBuilder
from .lines import line_of_point_of_sale, to_quantity


class ReturnBuilder(ReceiptBuilder):
    """Lines of the original as signed (1199, 1212, 1214), and the money that is really paid out."""

    sign = -1

    def __init__(self, order):
        super().__init__(order)
        self._original_order = self._lines.refunded_orderline_id.order_id

    def _build(self):
        original = self._original()
        due = self._due()
        money = self._money(due)
        self._check_payments(money, original)
        lines = [line_of_point_of_sale(line) for line in self._lines]
        lines = self._fitted(lines, due, self._total())
        rows = []

        def take(receipt, earlier):
            rows.extend(self._returned(original, receipt, earlier, lines))
            self._raise_problems()
            return [returned for _, returned, _ in rows], [item for _, _, item in rows]

        # What is wrong with the money is told with what is wrong in the lines, by `take`.
        paid_out = None
        if not self._problems:
            paid_out = Payments(money["cash"], money["ecash"], money["prepaid"])
        composed = self._env["fiscal.purchase"]._compose_return(
            self._till, original, take, paid_out, due
        )
        return self._built(composed, [line_id for line_id, _returned, _item in rows])

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
        if len(self._original_order) > 1:
            self._problem(self._env._("Take back the goods of one sale at a time."))
            self._raise_problems()
        receipt = self._original_order._fiscal_receipt_document()
        if not receipt.is_signed:
            for line in self._lines:
                self._problem_unsigned(line)
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

    def _returned(self, original, receipt, earlier, lines):
        """Triples of order line id, what of the original it takes back, and item."""
        earlier = list(earlier)
        rows = []
        for line in lines:
            parts = self._parts(original, receipt, line, earlier)
            if not parts:
                continue
            self._check_cost(original, receipt, line, parts, earlier)
            if not self._problems:
                numbers = original._pos_item_numbers(line.record.refunded_orderline_id)
                priced = list(priced_parts(parts, line.sum))
                back = with_vat_of(receipt, numbers, earlier, priced)
                rows += [(line.record.id, *row) for row in back]
                earlier += [returned for returned, _item in back]
            else:
                earlier += [part.as_returned for part in parts]
        return rows

    def _check_cost(self, original, receipt, line, parts, earlier):
        """No more is given back than was paid; what is left in the end is given back exactly."""
        cost = sum(part.sum for part in parts)
        # Odoo rounds the line, the receipt had a price in whole kopecks for each piece.
        rounding = max(line.quantity, 1)
        if line.sum > cost + rounding:
            self._problem_of_cost(line, cost)
            return
        numbers = original._pos_item_numbers(line.record.refunded_orderline_id)
        left = left_to_return(receipt, [*earlier, *(part.line for part in parts)])
        if any(left[number - 1] > 0 for number in numbers):
            return
        before = [each.sum for each in earlier if each.number in numbers]
        rest = sum(receipt.items[number - 1].sum for number in numbers) - sum(before)
        # What was given back for less on purpose, or rounded as cash, is not made up for.
        least = rest - rounding * (len(before) + 1) if before and not self._is_rounded() else rest
        if line.sum > rest or least <= line.sum < rest:
            self._problem_of_rest(line, rest)

    def _is_rounded(self):
        return self._due() != self._total()

    def _parts(self, original, receipt, line, earlier):
        """What of the original's lines this line takes back; none when it is told wrong."""
        sold = line.record.refunded_orderline_id
        numbers = original._pos_item_numbers(sold)
        if not numbers:
            self._problem_unsigned(line.record)
            return []
        parts = parts_to_return(
            receipt,
            numbers,
            line.quantity,
            to_quantity(sold.qty),
            left_to_return(receipt, earlier),
            earlier,
        )
        if not parts or self._returned_quantity(sold) > sold.qty:
            self._problem(
                self._env._("%s: more is taken back than was sold.", line.product.display_name)
            )
            return []
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

    def _problem_of_rest(self, line, rest):
        self._problem(
            self._env._(
                "%(product)s: %(given)s would be given back, %(rest)s is what is left of its sale's"
                " receipt. Set the price so that the line comes to this amount.",
                product=line.product.display_name,
                given=self._format(line.sum),
                rest=self._format(rest),
            )
        )

    # Money ------------------------------------------------------------------------------------

    def _check_payments(self, money, original):
        if money["prepaid"] and not original.purchase_id:
            self._problem(self._nothing_to_keep())
        if money["provision"]:
            self._problem(self._env._("A return is paid out in money: in cash or to the card."))

    def _nothing_to_keep(self):
        return self._env._(
            "“Earlier prepayment” in a return lets the money stay as a prepayment of its"
            " sale order. There is none here: give the money back in cash or to the card."
        )

    def _words(self, problem):
        if problem.code == "taken_back":
            return self._env._(
                "The receipt of %s is taken back by a correction: nothing of it can be returned"
                " any more.",
                self._original_order.pos_reference,
            )
        if problem.code == "prepayment_kept":
            return self._nothing_to_keep()
        if problem.code == "prepayment_settled":
            return self._env._(
                "%(purchase)s: a prepayment of %(total)s cannot be given back, %(left)s are not"
                " settled yet. What was settled is given back by returning the goods.",
                purchase=self._original_order._fiscal_receipt_document().purchase_id.name,
                total=self._format(problem.params["total"]),
                left=self._format(problem.params["left"]),
            )
        if problem.code == "not_what_is_left_of_credit":
            total, credit = problem.params["total"], problem.params["credit"]
            return self._env._(
                "Of %(total)s, %(credit)s are struck off what the buyer owes (a payment method"
                " of the kind “On credit”), %(rest)s are paid out.",
                total=self._format(total),
                credit=self._format(credit),
                rest=self._format(total - credit),
            )
        return super()._words(problem)
