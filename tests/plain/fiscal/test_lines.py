"""Discounts and prepayments spread over an order's lines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kkt.fiscal.document import Item, Payments
from kkt.fiscal.lines import advance_line, prepayment_lines, spread_discount
from kkt.fiscal.vocabulary import Nds, OperationType, PaymentType, ProductType

from .builders import FRAME, SUNGLASSES, items, receipt

orders = st.lists(items(), min_size=1, max_size=6)


@given(orders, st.data())
def test_a_discount_loses_no_kopeck(order: list[Item], data: st.DataObject) -> None:
    whole = sum(item.sum for item in order)
    discount = data.draw(st.integers(min_value=0, max_value=whole))
    lines = spread_discount(order, discount)
    assert sum(line.sum for line in lines) == whole - discount
    assert sum(line.quantity for line in lines) == sum(item.quantity for item in order)
    for item in order:
        of_it = [line for line in lines if line.name == item.name and line.nds is item.nds]
        assert of_it
        assert {line.payment_type for line in of_it} == {item.payment_type}


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


def test_three_lenses_at_a_discount_become_two_lines() -> None:
    lenses = Item.priced("Линза", 3500, Nds.NDS_NO, 3)
    assert [(line.price, line.quantity, line.sum) for line in spread_discount([lenses], 500)] == [
        (3333, Decimal(2), 6666),
        (3334, Decimal(1), 3334),
    ]


def test_a_line_that_gets_nothing_is_left_out() -> None:
    penny = Item.priced("Салфетка", 1, Nds.NDS_22)
    assert [line.name for line in prepayment_lines([penny, FRAME], 1)] == ["Оправа"]


@pytest.mark.parametrize("paid", [0, -1, 850001])
def test_a_prepayment_has_bounds(paid: int) -> None:
    with pytest.raises(ValueError):
        prepayment_lines([FRAME], paid)


@pytest.mark.parametrize("discount", [-1, 850001])
def test_a_discount_has_bounds(discount: int) -> None:
    with pytest.raises(ValueError):
        spread_discount([FRAME], discount)


def test_an_advance_names_no_goods() -> None:
    line = advance_line("Подарочная карта", 300000, Nds.NDS_22)
    assert (line.nds, line.vat) == (Nds.NDS_22_122, 54098)
    assert (line.payment_type, line.product_type) == (PaymentType.ADVANCE, ProductType.PAYMENT)
    assert receipt(line).total_sum == 300000
