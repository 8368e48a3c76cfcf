"""All that is wrong with a prescription, collected before anybody is told.

A problem carries a code and what goes into its sentence, so that whoever knows the reader's
language words it; the English of :data:`RULES` is for logs and tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeGuard

from .units import Unit

RULES: Mapping[str, str] = {
    # What was typed
    "not_a_power": "is no power: such as -1,25, -125, +2, пл",
    "not_an_eighth": "lies on no eighth of a dioptre: {lower} or {upper}",
    "not_a_number": "is no number: such as 62,5 or 90",
    "too_fine": "must be in steps of {step}",
    "not_a_size": "is no size of a frame: such as 52□18–140",
    "not_an_acuity": "is no visual acuity: such as 0,8, 1.0, счёт пальцев",
    # Any value
    "required": "is required",
    "not_an_integer": "must be a whole number",
    "unknown_choice": "must be one of {choices}",
    "not_within": "must be from {lowest} to {highest}",
    "off_step": "must be in steps of {step}, from {lowest} to {highest}",
    "unusual": "is usually from {lowest} to {highest}",
    # Eyes
    "axis_missing": "is required with a cylinder, from {lowest} to {highest}",
    "axis_without_cylinder": "goes with a cylinder only",
    "power_of_no_lens": "goes with state powered only, not with {state}",
    "focus_within_vertex": "has no equal at that distance: the focus of {power} lies before it",
    # Distances
    "not_the_sum": "must be the sum of both eyes, {total}, give or take {tolerance}",
    "near_beyond_far": "must be at most the far one, {far}",
    # Measurements
    "not_of_kind": "goes with other kinds of measurement, not with {kind}",
    "nothing_measured": "needs a value at least",
    "eye_not_measured": "goes with a measured eye only",
    "axis_without_radius": "goes with a radius only",
    # Contact lenses
    "only_contact_lenses": "goes with contact lenses only",
    "two_additions": "has a number as well: one of both",
    "design_without_addition": "goes with an addition only",
    "off_standard_step": "lies on no step of ГОСТ 31586-2012: {lower} or {upper}",
    # Lenses and frames
    "addition_of_one_power": "goes with designs of several powers, not with {design}",
    "too_few_points": "needs {least} points at least",
    "not_of_trace": "must be that of the trace, {traced}, give or take {tolerance}",
    # Files of devices
    "too_large": "is larger than {limit} bytes",
    "wrong_encoding": "cannot be read as {encoding}; UTF-8, UTF-16 and Shift-JIS are read",
    "has_entities": "declares a document type or entities, as no device does",
    "not_xml": "is no XML, or was cut off, at line {line}",
    "is_stylesheet": "is a stylesheet and no measurement",
    "unknown_dialect": "is of no device that is read: its root is {root}",
    "no_measurement": "tells no measurement of a right or a left eye",
    "values_refused": "tells values that no measurement holds",
    "base_not_told": "has no base: in, out, up or down",
    # Codes on boxes
    "gs1_damaged": "is a GS1 code that breaks off or tells no date or GTIN",
}
"""What each rule says in English, by its code."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule: of which eye and field, what stood there, which rule."""

    eye: str
    """``"OD"``, ``"OS"``, or empty for the pair."""
    field: str
    """Name of the attribute; empty where a text alone was read."""
    value: Any
    """As it was given: an integer of the field's unit, a text, or what else stood there."""
    code: str
    """Key of :data:`RULES`."""
    params: Mapping[str, Any]
    """For the sentence; numbers are integers of ``params["unit"]``, a :class:`.units.Unit`."""

    @property
    def rule(self) -> str:
        """The rule in English. Raises KeyError for an unknown code and for lacking params."""
        unit = self.params.get("unit")
        return RULES[self.code].format_map(
            {name: _worded(value, unit) for name, value in self.params.items()}
        )

    def __str__(self) -> str:
        where = " ".join(filter(None, (self.eye, self.field)))
        return f"{where}: {self.rule} (got {self.value!r})"


def _worded(value: Any, unit: Unit | None) -> Any:
    if isinstance(value, type) and issubclass(value, Enum):
        return ", ".join(str(each.value) for each in value)
    if is_integer(value) and unit:
        return f"{unit.shown(value, decimal_comma=False)} {unit.symbol}".rstrip()
    return value


class InvalidPrescription(ValueError):
    """A prescription or a part of one breaks rules; `problems` names each of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


class UnreadableEntry(ValueError):
    """A text that is no value of its kind; `code` and `params` say why, as in :class:`Problem`."""

    def __init__(self, value: object, code: str, /, **params: Any) -> None:
        self.value, self.code, self.params = value, code, params
        super().__init__(str(Problem("", "entry", value, code, params)))


class UnreadableFile(ValueError):
    """A file that gives no measurement; `code` and `params` say why, as in :class:`Problem`.

    `problems` names each value that was refused, where the code is ``values_refused``.
    """

    def __init__(
        self, name: str, code: str, /, problems: Iterable[Problem] = (), **params: Any
    ) -> None:
        self.name, self.code, self.params = name, code, params
        self.problems = tuple(problems)
        told = (Problem("", "file", name, code, params), *self.problems)
        super().__init__("; ".join(map(str, told)))


class Problems:
    """Collects problems; every check reports at most one and says whether all was well."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    @property
    def found(self) -> tuple[Problem, ...]:
        return tuple(self._found)

    def raise_any(self) -> None:
        """Raise :class:`InvalidPrescription` when anything was found."""
        if self._found:
            raise InvalidPrescription(self._found)

    def add(self, eye: str, name: str, value: Any, code: str, /, **params: Any) -> None:
        self._found.append(Problem(eye, name, value, code, params))

    def check(
        self, holds: bool, eye: str, name: str, value: Any, code: str, /, **params: Any
    ) -> bool:
        if not holds:
            self.add(eye, name, value, code, **params)
        return holds

    def choice(
        self, eye: str, name: str, value: Any, wanted: type[Enum], *, required: bool = True
    ) -> bool:
        """A member of `wanted`; None where not required."""
        if value is None and not required:
            return True
        return self.check(
            isinstance(value, wanted), eye, name, value, "unknown_choice", choices=wanted
        )


def is_integer(value: object) -> TypeGuard[int]:
    """True for an int that is no bool."""
    return isinstance(value, int) and not isinstance(value, bool)
