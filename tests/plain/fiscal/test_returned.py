"""What is taken back of a receipt: never more than was sold, and to the kopeck."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kkt.fiscal.document import Item
from kkt.fiscal.lines import prepayment_lines
from kkt.fiscal.money import line_sum, split_line
from kkt.fiscal.problems import InvalidDocument
from kkt.fiscal.receipt import Settlement
from kkt.fiscal.returned import (
    ReturnedLine,
    left_to_return,
    parts_to_return,
    priced_parts,
    returned_lines,
    with_vat_of,
)
from kkt.fiscal.vocabulary import Nds, PaymentType

from .builders import items, receipt

GLASSES = (
    Item.priced("Оправа", 400_000, Nds.NDS_NO),
    Item.priced("Линза", 175_000, Nds.NDS_NO, 2),
    Item.priced("Очки солнцезащитные", 500_000, Nds.NDS_22),
)
SOLD = receipt(*GLASSES)
PREPAYMENT = receipt(*prepayment_lines(GLASSES, 400_000))
orders = st.lists(items(), min_size=1, max_size=5).filter(lambda order: any(map(_sum, order)))


def _sum(item: Item) -> int:
    return item.sum


def test_all_that_is_left_is_returned_unless_told() -> None:
    lines, items = returned_lines(SOLD, [], None)
    assert items == GLASSES
    lines, items = returned_lines(SOLD, [ReturnedLine(2, Decimal(1)), lines[0]], None)
    assert [(item.name, item.quantity, item.sum) for item in items] == [
        ("Линза", 1, 175_000),
        ("Очки солнцезащитные", 1, 500_000),
    ]
    assert left_to_return(SOLD, lines) == [1, 1, 0]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ([ReturnedLine(4, Decimal(1))], "items[0].line"),
        ([ReturnedLine(0, Decimal(1))], "items[0].line"),
        ([ReturnedLine(1, Decimal(0))], "items[0].quantity"),
        ([ReturnedLine(1, Decimal("NaN"))], "items[0].quantity"),
        ([ReturnedLine(1, Decimal(2))], "items[0].quantity"),
        ([ReturnedLine(2, Decimal(1)), ReturnedLine(2, Decimal(2))], "items[1].quantity"),
        ([], "items"),
    ],
)
def test_never_more_than_is_left(wanted: list[ReturnedLine], field: str) -> None:
    with pytest.raises(InvalidDocument) as told:
        returned_lines(SOLD, [], wanted)
    assert [problem.field for problem in told.value.problems] == [field]


def test_nothing_is_left_of_what_was_given_back() -> None:
    lines, _items = returned_lines(SOLD, [], None)
    with pytest.raises(InvalidDocument, match="nothing of the original is left"):
        returned_lines(SOLD, lines, None)


def test_a_return_repeats_the_originals_codes() -> None:
    (item,) = returned_lines(PREPAYMENT, [], [ReturnedLine(1, Decimal(1))])[1]
    assert item == PREPAYMENT.items[0]
    assert item.payment_type is PaymentType.PREPAYMENT


@given(orders, st.data())
def test_returned_bit_by_bit_it_is_the_whole(order: list[Item], data: st.DataObject) -> None:
    sold = receipt(*order)
    earlier: list[ReturnedLine] = []
    total = 0
    for number in data.draw(st.permutations(range(1, len(order) + 1))):
        wanted = [ReturnedLine(number, order[number - 1].quantity)]
        lines, back = returned_lines(sold, earlier, wanted)
        earlier += lines
        total += sum(item.sum for item in back)
    assert total == sold.total_sum
    assert not any(left_to_return(sold, earlier))


# One line in parts --------------------------------------------------------------------------------


def test_the_last_part_takes_what_is_left() -> None:
    sold = receipt(Item.priced("Шнур", 1001, Nds.NDS_22, Decimal("1.5")))
    earlier: list[ReturnedLine] = []
    back = []
    for _ in range(3):
        lines, (item,) = returned_lines(sold, earlier, [ReturnedLine(1, Decimal("0.5"))])
        earlier += lines
        back.append((item.price, item.quantity, item.sum, item.vat))
    assert back == [
        (1001, Decimal("0.5"), 501, 90),
        (1001, Decimal("0.5"), 501, 90),
        (1000, Decimal("0.5"), 500, 91),
    ]
    assert (sum(each[2] for each in back), sum(each[3] for each in back)) == (1502, 271)


def test_parts_of_returns_signed_before_sums_were_kept() -> None:
    """What an earlier version gave back was price x quantity of each part."""
    sold = receipt(Item.priced("Шнур", 1001, Nds.NDS_22, Decimal("1.5")))
    earlier = [ReturnedLine(1, Decimal("0.5"))] * 2
    (item,) = returned_lines(sold, earlier, None)[1]
    assert (item.sum, item.vat) == (500, 91)


def test_what_was_given_back_for_less_is_not_made_up_for() -> None:
    sold = receipt(Item.priced("Оправа", 10_000, Nds.NDS_22, 2))
    earlier = [ReturnedLine(1, Decimal(1), 3000, 541)]
    (item,) = returned_lines(sold, earlier, None)[1]
    assert (item.sum, item.vat) == (10_000, 1804), "half of the line's 36.07, not the rest of it"


@st.composite
def partitions(draw: st.DrawFn) -> tuple[Item, list[Decimal]]:
    """A line, and the quantities in which it comes back: one part, or very many of them."""
    line = draw(items())
    units = int(line.quantity.scaleb(6))
    cuts = draw(st.sets(st.integers(1, max(units - 1, 1)), max_size=30)) if units > 1 else set()
    edges = [0, *sorted(cuts), units]
    parts = [Decimal(upper - lower).scaleb(-6) for lower, upper in pairwise(edges)]
    return line, draw(st.permutations(parts))


@given(partitions(), st.booleans(), st.booleans())
def test_any_line_in_any_parts_comes_back_whole(
    drawn: tuple[Item, list[Decimal]], at_the_counter: bool, in_one_call: bool
) -> None:
    """API (by the numbers of lines) and point of sale (parts, then prices): to the kopeck."""
    line, quantities = drawn
    assume(line.sum)
    sold = receipt(line)
    earlier: list[ReturnedLine] = []
    back: list[Item] = []
    if in_one_call:
        wanted = [ReturnedLine(1, quantity) for quantity in quantities]
        earlier, given = returned_lines(sold, [], wanted)
        back += given
    else:
        for quantity in quantities:
            for taken, item in one_part(sold, earlier, quantity, at_the_counter):
                earlier.append(taken)
                back.append(item)
    assert sum(item.sum for item in back) == line.sum
    assert sum(item.vat for item in back) == line.vat
    assert sum(item.quantity for item in back) == line.quantity
    assert left_to_return(sold, earlier) == [0]
    assert {item.nds for item in back} == {line.nds}


def one_part(
    sold: Settlement, earlier: list[ReturnedLine], quantity: Decimal, at_the_counter: bool
) -> list[tuple[ReturnedLine, Item]]:
    if not at_the_counter:
        lines, back = returned_lines(sold, earlier, [ReturnedLine(1, quantity)])
        return list(zip(lines, back, strict=True))
    left = left_to_return(sold, earlier)
    parts = parts_to_return(sold, [1], quantity, sold.items[0].quantity, left, earlier)
    return list(priced_parts(parts, sum(part.sum for part in parts)))


@given(st.integers(1, 10**7), st.integers(1, 30), st.sampled_from(Nds), st.data())
def test_pieces_of_a_counters_line_come_back_whole(
    total: int, pieces: int, nds: Nds, data: st.DataObject
) -> None:
    """A discounted line is one at the counter, two on the receipt; its money is the order's."""
    prices = split_line(total, Decimal(pieces))
    sold = receipt(*(Item.priced("Линзы", price, nds, quantity) for price, quantity in prices))
    numbers = range(1, len(sold.items) + 1)
    earlier: list[ReturnedLine] = []
    back: list[Item] = []
    left, unpaid = pieces, total
    while left:
        count = data.draw(st.integers(1, left))
        left -= count
        rounded = min(unpaid, line_sum(total, Decimal(count) / pieces))
        money = rounded if left else unpaid
        unpaid -= money
        still = left_to_return(sold, earlier)
        parts = parts_to_return(sold, numbers, Decimal(count), Decimal(pieces), still, earlier)
        assume(money == 0 or any(part.sum for part in parts))
        rows = with_vat_of(sold, numbers, earlier, list(priced_parts(parts, money)))
        earlier += [line for line, _item in rows]
        back += [item for _line, item in rows]
    assert sum(item.sum for item in back) == total
    assert sum(item.vat for item in back) == sum(item.vat for item in sold.items)


