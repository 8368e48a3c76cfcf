"""Does the lens fit? Each verdict with its numbers, and what holds of all of them."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.blank import Centration
from optics.fit import fits
from optics.frame import Frame, RimType, Trace
from optics.lens import Lens, LensMaterial, LensRange, SpectacleDesign
from optics.need import LensNeed
from optics.prism import Prism
from optics.refraction import Refraction
from optics.units import Unit
from optics.verdict import VERDICTS, Check, Outcome, Quantity
from optics.vocabulary import Eye

from .strategies import heights, refractions

SINGLE = Lens(
    SpectacleDesign.SINGLE_VISION,
    1500,
    (
        LensRange(650, -64, 48, 16),
        LensRange(700, -48, 32, 16),
        LensRange(750, -16, 16, 16),
    ),
    material=LensMaterial.ORGANIC,
)
ADDED = Lens(
    SpectacleDesign.PROGRESSIVE,
    1600,
    (LensRange(700, -64, 48, 32, 6, 28, 2, 300),),
    170,
    LensMaterial.HIGH_INDEX,
)
FRAME = Frame(520, 380, 180, RimType.FULL, ed=570)
MIDDLE = Centration(350, 190)
NEED = LensNeed(Eye.OD, Refraction(-32, -8, 20))
NEED_ADDED = replace(NEED, addition=16, is_single_vision=False)
DRILLED, HALF = (replace(FRAME, rim=rim) for rim in (RimType.DRILLED, RimType.HALF))
BOX = replace(FRAME, ed=None)
CIRCLE = Frame(500, 500, 180, RimType.FULL, trace=Trace((2500,) * 360))
BASE_IN = Prism(200, 0)


def of(material: LensMaterial | None, index: int) -> Lens:
    return replace(SINGLE, material=material, index=index)


def made(lens: Lens, **changed: Any) -> Lens:
    return replace(lens, ranges=tuple(replace(each, **changed) for each in lens.ranges))


def need(sphere: int, cylinder: int = 0, axis: int | None = None, **told: Any) -> LensNeed:
    return replace(NEED, refraction=Refraction(sphere, cylinder, axis), **told)


Case = tuple[LensNeed, Lens, Frame, Centration | None, str, str]
CASES: list[Case] = [
    # Power: −4.00 −1.00 is −5.00 in its strongest meridian.
    (NEED, SINGLE, FRAME, MIDDLE, "power_made",
     "strongest meridian -5.00 D, cylinder -1.00 D: made in diameters up to 70.0 mm"),
    (need(-40, 8, 110), SINGLE, FRAME, MIDDLE, "power_made",
     "strongest meridian -5.00 D, cylinder -1.00 D: made in diameters up to 70.0 mm"),
    (need(-16), SINGLE, FRAME, MIDDLE, "power_made",
     "strongest meridian -2.00 D, cylinder 0.00 D: made in diameters up to 75.0 mm"),
    (need(-60, -8, 20), SINGLE, FRAME, MIDDLE, "strongest_beyond",
     "strongest meridian -8.50 D; made from -8.00 D to +6.00 D"),
    (need(-32, -18, 20), SINGLE, FRAME, MIDDLE, "cylinder_beyond",
     "cylinder -2.25 D; made to -2.00 D with a strongest meridian of -6.25 D"),
    (replace(NEED_ADDED, addition=32), ADDED, FRAME, MIDDLE, "addition_beyond",
     "addition +4.00 D; made from +0.75 D to +3.50 D in steps of +0.25 D"),
    (replace(NEED_ADDED, addition=9), ADDED, FRAME, MIDDLE, "addition_beyond",
     "addition +1.12 D; made from +0.75 D to +3.50 D in steps of +0.25 D"),
    (replace(NEED_ADDED, addition=None), ADDED, FRAME, MIDDLE, "addition_not_told",
     "this design needs an addition, and none is told"),
    (NEED_ADDED, SINGLE, FRAME, MIDDLE, "purpose_of_several_powers",
     "the purpose needs a lens of several powers, not a single-vision one"),
    (NEED, ADDED, FRAME, MIDDLE, "purpose_of_one_power",
     "the purpose needs a single-vision lens, not one of several powers"),
    # Blank: in the middle 57 + 2 mm, 3 mm inward and up 67.49.
    (NEED, SINGLE, FRAME, MIDDLE, "blank_large_enough",
     "needs 59.0 mm by the effective diameter, blank 65.0 mm"),
    (NEED, SINGLE, FRAME, Centration(320, 220), "blank_large_enough",
     "needs 67.5 mm by the effective diameter, blank 70.0 mm"),
    (need(-50), SINGLE, FRAME, Centration(320, 220), "blank_too_small",
     "needs 67.5 mm by the effective diameter, largest blank of this power 65.0 mm"),
    (NEED, SINGLE, BOX, Centration(320, 230), "blank_may_be_too_small",
     "needs 76.5 mm at most, by the diagonal of the box, largest blank of this power 70.0 mm:"
     " measure the effective diameter or trace the frame"),
    (need(-16), SINGLE, BOX, Centration(330, None), "blank_large_enough",
     "needs 70.5 mm by the diagonal, blank 75.0 mm"),
    (NEED, SINGLE, CIRCLE, Centration(310, 290), "blank_large_enough",
     "needs 62.0 mm by the trace, blank 65.0 mm"),
    (NEED, SINGLE, FRAME, None, "blank_pd_not_told",
     "needs the pupillary distance of the eye"),
    (NEED_ADDED, ADDED, FRAME, Centration(320), "blank_height_not_told",
     "needs the fitting height; 65.0 mm by the effective diameter without it, blank 70.0 mm"),
    (need(-80), SINGLE, FRAME, MIDDLE, "blank_of_no_range",
     "no diameter is known to be made in this power and prism"),
    # −4.00 and 2 Δ base in: the centre 5 mm outward, 57 + 10 + 2.
    (need(-32, prism=BASE_IN), SINGLE, FRAME, MIDDLE, "blank_large_enough",
     "needs 69.0 mm by the effective diameter, blank 70.0 mm"),
    (need(0, prism=BASE_IN), SINGLE, FRAME, MIDDLE, "blank_of_no_range",
     "no diameter is known to be made in this power and prism"),
    (replace(NEED_ADDED, prism=BASE_IN), ADDED, FRAME, MIDDLE, "blank_large_enough",
     "needs 59.0 mm by the effective diameter, blank 70.0 mm"),
    # Rim.
    (NEED, SINGLE, FRAME, MIDDLE, "rim_full", "a full rim holds any material"),
    (NEED, SINGLE, DRILLED, MIDDLE, "holes_may_crack",
     "drilled: organic of index 1.500 may crack; polycarbonate, Trivex or an organic lens of index"
     " 1.590 and more bear holes"),
    (NEED, of(LensMaterial.MINERAL, 1800), DRILLED, MIDDLE, "holes_may_crack",
     "drilled: mineral of index 1.800 may crack; polycarbonate, Trivex or an organic lens of index"
     " 1.590 and more bear holes"),
    (NEED, of(LensMaterial.POLYCARBONATE, 1586), DRILLED, MIDDLE, "holes_borne",
     "drilled: polycarbonate of index 1.586 bears holes"),
    (NEED, of(LensMaterial.TRIVEX, 1530), DRILLED, MIDDLE, "holes_borne",
     "drilled: trivex of index 1.530 bears holes"),
    (NEED_ADDED, ADDED, DRILLED, MIDDLE, "holes_borne",
     "drilled: high index of index 1.600 bears holes"),
    (NEED, of(None, 1600), DRILLED, MIDDLE, "material_not_told",
     "the material is not told, which holes and grooves ask for"),
    (NEED, of(None, 1600), HALF, MIDDLE, "material_not_told",
     "the material is not told, which holes and grooves ask for"),
    (NEED, SINGLE, HALF, MIDDLE, "groove_possible",
     "half rim: a lens without plus power has an edge for the groove"),
    (need(8, -16, 90), SINGLE, HALF, MIDDLE, "groove_edge_not_known",
     "half rim: the edge of a lens with plus power or prism must be thick enough for the groove,"
     " and is not computed"),
    (replace(NEED, prism=BASE_IN), SINGLE, HALF, MIDDLE, "groove_edge_not_known",
     "half rim: the edge of a lens with plus power or prism must be thick enough for the groove,"
     " and is not computed"),
    (NEED, of(LensMaterial.MINERAL, 1500), HALF, MIDDLE, "groove_in_mineral",
     "half rim: mineral glass chips along a groove"),
    # Height.
    (NEED_ADDED, ADDED, FRAME, Centration(320, 170), "height_enough",
     "height 17.0 mm, the design needs 17.0 mm"),
    (NEED_ADDED, ADDED, FRAME, Centration(320, 165), "height_below_minimum",
     "height 16.5 mm, the design needs 17.0 mm"),
    (NEED_ADDED, ADDED, FRAME, Centration(320, 385), "height_outside_box",
     "height 38.5 mm, the box is only 38.0 mm high"),
    (NEED_ADDED, ADDED, FRAME, Centration(320), "height_not_told",
     "the fitting height is not told"),
    (NEED_ADDED, ADDED, FRAME, None, "height_not_told", "the fitting height is not told"),
    (NEED_ADDED, replace(ADDED, minimum_height=None), FRAME, Centration(320, 140),
     "minimum_height_not_told", "height 14.0 mm, the minimum of the design is not told"),
    (NEED_ADDED, replace(ADDED, minimum_height=None), FRAME, Centration(320, 135),
     "height_unusual", "height 13.5 mm, progressive lenses usually need 14.0 mm"),
    (NEED_ADDED, replace(ADDED, minimum_height=None, design=SpectacleDesign.BIFOCAL), FRAME,
     Centration(320, 135), "minimum_height_not_told",
     "height 13.5 mm, the minimum of the design is not told"),
    (NEED, SINGLE, FRAME, None, "height_free", "a single-vision lens has no minimum height"),
    (NEED, SINGLE, FRAME, MIDDLE, "height_free", "a single-vision lens has no minimum height"),
    # Decentration: (52 + 18) / 2 = 35 mm.
    (NEED, SINGLE, FRAME, Centration(300, 220), "decentration_usual",
     "5.00 mm inward and 3.00 mm up from the centre of the box"),
    (NEED, SINGLE, FRAME, Centration(299, 220), "decentration_large",
     "5.10 mm inward from the centre of the box, more than 5.00 mm: is the frame too wide or"
     " narrow?"),
    (NEED, SINGLE, FRAME, Centration(400), "decentration_usual",
     "-5.00 mm inward and 0.00 mm up from the centre of the box"),
    (NEED, SINGLE, FRAME, None, "decentration_not_told",
     "needs the pupillary distance of the eye"),
    # Prism.
    (NEED, SINGLE, FRAME, MIDDLE, "prism_none", "no prism"),
    (need(-32, prism=BASE_IN), SINGLE, FRAME, MIDDLE, "prism_by_decentration",
     "2.00 Δ by moving the optical centre -5.00 mm inward and 0.00 mm up"),
    (need(-32, prism=BASE_IN), made(SINGLE, prism_to=200), FRAME, MIDDLE, "prism_ground",
     "2.00 Δ; ground up to 2.00 Δ"),
    (need(-32, prism=BASE_IN), made(SINGLE, prism_to=175), FRAME, MIDDLE, "prism_beyond",
     "2.00 Δ; ground up to 1.75 Δ"),
    (need(0, prism=BASE_IN), SINGLE, FRAME, MIDDLE, "prism_without_power",
     "2.00 Δ: no decentration makes it, for the lens has no power in its direction"),
    (need(-80, prism=BASE_IN), SINGLE, FRAME, MIDDLE, "prism_of_no_range",
     "2.00 Δ; no diameter is known to be made in this power"),
    (replace(NEED_ADDED, prism=BASE_IN), ADDED, FRAME, MIDDLE, "prism_ground",
     "2.00 Δ; ground up to 3.00 Δ"),
    (replace(NEED_ADDED, prism=BASE_IN), made(ADDED, prism_to=None), FRAME, MIDDLE,
     "prism_not_told", "2.00 Δ; what prism is ground into this design is not told"),
]  # fmt: skip


@pytest.mark.parametrize(("need", "lens", "frame", "centration", "code", "sentence"), CASES)
def test_verdicts(
    need: LensNeed,
    lens: Lens,
    frame: Frame,
    centration: Centration | None,
    code: str,
    sentence: str,
) -> None:
    told = {each.code: str(each) for each in fits(need, lens, frame, centration)}
    assert told.get(code) == sentence


def test_every_code_has_a_case() -> None:
    assert VERDICTS.keys() - {case[4] for case in CASES} == set()


def test_every_code_of_the_source_is_a_verdict() -> None:
    path = Path(__file__).parents[3] / "addons" / "optics_core" / "optics" / "fit.py"
    strings = {
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert VERDICTS.keys() - strings == set()


@given(
    refractions,
    st.none() | st.integers(2, 48),
    st.builds(Prism, st.integers(-500, 500), st.integers(-500, 500)),
    st.sampled_from([SINGLE, ADDED, made(SINGLE, prism_to=300)]),
    st.sampled_from([FRAME, BOX, CIRCLE, DRILLED, HALF]),
    st.none() | st.builds(Centration, st.integers(190, 400), st.none() | heights),
    st.booleans(),
)
def test_all_verdicts(
    refraction: Refraction,
    addition: int | None,
    prism: Prism,
    lens: Lens,
    frame: Frame,
    centration: Centration | None,
    single: bool,
) -> None:
    """One of each check in its order, the same for both writings, and fit for JSON."""
    asked = LensNeed(Eye.OS, refraction, None if single else addition, prism, None, single)
    verdicts = fits(asked, lens, frame, centration)
    assert [each.check for each in verdicts] == list(Check)
    other = replace(asked, refraction=refraction.transposed())
    assert fits(other, lens, frame, centration) == verdicts
    for each in verdicts:
        stored = each.as_dict()
        assert json.loads(json.dumps(stored)) == stored
        assert str(each)


@given(st.integers(190, 400), heights)
def test_a_blank_that_is_large_enough_is_the_smallest_such(pd: int, height: int) -> None:
    verdict = fits(need(0), SINGLE, FRAME, Centration(pd, height))[1]
    blank, needed = verdict.params["blank"], verdict.params["needed"]
    assert not isinstance(blank, str)
    assert not isinstance(needed, str)
    larger = [each for each in (650, 700, 750) if each >= needed.value]
    assert blank.value == (larger[0] if larger else 750)
    assert verdict.outcome is (Outcome.OK if larger else Outcome.REFUSED)


def test_a_verdict_as_it_is_stored() -> None:
    power, blank, *_ = fits(NEED, SINGLE, FRAME, MIDDLE)
    assert blank.as_dict() == {
        "check": "blank",
        "outcome": "ok",
        "code": "blank_large_enough",
        "params": {
            "needed": {"value": 590, "unit": "TENTH_MM"},
            "blank": {"value": 650, "unit": "TENTH_MM"},
            "way": "effective_diameter",
        },
    }
    assert power.params["power"] == Quantity(-40, Unit.EIGHTH_DIOPTRE)


def test_a_gap_between_ranges_is_told_by_the_nearest() -> None:
    gap = replace(SINGLE, ranges=(LensRange(650, -64, -16, 16), LensRange(650, 8, 48, 16)))
    assert str(fits(need(4), gap, FRAME, MIDDLE)[0]) == (
        "strongest meridian +0.50 D; made from +1.00 D to +6.00 D"
    )
