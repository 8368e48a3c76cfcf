"""Prism of a lens as two components, and as resultant and base; prism of the pair."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, degrees, isqrt, radians, sin

from .vocabulary import Eye


@dataclass(frozen=True, slots=True)
class PolarPrism:
    """Prism as resultant and direction of its base."""

    resultant: int
    """Hundredths of a prism dioptre, not negative."""
    base: int
    """Degrees TABO, 0 to 359, as seen from in front: 90 up, 270 down; in is 0 of OD, 180 of OS."""


@dataclass(frozen=True, slots=True)
class Prism:
    """Components in hundredths of a prism dioptre; the limits are in :mod:`.limits`."""

    horizontal: int = 0
    """Base in (to the nose) is positive, out negative."""
    vertical: int = 0
    """Base up is positive, down negative."""

    def polar(self, eye: Eye) -> PolarPrism:
        """Resultant to the nearest hundredth, base to the nearest degree; no prism gives 0, 0."""
        along = self.horizontal if eye is Eye.OD else -self.horizontal
        # The exact square root, halves of which are compared in integers.
        resultant = (isqrt(4 * (self.horizontal**2 + self.vertical**2)) + 1) // 2
        if not resultant:
            return PolarPrism(0, 0)
        return PolarPrism(resultant, round(degrees(atan2(self.vertical, along))) % 360)

    @classmethod
    def from_polar(cls, eye: Eye, polar: PolarPrism, step: int = 1) -> Prism:
        """Components of a prism, each to the nearest multiple of `step` hundredths.

        Three Δ at 45° are 2.12 and 2.12: to keep them, the table of limits must allow it
        (``adapted(hundredths_of_prism=True)``), or `step` rounds them to what it allows.
        Raises ValueError for a negative resultant, a base not in 0 to 359, a step below 1.
        """
        if polar.resultant < 0 or not 0 <= polar.base < 360 or step < 1:
            raise ValueError(f"no prism: {polar}, step {step}")
        angle = radians(polar.base)
        along = step * round(polar.resultant * cos(angle) / step)
        up = step * round(polar.resultant * sin(angle) / step)
        return cls(along if eye is Eye.OD else -along, up)


@dataclass(frozen=True, slots=True)
class Imbalance:
    """What the pair of prisms asks of both eyes together, hundredths of a prism dioptre."""

    horizontal: int
    """Sum of both bases in; positive is base in of the pair. In before one eye and out before the
    other turn both eyes alike and ask for no vergence."""
    vertical: int
    """Difference; positive is base up before OD. Up before both eyes asks for nothing."""


def imbalance(right: Prism, left: Prism) -> Imbalance:
    """The pair's imbalance from the prisms before OD and OS."""
    return Imbalance(right.horizontal + left.horizontal, right.vertical - left.vertical)
