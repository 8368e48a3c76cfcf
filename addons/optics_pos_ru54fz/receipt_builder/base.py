"""What the receipts of all orders have in common: lines, codes, money, problems."""

from abc import ABC, abstractmethod
from dataclasses import asdict, replace
from typing import NamedTuple

from odoo.exceptions import UserError

from odoo.addons.optics_kkt_driver.kkt.fiscal import cp866
from odoo.addons.optics_kkt_driver.kkt.fiscal.document import InvalidDocument, Item, Receipt
from odoo.addons.optics_kkt_driver.kkt.fiscal.lines import (
    LinesDoNotFit,
    Misfit,
    fitted,
    without_discounts,
)
from odoo.addons.optics_kkt_driver.kkt.fiscal.money import from_kopecks, split_line
from odoo.addons.optics_kkt_driver.kkt.fiscal.rates import FiscalWarning, Rate20Policy
from odoo.addons.optics_kkt_driver.kkt.fiscal.vocabulary import (
    ItemsQuantityMeasure,
    Nds,
    PaymentType,
    ProductType,
)
from odoo.addons.optics_kkt_driver.models.fiscal_words import (
    words_of_problem,
    words_of_problems,
)

from .lines import settled_lines, to_kopecks

LONGEST_NAME = 128
"""Characters that tag 1030 takes, as the drive stores them."""
CHANGE_GIVER = "cash"
"""Change is given from cash alone (KKT.md A.5, 4Dh)."""


class Built(NamedTuple):
    receipt: Receipt
    warnings: list
    """``FiscalWarning``s as plain JSON."""
    columns: dict
    """Further columns of the receipt's row."""


