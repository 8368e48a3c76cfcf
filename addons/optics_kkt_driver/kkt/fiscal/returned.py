"""What is taken back of a signed receipt: which of its lines, how much of them, for which money.

Names, prices and codes are the original's. A return by the numbers of lines takes them at their
price (:func:`returned_lines`); one of a counter's order, which may give back less than was paid,
collects parts of lines first (:func:`parts_to_return`) and prices them then (:func:`priced_parts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from .item import Item
from .money import line_sum, split_line, spread
from .problems import Problems
from .receipt import Settlement


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """So much of one line of the original is given back."""

    number: int
    """Of the original's line, from 1."""
    quantity: Decimal


def left_to_return(original: Settlement, earlier: Iterable[ReturnedLine]) -> list[Decimal]:
    """For each line of the original, how much of it has not been given back yet."""
    left = [item.quantity for item in original.items]
    for line in earlier:
        left[line.number - 1] -= line.quantity
    return left


def returned_lines(
    original: Settlement, earlier: Iterable[ReturnedLine], wanted: Sequence[ReturnedLine] | None
) -> tuple[list[ReturnedLine], tuple[Item, ...]]:
    """What is given back, and the lines that say so: names, prices and codes of the original.

    :param earlier: what was given back before, or may be just now
    :param wanted: None for all that is left
    :raises InvalidDocument: more than is left, a line that is not there, or nothing at all
    """
    left = left_to_return(original, earlier)
    if wanted is None:
        wanted = [
            ReturnedLine(number, quantity)
            for number, quantity in enumerate(left, 1)
            if quantity > 0
        ]
    problems = Problems()
    if not wanted:
        problems.add("items", None, "nothing_left")
    taken: dict[int, Decimal] = {}
    for index, line in enumerate(wanted):
        _check_returned(problems, f"items[{index}]", line, left, taken)
    problems.raise_any()
    items = (_returned_item(original.items[line.number - 1], line.quantity) for line in wanted)
    return list(wanted), tuple(items)


@dataclass(frozen=True, slots=True)
class ReturnedPart:
    """So much of one line of the original is taken back, and what was paid for it."""

    line: ReturnedLine
    item: Item
    """The original's line."""
    shown: Decimal
    """The quantity that the return names."""
    sum: int
    """Kopecks that the original has for this part."""


def parts_to_return(
    original: Settlement,
    numbers: Sequence[int],
    wanted: Decimal,
    sold: Decimal,
    left: Sequence[Decimal],
) -> list[ReturnedPart]:
    """Parts of the original's lines for `wanted` of the `sold` pieces that these lines stand for.

    Goods are taken in the order of the lines. Of money that was prepaid each line gives its share.

    :param numbers: of the lines, from 1; all of goods, or all of one prepayment
    :param left: how much of each line of the original has not been given back yet
    :return: nothing when less is left than is wanted
    """
    if original.items[numbers[0] - 1].payment_type.is_prepayment:
        parts = [_share(number, original, wanted / sold) for number in numbers]
        enough = all(part.line.quantity <= left[part.line.number - 1] for part in parts)
        return parts if enough else []
    return _pieces(numbers, original, wanted, left)


def priced_parts(parts: Sequence[ReturnedPart], total: int) -> Iterator[tuple[ReturnedLine, Item]]:
    """Lines of a return that come to `total` kopecks exactly, each with what it takes back.

    A part whose money is no price x quantity becomes two lines. Raises ValueError when the parts
    cost nothing and `total` is something.
    """
    sums = spread(total, [part.sum for part in parts])
    for part, money in zip(parts, sums, strict=True):
        whole = _checked_anew(part.item)
        if money == part.sum and part.line.quantity == part.item.quantity:
            yield part.line, whole
            continue
        left = part.line.quantity
        for price, shown in split_line(money, part.shown):
            quantity = min(shown, left)
            left -= quantity
            yield (
                replace(part.line, quantity=quantity),
                replace(
                    whole, price=price, quantity=shown, sum=line_sum(price, shown), nds_sum=None
                ),
            )


def _pieces(
    numbers: Sequence[int], original: Settlement, wanted: Decimal, left: Sequence[Decimal]
) -> list[ReturnedPart]:
    parts = []
    for number in numbers:
        item, quantity = original.items[number - 1], min(wanted, left[number - 1])
        if quantity > 0:
            cost = line_sum(item.price, quantity)
            parts.append(ReturnedPart(ReturnedLine(number, quantity), item, quantity, cost))
            wanted -= quantity
    return [] if wanted else parts


def _share(number: int, original: Settlement, share: Decimal) -> ReturnedPart:
    # Goods are named whole, as when their money was taken.
    item = original.items[number - 1]
    line = ReturnedLine(number, item.quantity * share)
    return ReturnedPart(line, item, item.quantity, int(item.sum * share))


def _check_returned(
    problems: Problems,
    path: str,
    line: ReturnedLine,
    left: Sequence[Decimal],
    taken: dict[int, Decimal],
) -> None:
    if not 1 <= line.number <= len(left):
        problems.add(f"{path}.line", line.number, "no_such_line", last=len(left))
        return
    if not (line.quantity.is_finite() and line.quantity > 0):
        problems.add(f"{path}.quantity", line.quantity, "not_positive")
        return
    taken[line.number] = taken.get(line.number, Decimal(0)) + line.quantity
    if taken[line.number] > left[line.number - 1]:
        told = {"left": left[line.number - 1].normalize(), "line": line.number}
        problems.add(f"{path}.quantity", line.quantity, "more_than_left", **told)


def _returned_item(item: Item, quantity: Decimal) -> Item:
    item = _checked_anew(item)
    if quantity == item.quantity:
        return item
    return replace(item, quantity=quantity, sum=line_sum(item.price, quantity), nds_sum=None)


def _checked_anew(item: Item) -> Item:
    # Whether a marked piece may be taken back is checked anew.
    return replace(item, checking_prod_information_result=None)
