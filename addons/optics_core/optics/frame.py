"""A frame in the boxing system (ГОСТ Р 71007-2023, ISO 8624), and its shape from a tracer."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from math import ceil, cos, dist, hypot, isqrt, pi, sin

from .limits import LIMITS, check_limit
from .problems import Problems, UnreadableEntry
from .units import Unit

LEAST_POINTS = 18
"""Of a shape, as b2bOptic asks."""
TRACE_TOLERANCE = 10
"""Tenths of a millimetre between a told size and that of the trace: marks are whole millimetres."""
_BETWEEN = r"(?:\s*(?:□|\[\]|[xх×*/−–—-])\s*|\s+)"
_SIZE = r"[0-9]{2,3}(?:[.,][0-9])?"
_BOXED = re.compile(f"({_SIZE}){_BETWEEN}([0-9]{{1,2}}(?:[.,][0-9])?)(?:{_BETWEEN}({_SIZE}))?")


class RimType(StrEnum):
    """What holds a lens."""

    FULL = "full"
    HALF = "half"
    """Nylor: a thread in a groove of the lens."""
    DRILLED = "drilled"
    """Rimless: screws through the lens."""


class NoseSide(StrEnum):
    """Where the nose lies as a trace is drawn, x to the right and y up."""

    RIGHT = "right"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Trace:
    """A shape as radii at equal angles, counter-clockwise from x, about the centre of its box.

    The box is taken from the points, so an origin somewhat beside its centre does no harm. Raises
    InvalidPrescription: ``too_few_points``, ``not_within`` and the like for the first bad radius.
    """

    radii: tuple[int, ...]
    """Hundredths of a millimetre."""
    nose: NoseSide | None = None
    """None where nobody knows: devices mean either by 0°. Then the worse of both counts."""

    def __post_init__(self) -> None:
        problems = Problems()
        problems.choice("", "nose", self.nose, NoseSide, required=False)
        count = len(self.radii)
        problems.check(
            count >= LEAST_POINTS, "", "radii", count, "too_few_points", least=LEAST_POINTS
        )
        limit = LIMITS["trace_radius"]
        bad = [each for each in self.radii if limit.broken_by(each)]
        if bad:
            check_limit(problems, "", "radii", bad[0], limit, required=True)
        problems.raise_any()

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """x and y from the box's centre, hundredths of a millimetre."""
        step = 2 * pi / len(self.radii)
        xs = [radius * cos(place * step) for place, radius in enumerate(self.radii)]
        ys = [radius * sin(place * step) for place, radius in enumerate(self.radii)]
        x, y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
        return tuple((one - x, other - y) for one, other in zip(xs, ys, strict=True))

    @property
    def a(self) -> int:
        """Width of the box, hundredths of a millimetre."""
        return round(2 * max(x for x, _ in self.points))

    @property
    def b(self) -> int:
        """Height of the box, hundredths of a millimetre."""
        return round(2 * max(y for _, y in self.points))

    @property
    def ed(self) -> int:
        """Effective diameter, twice the greatest radius, hundredths of a millimetre."""
        return round(2 * self.greatest_distance(0, 0))

    @property
    def circumference(self) -> int:
        """Hundredths of a millimetre, along straight lines between the points."""
        points = self.points
        return round(sum(dist(one, other) for one, other in pairwise((*points, points[0]))))

    def greatest_distance(self, inward: int, up: int) -> float:
        """From a point to the farthest of the rim, hundredths of a millimetre.

        The point is told from the box's centre, towards the nose and up, in the same unit.
        """
        noses = {NoseSide.RIGHT: (1,), NoseSide.LEFT: (-1,), None: (1, -1)}[self.nose]
        points = self.points
        return max(hypot(x - nose * inward, y - up) for nose in noses for x, y in points)


