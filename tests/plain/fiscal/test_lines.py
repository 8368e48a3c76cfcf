"""Discounts, rounding and prepayments spread over an order's lines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kkt.fiscal.document import Item, Payments
from kkt.fiscal.lines import (
    LinesDoNotFit,
    Misfit,
    advance_line,
    fitted,
    prepayment_lines,
    prepayment_shares,
    without_discounts,
)
from kkt.fiscal.vocabulary import Nds, OperationType, PaymentType, ProductType

from .builders import FRAME, SUNGLASSES, items, receipt

orders = st.lists(items(), min_size=1, max_size=6)


kopecks = st.integers(0, 10**9)


@given(st.lists(st.tuples(st.integers(-(10**6), 10**9), st.sampled_from("ab")), max_size=8))
def test_a_discount_loses_no_kopeck(lines: list[tuple[int, str]]) -> None:
    sums, taxes = [each for each, _tax in lines], [tax for _sum, tax in lines]
    left, too_large = without_discounts(sums, taxes)
    for tax in "ab":
        given_off = sum(
            total
            for index, (total, each) in enumerate(lines)
            if each == tax and index not in too_large
        )
        assert sum(part for part, each in zip(left, taxes, strict=True) if each == tax) == given_off
    assert all(0 <= part <= max(total, 0) for part, total in zip(left, sums, strict=True))
    assert all(sums[index] < 0 for index in too_large)


def test_a_discount_is_of_goods_of_its_taxes() -> None:
    assert without_discounts([300, 100, -100, 600], "aaab") == ([225, 75, 0, 600], [])
    assert without_discounts([300, -301, 600, -1], "aabb") == ([300, 0, 599, 0], [1])
    assert without_discounts([300, -300], "aa") == ([0, 0], [])


@given(st.lists(kopecks, min_size=1, max_size=8), st.data())
def test_rounding_down_loses_no_kopeck(sums: list[int], data: st.DataObject) -> None:
    whole = sum(sums)
    assume(whole)
    total = whole + data.draw(st.integers(-len(sums), len(sums)))
    due = data.draw(st.integers(0, max(total, whole)))
    parts = fitted(sums, total, due)
    assert sum(parts) == due and min(parts) >= 0
    if due <= whole:
        assert all(part <= each for part, each in zip(parts, sums, strict=True))


@pytest.mark.parametrize(
    ("total", "due", "code"),
    [
        (403, 403, Misfit.NOT_THE_TOTAL),
        (397, 397, Misfit.NOT_THE_TOTAL),
        (400, 401, Misfit.ROUNDED_UP),
        (402, 403, Misfit.ROUNDED_UP),
    ],
)
def test_lines_that_do_not_fit(total: int, due: int, code: Misfit) -> None:
    with pytest.raises(LinesDoNotFit) as told:
        fitted([300, 100], total, due)
    assert told.value.code is code


def test_a_kopeck_a_line_is_rounding() -> None:
    assert fitted([300, 100], 402, 402) == [302, 100]
    assert fitted([300, 100], 398, 398) == [299, 99]


def test_what_costs_nothing_cannot_be_fitted() -> None:
    assert fitted([0, 0], 0, 0) == []


@given(orders, st.data())
def test_a_prepayment_loses_no_kopeck(order: list[Item], data: st.DataObject) -> None:
    whole = sum(item.sum for item in order)
    assume(whole > 0)
    paid = data.draw(st.integers(min_value=1, max_value=whole))
    lines = prepayment_lines(order, paid)
    kind = PaymentType.FULL_PREPAYMENT if paid == whole else PaymentType.PREPAYMENT
    assert sum(line.sum for line in lines) == paid
    assert {line.payment_type for line in lines} == {kind}
    assert all(line.nds is line.nds.calculated for line in lines)
    signed = receipt(*lines, payments=Payments(ecash=paid))
    assert signed.operation_type is OperationType.SALE
    vat = sum(signed.vat_totals[nds] for nds in signed.vat_totals if nds.rate)
    assert vat == sum(line.vat for line in lines)


def test_a_prepayment_of_4000_on_glasses() -> None:
    lines = prepayment_lines([FRAME, SUNGLASSES], 400000)
    assert [(line.name, line.sum, line.nds, line.payment_type) for line in lines] == [
        ("Оправа", 251852, Nds.NDS_NO, PaymentType.PREPAYMENT),
        ("Очки солнцезащитные", 148148, Nds.NDS_22_122, PaymentType.PREPAYMENT),
    ]


def test_three_lenses_for_an_odd_sum_become_two_lines() -> None:
    lenses = Item.priced("Линза", 3500, Nds.NDS_NO, 3)
    assert [
        (line.price, line.quantity, line.sum) for line in prepayment_lines([lenses], 10000)
    ] == [
        (3333, Decimal(2), 6666),
        (3334, Decimal(1), 3334),
    ]


def test_a_line_that_gets_nothing_is_left_out() -> None:
    penny = Item.priced("Салфетка", 1, Nds.NDS_22)
    assert [line.name for line in prepayment_lines([penny, FRAME], 1)] == ["Оправа"]


def test_a_prepayment_in_shares_names_the_goods_of_each() -> None:
    lenses = Item.priced("Линза", 175000, Nds.NDS_NO, 2)
    lines = prepayment_shares([FRAME, SUNGLASSES, lenses], [(120000, [0, 2]), (80000, [1])])
    assert [(share, line.name, line.sum) for share, line in lines] == [
        (0, "Оправа", 85000),
        (0, "Линза", 35000),
        (1, "Очки солнцезащитные", 80000),
    ]
    assert {line.payment_type for _share, line in lines} == {PaymentType.PREPAYMENT}


@pytest.mark.parametrize(
    ("shares", "kind"),
    [
        ([(850000, [0]), (500000, [1])], PaymentType.FULL_PREPAYMENT),
        ([(850000, [0, 1]), (500000, [0, 1])], PaymentType.FULL_PREPAYMENT),
        ([(850000, [0]), (499999, [1])], PaymentType.PREPAYMENT),
    ],
)
def test_all_shares_together_say_whether_all_is_paid(
    shares: list[tuple[int, list[int]]], kind: PaymentType
) -> None:
    lines = prepayment_shares([FRAME, SUNGLASSES], shares)
    assert {line.payment_type for _share, line in lines} == {kind}


@given(orders, st.data())
def test_shares_of_a_prepayment_lose_no_kopeck(order: list[Item], data: st.DataObject) -> None:
    """Each share is for all goods: so a ledger has it that looks at the whole order."""
    whole = sum(item.sum for item in order)
    assume(whole > 1)
    first = data.draw(st.integers(1, whole - 1))
    second = data.draw(st.integers(1, whole - first))
    everything = range(len(order))
    lines = prepayment_shares(order, [(first, everything), (second, everything)])
    for share, paid in enumerate((first, second)):
        assert sum(line.sum for number, line in lines if number == share) == paid
    kind = PaymentType.FULL_PREPAYMENT if first + second == whole else PaymentType.PREPAYMENT
    assert {line.payment_type for _share, line in lines} == {kind}


@pytest.mark.parametrize("paid", [0, -1, 850001])
def test_a_prepayment_has_bounds(paid: int) -> None:
    with pytest.raises(ValueError):
        prepayment_lines([FRAME], paid)


def test_an_advance_names_no_goods() -> None:
    line = advance_line("Подарочная карта", 300000, Nds.NDS_22)
    assert (line.nds, line.vat) == (Nds.NDS_22_122, 54098)
    assert (line.payment_type, line.product_type) == (PaymentType.ADVANCE, ProductType.PAYMENT)
    assert receipt(line).total_sum == 300000
