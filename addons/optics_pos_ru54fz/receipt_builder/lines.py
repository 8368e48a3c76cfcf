"""A line of an order as a receipt takes it, whichever model it comes from. Sums are kopecks."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

QUANTITY_STEP = Decimal("0.000001")
"""The finest that a till counts in."""
ANY_FLOAT = Context(prec=400)
"""However large a number somebody has typed: that it is too large is for the document to say."""


def to_kopecks(amount):
    """Turn an amount that Odoo keeps as a rounded float of roubles into whole kopecks."""
    exact = Decimal(str(amount)) * 100
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP, context=ANY_FLOAT))


def to_quantity(quantity):
    """Turn a quantity that Odoo keeps as a float into what a till takes, without its sign."""
    return abs(Decimal(str(quantity))).quantize(QUANTITY_STEP, context=ANY_FLOAT).normalize()


@dataclass(frozen=True)
class ReceiptLine:
    record: Any
    """``pos.order.line`` or ``sale.order.line``."""
    product: Any
    name: str
    taxes: Any
    """After the fiscal position."""
    quantity: Decimal
    """More than zero, in the product's own unit."""
    sum: int
    """VAT included, less than zero where the line is a discount on others."""


def settled_lines(order):
    """Lines that a receipt speaks of: not the headings of combos, whose parts have lines."""
    return order.lines.filtered(
        lambda line: (
            line.qty and not (line.product_id.type == "combo" and not line.price_subtotal_incl)
        )
    )


def down_payment_lines(order):
    """Lines by which money comes before the goods, or is taken off when they leave."""
    product = order.config_id.down_payment_product_id
    return settled_lines(order).filtered(lambda line: product and line.product_id == product)


def line_of_point_of_sale(line):
    # Odoo's screen and its back office give the totals of a return different signs, so the sign
    # says only whether the line is a discount on the others.
    total = abs(to_kopecks(line.price_subtotal_incl))
    return ReceiptLine(
        line,
        line.product_id,
        line.full_product_name or line.product_id.display_name,
        line.tax_ids_after_fiscal_position,
        to_quantity(line.qty),
        -total if line.price_unit < 0 else total,
    )


def lines_of_sale_order(order):
    """The goods of a sale order, handed over or not, as ``ReceiptLine``s."""
    goods = order.order_line.filtered(
        lambda line: not line.display_type and not line.is_downpayment and line.product_uom_qty
    )
    return [_line_of_sale_order(line) for line in goods]


def _line_of_sale_order(line):
    product = line.product_id.with_context(display_default_code=False)
    total = to_kopecks(line.price_total)
    return ReceiptLine(
        line,
        line.product_id,
        product.display_name or line.name,
        line.tax_ids,
        to_quantity(line._convert_qty(line, line.product_uom_qty, "s2p")),
        total,
    )


def left_to_hand_over(line):
    """What of a sale order's line has not left by a receipt yet, or may be leaving just now."""
    receipts = line.record.pos_order_line_ids.filtered(
        lambda each: each.order_id._fiscal_receipt_document()
    )
    gone = sum((to_quantity(each.qty) for each in receipts), Decimal(0))
    left = max(line.quantity - gone, Decimal(0))
    share = Decimal(line.sum) * left / line.quantity
    return replace(line, quantity=left, sum=int(share.quantize(Decimal(1), ROUND_HALF_UP)))
