"""Prisms: components, resultant and base, and the pair."""

from __future__ import annotations

from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.prism import Imbalance, PolarPrism, Prism, imbalance
from optics.vocabulary import Eye

components = st.integers(-2000, 2000)
prisms = st.builds(Prism, components, components)
eyes = st.sampled_from(Eye)


@pytest.mark.parametrize(
    ("eye", "prism", "base"),
    [
        (Eye.OD, Prism(200, 0), 0),
        (Eye.OD, Prism(-200, 0), 180),
        (Eye.OS, Prism(200, 0), 180),
        (Eye.OS, Prism(-200, 0), 0),
        (Eye.OD, Prism(0, 200), 90),
        (Eye.OS, Prism(0, 200), 90),
        (Eye.OD, Prism(0, -200), 270),
        (Eye.OS, Prism(0, -200), 270),
    ],
)
def test_base_in_degrees(eye: Eye, prism: Prism, base: int) -> None:
    assert prism.polar(eye) == PolarPrism(200, base)
    assert Prism.from_polar(eye, PolarPrism(200, base)) == prism


@pytest.mark.parametrize(
    ("eye", "prism", "polar"),
    [
        (Eye.OD, Prism(300, 400), PolarPrism(500, 53)),
        (Eye.OS, Prism(300, 400), PolarPrism(500, 127)),
        (Eye.OD, Prism(300, -400), PolarPrism(500, 307)),
        (Eye.OS, Prism(-100, -100), PolarPrism(141, 315)),
        # Rounded up to 360°, which is 0.
        (Eye.OD, Prism(2000, -1), PolarPrism(2000, 0)),
        (Eye.OD, Prism(), PolarPrism(0, 0)),
        (Eye.OS, Prism(), PolarPrism(0, 0)),
    ],
)
def test_oblique(eye: Eye, prism: Prism, polar: PolarPrism) -> None:
    assert prism.polar(eye) == polar


@given(prisms, eyes)
def test_components_come_back_within_half_a_degree(prism: Prism, eye: Eye) -> None:
    polar = prism.polar(eye)
    assert 0 <= polar.base <= 359
    assert abs(polar.resultant - hypot(prism.horizontal, prism.vertical)) <= 0.5 + 1e-9
    back = Prism.from_polar(eye, polar)
    # Half a degree of the resultant along the circle, and a hundredth of rounding.
    most = polar.resultant * 0.00873 + 1.5
    assert abs(back.horizontal - prism.horizontal) <= most
    assert abs(back.vertical - prism.vertical) <= most


@given(st.integers(150, 2800), st.integers(0, 359), eyes)
def test_resultant_and_base_come_back(resultant: int, base: int, eye: Eye) -> None:
    back = Prism.from_polar(eye, PolarPrism(resultant, base)).polar(eye)
    assert back.base == base
    assert abs(back.resultant - resultant) <= 1


@given(st.integers(0, 2800), st.integers(0, 359), eyes, st.sampled_from([1, 12, 25, 50]))
def test_components_are_rounded_to_a_step(resultant: int, base: int, eye: Eye, step: int) -> None:
    fine = Prism.from_polar(eye, PolarPrism(resultant, base))
    coarse = Prism.from_polar(eye, PolarPrism(resultant, base), step)
    assert coarse.horizontal % step == coarse.vertical % step == 0
    assert abs(coarse.horizontal - fine.horizontal) <= step / 2 + 0.5
    assert abs(coarse.vertical - fine.vertical) <= step / 2 + 0.5


def test_without_a_step_every_hundredth_counts() -> None:
    assert Prism.from_polar(Eye.OD, PolarPrism(100, 45)) == Prism(71, 71)
    assert Prism.from_polar(Eye.OS, PolarPrism(100, 225)) == Prism(71, -71)


@given(prisms)
def test_the_eyes_are_mirrored(prism: Prism) -> None:
    mirrored = Prism(-prism.horizontal, prism.vertical)
    assert prism.polar(Eye.OD) == mirrored.polar(Eye.OS)


@pytest.mark.parametrize(
    ("polar", "step"),
    [
        (PolarPrism(-1, 0), 1),
        (PolarPrism(1, -1), 1),
        (PolarPrism(1, 360), 1),
        (PolarPrism(1, 0), 0),
    ],
)
def test_no_prism(polar: PolarPrism, step: int) -> None:
    with pytest.raises(ValueError, match="no prism"):
        Prism.from_polar(Eye.OD, polar, step)


@pytest.mark.parametrize(
    ("right", "left", "asked"),
    [
        (Prism(200, 0), Prism(200, 0), Imbalance(400, 0)),
        (Prism(200, 0), Prism(-200, 0), Imbalance(0, 0)),
        (Prism(-100, 0), Prism(-50, 0), Imbalance(-150, 0)),
        (Prism(0, 200), Prism(0, 200), Imbalance(0, 0)),
        (Prism(0, 100), Prism(0, -100), Imbalance(0, 200)),
        (Prism(0, -100), Prism(0, 50), Imbalance(0, -150)),
    ],
)
def test_imbalance(right: Prism, left: Prism, asked: Imbalance) -> None:
    assert imbalance(right, left) == asked


@given(prisms, prisms)
def test_what_turns_both_eyes_alike_asks_for_nothing(right: Prism, same: Prism) -> None:
    left = Prism(-right.horizontal, right.vertical)
    assert imbalance(right, left) == Imbalance(0, 0)
    more_left = Prism(left.horizontal - same.horizontal, left.vertical + same.vertical)
    more_right = Prism(right.horizontal + same.horizontal, right.vertical + same.vertical)
    assert imbalance(more_right, more_left) == Imbalance(0, 0)
