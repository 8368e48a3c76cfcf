"""From an order of the point of sale to the receipt that a till can sign.

``receipt_builder(order).build()`` gives the receipt and the columns of its row, or tells everything
that is wrong at once.
"""

from .base import Built, ReceiptBuilder, vat_of_document
from .lines import down_payment_lines, settled_lines
from .prepayment import PrepaymentBuilder
from .returns import ReturnBuilder
from .sale import SaleBuilder


def receipt_builder(order):
    """Return the builder for what this order is.

    :param order: ``pos.order`` in superuser mode, with its lines and payments
    :rtype: ReceiptBuilder
    """
    lines = settled_lines(order)
    if lines and all(line.qty < 0 for line in lines):
        return ReturnBuilder(order)
    if lines and lines == down_payment_lines(order):
        return PrepaymentBuilder(order)
    return SaleBuilder(order)


__all__ = ["Built", "ReceiptBuilder", "receipt_builder", "vat_of_document"]
