"""Reads measurements by tables of fields: which element holds what, and which readings count.

All dialects name the eyes R and L; ``{eye}`` in a path stands for the letter. Of several readings
the device's own median or average counts, never the first one. Where it lacks, the last valid
reading counts, by number: a median of each component would be a refraction that nobody measured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..acuity import parse_acuity
from ..entry import parse_entry
from ..limits import check_limit
from ..measurement import COLUMNS, MEASURED, REFRACTIONS, EyeMeasurement, Kind, Measurement
from ..prism import PolarPrism, Prism
from ..problems import InvalidPrescription, Problems, UnreadableEntry
from ..units import Unit
from ..vocabulary import AcuityWord, Eye
from .xml import Node

Paths = tuple[str, ...]
"""Where a value may stand; the first that tells something counts."""
Values = dict[str, Any]
"""Attributes of an EyeMeasurement or of the pair, as they are kept."""

POWERS: Mapping[str, Paths] = MappingProxyType(
    {"sphere": ("Sphere",), "cylinder": ("Cylinder",), "axis": ("Axis",)}
)
CORNEA: Mapping[str, Paths] = MappingProxyType(
    {
        "k1_radius": ("R1/Radius",),
        "k1_axis": ("R1/Axis",),
        "k2_radius": ("R2/Radius",),
        "k2_axis": ("R2/Axis",),
    }
)
"""What several dialects name alike."""
LETTERS: Mapping[Eye, str] = MappingProxyType({Eye.OD: "R", Eye.OS: "L"})
BASES: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "prism_horizontal": {"in": 1, "i": 1, "bi": 1, "out": -1, "o": -1, "bo": -1},
        "prism_vertical": {"up": 1, "u": 1, "bu": 1, "down": -1, "d": -1, "bd": -1},
    }
)
"""Component to the signs of the base's directions, as devices spell them."""

