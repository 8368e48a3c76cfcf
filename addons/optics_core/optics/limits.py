"""The table of limits: what a field may hold at all, and what is worth a question.

Sources: "D3", "D5", "D6" are the project's notes on optics (usual ranges of the trade, with the
classes of ISO 21987); "own" is our choice where no source gives one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from .power import EIGHTH
from .problems import Problems, is_integer
from .units import Unit


@dataclass(frozen=True, slots=True)
class Limit:
    """Bounds of one quantity, all inclusive, integers of `unit`."""

    lowest: int
    highest: int
    step: int
    """A value is a multiple of it."""
    unit: Unit
    source: str
    warn_below: int | None = None
    """Less than that is unusual."""
    warn_above: int | None = None
    """More than that is unusual."""

    @property
    def usual(self) -> tuple[int, int]:
        """Lowest and highest value that need no question."""
        low = self.lowest if self.warn_below is None else self.warn_below
        high = self.highest if self.warn_above is None else self.warn_above
        return low, high

    @property
    def params(self) -> dict[str, Any]:
        """What the sentence of a broken limit says."""
        return {
            "lowest": self.lowest,
            "highest": self.highest,
            "step": self.step,
            "unit": self.unit,
        }

    def broken_by(self, value: object) -> str | None:
        """Code of the rule that a value breaks: not_an_integer, not_within, off_step, or None."""
        if not is_integer(value):
            return "not_an_integer"
        if not self.lowest <= value <= self.highest:
            return "not_within"
        return "off_step" if value % self.step else None

    def is_usual(self, value: int) -> bool:
        low, high = self.usual
        return low <= value <= high


Limits = Mapping[str, Limit]

_D, _PRISM, _MM10, _MM100 = (
    Unit.EIGHTH_DIOPTRE,
    Unit.HUNDREDTH_PRISM,
    Unit.TENTH_MM,
    Unit.HUNDREDTH_MM,
)
LIMITS: Limits = MappingProxyType(
    {
        "sphere": Limit(-240, 240, 2, _D, "D3"),
        "cylinder": Limit(-80, 80, 2, _D, "D3"),
        "axis": Limit(1, 180, 1, Unit.DEGREE, "D3"),
        "addition": Limit(2, 48, 2, _D, "D3", warn_below=6, warn_above=28),
        "prism_horizontal": Limit(-2000, 2000, 25, _PRISM, "D5", warn_below=-600, warn_above=600),
        "prism_vertical": Limit(-2000, 2000, 25, _PRISM, "D5", warn_below=-600, warn_above=600),
        "acuity": Limit(1, 2000, 1, Unit.THOUSANDTH, "D6"),
        "pd_far": Limit(400, 800, 5, _MM10, "D6"),
        "pd_near": Limit(380, 780, 5, _MM10, "D6"),
        # Half of the binocular one; faces are seldom so uneven that an eye leaves it.
        "pd_monocular": Limit(200, 400, 5, _MM10, "D6"),
        # In hundredths and steps of 0.05, for refractors are set to 13.75 mm as well as to 12.
        "vertex": Limit(500, 2500, 5, _MM100, "D6", warn_below=800, warn_above=1600),
        # The lowest lets 1/6 m be told, the focus of the highest addition.
        "working_distance_near": Limit(150, 1000, 5, Unit.MM, "own", 250, 600),
        "working_distance_intermediate": Limit(300, 4000, 5, Unit.MM, "own", 500, 2000),
        # Of the order, per lens. A height under 14 mm is unusual for progressive lenses only.
        "fitting_height": Limit(80, 400, 5, _MM10, "D6", warn_below=140),
        "pantoscopic_tilt": Limit(-10, 30, 1, Unit.DEGREE, "D6", warn_below=0, warn_above=20),
        "wrap_angle": Limit(0, 35, 1, Unit.DEGREE, "D6", warn_above=15),
        # Contact lenses; the usual ranges are those of soft ones.
        "contact_sphere": Limit(-240, 240, 2, _D, "D6"),
        "contact_cylinder": Limit(-80, 0, 2, _D, "D6"),
        "base_curve": Limit(600, 1000, 1, _MM100, "D6", warn_below=800, warn_above=920),
        "diameter": Limit(80, 240, 1, _MM10, "D6", warn_below=135, warn_above=150),
        # A lens in a catalogue.
        "lens_index": Limit(1498, 1900, 1, Unit.THOUSANDTH, "own"),
        "blank_diameter": Limit(400, 900, 1, _MM10, "own"),
        "addition_step": Limit(1, 8, 1, _D, "own"),
        "prism_to": Limit(0, 2000, 25, _PRISM, "D5"),
        # A frame by the boxing system; children's are as small, sunglasses as large.
        "frame_a": Limit(300, 800, 1, _MM10, "own"),
        "frame_b": Limit(150, 700, 1, _MM10, "own"),
        "frame_dbl": Limit(80, 300, 1, _MM10, "own"),
        "frame_ed": Limit(300, 900, 1, _MM10, "own"),
        "temple": Limit(900, 1700, 1, _MM10, "own"),
        "trace_radius": Limit(100, 6000, 1, _MM100, "own"),
        # Half of the lowest near distance to the highest of one eye; devices give tenths.
        "centration_pd": Limit(190, 400, 1, _MM10, "D6"),
    }
)
"""Field to its bounds, as they are without any setting."""


def adapted(
    *,
    eighths: bool = False,
    tenths_of_mm: bool = False,
    hundredths_of_prism: bool = False,
    fresnel: bool = False,
) -> Limits:
    """The table under a shop's settings.

    `eighths`: powers of spectacles and additions in steps of 0.125 D. `tenths_of_mm`: pupillary
    distances in steps of 0.1 mm, where a device gives them. `hundredths_of_prism`: components in
    steps of 0.01 Δ, where prisms come as resultant and base. `fresnel`: components to 40 Δ.
    """
    table = dict(LIMITS)
    prisms = ("prism_horizontal", "prism_vertical")
    if eighths:
        for name in ("sphere", "cylinder", "addition"):
            table[name] = replace(table[name], step=EIGHTH)
    if tenths_of_mm:
        for name in ("pd_far", "pd_near", "pd_monocular"):
            table[name] = replace(table[name], step=1)
    if hundredths_of_prism:
        for name in prisms:
            table[name] = replace(table[name], step=1)
    if fresnel:
        for name in prisms:
            table[name] = replace(table[name], lowest=-4000, highest=4000)
    return MappingProxyType(table)


def check_limit(
    problems: Problems, eye: str, name: str, value: object, limit: Limit, *, required: bool = False
) -> bool:
    """Note a value that breaks its limit; None is well where it is not required."""
    if value is None:
        return problems.check(not required, eye, name, value, "required")
    code = limit.broken_by(value)
    if code is not None:
        problems.add(eye, name, value, code, **limit.params)
    return code is None


def note_unusual(problems: Problems, eye: str, name: str, value: int | None, limit: Limit) -> None:
    """Note a value outside the usual range; the sentence's bounds are those of that range."""
    if value is not None and not limit.is_usual(value):
        low, high = limit.usual
        problems.add(eye, name, value, "unusual", lowest=low, highest=high, unit=limit.unit)
