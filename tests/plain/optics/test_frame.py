"""Frames: sizes that go together, the marked size, and what a trace tells."""

from __future__ import annotations

from dataclasses import replace
from math import cos, hypot, pi, sin
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.frame import BoxedSize, Frame, NoseSide, RimType, Trace, parse_boxed_size
from optics.problems import InvalidPrescription, UnreadableEntry

from .strategies import problems_of, told, traces

FRAME = Frame(520, 380, 180, RimType.FULL)
CIRCLE = Trace((2500,) * 360)


def rectangle(a: int, b: int, points: int = 720) -> Trace:
    """A box of sizes in hundredths of a millimetre as radii."""
    radii = []
    for place in range(points):
        angle = 2 * pi * place / points
        x, y = abs(cos(angle)), abs(sin(angle))
        radii.append(round(min(a / 2 / x if x > 1e-9 else 1e9, b / 2 / y if y > 1e-9 else 1e9)))
    return Trace(tuple(radii))


def test_without_an_effective_diameter_the_diagonal_bounds_it() -> None:
    # √(52² + 38²) = 64.405, rounded up.
    assert FRAME.diagonal == 645
    assert FRAME.effective_diameter == 645
    assert replace(FRAME, ed=570).effective_diameter == 570
    # 3, 4, 5: an exact diagonal is not rounded.
    assert Frame(400, 300, 180, RimType.HALF).diagonal == 500


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({"a": 299}, {("a", "not_within")}),
        ({"b": None}, {("b", "required")}),
        ({"dbl": 301, "rim": "full"}, {("dbl", "not_within"), ("rim", "unknown_choice")}),
        ({"ed": 299}, {("ed", "not_within")}),
        ({"ed": 519}, {("ed", "not_within")}),
        ({"ed": 651}, {("ed", "not_within")}),
        ({"a": 500, "b": 400, "trace": CIRCLE}, {("b", "not_of_trace")}),
        (
            {"a": 489, "b": 511, "ed": 520, "trace": CIRCLE},
            {("a", "not_of_trace"), ("b", "not_of_trace"), ("ed", "not_of_trace")},
        ),
    ],
)
def test_what_is_no_frame(changed: dict[str, Any], problems: set[tuple[str, str]]) -> None:
    assert told(lambda: replace(FRAME, **changed)) == {("", *each) for each in problems}


def test_the_effective_diameter_may_be_told_in_whole_millimetres() -> None:
    frame = Frame(524, 380, 180, RimType.FULL)
    assert replace(frame, ed=520).ed == 520
    # √(52.4² + 38²) = 64.7
    assert replace(frame, ed=650).ed == 650
    [problem] = problems_of(lambda: replace(frame, ed=660))
    assert problem.rule == "must be from 52.0 mm to 65.0 mm"


def test_the_sentence_names_the_size_of_the_trace() -> None:
    [problem] = problems_of(lambda: Frame(500, 520, 180, RimType.FULL, trace=CIRCLE))
    assert problem.rule == "must be that of the trace, 50.0 mm, give or take 1.0 mm"
    frame = Frame(500, 500, 180, RimType.FULL, trace=CIRCLE)
    assert frame.effective_diameter == 500


def test_a_circle() -> None:
    assert (CIRCLE.a, CIRCLE.b, CIRCLE.ed) == (5000, 5000, 5000)
    assert abs(CIRCLE.circumference - 5000 * pi) < 2
    assert CIRCLE.greatest_distance(300, 400) == pytest.approx(3000, abs=1)


def test_a_rectangle() -> None:
    box = rectangle(5200, 3800)
    # Radii are whole hundredths.
    assert (box.a, box.b) == pytest.approx((5200, 3800), abs=1)
    assert box.ed == pytest.approx(hypot(5200, 3800), abs=20)
    assert box.circumference == pytest.approx(2 * (5200 + 3800), abs=40)


