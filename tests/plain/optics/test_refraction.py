"""Transposition, meridians and arithmetic of sphere, cylinder and axis."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.refraction import Meridian, Refraction, angle_difference, turned

from .strategies import axes, refractions, spherical, told, toric


def test_transposition_as_in_the_books() -> None:
    minus = Refraction(-16, -8, 20)
    assert minus.transposed() == Refraction(-24, 8, 110)
    assert Refraction(8, 8, 110).transposed() == Refraction(16, -8, 20)
    assert Refraction(0, -4, 90).transposed() == Refraction(-4, 4, 180)
    assert Refraction(0, -4, 180).transposed() == Refraction(-4, 4, 90)


@given(refractions)
def test_transposition_is_its_own_inverse_and_keeps_the_lens(one: Refraction) -> None:
    other = one.transposed()
    assert other.transposed() == one
    assert other.cylinder == -one.cylinder
    assert other.meridians == one.meridians
    assert other.strongest == one.strongest
    assert other.spherical_equivalent == one.spherical_equivalent
    assert other.is_same_as(one)
    assert one.is_same_as(other)


@given(toric)
def test_transposition_changes_the_writing(one: Refraction) -> None:
    assert one.transposed() != one


@given(spherical)
def test_a_sphere_has_one_form(one: Refraction) -> None:
    assert one.transposed() == one
    assert {each.power for each in one.meridians} == {one.sphere}
    assert [each.angle for each in one.meridians] == [90, 180]


@given(refractions)
def test_forms(one: Refraction) -> None:
    plus, minus = one.plus_form(), one.minus_form()
    assert plus.cylinder >= 0 >= minus.cylinder
    assert plus.is_same_as(one)
    assert minus.is_same_as(one)
    assert one in (plus, minus)


@given(refractions, refractions)
def test_same_lens_is_same_meridians(one: Refraction, other: Refraction) -> None:
    assert one.is_same_as(other) == (one.meridians == other.meridians)


@pytest.mark.parametrize(
    "other",
    [
        Refraction(-16, -8, 21),
        Refraction(-16, -8, 110),
        Refraction(-16, 8, 20),
        Refraction(-15, -8, 20),
        Refraction(-16, -7, 20),
        Refraction(-16),
    ],
)
def test_another_lens(other: Refraction) -> None:
    assert not Refraction(-16, -8, 20).is_same_as(other)


def test_the_power_across_the_axis_is_sphere_and_cylinder() -> None:
    one = Refraction(8, -20, 30)
    assert one.meridians == (Meridian(30, 8), Meridian(120, -12))
    assert one.strongest == Meridian(120, -12)
    assert Refraction(8, -20, 120).meridians == (Meridian(30, -12), Meridian(120, 8))


def test_strongest_of_equals_is_the_positive_one() -> None:
    assert Refraction(8, -16, 10).strongest == Meridian(10, 8)
    assert Refraction(-8, 16, 10).strongest == Meridian(100, 8)


@given(refractions)
def test_meridians_are_at_right_angles_and_their_mean_is_the_equivalent(one: Refraction) -> None:
    low, high = one.meridians
    assert 1 <= low.angle <= 90
    assert high.angle == low.angle + 90
    assert one.spherical_equivalent == Fraction(low.power + high.power, 16)
    assert abs(one.strongest.power) == max(abs(low.power), abs(high.power))


def test_spherical_equivalent_may_be_no_eighth() -> None:
    assert Refraction(-16, -3, 20).spherical_equivalent == Fraction(-35, 16)


@given(refractions, st.integers(2, 48))
def test_near_is_far_and_addition_exactly(far: Refraction, addition: int) -> None:
    near = far.near(addition)
    assert near.near(-addition) == far
    assert (near.sphere, near.cylinder, near.axis) == (
        far.sphere + addition,
        far.cylinder,
        far.axis,
    )
    assert near.transposed() == far.transposed().near(addition)


def test_axis_nought_is_stored_as_180() -> None:
    assert Refraction(0, -2, 0) == Refraction(0, -2, 180)


@pytest.mark.parametrize("axis", [1, 90, 91, 180])
def test_axis_within_bounds(axis: int) -> None:
    assert Refraction(0, -2, axis).axis == axis
    assert 1 <= turned(axis) <= 180


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ((0, -2, 181), "axis", "not_within"),
        ((0, -2, -1), "axis", "not_within"),
        ((0, -2, 90.0), "axis", "not_an_integer"),
        ((0, -2, False), "axis", "not_an_integer"),
        ((0, -2, None), "axis", "axis_missing"),
        ((0, 0, 90), "axis", "axis_without_cylinder"),
        ((0, 0, 0), "axis", "axis_without_cylinder"),
        ((0.5, 0, None), "sphere", "not_an_integer"),
        ((None, 0, None), "sphere", "not_an_integer"),
        ((True, 0, None), "sphere", "not_an_integer"),
        ((0, -2.0, 90), "cylinder", "not_an_integer"),
    ],
)
def test_refused(values: tuple[Any, Any, Any], field: str, code: str) -> None:
    assert told(lambda: Refraction(*values)) == {("", field, code)}


@given(axes, axes)
def test_angle_difference(one: int, other: int) -> None:
    difference = angle_difference(one, other)
    assert 0 <= difference <= 90
    assert difference == angle_difference(other, one)
    assert (one + difference - other) % 180 == 0 or (one - difference - other) % 180 == 0
    assert angle_difference(turned(one), turned(other)) == difference
    assert angle_difference(one, turned(one)) == 90


@pytest.mark.parametrize(
    ("one", "other", "degrees"), [(5, 175, 10), (180, 1, 1), (180, 0, 0), (45, 135, 90), (7, 7, 0)]
)
def test_angle_difference_across_180(one: int, other: int, degrees: int) -> None:
    assert angle_difference(one, other) == degrees
