"""Sphere, cylinder and axis of a lens: forms, meridians, and arithmetic that stays exact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from .limits import LIMITS
from .power import PER_DIOPTRE
from .problems import Problems, is_integer


@dataclass(frozen=True, slots=True)
class Meridian:
    """One of the two principal meridians."""

    angle: int
    """Degrees TABO, 1 to 180."""
    power: int
    """Eighths of a dioptre."""


@dataclass(frozen=True, slots=True)
class Refraction:
    """Powers in eighths of a dioptre, axis in degrees TABO.

    Any size is allowed, for a device's and a computed one too; what a prescription may hold is in
    :mod:`.limits`. Equality is that of the writing: see :meth:`is_same_as` for that of the lens.
    Raises InvalidPrescription when a power is no integer, and unless the axis is there exactly
    with a cylinder.
    """

    sphere: int
    cylinder: int = 0
    axis: int | None = None
    """1 to 180, None without a cylinder; 0 is stored as 180, the same direction."""

    def __post_init__(self) -> None:
        problems = Problems()
        for name in ("sphere", "cylinder"):
            value = getattr(self, name)
            problems.check(is_integer(value), "", name, value, "not_an_integer")
        object.__setattr__(self, "axis", stored_axis(self.axis))
        check_axis(problems, "", self.cylinder, self.axis)
        problems.raise_any()

    def transposed(self) -> Refraction:
        """The same lens in the other form of cylinder: S + C, −C, axis turned by 90°.

        A sphere is its own. Twice gives the first one again.
        """
        if self.axis is None:
            return self
        return Refraction(self.sphere + self.cylinder, -self.cylinder, turned(self.axis))

    def plus_form(self) -> Refraction:
        """The same lens with a cylinder that is not negative."""
        return self.transposed() if self.cylinder < 0 else self

    def minus_form(self) -> Refraction:
        """The same lens with a cylinder that is not positive."""
        return self.transposed() if self.cylinder > 0 else self

    def is_same_as(self, other: Refraction) -> bool:
        """Whether both are the same lens, in whichever form each is written."""
        return self.minus_form() == other.minus_form()

    @property
    def spherical_equivalent(self) -> Fraction:
        """S + C/2 in dioptres, exactly; often no eighth, see :func:`.power.rounded`."""
        return Fraction(2 * self.sphere + self.cylinder, 2 * PER_DIOPTRE)

    @property
    def meridians(self) -> tuple[Meridian, Meridian]:
        """Both principal meridians by angle, the same for either form.

        The power along the axis is S, that across it S + C. A sphere gives its power at 90 and 180.
        """
        along = Meridian(self.axis or 180, self.sphere)
        across = Meridian(turned(along.angle), self.sphere + self.cylinder)
        return (along, across) if along.angle < across.angle else (across, along)

    @property
    def strongest(self) -> Meridian:
        """The meridian of greatest absolute power; of +1 and −1 the positive one.

        Tolerances and the ranges of lenses go by it. For a sphere the one at 90.
        """
        return max(self.meridians, key=lambda each: (abs(each.power), each.power))

    def near(self, addition: int) -> Refraction:
        """The near refraction: far sphere plus addition, in eighths of a dioptre."""
        return replace(self, sphere=self.sphere + addition)


def turned(axis: int) -> int:
    """The direction at right angles to one of 1 to 180°, in 1 to 180°."""
    return axis - 90 if axis > 90 else axis + 90


def angle_difference(one: int, other: int) -> int:
    """Degrees between two axes, 0 to 90: axes repeat after 180°, so 5 and 175 differ by 10."""
    difference = (one - other) % 180
    return min(difference, 180 - difference)


def stored_axis(axis: int | None) -> int | None:
    """An axis as it is kept: 0 is 180, which devices and people write for the same direction."""
    return 180 if is_integer(axis) and axis == 0 else axis


def check_axis(problems: Problems, eye: str, cylinder: int, axis: int | None) -> None:
    """Note an axis that is out of 1 to 180°, lacks, or has no cylinder."""
    limit = LIMITS["axis"]
    if axis is None:
        problems.check(not cylinder, eye, "axis", axis, "axis_missing", **limit.params)
        return
    code = limit.broken_by(axis)
    if code is not None:
        problems.add(eye, "axis", axis, code, **limit.params)
    elif not cylinder:
        problems.add(eye, "axis", axis, "axis_without_cylinder")