class ReceiptBuilder(ABC):
    """Builds the receipt of one order; finds all that is wrong before anybody is told.

    :param order: ``pos.order`` in superuser mode, with its lines and payments
    """

    payment_type = PaymentType.FULL_PAYMENT
    """Tag 1214 of a new line, before it is known how it is paid."""
    sign = 1
    """Of the order's money: less than zero where it is given back."""

    def __init__(self, order):
        self._order = order
        self._env = order.env
        self._till = order.config_id.kkt_device_id
        self._policy = Rate20Policy(order.company_id.fiscal_rate_20_orders)
        self._lines = settled_lines(order)
        self._problems = []

    def build(self):
        """Return :class:`Built`. Raises UserError with every problem, each naming its line."""
        try:
            return self._build()
        except InvalidDocument as invalid:
            raise self._refusal(invalid) from invalid

    def change(self):
        """Kopecks of cash to give back. Raises UserError when the money does not suffice."""
        change = self._change(self._due(), self._paid())
        self._raise_problems()
        return change

    def ledger_vat(self):
        """Kopecks of VAT that Odoo has for what the receipt says."""
        return abs(to_kopecks(self._order.amount_tax))

    @abstractmethod
    def _build(self):
        """Return :class:`Built`. Raises UserError, and InvalidDocument for what the law forbids."""

    # Lines ------------------------------------------------------------------------------------

    def _fitted(self, lines, due, total):
        """The lines of goods, discounts taken off, with sums that add up to `due` kopecks exactly.

        :param lines: ``ReceiptLine``s
        :param total: what the order says they come to, before cash was rounded
        """
        goods = self._without_discounts(lines)
        try:
            sums = fitted([line.sum for line in goods], total, due)
        except LinesDoNotFit as error:
            self._problem(self._misfit(error.code))
            return []
        # None where nothing costs anything: then there are no goods either.
        return [replace(line, sum=part) for line, part in zip(goods, sums, strict=False)]

    def _misfit(self, code):
        if code is Misfit.ROUNDED_UP:
            return self._env._(
                "The total was rounded up, which a receipt does not allow. Let the rounding"
                " method of the point of sale round down."
            )
        return self._env._("The lines of the order do not add up to its total. Make it anew.")

    def _without_discounts(self, lines):
        """The lines of goods; those that are a discount are spread over goods of the same taxes."""
        sums, too_large = without_discounts(
            [line.sum for line in lines], [line.taxes for line in lines]
        )
        for index in too_large:
            self._problem(
                self._env._(
                    "%s: the discount is more than the goods of the same tax cost. Give it in"
                    " the line that it belongs to.",
                    lines[index].name,
                )
            )
        return [
            replace(line, sum=left) for line, left in zip(lines, sums, strict=True) if line.sum >= 0
        ]

    def _items(self, line):
        """One or more items that together come to the sum of `line`; none when it is told wrong."""
        codes = self._sold_codes(line)
        if codes is None:
            return []
        try:
            return [
                Item.priced(
                    cp866.fitting(" ".join(line.name.split()), LONGEST_NAME),
                    price,
                    quantity=quantity,
                    payment_type=self.payment_type,
                    items_quantity_measure=ItemsQuantityMeasure(int(line.product.fiscal_measure)),
                    **codes,
                )
                for price, quantity in split_line(line.sum, line.quantity)
            ]
        except InvalidDocument as invalid:
            # Told here, where it is known which product it is.
            product = line.product.display_name or line.name
            for words in words_of_problems(self._env, invalid):
                self._problem(self._env._("%(name)s: %(problem)s", name=product, problem=words))
            return []

    def _sold_codes(self, line):
        """VAT and kind of a line that is sold."""
        if len(line.taxes) != 1 or not line.taxes.nds:
            self._problem(
                self._env._(
                    "%s: give it exactly one sale tax that says which VAT is on the receipt;"
                    " “without VAT” is a tax too.",
                    line.product.display_name or line.name,
                )
            )
            return None
        return {
            "nds": Nds(int(line.taxes.nds)),
            "product_type": ProductType(int(line.product.fiscal_product_type)),
        }

    # Sale order -------------------------------------------------------------------------------

    def _sale_order(self):
        """Return the sale order that the lines came from; empty when there is none."""
        orders = self._lines.sale_order_origin_id
        if len(orders) > 1:
            self._problem(
                self._env._(
                    "%s: each sale order has receipts of its own. Take one at a time.",
                    ", ".join(orders.mapped("name")),
                )
            )
        elif orders and orders.company_id != self._order.company_id:
            self._problem(
                self._env._(
                    "%(order)s belongs to %(company)s: only its own till may sign for it.",
                    order=orders.name,
                    company=orders.company_id.name,
                )
            )
        return orders[:1]

    def _purchase_of(self, sale_order):
        """Return the purchase of a sale order; empty without one."""
        purchases = self._env["fiscal.purchase"]
        return purchases._of(self._order.company_id, sale_order.name) if sale_order else purchases

    # Money ------------------------------------------------------------------------------------

    def _due(self):
        """Kopecks to pay, or to pay out, after the cash rounding of the point of sale."""
        return self.sign * to_kopecks(self._order._get_rounded_amount(self._order.amount_total))

    def _total(self):
        return self.sign * to_kopecks(self._order.amount_total)

    def _money(self, due):
        """Kopecks by kind of payment, change taken off."""
        paid = self._paid()
        return {**paid, CHANGE_GIVER: paid[CHANGE_GIVER] - self._change(due, paid)}

    def _paid(self):
        """Kopecks given by kind of payment, change not taken off."""
        paid = dict.fromkeys(("cash", "ecash", "prepaid", "credit", "provision"), 0)
        for payment in self._order.payment_ids.filtered(lambda payment: not payment.is_change):
            kind = payment.payment_method_id.fiscal_payment_kind
            paid[kind] += self.sign * to_kopecks(payment.amount)
        if any(amount < 0 for amount in paid.values()):
            self._problem(self._env._("A payment goes the wrong way. Remove it and pay again."))
        return paid

    def _change(self, due, paid):
        change = sum(paid.values()) - due
        if change < 0:
            self._problem(self._env._("The order is not fully paid."))
        elif change > paid[CHANGE_GIVER] or (change and self.sign < 0):
            self._problem(
                self._env._("Change can only be given from cash. Enter the exact amounts.")
            )
        return change

    def _format(self, kopecks):
        return self._order.currency_id.format(float(from_kopecks(kopecks)))

    # Receipt ----------------------------------------------------------------------------------

    def _built(self, composed, line_ids):
        """Return :class:`Built`.

        :param composed: of ``fiscal.purchase``
        :param line_ids: for each of its items the order line that it is of
        """
        receipt = composed.receipt(self._order._fiscal_cashier())
        warnings = [
            asdict(warning) for warning in (*composed.warnings, *self._vat_warnings(receipt))
        ]
        return Built(receipt, warnings, {"pos_line_ids": line_ids, **composed.columns})

    def _vat_warnings(self, receipt):
        """Tell of kopecks between the document's VAT, which decides, and the ledger's."""
        document, ledger = vat_of_document(receipt), self.ledger_vat()
        if document != ledger:
            text = self._env._(
                "VAT is %(document)s on the receipt and %(ledger)s in the order",
                document=self._format(document),
                ledger=self._format(ledger),
            )
            yield FiscalWarning("vat_differs", "vat", text)

    # Problems -----------------------------------------------------------------------------------

    def _refusal(self, invalid):
        """Return a UserError with what `invalid` tells, each problem in a line of its own."""
        return UserError("\n".join(dict.fromkeys(map(self._words, invalid.problems))))

    def _words(self, problem):
        """Return what a ``Problem`` says to a cashier, who sees the order and not the receipt."""
        if problem.code != "rate_outdated":
            words = words_of_problem(self._env, problem)
            return self._env._("The receipt cannot be signed: %s", words)
        return self._env._(
            "%(product)s: its tax says %(rate)s, which is not lawful any more. Give"
            " the product the tax of %(new_rate)s.",
            product=problem.params["product"],
            rate=problem.params["rate"].label,
            new_rate=problem.params["new_rate"].label,
        )

    def _problem(self, text):
        if text not in self._problems:
            self._problems.append(text)

    def _raise_problems(self):
        if self._problems:
            raise UserError("\n".join(self._problems))


def vat_of_document(settlement):
    """Kopecks of VAT in a document, all rates together."""
    return sum(part for nds, part in settlement.vat_totals.items() if nds.rate)
