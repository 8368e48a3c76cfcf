"""Lenses of a catalogue: what they check of themselves, and by what a power is in range."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.lens import Lens, LensMaterial, LensRange, SpectacleDesign
from optics.prism import Prism
from optics.refraction import Refraction

from .strategies import axes, problems_of, refractions, told

SINGLE = LensRange(700, -64, 48, 16)
ADDED = LensRange(700, -64, 48, 32, 6, 28, 2, 300)
bounds = st.integers(-240, 240)
ranges = st.builds(
    lambda one, other, cylinder: LensRange(700, min(one, other), max(one, other), cylinder),
    bounds,
    bounds,
    st.integers(0, 80),
)


@given(ranges, refractions)
def test_the_form_of_writing_does_not_matter(made: LensRange, refraction: Refraction) -> None:
    assert made.holds(refraction) is made.holds(refraction.transposed())


@given(ranges, refractions)
def test_a_range_is_that_of_meridian_and_cylinder(made: LensRange, refraction: Refraction) -> None:
    powers = {refraction.sphere, refraction.sphere + refraction.cylinder}
    strongest = max(powers, key=lambda power: (abs(power), power))
    expected = made.strongest_from <= strongest <= made.strongest_to
    assert made.holds(refraction) is (expected and abs(refraction.cylinder) <= made.cylinder_to)


@given(ranges, st.integers(-240, 240), st.integers(0, 80), st.integers(0, 80), axes)
def test_of_one_strongest_meridian_the_smaller_cylinder_is_made_too(
    made: LensRange, strongest: int, one: int, other: int, axis: int
) -> None:
    """Cylinders that lead from the strongest meridian towards nought keep it the strongest."""
    sign = -1 if strongest > 0 else 1
    small, large = sorted((min(one, abs(strongest)), min(other, abs(strongest))))

    def of(cylinder: int) -> Refraction:
        return Refraction(strongest, sign * cylinder, axis if cylinder else None)

    if made.holds(of(large)):
        assert made.holds(of(small))


@given(ranges, refractions, st.integers(0, 80))
def test_a_wider_range_holds_what_a_narrower_does(
    made: LensRange, refraction: Refraction, more: int
) -> None:
    wider = replace(
        made,
        strongest_from=max(-240, made.strongest_from - more),
        strongest_to=min(240, made.strongest_to + more),
        cylinder_to=min(80, made.cylinder_to + more),
    )
    assert wider.holds(refraction) or not made.holds(refraction)


@pytest.mark.parametrize(
    ("sphere", "cylinder", "holds"),
    [
        # −8.00 … +6.00, cylinder to 2.00.
        (-64, 0, True),
        (-66, 0, False),
        # −6.50 −1.50 has −8.00 across, −7.00 −1.50 has −8.50; so has −8.50 +1.50 along.
        (-52, -12, True),
        (-56, -12, False),
        (-68, 12, False),
        (-64, 12, True),
        (48, -16, True),
        (34, 16, False),
        (32, 16, True),
        (0, -18, False),
        (0, 18, False),
    ],
)
def test_ranges(sphere: int, cylinder: int, holds: bool) -> None:
    assert SINGLE.holds(Refraction(sphere, cylinder, 20 if cylinder else None)) is holds


@pytest.mark.parametrize(
    ("addition", "holds"),
    [(6, True), (28, True), (4, False), (30, False), (7, False), (8, True), (None, False)],
)
def test_additions(addition: int | None, holds: bool) -> None:
    assert ADDED.holds(Refraction(0), addition) is holds
    assert SINGLE.holds(Refraction(0), addition) is (addition is None)


def test_steps_are_counted_from_the_lowest_addition() -> None:
    made = LensRange(700, -8, 8, 0, 7, 15, 4)
    assert [each for each in range(2, 49) if made.holds_addition(each)] == [7, 11, 15]


@pytest.mark.parametrize(
    ("prism", "ground"),
    [
        (Prism(), True),
        (Prism(300, 0), True),
        (Prism(180, -240), True),
        (Prism(181, 240), False),
        (Prism(-325, 0), False),
    ],
)
def test_ground_prism_is_the_resultant(prism: Prism, ground: bool) -> None:
    assert ADDED.grinds(prism) is ground
    assert SINGLE.grinds(prism) is (prism == Prism())
    assert replace(SINGLE, prism_to=0).grinds(prism) is (prism == Prism())


def test_a_lens_is_made_where_one_of_its_ranges_is() -> None:
    small = LensRange(650, -80, -66, 32, prism_to=200)
    lens = Lens(SpectacleDesign.SINGLE_VISION, 1498, (SINGLE, small))
    assert lens.ranges_of(Refraction(-64)) == (SINGLE,)
    assert lens.ranges_of(Refraction(-72, -8, 5)) == (small,)
    assert lens.ranges_of(Refraction(-65)) == ()
    assert lens.in_range(Refraction(-64))
    assert lens.in_range(Refraction(-72), prism=Prism(0, 200))
    assert not lens.in_range(Refraction(-64), prism=Prism(0, 200))
    assert not lens.in_range(Refraction(-64), 16)


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({"diameter": 390}, {("diameter", "not_within")}),
        ({"strongest_from": 50}, {("strongest_to", "not_within")}),
        ({"strongest_from": -241}, {("strongest_from", "not_within")}),
        ({"strongest_to": 241}, {("strongest_to", "not_within")}),
        ({"cylinder_to": -1}, {("cylinder_to", "not_within")}),
        ({"addition_from": 29}, {("addition_to", "not_within")}),
        ({"addition_from": None}, {("addition_from", "required")}),
        (
            {"addition_to": None, "addition_step": None},
            {("addition_to", "required"), ("addition_step", "required")},
        ),
        ({"addition_step": 9}, {("addition_step", "not_within")}),
        ({"prism_to": 30}, {("prism_to", "off_step")}),
        (
            {"diameter": None, "prism_to": "3"},
            {
                ("diameter", "required"),
                ("prism_to", "not_an_integer"),
            },
        ),
    ],
)
def test_what_is_no_range(changed: dict[str, Any], problems: set[tuple[str, str]]) -> None:
    assert told(lambda: replace(ADDED, **changed)) == {("", *each) for each in problems}


def test_a_range_that_ends_below_its_start_is_told_with_its_bounds() -> None:
    [problem] = problems_of(lambda: LensRange(700, 16, 8, 0))
    assert str(problem) == "strongest_to: must be from +2.00 D to +30.00 D (got 8)"


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({"index": 1497}, {("index", "not_within")}),
        ({"index": 1901}, {("index", "not_within")}),
        ({"minimum_height": 70}, {("minimum_height", "not_within")}),
        ({"ranges": (SINGLE,)}, {("addition_from", "required")}),
        (
            {"design": SpectacleDesign.SINGLE_VISION},
            {("addition_from", "addition_of_one_power")},
        ),
        ({"ranges": ()}, {("ranges", "required")}),
        (
            {"design": "progressive", "material": "organic"},
            {("design", "unknown_choice"), ("material", "unknown_choice")},
        ),
    ],
)
def test_what_is_no_lens(changed: dict[str, Any], problems: set[tuple[str, str]]) -> None:
    lens = Lens(SpectacleDesign.PROGRESSIVE, 1600, (ADDED,), 170, LensMaterial.HIGH_INDEX)
    assert told(lambda: replace(lens, **changed)) == {("", *each) for each in problems}


def test_the_problem_names_the_design() -> None:
    [problem] = problems_of(lambda: Lens(SpectacleDesign.SINGLE_VISION, 1600, (ADDED,)))
    assert problem.rule == "goes with designs of several powers, not with single_vision"