@given(orders, st.data())
def test_a_prepayment_in_any_shares_comes_back_whole(
    order: list[Item], data: st.DataObject
) -> None:
    paid = data.draw(st.integers(1, sum(map(_sum, order))))
    prepaid = receipt(*prepayment_lines(order, paid))
    numbers = range(1, len(prepaid.items) + 1)
    shares = data.draw(st.lists(st.integers(1, 100), min_size=1, max_size=6))
    earlier: list[ReturnedLine] = []
    money = vat = 0
    for share in shares:
        left = left_to_return(prepaid, earlier)
        wanted, sold = Decimal(share), Decimal(sum(shares))
        parts = parts_to_return(prepaid, numbers, wanted, sold, left, earlier)
        for taken, item in priced_parts(parts, sum(part.sum for part in parts)):
            earlier.append(taken)
            money, vat = money + item.sum, vat + item.vat
    assert money == paid
    assert vat == sum(item.vat for item in prepaid.items)


# Some pieces of several lines, for some of their money --------------------------------------------

millionths = st.integers(1, 10**9).map(lambda count: Decimal(count).scaleb(-6))


@given(orders, st.data())
def test_pieces_come_to_what_is_given_back(order: list[Item], data: st.DataObject) -> None:
    sold = receipt(*order)
    whole = sum(item.quantity for item in order)
    left = left_to_return(sold, [])
    wanted = data.draw(millionths.filter(lambda quantity: quantity <= whole))
    parts = parts_to_return(sold, range(1, len(order) + 1), wanted, Decimal(whole), left)
    assert sum(part.line.quantity for part in parts) == wanted
    assert all(0 < part.line.quantity <= left[part.line.number - 1] for part in parts)
    paid = sum(part.sum for part in parts)
    assume(paid)
    total = data.draw(st.integers(0, paid))
    lines, back = zip(*priced_parts(parts, total), strict=True)
    assert sum(item.sum for item in back) == total
    assert all(item.sum >= 0 and item.quantity > 0 for item in back)
    assert sum(line.quantity for line in lines) == wanted
    assert all(quantity >= 0 for quantity in left_to_return(sold, lines))


