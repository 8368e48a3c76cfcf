"""The same correction at another vertex distance."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.power import dioptres
from optics.problems import InvalidPrescription
from optics.refraction import Refraction
from optics.vertex import (
    ExactRefraction,
    is_offered,
    moved,
    to_cornea,
    to_spectacles,
)

from .strategies import problems_of, refractions

# At 24 mm the way of +40 D, the most that sphere and cylinder add up to, is not used up.
vertices = st.integers(500, 2400)


def exact(refraction: Refraction) -> ExactRefraction:
    return ExactRefraction(
        dioptres(refraction.sphere), dioptres(refraction.cylinder), refraction.axis
    )


@pytest.mark.parametrize(
    ("spectacles", "vertex", "cornea"),
    [
        # 10/(1 − 0.12) = 11.36, −10/(1 + 0.12) = −8.93: as in the tables of every maker.
        (Refraction(80), 1200, Refraction(90)),
        (Refraction(-80), 1200, Refraction(-72)),
        (Refraction(32), 1200, Refraction(34)),
        (Refraction(-32), 1200, Refraction(-30)),
        (Refraction(-48, -16, 10), 1200, Refraction(-44, -14, 10)),
    ],
)
def test_known_conversions(spectacles: Refraction, vertex: int, cornea: Refraction) -> None:
    assert to_cornea(spectacles, vertex).rounded() == cornea


def test_the_exact_power() -> None:
    found = to_cornea(Refraction(80, -160, 30), 1200)
    assert found.sphere == Fraction(1000, 88)
    assert found.sphere + found.cylinder == Fraction(-1000, 112)
    assert found.axis == 30


@given(refractions, vertices)
def test_there_and_back_is_the_same(one: Refraction, vertex: int) -> None:
    back = to_spectacles(to_cornea(one, vertex), vertex)
    assert back == exact(one)
    assert back.rounded(1, 1) == one


@given(refractions, vertices, vertices)
def test_by_way_of_the_cornea_is_the_straight_way(one: Refraction, old: int, new: int) -> None:
    assert moved(one, old=old, new=new) == to_spectacles(to_cornea(one, old), new)


@given(refractions, vertices)
def test_both_forms_stay_one_lens(one: Refraction, vertex: int) -> None:
    found, other = to_cornea(one, vertex), to_cornea(one.transposed(), vertex)
    assert found.sphere == other.sphere + other.cylinder
    assert found.cylinder == -other.cylinder
    assert (found.cylinder > 0) == (one.cylinder > 0)


@given(refractions, vertices)
def test_nearer_to_the_eye_there_is_more_plus(one: Refraction, vertex: int) -> None:
    found = to_cornea(one, vertex)
    assert (found.sphere > dioptres(one.sphere)) == bool(one.sphere)


@given(refractions, vertices)
def test_no_move_changes_nothing(one: Refraction, vertex: int) -> None:
    assert moved(one, old=vertex, new=vertex) == exact(one)


def test_a_cylinder_that_vanishes_takes_its_axis() -> None:
    found = ExactRefraction(Fraction(1), Fraction(1, 10), 30)
    assert found.rounded() == Refraction(8)
    assert found.rounded(cylinder_step=1) == Refraction(8, 1, 30)
    assert ExactRefraction(Fraction(29, 40), Fraction(0), None).rounded(1) == Refraction(6)


def test_a_focus_within_the_way_has_no_equal() -> None:
    (problem,) = problems_of(lambda: to_cornea(Refraction(240, 80, 10), 2500))
    assert (problem.field, problem.value, problem.code) == ("vertex", 2500, "focus_within_vertex")
    assert "+40.00 D" in problem.rule
    assert to_cornea(Refraction(240, 80, 10), 2499).cylinder > 0
    with pytest.raises(InvalidPrescription):
        moved(Refraction(-320), old=0, new=2500)


@pytest.mark.parametrize(
    ("refraction", "offered"),
    [
        (Refraction(32), True),
        (Refraction(31), False),
        (Refraction(-32), True),
        (Refraction(-31), False),
        (Refraction(-16, -16, 10), True),
        (Refraction(-16, -15, 10), False),
        (Refraction(-32, 16, 10), True),
        (Refraction(0, 32, 10), True),
    ],
)
def test_offered_from_four_dioptres(refraction: Refraction, offered: bool) -> None:
    assert is_offered(refraction) is offered
