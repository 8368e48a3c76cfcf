"""Dividing money over the lines of an order so that no kopeck is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from .item import Item
from .money import line_sum, split_line, spread
from .vocabulary import Nds, PaymentType, ProductType


def spread_discount(items: Sequence[Item], discount: int) -> tuple[Item, ...]:
    """The items with a discount on the whole receipt taken off, in proportion to their sums.

    `discount` is in kopecks. A line whose new sum is no price x quantity becomes two lines. Raises
    ValueError when the discount is negative or exceeds the receipt.
    """
    sums = [item.sum for item in items]
    if not 0 <= discount <= sum(sums):
        raise ValueError(f"a discount of {discount} on {sum(sums)} kopecks")
    parts = spread(discount, sums)
    return tuple(
        line
        for item, part in zip(items, parts, strict=True)
        for line in _resized(item, item.sum - part)
    )


def prepayment_lines(items: Sequence[Item], paid: int) -> tuple[Item, ...]:
    """The lines of a prepayment receipt: the order's goods, and together exactly `paid` kopecks.

    1214 is 1 when all is paid, else 2; each line has the calculated form of its own rate, exempt
    goods keep code 6. Lines that get no kopeck are left out. The rates must be those of the day of
    payment (:func:`.rates.line_rate`). Raises ValueError unless 0 < `paid` <= the order's sum.
    """
    sums = [item.sum for item in items]
    whole = sum(sums)
    if not 0 < paid <= whole:
        raise ValueError(f"a prepayment of {paid} on {whole} kopecks")
    kind = PaymentType.FULL_PREPAYMENT if paid == whole else PaymentType.PREPAYMENT
    return tuple(
        _as_prepayment(line, kind)
        for item, part in zip(items, spread(paid, sums), strict=True)
        if part
        for line in _resized(item, part)
    )


def advance_line(name: str, paid: int, nds: Nds) -> Item:
    """The one line of an advance or a gift card: no goods are named, 1214 = 3, 1212 = 10.

    `nds` is the rate of the day in either form; its calculated form is taken. Raises
    InvalidDocument.
    """
    return Item.priced(
        name,
        paid,
        nds.calculated,
        payment_type=PaymentType.ADVANCE,
        product_type=ProductType.PAYMENT,
    )


def _as_prepayment(line: Item, kind: PaymentType) -> Item:
    # Which marked piece it will be is known only at handover: no code yet.
    return replace(
        line,
        nds=line.nds.calculated,
        nds_sum=None,
        payment_type=kind,
        marking_code=None,
        product_code=None,
        checking_prod_information_result=None,
    )


def _resized(item: Item, total: int) -> Iterator[Item]:
    if total == item.sum:
        yield item
        return
    for price, quantity in split_line(total, item.quantity):
        part = line_sum(price, quantity)
        yield replace(item, price=price, quantity=quantity, sum=part, nds_sum=None)
