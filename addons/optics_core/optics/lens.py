"""A spectacle lens of a catalogue, and the powers in which each of its diameters is made.

A range is told by the strongest meridian and the cylinder together, per diameter, as catalogues of
b2bOptic do; limits of sphere and cylinder on their own would depend on the form of writing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from .limits import LIMITS, adapted, check_limit
from .prism import Prism
from .problems import Problems
from .refraction import Refraction

_EIGHTHS = adapted(eighths=True)
_STRONGEST, _ADDITION = _EIGHTHS["sphere"], _EIGHTHS["addition"]
_CYLINDER = replace(_EIGHTHS["cylinder"], lowest=0)


class SpectacleDesign(StrEnum):
    """How the power is spread over a lens."""

    SINGLE_VISION = "single_vision"
    BIFOCAL = "bifocal"
    TRIFOCAL = "trifocal"
    PROGRESSIVE = "progressive"
    OFFICE = "office"
    """Degressive: near, and falling towards intermediate."""

    @property
    def has_addition(self) -> bool:
        return self is not SpectacleDesign.SINGLE_VISION


class LensMaterial(StrEnum):
    """What a lens is made of, as far as drilling and grooving ask."""

    MINERAL = "mineral"
    ORGANIC = "organic"
    """CR-39 and its like, to index 1.56."""
    POLYCARBONATE = "polycarbonate"
    TRIVEX = "trivex"
    HIGH_INDEX = "high_index"
    """Organic of 1.60 and more, such as MR-8."""


@dataclass(frozen=True, slots=True)
class LensRange:
    """Powers in which a diameter is made, all bounds inclusive.

    Raises InvalidPrescription with all problems at once: a value out of its limits or below its
    `from` (``not_within``), or an addition told in part (``required``).
    """

    diameter: int
    """Tenths of a millimetre."""
    strongest_from: int
    """Signed power of the strongest meridian, eighths of a dioptre; so are the next two."""
    strongest_to: int
    cylinder_to: int
    """Greatest absolute cylinder."""
    addition_from: int | None = None
    """Eighths of a dioptre, as are the next two; all three None for single vision."""
    addition_to: int | None = None
    addition_step: int | None = None
    """Counted from the lowest addition."""
    prism_to: int | None = None
    """Hundredths of a prism dioptre, of the resultant; None or 0 where none is ground."""

    def __post_init__(self) -> None:
        problems = Problems()
        for name, limit in (
            ("diameter", LIMITS["blank_diameter"]),
            ("strongest_from", _STRONGEST),
            ("cylinder_to", _CYLINDER),
        ):
            check_limit(problems, "", name, getattr(self, name), limit, required=True)
        check_limit(problems, "", "prism_to", self.prism_to, LIMITS["prism_to"])
        limit = _STRONGEST
        if limit.broken_by(self.strongest_from) is None:
            limit = replace(limit, lowest=self.strongest_from)
        check_limit(problems, "", "strongest_to", self.strongest_to, limit, required=True)
        self._check_addition(problems)
        problems.raise_any()

    def _check_addition(self, problems: Problems) -> None:
        told = (self.addition_from, self.addition_to, self.addition_step)
        if told == (None, None, None):
            return
        limit, lowest = _ADDITION, self.addition_from
        check_limit(problems, "", "addition_from", lowest, limit, required=True)
        if lowest is not None and limit.broken_by(lowest) is None:
            limit = replace(limit, lowest=lowest)
        check_limit(problems, "", "addition_to", self.addition_to, limit, required=True)
        limit = LIMITS["addition_step"]
        check_limit(problems, "", "addition_step", self.addition_step, limit, required=True)

    def holds_strongest(self, refraction: Refraction) -> bool:
        return self.strongest_from <= refraction.strongest.power <= self.strongest_to

    def holds_cylinder(self, refraction: Refraction) -> bool:
        return abs(refraction.cylinder) <= self.cylinder_to

    def holds_addition(self, addition: int | None) -> bool:
        """None goes with a single-vision range only, and the other way round."""
        low, high, step = self.addition_from, self.addition_to, self.addition_step
        if addition is None or low is None or high is None or step is None:
            return addition is None and low is None
        return low <= addition <= high and (addition - low) % step == 0

    def holds(self, refraction: Refraction, addition: int | None = None) -> bool:
        """Whether this diameter is made in a power, eighths of a dioptre; prism apart."""
        return (
            self.holds_strongest(refraction)
            and self.holds_cylinder(refraction)
            and self.holds_addition(addition)
        )

    def grinds(self, prism: Prism) -> bool:
        """Whether the maker grinds a prism; of no prism there is nothing to grind."""
        return prism.horizontal**2 + prism.vertical**2 <= (self.prism_to or 0) ** 2


@dataclass(frozen=True, slots=True)
class Lens:
    """A lens as it is offered.

    Raises InvalidPrescription unless index and minimum height are within :data:`.limits.LIMITS`,
    there is a range, and the ranges have additions exactly where the design has
    (``addition_of_one_power``, ``required``).
    """

    design: SpectacleDesign
    index: int
    """Thousandths: 1.498 is 1498."""
    ranges: tuple[LensRange, ...]
    minimum_height: int | None = None
    """Fitting height that the design needs, tenths of a millimetre."""
    material: LensMaterial | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        limit, least = LIMITS["lens_index"], self.minimum_height
        check_limit(problems, "", "index", self.index, limit, required=True)
        check_limit(problems, "", "minimum_height", least, LIMITS["fitting_height"])
        problems.choice("", "material", self.material, LensMaterial, required=False)
        problems.check(bool(self.ranges), "", "ranges", self.ranges, "required")
        if problems.choice("", "design", self.design, SpectacleDesign):
            self._check_additions(problems)
        problems.raise_any()

    def _check_additions(self, problems: Problems) -> None:
        lowest = [each.addition_from for each in self.ranges]
        if self.design.has_addition:
            problems.check(None not in lowest, "", "addition_from", None, "required")
            return
        told = next((each for each in lowest if each is not None), None)
        problems.check(
            told is None, "", "addition_from", told, "addition_of_one_power", design=self.design
        )

    def ranges_of(
        self, refraction: Refraction, addition: int | None = None
    ) -> tuple[LensRange, ...]:
        """The ranges whose diameter is made in a power, eighths of a dioptre; prism apart."""
        return tuple(each for each in self.ranges if each.holds(refraction, addition))

    def in_range(
        self, refraction: Refraction, addition: int | None = None, prism: Prism | None = None
    ) -> bool:
        """Whether some diameter is made in a power with a prism ground into it."""
        ranges = self.ranges_of(refraction, addition)
        return any(each.grinds(prism or Prism()) for each in ranges)