@dataclass(frozen=True, slots=True)
class Frame:
    """Sizes of one eye's side by the boxing system, tenths of a millimetre.

    Raises InvalidPrescription: a size out of :data:`.limits.LIMITS`, an effective diameter that no
    shape in the box has (both ``not_within``), a size unlike the trace's (``not_of_trace``).
    """

    a: int
    """Width of the box."""
    b: int
    """Height of the box."""
    dbl: int
    """Bridge: distance between both boxes."""
    rim: RimType
    ed: int | None = None
    """Effective diameter as told: twice the greatest radius from the box's centre."""
    trace: Trace | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        well = [
            check_limit(
                problems, "", name, getattr(self, name), LIMITS[f"frame_{name}"], required=True
            )
            for name in ("a", "b", "dbl")
        ]
        problems.choice("", "rim", self.rim, RimType)
        if check_limit(problems, "", "ed", self.ed, LIMITS["frame_ed"]) and all(well):
            self._check_ed(problems)
            self._check_trace(problems)
        problems.raise_any()

    def _check_ed(self, problems: Problems) -> None:
        """From the longer side to the diagonal, to whole millimetres, as it is often told."""
        lowest = 10 * (max(self.a, self.b) // 10)
        highest = 10 * -(-self.diagonal // 10)
        limit = replace(LIMITS["frame_ed"], lowest=lowest, highest=highest)
        check_limit(problems, "", "ed", self.ed, limit)

    def _check_trace(self, problems: Problems) -> None:
        for name in ("a", "b", "ed") if self.trace else ():
            told, traced = getattr(self, name), round(getattr(self.trace, name) / 10)
            problems.check(
                told is None or abs(told - traced) <= TRACE_TOLERANCE,
                "",
                name,
                told,
                "not_of_trace",
                traced=traced,
                tolerance=TRACE_TOLERANCE,
                unit=Unit.TENTH_MM,
            )

    @property
    def diagonal(self) -> int:
        """Of the box, rounded up: no shape in it has a greater effective diameter."""
        return isqrt(self.a**2 + self.b**2 - 1) + 1

    @property
    def effective_diameter(self) -> int:
        """As told, else the trace's, else :attr:`diagonal` as its upper bound."""
        if self.ed is not None:
            return self.ed
        return ceil(self.trace.ed / 10) if self.trace else self.diagonal


@dataclass(frozen=True, slots=True)
class BoxedSize:
    """The size that is marked on a frame, tenths of a millimetre.

    Raises InvalidPrescription for a size out of :data:`.limits.LIMITS`.
    """

    eye_size: int
    """A of the box."""
    bridge: int
    temple: int | None = None
    """Length of the temple."""

    def __post_init__(self) -> None:
        problems = Problems()
        for name, limit in (("eye_size", "frame_a"), ("bridge", "frame_dbl")):
            check_limit(problems, "", name, getattr(self, name), LIMITS[limit], required=True)
        check_limit(problems, "", "temple", self.temple, LIMITS["temple"])
        problems.raise_any()

    def __str__(self) -> str:
        """As it is marked: ``52□18–140``; tenths only where there are any: ``52,5□18``."""
        told = f"{_marked(self.eye_size)}□{_marked(self.bridge)}"
        return told if self.temple is None else f"{told}–{_marked(self.temple)}"


def parse_boxed_size(text: str) -> BoxedSize:
    """Read ``52□18–140``, ``52-18-140``, ``52x18``, ``52/18/140``, ``52□18 140``.

    Raises UnreadableEntry (``not_a_size``), and InvalidPrescription as :class:`BoxedSize` does.
    """
    found = _BOXED.fullmatch(text.strip().lower())
    if not found:
        raise UnreadableEntry(text, "not_a_size")
    temple = _tenths(found[3]) if found[3] else None
    return BoxedSize(_tenths(found[1]), _tenths(found[2]), temple)


def _tenths(text: str) -> int:
    whole, _, part = text.replace(",", ".").partition(".")
    return 10 * int(whole) + int(part or 0)


def _marked(tenths: int) -> str:
    return Unit.TENTH_MM.shown(tenths).removesuffix(",0")
