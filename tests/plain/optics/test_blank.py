"""Decentration, the way a prism moves the centre, and the smallest blank."""

from __future__ import annotations

from math import ceil, cos, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.blank import (
    MARGIN,
    BlankWay,
    Centration,
    Offset,
    decentration,
    minimum_blank,
    prism_shift,
)
from optics.frame import Frame, RimType, Trace
from optics.prism import Prism
from optics.refraction import Refraction
from optics.vocabulary import Eye

from .strategies import heights, refractions, told, traces

FRAME = Frame(520, 380, 180, RimType.FULL, ed=570)
CIRCLE = Frame(500, 500, 180, RimType.FULL, trace=Trace((2500,) * 360))
# Its centres are 70 mm apart, so an eye of 35 mm looks through the middle.
frames = st.builds(
    lambda a, b, ed: Frame(a, b, 700 - a, RimType.FULL, max(a, b) if ed else None),
    st.integers(400, 600),
    st.integers(200, 600),
    st.booleans(),
)
offsets = st.builds(Offset, st.integers(-2000, 2000), st.integers(-2000, 2000))
eyes = st.sampled_from(Eye)
prisms = st.builds(Prism, st.integers(-1000, 1000), st.integers(-1000, 1000))


@pytest.mark.parametrize(
    ("pd", "height", "inward", "up"),
    # (52 + 18) / 2 − 32 = 3; 22 − 38 / 2 = 3.
    [(320, 220, 300, 300), (350, 190, 0, 0), (365, 160, -150, -300), (315, None, 350, 0)],
)
def test_decentration(pd: int, height: int | None, inward: int, up: int) -> None:
    assert decentration(FRAME, Centration(pd, height)) == Offset(inward, up)


def test_halves_of_tenths_are_kept() -> None:
    frame = Frame(525, 381, 180, RimType.FULL)
    assert decentration(frame, Centration(320, 220)) == Offset(325, 295)


@pytest.mark.parametrize(
    ("frame", "pd", "height", "diameter", "way"),
    [
        # 57 + 2 · √(3² + 3²) + 2 = 67.49
        (FRAME, 320, 220, 675, BlankWay.EFFECTIVE_DIAMETER),
        (FRAME, 350, 190, 590, BlankWay.EFFECTIVE_DIAMETER),
        # 57 + 2 · √(3² + 4²) + 2
        (FRAME, 320, 230, 690, BlankWay.EFFECTIVE_DIAMETER),
        # The same of the diagonal, 64.5.
        (Frame(520, 380, 180, RimType.FULL), 320, 230, 765, BlankWay.DIAGONAL),
        # From 3 mm inward and 4 mm up: 25 + 5 mm to the rim of a circle.
        (CIRCLE, 310, 290, 620, BlankWay.TRACE),
        (CIRCLE, 340, 250, 520, BlankWay.TRACE),
    ],
)
def test_smallest_blanks(frame: Frame, pd: int, height: int, diameter: int, way: BlankWay) -> None:
    needed = minimum_blank(frame, Centration(pd, height))
    assert needed.way is way
    # A circle drawn by points is a little smaller.
    assert needed.diameter == diameter


@given(frames, st.integers(300, 400), heights, offsets)
def test_a_decentred_blank_is_never_smaller(
    frame: Frame, pd: int, height: int, shift: Offset
) -> None:
    needed = minimum_blank(frame, Centration(pd, height), shift).diameter
    assert needed >= frame.effective_diameter + MARGIN
    middle = minimum_blank(frame, Centration(350, None))
    assert needed >= middle.diameter == frame.effective_diameter + MARGIN


@given(frames, st.integers(0, 50), st.none() | heights)
def test_inward_and_outward_are_alike(frame: Frame, away: int, height: int | None) -> None:
    inward = minimum_blank(frame, Centration(350 - away, height))
    assert inward == minimum_blank(frame, Centration(350 + away, height))


@given(frames, offsets)
def test_further_out_needs_more(frame: Frame, shift: Offset) -> None:
    middle = Centration(350)
    twice = Offset(2 * shift.inward, 2 * shift.up)
    one, two = (minimum_blank(frame, middle, each).diameter for each in (shift, twice))
    assert two >= one


