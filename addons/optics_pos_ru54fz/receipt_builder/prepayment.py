"""Money comes before the goods: Odoo's down payments on a sale order."""

from odoo.addons.optics_kkt_driver.kkt.fiscal.document import Payments
from odoo.addons.optics_kkt_driver.kkt.fiscal.vocabulary import PaymentType

from .base import ReceiptBuilder
from .lines import left_to_hand_over, line_of_point_of_sale, lines_of_sale_order, to_kopecks


class PrepaymentBuilder(ReceiptBuilder):
    """One receipt over the lines of the sale order, for all down payment lines of the order.

    Odoo makes a down payment line for each tax. Its money is spread over the goods of that tax, as
    the ledger has it. No item is of two lines: so a return of a line finds its items.
    """

    payment_type = PaymentType.PREPAYMENT

    def _build(self):
        sale_order = self._sale_order()
        self._check_lines(sale_order)
        due = self._due()
        money = self._money(due)
        if money["prepaid"] or money["credit"]:
            self._problem(self._env._("A prepayment is paid in cash, by card or the like."))
        lines = [line_of_point_of_sale(line) for line in self._lines]
        lines = self._fitted(lines, due, self._total())
        goods = self._goods(sale_order)
        self._raise_problems()

        shares = list(_shares(lines, goods))
        composed = self._purchase_of(sale_order)._compose_prepayment(
            self._till,
            self._policy,
            [item for _taxes, item in goods],
            Payments(**money),
            [(line.sum, indexes) for line, indexes in shares],
            to_kopecks(sale_order._fiscal_paid_elsewhere()),
        )
        return self._built(composed, [shares[share][0].record.id for share in composed.shares])

    def _check_lines(self, sale_order):
        product = self._lines.product_id
        if self._lines.filtered(lambda line: not line.sale_order_origin_id):
            self._problem(
                self._env._(
                    "%s: a prepayment is taken for a sale order. Choose it with “Quotation/Order”.",
                    product.display_name,
                )
            )
        elif any(line.price_subtotal_incl <= 0 for line in self._lines):
            self._problem(
                self._env._(
                    "%s: a prepayment is more than zero. To give one back, return the order in"
                    " which it was taken.",
                    product.display_name,
                )
            )
        self._raise_problems()

    def _goods(self, sale_order):
        """Pairs of taxes and item: what of the sale order is still to be handed over."""
        total = to_kopecks(sale_order.amount_total)
        ordered = self._fitted(lines_of_sale_order(sale_order), total, total)
        lines = (left_to_hand_over(line) for line in ordered)
        return [(line.taxes, item) for line in lines if line.sum for item in self._items(line)]

    def _words(self, problem):
        if problem.code != "more_than_unpaid":
            return super()._words(problem)
        return self._env._(
            "%(order)s: a prepayment of %(due)s is more than the %(unpaid)s that are not paid yet.",
            order=self._sale_order().name,
            due=self._format(problem.params["paid"]),
            unpaid=self._format(problem.params["unpaid"]),
        )


def _shares(lines, goods):
    """Pairs of a down payment line and the indexes of the goods that its money is for.

    Those of the line's taxes; all of them where Odoo, who looks at the whole order, takes more at a
    tax than what is left of its goods costs. In the order of the goods.
    """

    def cost(taxes):
        return sum(item.sum for each, item in goods if each == taxes)

    def taken(taxes):
        return sum(line.sum for line in lines if line.taxes == taxes)

    def place(line):
        return next(
            (i for i, (taxes, _item) in enumerate(goods) if taxes == line.taxes), len(goods)
        )

    by_taxes = all(taken(line.taxes) <= cost(line.taxes) for line in lines)
    for line in sorted(lines, key=place):
        yield (
            line,
            [i for i, (taxes, _item) in enumerate(goods) if not by_taxes or taxes == line.taxes],
        )
