"""From an order of the point of sale to the receipt that a till can sign."""

from decimal import ROUND_HALF_UP, Decimal

from odoo.exceptions import UserError

from odoo.addons.optics_kkt_driver.kkt.fiscal.document import Item, Payments, Receipt
from odoo.addons.optics_kkt_driver.kkt.fiscal.money import split_line, spread
from odoo.addons.optics_kkt_driver.kkt.fiscal.problems import InvalidDocument
from odoo.addons.optics_kkt_driver.kkt.fiscal.vocabulary import (
    ItemsQuantityMeasure,
    Nds,
    OperationType,
    PaymentType,
    ProductType,
)

LONGEST_NAME = 128
"""Characters that tag 1030 takes."""
CHANGE_GIVER = "cash"
"""Change is given from cash alone (KKT.md A.5, 4Dh)."""


def to_kopecks(amount):
    """Turn an amount that Odoo keeps as a rounded float of roubles into whole kopecks."""
    return int((Decimal(str(amount)) * 100).quantize(Decimal(1), ROUND_HALF_UP))


class ReceiptBuilder:
    """Builds the receipt of one order; finds all that is wrong before anybody is told.

    :param order: ``pos.order`` in superuser mode, with its lines and payments
    """

    def __init__(self, order):
        self._order = order
        self._env = order.env
        self._problems = []
        self._lines = order.lines.filtered(self._is_settled)
        self._is_return = bool(self._lines) and all(line.qty < 0 for line in self._lines)

    def build(self):
        """Return ``(Receipt, [id of the order line of each item])``.

        Raises UserError with every problem, each naming its line.
        """
        self._check_lines()
        due = self._due()
        paid = self._paid()
        change = self._change(due, paid)
        items = [
            (line.id, fields)
            for line, total in self._line_sums(due)
            for fields in self._item_fields(line, total)
        ]
        self._raise_problems()
        credit_type = self._credit_type(due, paid["credit"])
        payments = Payments(**{**paid, CHANGE_GIVER: paid[CHANGE_GIVER] - change})
        return self._receipt(items, payments, credit_type), [line_id for line_id, _ in items]

    def change(self):
        """Kopecks of cash to give back. Raises UserError when the money does not suffice."""
        change = self._change(self._due(), self._paid())
        self._raise_problems()
        return change

    # Lines ------------------------------------------------------------------------------------

    def _is_settled(self, line):
        """Leave out the headings of combos, whose parts have lines, and lines of nothing."""
        return line.qty and not (line.product_id.type == "combo" and not line.price_subtotal_incl)

    def _check_lines(self):
        if not self._lines:
            self._problem(self._env._("The order has no lines: there is nothing to sign."))
        elif any((line.qty < 0) != self._is_return or line.price_unit < 0 for line in self._lines):
            self._problem(
                self._env._(
                    "A receipt is either a sale or a return. Sell and take back in two orders, and"
                    " give a discount in the line that it belongs to."
                )
            )
        elif not self._order.amount_total:
            self._problem(
                self._env._("The order comes to zero: without a payment there is no receipt.")
            )

    def _line_sums(self, due):
        """Pairs of line and kopecks that add up to `due` exactly."""
        # Odoo's screen and its back office give the lines of a return different signs.
        sums = [abs(to_kopecks(line.price_subtotal_incl)) for line in self._lines]
        if sum(sums) == due:
            return list(zip(self._lines, sums, strict=True))
        total = abs(to_kopecks(self._order.amount_total))
        if abs(sum(sums) - total) > len(sums):
            self._problem(
                self._env._("The lines of the order do not add up to its total. Make it anew.")
            )
            return []
        if due > max(total, sum(sums)):
            self._problem(
                self._env._(
                    "The total was rounded up, which a receipt does not allow. Let the rounding"
                    " method of the point of sale round down."
                )
            )
            return []
        return list(zip(self._lines, spread(due, sums), strict=True))

    def _item_fields(self, line, total):
        """Arguments of one or more items that together come to `total` kopecks."""
        codes = self._returned_codes(line) if self._is_return else self._sold_codes(line)
        if codes is None:
            return []
        name = " ".join((line.full_product_name or line.product_id.display_name).split())
        measure = ItemsQuantityMeasure(int(line.product_id.fiscal_measure))
        quantity = Decimal(str(abs(line.qty)))
        return [
            {
                "name": name[:LONGEST_NAME],
                "price": price,
                "quantity": part,
                "items_quantity_measure": measure,
                **codes,
            }
            for price, part in split_line(total, quantity)
        ]

    def _sold_codes(self, line):
        """VAT and kind of a line that is sold."""
        product = line.product_id
        if product == self._order.config_id.down_payment_product_id:
            self._problem(
                self._env._("%s: the till cannot take prepayments yet.", product.display_name)
            )
            return None
        taxes = line.tax_ids_after_fiscal_position
        if len(taxes) != 1 or not taxes.nds:
            self._problem(
                self._env._(
                    "%s: give it exactly one sale tax that says which VAT is on the receipt;"
                    " “without VAT” is a tax too.",
                    product.display_name,
                )
            )
            return None
        return {
            "nds": Nds(int(taxes.nds)),
            "product_type": ProductType(int(product.fiscal_product_type)),
        }

    def _returned_codes(self, line):
        """VAT, kind and way of settling of a line that is taken back: those of the original."""
        name = line.product_id.display_name
        original = line.refunded_orderline_id
        if not original:
            self._problem(self._env._("%s: return it from the order in which it was sold.", name))
            return None
        receipt = original.order_id._fiscal_receipt_document()
        item = receipt.is_signed and receipt._pos_item(original)
        if not item:
            self._problem(
                self._env._(
                    "%(product)s: the receipt of its sale (%(order)s) was not signed here.",
                    product=name,
                    order=original.order_id.pos_reference,
                )
            )
            return None
        if self._returned_quantity(original) > original.qty:
            self._problem(self._env._("%s: more is taken back than was sold.", name))
            return None
        return {
            "nds": Nds(item["nds"]),
            "product_type": ProductType(item["productType"]),
            "payment_type": PaymentType(item["paymentType"]),
        }

    def _returned_quantity(self, original):
        """How much of `original` is taken back, by this order and by those under way or done."""
        others = original.refund_orderline_ids.filtered(
            lambda line: (
                line.order_id == self._order
                or line.order_id.state in ("paid", "done")
                or line.order_id._fiscal_receipt_document()
            )
        )
        return -sum(others.mapped("qty"))

    # Money ------------------------------------------------------------------------------------

    def _due(self):
        """Kopecks to pay, after the cash rounding of the point of sale."""
        return abs(to_kopecks(self._order._get_rounded_amount(self._order.amount_total)))

    def _paid(self):
        """Kopecks given by kind of payment, change not taken off."""
        sign = -1 if self._is_return else 1
        paid = dict.fromkeys(("cash", "ecash", "prepaid", "credit", "provision"), 0)
        for payment in self._order.payment_ids.filtered(lambda payment: not payment.is_change):
            kind = payment.payment_method_id.fiscal_payment_kind
            paid[kind] += sign * to_kopecks(payment.amount)
        if any(amount < 0 for amount in paid.values()):
            self._problem(self._env._("A payment goes the wrong way. Remove it and pay again."))
        return paid

    def _change(self, due, paid):
        change = sum(paid.values()) - due
        if change < 0:
            self._problem(self._env._("The order is not fully paid."))
        elif change > paid[CHANGE_GIVER] or (change and self._is_return):
            self._problem(
                self._env._("Change can only be given from cash. Enter the exact amounts.")
            )
        return change

    def _credit_type(self, due, credit):
        """How goods leave (tag 1214): paid, partly paid, or all on credit."""
        if not credit:
            return PaymentType.FULL_PAYMENT
        if credit == due:
            return PaymentType.CREDIT
        return PaymentType.PARTIAL_PAYMENT_AND_CREDIT

    # Receipt ----------------------------------------------------------------------------------

    def _receipt(self, items, payments, credit_type):
        order = self._order
        operation = OperationType.SALE_RETURN if self._is_return else OperationType.SALE
        try:
            return Receipt(
                operation,
                order.config_id.kkt_device_id._taxation_type(),
                tuple(
                    Item.priced(**{"payment_type": credit_type, **fields}) for _id, fields in items
                ),
                payments,
                order._fiscal_cashier(),
            )
        except InvalidDocument as invalid:
            raise UserError(self._env._("The receipt cannot be signed: %s", invalid)) from invalid

    def _problem(self, text):
        if text not in self._problems:
            self._problems.append(text)

    def _raise_problems(self):
        if self._problems:
            raise UserError("\n".join(self._problems))
