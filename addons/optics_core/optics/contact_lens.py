"""Contact lenses: the steps of ГОСТ 31586-2012, a lens's own data, and power at the cornea."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from .limits import Limits, check_limit, note_unusual
from .power import QUARTER, dioptres, rounded
from .problems import Problems
from .refraction import Refraction
from .units import Unit
from .vertex import to_cornea
from .vocabulary import AdditionLevel, LensDesign

POWER_STEPS = ((0, 48, 2), (52, 100, 4), (104, 160, 8), (168, 240, 8))
"""Rows of absolute power, all in eighths of a dioptre: lowest, highest, step.

ГОСТ 31586-2012, 4.2.3, table 1: 0.25 D to 6.00, 0.50 from 6.50 to 12.50, 1.00 from 13.00 to 20.00;
the last row is its note, 1.00 beyond that.
"""
_ABSOLUTE = [each for low, high, step in POWER_STEPS for each in range(low, high + 1, step)]
STANDARD_POWERS: Sequence[int] = tuple(sorted({s * each for each in _ABSOLUTE for s in (-1, 1)}))
"""All powers of these rows, ascending, eighths of a dioptre."""


@dataclass(frozen=True, slots=True)
class ContactLens:
    """What a contact lens has beside powers; checked by the prescription that holds it."""

    base_curve: int | None = None
    """Hundredths of a millimetre."""
    diameter: int | None = None
    """Tenths of a millimetre."""
    addition_level: AdditionLevel | None = None
    """Where the maker gives no number; else None."""
    design: LensDesign | None = None
    """D or N of a multifocal pair."""

    def note_problems(
        self, problems: Problems, eye: str, addition: int | None, table: Limits
    ) -> None:
        """Note what breaks a rule; `addition` is the eye's as a number, eighths or None."""
        check_limit(problems, eye, "base_curve", self.base_curve, table["base_curve"])
        check_limit(problems, eye, "diameter", self.diameter, table["diameter"])
        level, design = self.addition_level, self.design
        if problems.choice(eye, "addition_level", level, AdditionLevel, required=False):
            one = level is None or addition is None
            problems.check(one, eye, "addition_level", level, "two_additions")
        if problems.choice(eye, "design", design, LensDesign, required=False):
            goes = design is None or level is not None or addition is not None
            problems.check(goes, eye, "design", design, "design_without_addition")

    def note_unusual(self, problems: Problems, eye: str, table: Limits) -> None:
        """Note what is no usual soft lens."""
        note_unusual(problems, eye, "base_curve", self.base_curve, table["base_curve"])
        note_unusual(problems, eye, "diameter", self.diameter, table["diameter"])


def nearest_power(power: Fraction, powers: Sequence[int] = STANDARD_POWERS) -> int:
    """The power of a row, in eighths, nearest to one in dioptres; the middle goes to more plus."""
    return min(powers, key=lambda each: (abs(dioptres(each) - power), -each))


def note_off_step(problems: Problems, eye: str, sphere: int) -> None:
    """Note a sphere within ±30 D between the standard's steps: some makers do offer such."""
    if sphere not in STANDARD_POWERS:
        problems.add(
            eye,
            "sphere",
            sphere,
            "off_standard_step",
            lower=max(each for each in STANDARD_POWERS if each < sphere),
            upper=min(each for each in STANDARD_POWERS if each > sphere),
            unit=Unit.EIGHTH_DIOPTRE,
        )


def contact_lens_power(
    refraction: Refraction,
    vertex: int,
    *,
    powers: Sequence[int] = STANDARD_POWERS,
    cylinder_step: int = QUARTER,
) -> Refraction:
    """The contact lens for a spectacle refraction measured at `vertex`, in minus cylinder form.

    Sphere is the nearest of `powers`, cylinder goes to its step; both in eighths, `vertex` in
    hundredths of a millimetre. Raises InvalidPrescription where nothing corrects the same at the
    cornea, see :func:`.vertex.moved`.
    """
    exact = to_cornea(refraction.minus_form(), vertex)
    cylinder = rounded(exact.cylinder, cylinder_step)
    axis = exact.axis if cylinder else None
    return Refraction(nearest_power(exact.sphere, powers), cylinder, axis)