def test_what_is_taken_whole_is_repeated_as_it_stood() -> None:
    parts = parts_to_return(SOLD, [1, 2], Decimal(3), Decimal(3), [Decimal(1), Decimal(2)])
    assert list(priced_parts(parts, 750_000)) == [
        (ReturnedLine(1, Decimal(1)), GLASSES[0]),
        (ReturnedLine(2, Decimal(2)), GLASSES[1]),
    ]


def test_a_sum_that_no_price_gives_becomes_two_lines() -> None:
    parts = parts_to_return(SOLD, [2], Decimal(2), Decimal(2), left_to_return(SOLD, []))
    back = [
        (line.quantity, item.price, item.quantity) for line, item in priced_parts(parts, 349_999)
    ]
    assert back == [(1, 174_999, 1), (1, 175_000, 1)]


def test_fewer_pieces_than_wanted_are_none() -> None:
    left = left_to_return(SOLD, [ReturnedLine(2, Decimal(1))])
    assert parts_to_return(SOLD, [2], Decimal(2), Decimal(2), left) == []
    (part,) = parts_to_return(SOLD, [2], Decimal(1), Decimal(2), left)
    assert part.sum == 175_000


@given(orders, st.data())
def test_a_prepayment_gives_its_share_back(order: list[Item], data: st.DataObject) -> None:
    """The goods are named whole; what is taken back of them is the share of the money."""
    paid = data.draw(st.integers(1, sum(map(_sum, order))))
    prepaid = receipt(*prepayment_lines(order, paid))
    numbers = range(1, len(prepaid.items) + 1)
    left = left_to_return(prepaid, [])
    wanted, sold = data.draw(st.sampled_from([(1, 1), (1, 2), (2, 3), (7, 10)]))
    parts = parts_to_return(prepaid, numbers, Decimal(wanted), Decimal(sold), left)
    most = sum(part.sum for part in parts)
    assert paid * wanted // sold - len(parts) <= most <= paid * wanted // sold
    assume(most)
    total = data.draw(st.integers(1, most))
    lines, back = zip(*priced_parts(parts, total), strict=True)
    assert sum(item.sum for item in back) == total
    for number, item in enumerate(prepaid.items, 1):
        taken = sum(line.quantity for line in lines if line.number == number)
        assert taken == item.quantity * (Decimal(wanted) / Decimal(sold))
    over = parts_to_return(
        prepaid, numbers, Decimal(sold), Decimal(sold), left_to_return(prepaid, lines)
    )
    assert over == []


def test_a_share_that_is_not_quite_a_half_loses_no_kopeck() -> None:
    prepaid = receipt(*prepayment_lines([Item.priced("Очки", 2, Nds.NDS_NO)], 2))
    earlier: list[ReturnedLine] = []
    for share in (1, 4, 56, 61):
        left = left_to_return(prepaid, earlier)
        parts = parts_to_return(prepaid, [1], Decimal(share), Decimal(122), left, earlier)
        earlier += [line for line, _item in priced_parts(parts, sum(part.sum for part in parts))]
    assert [line.sum for line in earlier] == [0, 0, 1, 1]
