"""Powers as stock cells have them: one value for both writings, an order, limits, the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.refraction import Refraction
from optics.stock_power import CylinderForm, StockPower

from .strategies import axes, told

additions = st.none() | st.integers(2, 48)
powers = st.builds(StockPower, st.integers(-240, 240), st.integers(-80, 0), additions)


@given(powers, axes)
def test_both_writings_are_one_power(power: StockPower, axis: int) -> None:
    refraction = Refraction(power.sphere, power.cylinder, axis if power.cylinder else None)
    assert StockPower.of(refraction, power.addition) == power
    assert StockPower.of(refraction.transposed(), power.addition) == power


@given(powers, axes, axes)
def test_the_axis_is_none_of_the_stock(power: StockPower, one: int, other: int) -> None:
    cells = {
        StockPower.of(Refraction(power.sphere, power.cylinder or -2, axis)) for axis in (one, other)
    }
    assert len(cells) == 1


@given(powers, st.sampled_from(CylinderForm))
def test_a_suppliers_form_comes_back(power: StockPower, form: CylinderForm) -> None:
    sphere, cylinder = power.written(form)
    assert cylinder <= 0 if form is CylinderForm.MINUS else cylinder >= 0
    axis = 90 if cylinder else None
    assert StockPower.of(Refraction(sphere, cylinder, axis), power.addition) == power


def test_a_suppliers_form() -> None:
    # −2.00 / −1.00 is −3.00 / +1.00.
    power = StockPower(-16, -8)
    assert power.written(CylinderForm.MINUS) == (-16, -8)
    assert power.written(CylinderForm.PLUS) == (-24, 8)


@pytest.mark.parametrize(
    ("power", "shown", "of_plus"),
    [
        (StockPower(-10, -4, 16), "-1,25 -0,50 add +2,00", "-1,75 +0,50 add +2,00"),
        (StockPower(0), "0,00", "0,00"),
        (StockPower(1, 0, 6), "+0,12 add +0,75", "+0,12 add +0,75"),
        (StockPower(-48, -16), "-6,00 -2,00", "-8,00 +2,00"),
    ],
)
def test_texts(power: StockPower, shown: str, of_plus: str) -> None:
    assert power.show() == shown
    assert power.show(form=CylinderForm.PLUS) == of_plus
    assert power.show(decimal_comma=False) == shown.replace(",", ".")


def test_the_order_is_that_of_a_grid() -> None:
    grid = [
        StockPower(-16),
        StockPower(-16, -2),
        StockPower(-16, -4),
        StockPower(0, 0),
        StockPower(0, 0, 8),
        StockPower(0, 0, 10),
        StockPower(2, -2, 8),
    ]
    assert sorted(reversed(grid)) == grid
    assert grid[0] <= grid[0] < grid[1]


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ((241,), {("", "sphere", "not_within")}),
        ((0, 1), {("", "cylinder", "not_within")}),
        ((0, -81), {("", "cylinder", "not_within")}),
        ((0, 0, 1), {("", "addition", "not_within")}),
        ((0, 0, 49), {("", "addition", "not_within")}),
        ((None, 0.5), {("", "sphere", "required"), ("", "cylinder", "not_an_integer")}),
    ],
)
def test_limits(values: tuple[int, ...], problems: set[tuple[str, str, str]]) -> None:
    assert told(lambda: StockPower(*values)) == problems


def test_a_power_out_of_range_in_the_form_that_is_kept() -> None:
    assert told(lambda: StockPower.of(Refraction(236, 8, 90))) == {("", "sphere", "not_within")}
