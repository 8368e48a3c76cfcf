"""Dividing money over the lines of an order so that no kopeck is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum

from .item import Item
from .money import line_sum, split_line, spread
from .vocabulary import Nds, PaymentType, ProductType


class Misfit(StrEnum):
    """Why the lines of an order cannot be made to come to what is due."""

    NOT_THE_TOTAL = "not_the_total"
    """More than rounding lies between the lines and the order's total."""
    ROUNDED_UP = "rounded_up"
    """More is due than the goods cost."""


class LinesDoNotFit(ValueError):
    """The lines of an order cannot be made to come to what is due; `code` says why."""

    def __init__(self, code: Misfit) -> None:
        self.code = code
        super().__init__(code.value)


def without_discounts(sums: Sequence[int], taxes: Sequence[object]) -> tuple[list[int], list[int]]:
    """The sums of an order's lines with the discounts among them spread over goods: kopecks.

    A line below zero is a discount on the goods of the same taxes, in proportion to their sums.

    :param taxes: of each line, compared only
    :return: the new sums, nought for a discount, and the indexes of discounts that are more than
        the goods of their taxes cost: these are not spread
    """
    left = [max(each, 0) for each in sums]
    too_large = []
    for index, discount in enumerate(sums):
        if discount >= 0:
            continue
        same = [each if taxes[i] == taxes[index] else 0 for i, each in enumerate(left)]
        if sum(same) < -discount:
            too_large.append(index)
        else:
            parts = spread(-discount, same)
            left = [each - part for each, part in zip(left, parts, strict=True)]
    return left, too_large


def fitted(sums: Sequence[int], total: int, due: int) -> list[int]:
    """The sums of goods, made to come to `due` kopecks exactly; none when they cost nothing.

    :param total: what the order says they come to, before cash was rounded; a kopeck a line may
        lie between it and the sums
    :raises LinesDoNotFit: more lies between them, or `due` was rounded up
    """
    whole = sum(sums)
    if abs(whole - total) > len(sums):
        raise LinesDoNotFit(Misfit.NOT_THE_TOTAL)
    if due > max(total, whole):
        raise LinesDoNotFit(Misfit.ROUNDED_UP)
    return spread(due, sums) if whole else []


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


def prepayment_shares(
    items: Sequence[Item], shares: Sequence[tuple[int, Sequence[int]]]
) -> list[tuple[int, Item]]:
    """The lines of a prepayment whose parts are each for some of the goods, as a ledger has them.

    :param shares: kopecks, and the indexes of the items that they are for
    :return: pairs of the index of a share and a line, see :func:`prepayment_lines`
    :raises ValueError: a share is more than its items cost, or nothing
    """
    paid = sum(part for part, _indexes in shares)
    is_whole = paid == sum(item.sum for item in items)
    kind = PaymentType.FULL_PREPAYMENT if is_whole else PaymentType.PREPAYMENT
    return [
        (number, replace(line, payment_type=kind))
        for number, (part, indexes) in enumerate(shares)
        for line in prepayment_lines([items[index] for index in indexes], part)
    ]


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