_SUFFIX = re.compile(r"\s*(?:mm(?:hg)?|d|°|deg|pri(?:sm)?|Δ)\Z", re.IGNORECASE)
_COARSE = (Unit.TENTH_MM, Unit.TENTH_MMHG)
"""Units in which finer values are rounded: no device is as exact as it writes."""
_NOUGHT_IS_TOLD = ("sphere", "axis", "k1_axis", "k2_axis")
_AXIS_OF = {"axis": "cylinder", "k1_axis": "k1_radius", "k2_axis": "k2_radius"}
_LONGEST = 60
"""Characters of a wrong text that are told."""
_FAULT = re.compile(r"error|overflow", re.IGNORECASE)


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where a kind of measurement stands in a dialect; keys are attributes of measurements."""

    kind: Kind
    readings: Paths = ()
    """Of an eye; those of the first path count before those of the next."""
    needed: Paths = ()
    """Element without which a reading is none."""
    of_reading: Mapping[str, Paths] = field(default_factory=_nothing)
    prisms: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=_nothing)
    """Size, and where its base stands; empty for the attribute `base` of the size."""
    polar_prism: tuple[str, str] | None = None
    """Resultant and base in degrees, which count where no component is told."""
    of_eye: Mapping[str, Paths] = field(default_factory=_nothing)
    """What is told of an eye beside its readings."""
    of_pair: Mapping[str, Paths] = field(default_factory=_nothing)


def number(text: str, unit: Unit) -> int:
    """Read a number with or without its unit, such as ``12.00 mm`` or ``+ 1.25D``.

    Gives integers of `unit`. Raises UnreadableEntry: ``not_a_number``, ``too_fine``.
    """
    # Hundredths of a millimetre are plain numbers, without the shorthand of powers.
    hundredths = parse_entry(_SUFFIX.sub("", text), Unit.HUNDREDTH_MM)
    units, rest = divmod(hundredths * unit.per_one, 100)
    if rest and unit not in _COARSE:
        raise UnreadableEntry(text, "too_fine", step=1, unit=unit)
    return units + (2 * rest >= 100)


class Reader:
    """Collects the measurements of one file, what is wrong with them, and what was left out."""

    def __init__(self) -> None:
        self.measurements: list[Measurement] = []
        self.problems = Problems()
        self.left_out = Problems()

    def read(self, layout: Layout, node: Node) -> bool:
        """Add the measurement that stands under an element, if there is one."""
        return self.add(layout.kind, *self.told(layout, node))

    def told(self, layout: Layout, node: Node) -> tuple[dict[Eye, Values], Values]:
        """What stands under an element: of each eye, and of the pair."""
        eyes = {eye: self._eye(layout, node, eye) for eye in Eye}
        return eyes, self._values("", layout.kind, node, layout.of_pair)

    def add(self, kind: Kind, eyes: Mapping[Eye, Values], pair: Values) -> bool:
        """Add a measurement, unless nothing of its kind is told; True if something is."""
        if kind in REFRACTIONS:
            is_told = any(values.get("measured") for values in eyes.values())
        else:
            is_told = any(eyes.values()) or bool(pair)
        if is_told:
            right, left = (EyeMeasurement(**eyes[eye]) for eye in Eye)
            try:
                self.measurements.append(Measurement(kind=kind, od=right, os=left, **pair))
            except InvalidPrescription as error:
                for each in error.problems:
                    self.problems.add(each.eye, each.field, each.value, each.code, **each.params)
        return is_told

    def _eye(self, layout: Layout, node: Node, eye: Eye) -> Values:
        values = self._values(eye, layout.kind, node, layout.of_eye)
        reading = _reading(layout, node, eye)
        if reading:
            values |= self._values(eye, layout.kind, reading, layout.of_reading)
            values |= self._prism(layout, reading, eye)
            if layout.kind in REFRACTIONS:
                values["measured"] = True
        # Devices write an axis, often 0, where there is nothing that has one.
        for axis, owner in _AXIS_OF.items():
            if not values.get(owner):
                values.pop(axis, None)
        return values

    def _values(self, eye: str, kind: Kind, node: Node, fields: Mapping[str, Paths]) -> Values:
        values: Values = {}
        for name, paths in fields.items():
            found = _first(node, paths, eye) if name in COLUMNS[kind] else None
            if found:
                acuity = name.startswith("acuity")
                value = self._acuity(eye, name, found) if acuity else self._number(eye, name, found)
                if value or (value == 0 and name in _NOUGHT_IS_TOLD):
                    values[name] = value
        return values

    def _number(self, eye: str, name: str, node: Node) -> int | None:
        limit = MEASURED[name]
        try:
            value = number(node.text, limit.unit)
        except UnreadableEntry as error:
            self.problems.add(eye, name, node.text[:_LONGEST], error.code, **error.params)
            return None
        if name == "vertex" and not value:
            # At no distance the powers are a contact lens's; glasses of them would be wrong.
            check_limit(self.problems, eye, name, value, limit)
        return value

    def _acuity(self, eye: str, name: str, node: Node) -> str | None:
        if _is_acuity(node):
            return node.text
        self.left_out.add(eye, name, node.text[:_LONGEST], "not_an_acuity")
        return None

    def _prism(self, layout: Layout, reading: Node, eye: Eye) -> Values:
        if "prism_horizontal" not in COLUMNS[layout.kind]:
            return {}
        values: Values = {}
        is_told = False
        for name, places in layout.prisms.items():
            for path, place in places:
                size = reading.last(path)
                if size:
                    is_told = True
                    base = reading.told(place) if place else size.attribute("base")
                    values |= self._component(eye, name, size, base)
        if not is_told and layout.polar_prism:
            values = self._polar(layout.polar_prism, reading, eye)
        return values

    def _component(self, eye: Eye, name: str, size: Node, base: str) -> Values:
        value, sign = self._number(eye, name, size), BASES[name].get(base.lower())
        if not value:
            return {}
        if not sign:
            self.left_out.add(eye, name, size.text, "base_not_told")
            return {}
        return {name: sign * value}

    def _polar(self, places: tuple[str, str], reading: Node, eye: Eye) -> Values:
        size, base = (reading.last(place) for place in places)
        resultant = self._number(eye, "prism_horizontal", size) if size else None
        if not resultant or not size:
            return {}
        degrees = self._number(eye, "axis", base) if base else None
        if degrees is None or resultant < 0:
            self.left_out.add(eye, "prism_horizontal", size.text, "base_not_told")
            return {}
        prism = Prism.from_polar(eye, PolarPrism(resultant, degrees % 360))
        return {"prism_horizontal": prism.horizontal, "prism_vertical": prism.vertical}


def merge(eyes: dict[Eye, Values], pair: Values, more: tuple[Mapping[Eye, Values], Values]) -> None:
    """Add what another part of the file tells of the same measurement."""
    for eye, values in more[0].items():
        eyes[eye] |= values
    pair |= more[1]


def _first(node: Node, paths: Paths, eye: str) -> Node | None:
    letter = LETTERS[Eye(eye)] if eye else ""
    found = (node.last(path.format(eye=letter)) for path in paths)
    return next((each for each in found if each), None)


def _reading(layout: Layout, node: Node, eye: Eye) -> Node | None:
    for path in layout.readings:
        found = node.all(path.format(eye=LETTERS[eye]))
        valid = [each for each in found if _is_valid(each, layout.needed)]
        if valid:
            return valid[-1]
    return None


def _is_acuity(node: Node) -> bool:
    """Whether a text is a decimal acuity or a word of one.

    No chart finds out that an eye sees no light, so 0.00 is a field that nobody filled.
    """
    try:
        acuity = parse_acuity(node.text)
    except UnreadableEntry:
        return False
    is_decimal = node.attribute("unit").lower() in ("", "decimal")
    return is_decimal and acuity is not AcuityWord.NONE


def _is_valid(reading: Node, needed: Paths) -> bool:
    """Whether a reading succeeded: devices leave tags empty, write an error, or an overflow."""
    has_error = any(part.name == "Error" and part.text for part in reading.parts())
    is_over = _FAULT.search(reading.told("ConfidenceIndex"))
    return any(map(reading.told, needed)) and not has_error and not is_over
