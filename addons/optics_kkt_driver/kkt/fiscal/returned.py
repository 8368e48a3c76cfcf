"""What is taken back of a signed receipt: which of its lines, how much of them, for which money.

Names, prices and codes are the original's. A return by the numbers of lines takes them at their
price (:func:`returned_lines`); one of a counter's order, which may give back less than was paid,
collects parts of lines first (:func:`parts_to_return`) and prices them then (:func:`priced_parts`).

A line that is given back in parts comes back to the kopeck, its VAT too: a part costs price x
quantity as long as what is left after it lies within a kopeck of its share of the line; the last
part takes what is left. Where that is no price x quantity, the price of the part gives way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from .item import Item
from .money import line_sum, split_line, spread, vat_of
from .problems import Problems
from .receipt import Settlement


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """So much of one line of the original is given back."""

    number: int
    """Of the original's line, from 1."""
    quantity: Decimal
    sum: int | None = field(default=None, compare=False)
    """Kopecks that were given back for it; None for price x quantity."""
    vat: int | None = field(default=None, compare=False)
    """Of `sum`."""


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
    earlier = list(earlier)
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
    lines, items = [], []
    for line in wanted:
        item = original.items[line.number - 1]
        part = _part(item, line, line.quantity, line_sum(item.price, line.quantity), earlier)
        for back, returned in _priced(part, part.sum):
            earlier.append(back)
            lines.append(back)
            items.append(returned)
    return lines, tuple(items)


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
    vat: int
    """Kopecks of VAT that it has for it."""

    @property
    def as_returned(self) -> ReturnedLine:
        """What is given back with this part, when it is for all that was paid."""
        return replace(self.line, sum=self.sum, vat=self.vat)


def parts_to_return(
    original: Settlement,
    numbers: Sequence[int],
    wanted: Decimal,
    sold: Decimal,
    left: Sequence[Decimal],
    earlier: Sequence[ReturnedLine] = (),
) -> list[ReturnedPart]:
    """Parts of the original's lines for `wanted` of the `sold` pieces that these lines stand for.

    Goods are taken in the order of the lines. Of money that was prepaid each line gives its share.

    :param numbers: of the lines, from 1; all of goods, or all of one prepayment
    :param left: how much of each line of the original has not been given back yet
    :param earlier: what was given back before, for which money
    :return: nothing when less is left than is wanted
    """
    if original.items[numbers[0] - 1].payment_type.is_prepayment:
        parts = [_share(number, original, wanted / sold, earlier) for number in numbers]
        enough = all(part.line.quantity <= left[part.line.number - 1] + _NOTHING for part in parts)
        return parts if enough else []
    return _pieces(numbers, original, wanted, left, earlier)


def priced_parts(parts: Sequence[ReturnedPart], total: int) -> Iterator[tuple[ReturnedLine, Item]]:
    """Lines of a return that come to `total` kopecks exactly, each with what it takes back.

    A part whose money is no price x quantity becomes two lines. Raises ValueError when the parts
    cost nothing and `total` is something.
    """
    sums = spread(total, [part.sum for part in parts])
    for part, money in zip(parts, sums, strict=True):
        yield from _priced(part, money)


def with_vat_of(
    original: Settlement,
    numbers: Sequence[int],
    earlier: Iterable[ReturnedLine],
    rows: Sequence[tuple[ReturnedLine, Item]],
) -> list[tuple[ReturnedLine, Item]]:
    """The lines of a return with VAT that comes to the original's when the last part is back.

    For lines that are one line at the counter, where a part's money is the order's and not what
    :func:`_part` says. A line is at most a kopeck off the VAT of its sum.

    :param numbers: of the original's lines that are that one line
    :param earlier: what was given back before, for which money
    """
    sold = [original.items[number - 1] for number in numbers]
    if len({item.nds for item in sold}) > 1:
        return list(rows)
    before = [each for each in earlier if each.number in numbers]
    given = [
        (_given(item, each), _given_vat(item, each))
        for each in before
        for item in (original.items[each.number - 1],)
    ]
    whole, tax = sum(item.sum for item in sold), sum(item.vat for item in sold)
    left = whole - sum(money for money, _vat in given)
    left_tax = _within(tax - sum(vat for _money, vat in given), _share_of(tax, left, whole))
    own = [vat_of(item.sum, item.nds) for _line, item in rows]
    after = left - sum(item.sum for _line, item in rows)
    tax_after = _within(left_tax - sum(own), _share_of(tax, after, whole))
    return _with_vat(rows, _nudged(own, left_tax - tax_after))