@given(traces, st.integers(190, 400), heights, offsets, st.booleans())
def test_a_trace_never_needs_more_than_the_box(
    trace: Trace, pd: int, height: int, shift: Offset, knows_ed: bool
) -> None:
    # A hundredth more, for the trace's sizes are rounded.
    a, b, ed = (ceil((each + 1) / 10) for each in (trace.a, trace.b, trace.ed))
    told_ed = max(ed, a, b) if knows_ed else None
    traced = Frame(a, b, 180, RimType.FULL, told_ed, trace)
    boxed = Frame(a, b, 180, RimType.FULL, told_ed)
    centration = Centration(pd, height)
    needed = minimum_blank(traced, centration, shift)
    assert needed.way is BlankWay.TRACE
    assert needed.diameter <= minimum_blank(boxed, centration, shift).diameter


@pytest.mark.parametrize("eye", Eye)
@pytest.mark.parametrize(
    ("refraction", "prism", "shift"),
    [
        # 10 · 2 / 4 = 5 mm, towards the base in plus, away from it in minus.
        (Refraction(32), Prism(200, 0), Offset(500, 0)),
        (Refraction(-32), Prism(200, 0), Offset(-500, 0)),
        (Refraction(32), Prism(-200, 0), Offset(-500, 0)),
        (Refraction(16), Prism(0, 100), Offset(0, 500)),
        (Refraction(-16), Prism(0, 100), Offset(0, -500)),
        # −4.00 along 180 and −6.00 along 90.
        (Refraction(-32, -16, 180), Prism(200, 300), Offset(-500, -500)),
        (Refraction(-48, 16, 90), Prism(200, 300), Offset(-500, -500)),
        # No power along 180: only the vertical part can be made.
        (Refraction(0, -16, 180), Prism(0, 200), Offset(0, -1000)),
        (Refraction(0, -16, 180), Prism(200, 200), None),
        (Refraction(0, -16, 45), Prism(200, 0), None),
        (Refraction(0), Prism(100, 0), None),
        (Refraction(0), Prism(), Offset()),
    ],
)
def test_the_way_of_a_prism(
    eye: Eye, refraction: Refraction, prism: Prism, shift: Offset | None
) -> None:
    assert prism_shift(eye, refraction, prism) == shift


@given(eyes, refractions, prisms)
def test_the_moved_lens_has_the_prism(eye: Eye, refraction: Refraction, prism: Prism) -> None:
    """Prentice's rule the other way round, by the matrix of the lens's power."""
    shift = prism_shift(eye, refraction, prism)
    if shift is None:
        assert not all(each.power for each in refraction.meridians)
        return
    angle = radians(refraction.axis or 180)
    sphere, cylinder = refraction.sphere / 8, refraction.cylinder / 8
    across = sphere + cylinder * sin(angle) ** 2
    upright = sphere + cylinder * cos(angle) ** 2
    mixed = -cylinder * sin(angle) * cos(angle) * (1 if eye is Eye.OD else -1)
    made = (
        (across * shift.inward + mixed * shift.up) / 10,
        (mixed * shift.inward + upright * shift.up) / 10,
    )
    # Half a hundredth of a millimetre each way at up to 40 D, and the 0.005 Δ that are neglected.
    assert made == pytest.approx((prism.horizontal, prism.vertical), abs=4.5)


@given(refractions, prisms)
def test_the_eyes_are_mirrored(refraction: Refraction, prism: Prism) -> None:
    axis = refraction.axis and 180 - refraction.axis
    mirrored = Refraction(refraction.sphere, refraction.cylinder, axis)
    right = prism_shift(Eye.OD, refraction, prism)
    left = prism_shift(Eye.OS, mirrored, prism)
    if right is None or left is None:
        assert right is left
        return
    # Halves may be rounded either way.
    assert (right.inward, right.up) == pytest.approx((left.inward, left.up), abs=1)


@given(eyes, refractions, prisms)
def test_the_form_of_writing_does_not_matter(
    eye: Eye, refraction: Refraction, prism: Prism
) -> None:
    assert prism_shift(eye, refraction, prism) == prism_shift(eye, refraction.transposed(), prism)


def test_a_prism_moves_the_centre_out_of_the_frames_middle() -> None:
    shift = prism_shift(Eye.OD, Refraction(-32), Prism(200, 0))
    # 3 mm inward and 5 outward leave 2 outward: 57 + 4 + 2.
    assert minimum_blank(FRAME, Centration(320, 190), shift).diameter == 630


def test_what_is_no_centration() -> None:
    assert told(lambda: Centration(189)) == {("", "pd", "not_within")}
    assert told(lambda: Centration(401, 75)) == {
        ("", "pd", "not_within"),
        ("", "height", "not_within"),
    }
    assert told(lambda: Centration(None, 202)) == {  # type: ignore[arg-type]
        ("", "pd", "required"),
        ("", "height", "off_step"),
    }
