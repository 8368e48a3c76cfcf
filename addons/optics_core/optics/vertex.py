"""The same correction at another distance from the eye: F / (1 − d·F) in each principal meridian.

Vertex distances are in hundredths of a millimetre, powers exact fractions of a dioptre until they
are rounded on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .power import EIGHTH, QUARTER, dioptres, rounded
from .problems import InvalidPrescription, Problem
from .refraction import Refraction
from .units import Unit

OFFERED_FROM = 32
"""Eighths of a dioptre: from 4.00 D at 12 mm on the cornea asks for another quarter."""
_PER_METRE = 100_000


@dataclass(frozen=True, slots=True)
class ExactRefraction:
    """A refraction before it is rounded."""

    sphere: Fraction
    """Dioptres."""
    cylinder: Fraction
    """Dioptres."""
    axis: int | None
    """Degrees TABO; None exactly where there is no cylinder."""

    def rounded(self, sphere_step: int = QUARTER, cylinder_step: int = QUARTER) -> Refraction:
        """Sphere and cylinder each to the nearest step, steps in eighths (see :func:`.rounded`).

        A cylinder that vanishes takes its axis with it.
        """
        cylinder = rounded(self.cylinder, cylinder_step)
        sphere = rounded(self.sphere, sphere_step)
        return Refraction(sphere, cylinder, self.axis if cylinder else None)


def moved(refraction: Refraction | ExactRefraction, *, old: int, new: int) -> ExactRefraction:
    """The refraction that corrects at vertex distance `new` what this one corrects at `old`.

    Written in the same form of cylinder. Raises InvalidPrescription (``focus_within_vertex``) when
    a meridian's focus lies within the way the lens is moved, for there no lens does the same.
    """
    exact = _exact(refraction)
    along = _power_after(exact.sphere, old, new)
    across = _power_after(exact.sphere + exact.cylinder, old, new)
    return ExactRefraction(along, across - along, exact.axis)


def to_cornea(refraction: Refraction | ExactRefraction, vertex: int) -> ExactRefraction:
    """What spectacles at `vertex` correct, at the cornea."""
    return moved(refraction, old=vertex, new=0)


def to_spectacles(refraction: Refraction | ExactRefraction, vertex: int) -> ExactRefraction:
    """What is corrected at the cornea, as spectacles at `vertex`."""
    return moved(refraction, old=0, new=vertex)


def is_offered(refraction: Refraction) -> bool:
    """Whether the difference is worth offering a conversion: a meridian of 4.00 D or more."""
    return abs(refraction.strongest.power) >= OFFERED_FROM


def _exact(refraction: Refraction | ExactRefraction) -> ExactRefraction:
    if isinstance(refraction, ExactRefraction):
        return refraction
    return ExactRefraction(
        dioptres(refraction.sphere), dioptres(refraction.cylinder), refraction.axis
    )


def _power_after(power: Fraction, old: int, new: int) -> Fraction:
    left = 1 - Fraction(old - new, _PER_METRE) * power
    if left <= 0:
        params = {"power": rounded(power, EIGHTH), "unit": Unit.EIGHTH_DIOPTRE}
        raise InvalidPrescription([Problem("", "vertex", old, "focus_within_vertex", params)])
    return power / left