def _nudged(parts: Sequence[int], total: int) -> list[int]:
    """The parts, the largest of them a kopeck more or less so that they come to `total`."""
    nudged, off = list(parts), total - sum(parts)
    step = 1 if off > 0 else -1
    for index in sorted(range(len(parts)), key=lambda index: -parts[index])[: abs(off)]:
        nudged[index] = max(nudged[index] + step, 0)
    return nudged


def _with_vat(
    rows: Sequence[tuple[ReturnedLine, Item]], vat: Sequence[int]
) -> list[tuple[ReturnedLine, Item]]:
    return [
        (replace(line, vat=tax), replace(item, nds_sum=tax))
        for (line, item), tax in zip(rows, vat, strict=True)
    ]


def _priced(part: ReturnedPart, money: int) -> Iterator[tuple[ReturnedLine, Item]]:
    """A part as lines of a receipt that come to `money`."""
    item = _checked_anew(part.item)
    if part.line.quantity == item.quantity and money == item.sum:
        yield replace(part.line, sum=item.sum, vat=item.vat), item
        return
    prices = [(item.price, part.shown)]
    if line_sum(item.price, part.shown) != money:
        prices = split_line(money, part.shown)
    sums = [line_sum(price, quantity) for price, quantity in prices]
    # For less than was paid the VAT is that of the money; else it is what the line still has.
    vat = spread(part.vat, sums) if money == part.sum else [vat_of(each, item.nds) for each in sums]
    left = part.line.quantity
    for (price, shown), cost, tax in zip(prices, sums, vat, strict=True):
        quantity = min(shown, left)
        left -= quantity
        yield (
            replace(part.line, quantity=quantity, sum=cost, vat=tax),
            replace(item, price=price, quantity=shown, sum=cost, nds_sum=tax),
        )


def _part(
    item: Item, line: ReturnedLine, shown: Decimal, cost: int, earlier: Iterable[ReturnedLine]
) -> ReturnedPart:
    """A part of `item` that would cost `cost`, were it the only one."""
    before = [each for each in earlier if each.number == line.number]
    left = item.quantity - sum((each.quantity for each in before), Decimal(0))
    rest = left - line.quantity
    if abs(rest) < _NOTHING:
        line, rest = replace(line, quantity=left), Decimal(0)
    given = sum(_given(item, each) for each in before)
    money = _within(item.sum - given, _share_of(item.sum, left, item.quantity))
    after = _within(money - cost, _share_of(item.sum, rest, item.quantity))
    given_vat = sum(_given_vat(item, each) for each in before)
    vat = _within(item.vat - given_vat, _share_of(item.vat, money, item.sum))
    own_vat = vat_of(money - after, item.nds)
    vat_after = _within(vat - own_vat, _share_of(item.vat, after, item.sum))
    return ReturnedPart(line, item, shown, money - after, vat - vat_after)


_NOTHING = Decimal("1e-12")
"""Thirds of a quantity may come to a little more or less than the whole; no till counts so fine.
Of shares in kopecks as well."""


def _share_of(total: int, part: Decimal | int, whole: Decimal | int) -> Fraction:
    return total * Fraction(part) / Fraction(whole) if whole else Fraction(0)


def _within(kopecks: int, exact: Fraction) -> int:
    """Whole kopecks less than one away from an exact share, as near to `kopecks` as may be."""
    whole = round(exact)
    if abs(exact - whole) < _NOTHING:
        # What is left now, and what was to be left by the part before, are the same share.
        return whole
    return max(floor(exact), min(kopecks, ceil(exact)))


def _given(item: Item, line: ReturnedLine) -> int:
    return line_sum(item.price, line.quantity) if line.sum is None else line.sum


def _given_vat(item: Item, line: ReturnedLine) -> int:
    return vat_of(_given(item, line), item.nds) if line.vat is None else line.vat


def _pieces(
    numbers: Sequence[int],
    original: Settlement,
    wanted: Decimal,
    left: Sequence[Decimal],
    earlier: Sequence[ReturnedLine],
) -> list[ReturnedPart]:
    parts = []
    for number in numbers:
        item, quantity = original.items[number - 1], min(wanted, left[number - 1])
        if quantity > 0:
            line, cost = ReturnedLine(number, quantity), line_sum(item.price, quantity)
            parts.append(_part(item, line, quantity, cost, earlier))
            wanted -= quantity
    return [] if wanted else parts


def _share(
    number: int, original: Settlement, share: Decimal, earlier: Sequence[ReturnedLine]
) -> ReturnedPart:
    # Goods are named whole, as when their money was taken.
    item = original.items[number - 1]
    line = ReturnedLine(number, item.quantity * share)
    return _part(item, line, item.quantity, int(item.sum * share), earlier)


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


def _checked_anew(item: Item) -> Item:
    # Whether a marked piece may be taken back is checked anew.
    return replace(item, checking_prod_information_result=None)
