"""Contact lenses: the standard's steps, and power at the cornea."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.contact_lens import STANDARD_POWERS, contact_lens_power, nearest_power
from optics.power import dioptres, parse_power, show_power
from optics.refraction import Refraction
from optics.vertex import to_cornea

from .strategies import refractions

vertices = st.integers(500, 2000)


@pytest.mark.parametrize(
    "text",
    ["0", "0,25", "5,75", "6,00", "6,50", "12,00", "12,50", "13,00", "14,00", "20", "21", "30"],
)
def test_powers_of_the_standard(text: str) -> None:
    assert parse_power(text) in STANDARD_POWERS
    assert -parse_power(text) in STANDARD_POWERS


@pytest.mark.parametrize("text", ["0,12", "6,25", "6,75", "12,25", "12,75", "13,50", "20,50", "31"])
def test_powers_between_the_steps(text: str) -> None:
    assert parse_power(text) not in STANDARD_POWERS
    assert -parse_power(text) not in STANDARD_POWERS


def test_steps_between_neighbours() -> None:
    assert list(STANDARD_POWERS) == sorted(set(STANDARD_POWERS))
    positive = [each for each in STANDARD_POWERS if each >= 0]
    steps = {}
    for low, high in zip(positive, positive[1:], strict=False):
        steps.setdefault(show_power(high - low), []).append(show_power(high))
    assert {step: (found[0], found[-1]) for step, found in steps.items()} == {
        "+0,25": ("+0,25", "+6,00"),
        "+0,50": ("+6,50", "+13,00"),
        "+1,00": ("+14,00", "+30,00"),
    }


@pytest.mark.parametrize(
    ("power", "text"),
    [
        (Fraction("6.2"), "6,00"),
        (Fraction("6.25"), "6,50"),
        (Fraction("-6.25"), "-6,00"),
        (Fraction("-6.26"), "-6,50"),
        (Fraction("13.4"), "13"),
        (Fraction("13.6"), "14"),
        (Fraction("0.124"), "0"),
        (Fraction(99), "30"),
    ],
)
def test_nearest(power: Fraction, text: str) -> None:
    assert nearest_power(power) == parse_power(text)


@given(st.fractions(-30, 30, max_denominator=1000))
def test_no_power_is_nearer(power: Fraction) -> None:
    found = nearest_power(power)
    assert found in STANDARD_POWERS
    away = abs(dioptres(found) - power)
    assert all(abs(dioptres(each) - power) >= away for each in STANDARD_POWERS)


@pytest.mark.parametrize(
    ("spectacles", "lens"),
    [
        (Refraction(-80), Refraction(-72)),
        (Refraction(-32), Refraction(-30)),
        (Refraction(80), Refraction(92)),
        # Plus cylinder is written with minus first: −6.00/−2.00 at 10.
        (Refraction(-64, 16, 100), Refraction(-44, -14, 10)),
        (Refraction(-8, -1, 30), Refraction(-8)),
    ],
)
def test_from_spectacles_at_12_mm(spectacles: Refraction, lens: Refraction) -> None:
    assert contact_lens_power(spectacles, 1200) == lens


def test_a_maker_has_steps_of_his_own() -> None:
    spectacles = Refraction(-64, 16, 100)
    assert contact_lens_power(spectacles, 1200, powers=(-52, -40), cylinder_step=6) == Refraction(
        -40, -12, 10
    )


@given(refractions, vertices)
def test_minus_cylinder_on_the_steps(one: Refraction, vertex: int) -> None:
    lens = contact_lens_power(one, vertex)
    assert lens.sphere in STANDARD_POWERS
    assert lens.cylinder <= 0
    assert lens.cylinder % 2 == 0
    assert lens == contact_lens_power(one.transposed(), vertex)
    exact = to_cornea(one.minus_form(), vertex)
    assert abs(dioptres(lens.cylinder) - exact.cylinder) <= Fraction(1, 8)
    assert lens.sphere == nearest_power(exact.sphere)
