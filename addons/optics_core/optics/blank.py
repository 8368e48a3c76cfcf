"""Where the centre of a lens lies in its frame, and the smallest blank that covers the shape.

The blank is taken as centred on the fitting point, or on the optical centre where a prism moves
that. Progressive and bifocal blanks with their middle elsewhere reach further on one side and less
on the other, which is not computed. Sources: OPTICS_DATA A ("Blank"), D7.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, cos, isqrt, radians, sin

from .frame import Frame
from .limits import LIMITS, check_limit
from .prism import Prism
from .problems import Problems
from .refraction import Refraction
from .vocabulary import Eye

MARGIN = 20
"""Tenths of a millimetre by which a blank is greater than what is cut out of it."""
_ROUNDING = 1e-6
"""Tenths of a millimetre: what floating point adds is no reason for another tenth."""
_NO_PRISM = 0.5
"""Hundredths of a prism dioptre along a meridian that are nothing but rounding."""


@dataclass(frozen=True, slots=True)
class Centration:
    """Where one eye looks through its lens, tenths of a millimetre; it belongs to the order.

    Raises InvalidPrescription for what lies out of :data:`.limits.LIMITS`.
    """

    pd: int
    """Of this eye alone, to the middle of the bridge."""
    height: int | None = None
    """From the lower tangent of the box; None where not measured."""

    def __post_init__(self) -> None:
        problems = Problems()
        check_limit(problems, "", "pd", self.pd, LIMITS["centration_pd"], required=True)
        check_limit(problems, "", "height", self.height, LIMITS["fitting_height"])
        problems.raise_any()


@dataclass(frozen=True, slots=True)
class Offset:
    """A way in the plane of the lens, hundredths of a millimetre."""

    inward: int = 0
    """Towards the nose."""
    up: int = 0

    def __add__(self, other: Offset) -> Offset:
        return Offset(self.inward + other.inward, self.up + other.up)

    @property
    def squared(self) -> int:
        return self.inward**2 + self.up**2


class BlankWay(StrEnum):
    """By what a blank was computed, the surest first."""

    TRACE = "trace"
    EFFECTIVE_DIAMETER = "effective_diameter"
    DIAGONAL = "diagonal"
    """Of the box, where nothing is told: an upper bound, the lens may need less."""


@dataclass(frozen=True, slots=True)
class MinimumBlank:
    """The smallest blank that does."""

    diameter: int
    """Tenths of a millimetre, rounded up."""
    way: BlankWay


def decentration(frame: Frame, centration: Centration) -> Offset:
    """From the box's centre to the fitting point: (A + DBL) / 2 − PD inward, height − B / 2 up.

    A height that was not measured is taken as half of B.
    """
    inward = 5 * (frame.a + frame.dbl) - 10 * centration.pd
    if centration.height is None:
        return Offset(inward)
    return Offset(inward, 10 * centration.height - 5 * frame.b)


def prism_shift(eye: Eye, refraction: Refraction, prism: Prism) -> Offset | None:
    """How far the optical centre moves to make a prism of a lens that has none.

    10 · Δ / F mm along each principal meridian, towards the base in plus and away from it in minus
    (Prentice). None where the prism has a part along a meridian without power: nothing makes it.
    """
    out = 1 if eye is Eye.OD else -1
    right = up = 0.0
    for meridian in refraction.meridians:
        angle = radians(meridian.angle)
        part = out * prism.horizontal * cos(angle) + prism.vertical * sin(angle)
        if abs(part) < _NO_PRISM:
            continue
        if not meridian.power:
            return None
        # Hundredths of Δ and eighths of a dioptre make 10 · Δ / F mm this in hundredths of mm.
        way = 80 * part / meridian.power
        right += way * cos(angle)
        up += way * sin(angle)
    return Offset(out * round(right), round(up))


def minimum_blank(
    frame: Frame, centration: Centration, shift: Offset | None = None
) -> MinimumBlank:
    """The smallest blank for a frame; `shift` is that of a prism made by decentration.

    With a trace, twice the greatest distance from the centre to the rim, and 2 mm. Without one,
    effective diameter + 2 · √(dx² + dy²) + 2 mm.
    """
    centre = decentration(frame, centration) + (shift or Offset())
    if frame.trace is not None:
        reach = 2 * frame.trace.greatest_distance(centre.inward, centre.up) / 10
        return MinimumBlank(ceil(reach - _ROUNDING) + MARGIN, BlankWay.TRACE)
    way = BlankWay.DIAGONAL if frame.ed is None else BlankWay.EFFECTIVE_DIAMETER
    return MinimumBlank(frame.effective_diameter + _twice(centre) + MARGIN, way)


def _twice(offset: Offset) -> int:
    """Twice the length of a way in tenths of a millimetre, rounded up exactly."""
    squared = -(-4 * offset.squared // 100)
    return isqrt(squared - 1) + 1 if squared else 0
