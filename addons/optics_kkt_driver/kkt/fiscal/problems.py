"""All that is wrong with a value, collected before anybody is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, TypeVar
from unicodedata import category

from . import cp866
from .exact import shown
from .money import Kopecks
from .rules import rule_text

T = TypeVar("T")

MOST_KOPECKS = (1 << 48) - 1
"""A sum in FFD has 6 bytes."""
MOST_TOLD = 50
"""Problems that are kept of one document; a caller who has mended these is told the next ones."""
_BLANKS = " \u00a0"
"""Those of CP866."""
_UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")


@dataclass(frozen=True, slots=True, init=False)
class Problem:
    """One broken rule: where, what stood there, which rule."""

    field: str
    """Path of Python attribute names, such as ``items[2].quantity``; empty for the whole."""
    value: Any
    code: str
    """Names the rule, see :data:`.rules.RULES`."""
    params: Mapping[str, Any]
    """What goes into the rule's sentence, and what else a teller may want; sums are Kopecks."""
    rule: str
    """The rule in English."""

    def __init__(self, field: str, value: Any, code: str, /, **params: Any) -> None:
        """Raises KeyError for a code that is no rule's, and when its sentence lacks a parameter."""
        told = (field, value, code, params, rule_text(code, params))
        for name, each in zip(self.__slots__, told, strict=True):
            object.__setattr__(self, name, each)

    def within(self, path: str) -> Problem:
        """The same problem where its field is a part of `path`."""
        field = ".".join(filter(None, (path, self.field)))
        return Problem(field, self.value, self.code, **self.params)

    def __str__(self) -> str:
        return f"{self.field}: {self.rule} (got {shown(self.value)})"


class InvalidDocument(ValueError):
    """A document or a part of one breaks rules.

    `problems` names each of them up to :data:`MOST_TOLD`; `more` counts what was found then, and
    the parts that were not looked at any more.
    """

    def __init__(self, problems: Iterable[Problem], more: int = 0) -> None:
        self.problems = tuple(problems)
        self.more = more
        rest = [f"and {more} more"] if more else []
        super().__init__("; ".join([*map(str, self.problems), *rest]))


class Problems:
    """Collects problems; every check reports at most one and says whether all was well.

    From :data:`MOST_TOLD` on they are only counted, without their sentences, and no part is built
    any more: what can be wrong in a call is only bounded by its size.
    """

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self._more = 0

    def __bool__(self) -> bool:
        return bool(self._found)

    def raise_any(self) -> None:
        """Raise :class:`InvalidDocument` when anything was found."""
        if self._found:
            raise InvalidDocument(self._found, self._more)

    @property
    def is_full(self) -> bool:
        return len(self._found) >= MOST_TOLD

    def add(self, field: str, value: Any, code: str, /, **params: Any) -> None:
        if self.is_full:
            self._more += 1
        else:
            self._found.append(Problem(field, value, code, **params))

    def has(self, field: str) -> bool:
        """A problem of this field, or of something within it, was found or may have been."""
        within = (f"{field}.", f"{field}[")
        return bool(self._more) or any(
            each.field == field or each.field.startswith(within) for each in self._found
        )

    def attempt(self, path: str, build: Callable[[], T]) -> T | None:
        """Build a part; if it is invalid keep its problems under `path` and give None."""
        if self.is_full:
            self._more += 1
            return None
        try:
            return build()
        except InvalidDocument as invalid:
            room = MOST_TOLD - len(self._found)
            self._found += [each.within(path) for each in invalid.problems[:room]]
            self._more += invalid.more + len(invalid.problems[room:])
            return None

    def take(self, others: Problems, names: Mapping[str, str]) -> None:
        """Add what others have found, under the caller's names of fields where they differ."""
        for each in others._found:
            field = names.get(each.field, each.field)
            self.add(field, each.value, each.code, **each.params)
        self._more += others._more

    def settle(self, built: T | None) -> T:
        """What was built by :meth:`attempt`, when nothing at all was wrong. Raises otherwise."""
        if built is None or self._found:
            raise InvalidDocument(self._found, self._more)
        return built

    def check(self, holds: bool, field: str, value: Any, code: str, /, **params: Any) -> bool:
        if not holds:
            self.add(field, value, code, **params)
        return holds

    def text(self, field: str, value: Any, longest: int, *, required: bool = False) -> bool:
        """A string without line breaks, of 1..`longest` characters as the drive will store it.

        None where not required.
        """
        if value is None and not required:
            return True
        if value is None or value == "":
            return self.check(False, field, value, "required" if required else "empty")
        if not isinstance(value, str):
            return self.check(False, field, value, "not_text")
        if has_control_characters(value):
            return self.check(False, field, value, "control_characters")
        shown = cp866.printable(value)
        # Question marks that stand for letters say nothing; those that were told say so.
        if not shown.strip(_BLANKS if shown == value else f"{_BLANKS}{cp866.UNKNOWN}"):
            return self.check(False, field, value, "unprintable")
        return self.check(len(shown) <= longest, field, value, "too_long", longest=longest)

    def address(self, field: str, value: Any, longest: int, *, required: bool = False) -> bool:
        """A text that programs read (an e-mail address, a site): stored as it is, or refused."""
        if not self.text(field, value, longest, required=required) or value is None:
            return value is None and not required
        return self.check(cp866.is_exact(value), field, value, "not_stored_as_it_is")

    def digits(self, field: str, value: Any, count: int) -> bool:
        """Exactly `count` decimal digits; None is well too."""
        if not isinstance(value, str) or not value:
            return self.text(field, value, count)
        holds = len(value) == count and value.isascii() and value.isdigit()
        return self.check(holds, field, value, "wrong_digits", count=count)

    def kopecks(self, field: str, value: Any, *, least: int = 0) -> bool:
        """An integer sum in kopecks that fits the 6 bytes of a sum in FFD."""
        if not is_integer(value):
            return self.check(False, field, value, "not_kopecks")
        code = "sum_too_small" if value < least else "sum_too_large"
        limits = {"least": Kopecks(least), "most": Kopecks(MOST_KOPECKS)}
        return self.check(least <= value <= MOST_KOPECKS, field, value, code, **limits)

    def instance(self, field: str, value: Any, wanted: type[Any], *, required: bool = True) -> bool:
        """A value of class `wanted`; None where not required."""
        if value is None:
            return self.check(not required, field, value, "required")
        holds = type(value) is bool if wanted is bool else isinstance(value, wanted)
        if not holds:
            self._add_type(field, value, wanted)
        return holds

    def _add_type(self, field: str, value: Any, wanted: type[Any]) -> None:
        if issubclass(wanted, Enum):
            self.add(field, value, "unknown_choice", choices=wanted)
        elif issubclass(wanted, date):
            self.add(field, value, "not_a_date")
        else:
            self.add(field, value, "wrong_type", type=wanted)


def has_control_characters(text: str) -> bool:
    """Whether a text holds what no drive takes: controls, line breaks, halves of characters."""
    return not text.isprintable() and any(category(each) in _UNPRINTABLE for each in text)


def is_integer(value: object) -> bool:
    """True for an int that is no bool."""
    return isinstance(value, int) and not isinstance(value, bool)
