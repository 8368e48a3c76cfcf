"""What is said of a lens that is to go into a frame: codes, outcomes, sentences, numbers.

A verdict is told by a code and its numbers, as a :class:`.problems.Problem` is; whoever knows the
reader's language words it. None of them stops an order: what is asked or refused is answered by
whoever takes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from .units import Unit


class Check(StrEnum):
    """What is looked at, in the order of the verdicts."""

    POWER_RANGE = "power_range"
    BLANK = "blank"
    INDEX_AND_RIM = "index_and_rim"
    HEIGHT = "height"
    DECENTRATION = "decentration"
    PRISM = "prism"


class Outcome(StrEnum):
    """What came of a check."""

    OK = "ok"
    ASK = "ask"
    """May be right; somebody who knows the case decides."""
    REFUSED = "refused"
    NOT_KNOWN = "not_known"
    """Something is not told that the check needs."""


VERDICTS: Mapping[str, tuple[Check, Outcome, str]] = MappingProxyType(
    {
        "power_made": (
            Check.POWER_RANGE,
            Outcome.OK,
            "strongest meridian {power}, cylinder {cylinder}: made in diameters up to {diameter}",
        ),
        "strongest_beyond": (
            Check.POWER_RANGE,
            Outcome.REFUSED,
            "strongest meridian {power}; made from {lowest} to {highest}",
        ),
        "cylinder_beyond": (
            Check.POWER_RANGE,
            Outcome.REFUSED,
            "cylinder {cylinder}; made to {highest} with a strongest meridian of {power}",
        ),
        "addition_beyond": (
            Check.POWER_RANGE,
            Outcome.REFUSED,
            "addition {addition}; made from {lowest} to {highest} in steps of {step}",
        ),
        "addition_not_told": (
            Check.POWER_RANGE,
            Outcome.NOT_KNOWN,
            "this design needs an addition, and none is told",
        ),
        "purpose_of_several_powers": (
            Check.POWER_RANGE,
            Outcome.ASK,
            "the purpose needs a lens of several powers, not a single-vision one",
        ),
        "purpose_of_one_power": (
            Check.POWER_RANGE,
            Outcome.ASK,
            "the purpose needs a single-vision lens, not one of several powers",
        ),
        "blank_large_enough": (
            Check.BLANK,
            Outcome.OK,
            "needs {needed} by the {way}, blank {blank}",
        ),
        "blank_too_small": (
            Check.BLANK,
            Outcome.REFUSED,
            "needs {needed} by the {way}, largest blank of this power {blank}",
        ),
        "blank_may_be_too_small": (
            Check.BLANK,
            Outcome.ASK,
            "needs {needed} at most, by the diagonal of the box, largest blank of this power"
            " {blank}: measure the effective diameter or trace the frame",
        ),
        "blank_pd_not_told": (
            Check.BLANK,
            Outcome.NOT_KNOWN,
            "needs the pupillary distance of the eye",
        ),
        "blank_height_not_told": (
            Check.BLANK,
            Outcome.NOT_KNOWN,
            "needs the fitting height; {needed} by the {way} without it, blank {blank}",
        ),
        "blank_of_no_range": (
            Check.BLANK,
            Outcome.NOT_KNOWN,
            "no diameter is known to be made in this power and prism",
        ),
        "rim_full": (Check.INDEX_AND_RIM, Outcome.OK, "a full rim holds any material"),
        "groove_possible": (
            Check.INDEX_AND_RIM,
            Outcome.OK,
            "half rim: a lens without plus power has an edge for the groove",
        ),
        "groove_edge_not_known": (
            Check.INDEX_AND_RIM,
            Outcome.NOT_KNOWN,
            "half rim: the edge of a lens with plus power or prism must be thick enough for the"
            " groove, and is not computed",
        ),
        "groove_in_mineral": (
            Check.INDEX_AND_RIM,
            Outcome.ASK,
            "half rim: mineral glass chips along a groove",
        ),
        "holes_borne": (
            Check.INDEX_AND_RIM,
            Outcome.OK,
            "drilled: {material} of index {index} bears holes",
        ),
        "holes_may_crack": (
            Check.INDEX_AND_RIM,
            Outcome.ASK,
            "drilled: {material} of index {index} may crack; polycarbonate, Trivex or an organic"
            " lens of index {least} and more bear holes",
        ),
        "material_not_told": (
            Check.INDEX_AND_RIM,
            Outcome.NOT_KNOWN,
            "the material is not told, which holes and grooves ask for",
        ),
        "height_enough": (
            Check.HEIGHT,
            Outcome.OK,
            "height {height}, the design needs {least}",
        ),
        "height_below_minimum": (
            Check.HEIGHT,
            Outcome.ASK,
            "height {height}, the design needs {least}",
        ),
        "height_unusual": (
            Check.HEIGHT,
            Outcome.ASK,
            "height {height}, progressive lenses usually need {least}",
        ),
        "height_outside_box": (
            Check.HEIGHT,
            Outcome.REFUSED,
            "height {height}, the box is only {b} high",
        ),
        "height_free": (Check.HEIGHT, Outcome.OK, "a single-vision lens has no minimum height"),
        "height_not_told": (
            Check.HEIGHT,
            Outcome.NOT_KNOWN,
            "the fitting height is not told",
        ),
        "minimum_height_not_told": (
            Check.HEIGHT,
            Outcome.NOT_KNOWN,
            "height {height}, the minimum of the design is not told",
        ),
        "decentration_usual": (
            Check.DECENTRATION,
            Outcome.OK,
            "{inward} inward and {up} up from the centre of the box",
        ),
        "decentration_large": (
            Check.DECENTRATION,
            Outcome.ASK,
            "{inward} inward from the centre of the box, more than {most}: is the frame too wide"
            " or narrow?",
        ),
        "decentration_not_told": (
            Check.DECENTRATION,
            Outcome.NOT_KNOWN,
            "needs the pupillary distance of the eye",
        ),
        "prism_none": (Check.PRISM, Outcome.OK, "no prism"),
        "prism_ground": (Check.PRISM, Outcome.OK, "{prism}; ground up to {highest}"),
        "prism_by_decentration": (
            Check.PRISM,
            Outcome.OK,
            "{prism} by moving the optical centre {inward} inward and {up} up",
        ),
        "prism_without_power": (
            Check.PRISM,
            Outcome.REFUSED,
            "{prism}: no decentration makes it, for the lens has no power in its direction",
        ),
        "prism_beyond": (
            Check.PRISM,
            Outcome.REFUSED,
            "{prism}; ground up to {highest}",
        ),
        "prism_not_told": (
            Check.PRISM,
            Outcome.ASK,
            "{prism}; what prism is ground into this design is not told",
        ),
        "prism_of_no_range": (
            Check.PRISM,
            Outcome.NOT_KNOWN,
            "{prism}; no diameter is known to be made in this power",
        ),
    }
)
"""Every code a verdict may have: its check, its outcome, and what it says in English."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a verdict."""

    value: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.shown(decimal_comma=False)} {self.unit.symbol}".rstrip()

    def shown(self, decimal_comma: bool = True) -> str:
        """The number as text, without the unit's symbol."""
        shown = self.unit.shown(self.value, decimal_comma=decimal_comma)
        # Prisms are told here as resultants, which have no sign.
        return shown.lstrip("+") if self.unit is Unit.HUNDREDTH_PRISM else shown


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says."""

    code: str
    """Key of :data:`VERDICTS`."""
    params: Mapping[str, Quantity | str]
    """For the sentence: quantities, and values of the enumerations."""

    @property
    def check(self) -> Check:
        return VERDICTS[self.code][0]

    @property
    def outcome(self) -> Outcome:
        return VERDICTS[self.code][1]

    def __str__(self) -> str:
        told = {
            name: value.replace("_", " ") if isinstance(value, str) else value
            for name, value in self.params.items()
        }
        return VERDICTS[self.code][2].format_map(told)

    def as_dict(self) -> dict[str, object]:
        """Integers and strings only, for JSON; a quantity is its value and the unit's name."""
        params = {
            name: value
            if isinstance(value, str)
            else {"value": value.value, "unit": value.unit.name}
            for name, value in self.params.items()
        }
        return {
            "check": self.check.value,
            "outcome": self.outcome.value,
            "code": self.code,
            "params": params,
        }