@given(traces)
def test_sizes_of_a_trace_go_together(trace: Trace) -> None:
    assert max(trace.a, trace.b) - 1 <= trace.ed <= hypot(trace.a, trace.b) + 2
    assert trace.circumference <= len(trace.radii) * trace.ed
    assert trace.circumference >= 2 * max(trace.a, trace.b) - 2


@given(traces, st.integers(-2000, 2000), st.integers(-2000, 2000))
def test_the_nose_where_nobody_knows_it(trace: Trace, inward: int, up: int) -> None:
    right, left = (
        replace(trace, nose=nose).greatest_distance(inward, up)
        for nose in (NoseSide.RIGHT, NoseSide.LEFT)
    )
    assert trace.greatest_distance(inward, up) == max(right, left)
    assert replace(trace, nose=NoseSide.RIGHT).greatest_distance(-inward, up) == left


def test_the_side_of_the_nose() -> None:
    # A point on the right, 30 mm from the origin, of a circle of 20: the box is 50 mm wide.
    radii = [2000] * 360
    radii[0] = 3000
    right = Trace(tuple(radii), NoseSide.RIGHT)
    assert right.a == 5000
    # The box's centre is 5 mm to the right; 5 mm inward is 20 mm from that point.
    assert right.greatest_distance(500, 0) == pytest.approx(3000, abs=1)
    assert replace(right, nose=NoseSide.LEFT).greatest_distance(500, 0) == pytest.approx(3000)
    assert right.greatest_distance(1000, 0) == pytest.approx(3500, abs=1)
    assert replace(right, nose=NoseSide.LEFT).greatest_distance(2000, 0) == pytest.approx(4500)


def test_what_is_no_trace() -> None:
    assert told(lambda: Trace((2500,) * 17)) == {("", "radii", "too_few_points")}
    assert told(lambda: Trace((2500,) * 17 + (99, 6001))) == {("", "radii", "not_within")}
    assert told(lambda: Trace((2500,) * 18, "left")) == {  # type: ignore[arg-type]
        ("", "nose", "unknown_choice")
    }


@pytest.mark.parametrize(
    ("text", "size", "shown"),
    [
        ("52□18–140", BoxedSize(520, 180, 1400), "52□18–140"),
        ("52-18-140", BoxedSize(520, 180, 1400), "52□18–140"),
        ("52x18", BoxedSize(520, 180), "52□18"),
        ("52Х18", BoxedSize(520, 180), "52□18"),
        ("52/18/140", BoxedSize(520, 180, 1400), "52□18–140"),
        (" 52 □ 18  140 ", BoxedSize(520, 180, 1400), "52□18–140"),
        ("52[]18−140", BoxedSize(520, 180, 1400), "52□18–140"),
        ("52,5□18.5-140", BoxedSize(525, 185, 1400), "52,5□18,5–140"),
        ("48 8 90", BoxedSize(480, 80, 900), "48□8–90"),
    ],
)
def test_marked_sizes(text: str, size: BoxedSize, shown: str) -> None:
    assert parse_boxed_size(text) == size
    assert str(size) == shown


@given(st.integers(300, 800), st.integers(80, 300), st.none() | st.integers(900, 1700))
def test_marked_sizes_come_back(eye_size: int, bridge: int, temple: int | None) -> None:
    size = BoxedSize(eye_size, bridge, temple)
    assert parse_boxed_size(str(size)) == size


@pytest.mark.parametrize("text", ["", "52", "5218140", "52□", "52□18–", "52□18–140–1", "a□b"])
def test_no_marked_size(text: str) -> None:
    with pytest.raises(UnreadableEntry, match="is no size of a frame"):
        parse_boxed_size(text)


@pytest.mark.parametrize("text", ["29□18", "52□7", "52□18–200"])
def test_a_marked_size_out_of_limits(text: str) -> None:
    with pytest.raises(InvalidPrescription):
        parse_boxed_size(text)
