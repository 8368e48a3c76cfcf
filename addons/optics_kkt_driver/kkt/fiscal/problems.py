"""All that is wrong with a value, collected before anybody is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date
from enum import Enum
from typing import Any, TypeVar
from unicodedata import category

from . import cp866

T = TypeVar("T")

REQUIRED = "is required"
_UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule: where, what stood there, what the rule is."""

    field: str
    """Path of Python attribute names, such as ``items[2].quantity``."""
    value: Any
    rule: str
    code: str = ""
    """Names the rule where somebody tells it in other words, with `params`; else empty."""
    params: Mapping[str, Any] = dataclass_field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.field}: {self.rule} (got {self.value!r})"


class InvalidDocument(ValueError):
    """A document or a part of one breaks rules; `problems` names every one of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


class Problems:
    """Collects problems; every check reports at most one and says whether all was well."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def raise_any(self) -> None:
        """Raise :class:`InvalidDocument` when anything was found."""
        if self._found:
            raise InvalidDocument(self._found)

    def add(self, field: str, value: Any, rule: str, code: str = "", **params: Any) -> None:
        self._found.append(Problem(field, value, rule, code, params))

    def tell_of(self, field: str) -> bool:
        """A problem of this field, or of something within it, was found."""
        within = (f"{field}.", f"{field}[")
        return any(each.field == field or each.field.startswith(within) for each in self._found)

    def attempt(self, path: str, build: Callable[[], T]) -> T | None:
        """Build a part; if it is invalid keep its problems under `path` and give None."""
        try:
            return build()
        except InvalidDocument as invalid:
            self._found += [
                replace(each, field=".".join(filter(None, (path, each.field))))
                for each in invalid.problems
            ]
            return None

    def settle(self, built: T | None) -> T:
        """What was built by :meth:`attempt`, when nothing at all was wrong. Raises otherwise."""
        if built is None or self._found:
            raise InvalidDocument(self._found)
        return built

    def check(self, holds: bool, field: str, value: Any, rule: str) -> bool:
        if not holds:
            self.add(field, value, rule)
        return holds

    def text(self, field: str, value: Any, longest: int, *, required: bool = False) -> bool:
        """A string without line breaks, of 1..`longest` characters as the drive will store it.

        None where not required.
        """
        if value is None and not required:
            return True
        if value is None or value == "":
            return self.check(False, field, value, REQUIRED if required else "must not be empty")
        if not isinstance(value, str):
            return self.check(False, field, value, "must be a string")
        if not value.isprintable() and any(category(each) in _UNPRINTABLE for each in value):
            return self.check(False, field, value, "must not hold control characters")
        shown = cp866.printable(value)
        if not shown.strip():
            return self.check(False, field, value, "must hold something printable")
        return self.check(len(shown) <= longest, field, value, f"at most {longest} characters")

    def digits(self, field: str, value: Any, count: int) -> bool:
        """Exactly `count` decimal digits; None is well too."""
        if value is None or not self.text(field, value, count):
            return value is None
        holds = len(value) == count and value.isascii() and value.isdigit()
        return self.check(holds, field, value, f"must be {count} digits")

    def kopecks(self, field: str, value: Any, *, least: int = 0) -> bool:
        """An integer sum in kopecks that fits the 6 bytes of a sum in FFD."""
        if not is_integer(value):
            return self.check(False, field, value, "must be an integer number of kopecks")
        holds = least <= value < 1 << 48
        return self.check(holds, field, value, f"must be a sum of at least {least} kopecks")

    def instance(self, field: str, value: Any, wanted: type[Any], *, required: bool = True) -> bool:
        """A value of class `wanted`; None where not required."""
        if value is None:
            return self.check(not required, field, value, REQUIRED)
        holds = type(value) is bool if wanted is bool else isinstance(value, wanted)
        if not holds:
            self.add(field, value, f"must be {_describe(wanted)}")
        return holds


def is_integer(value: object) -> bool:
    """True for an int that is no bool."""
    return isinstance(value, int) and not isinstance(value, bool)


def _describe(wanted: type[Any]) -> str:
    if issubclass(wanted, Enum):
        return f"one of {wanted.__name__}: " + ", ".join(str(each.value) for each in wanted)
    if issubclass(wanted, date):
        return "a date"
    return f"a {wanted.__name__}"
