"""How dates, codes and quantities look in the documents' JSON.

Reading is lenient about type: what cannot be converted is passed on as it is, and the value class
that receives it names it among its problems together with everything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any

from .exact import shown, told_number
from .problems import InvalidDocument, Problem, Problems, is_integer

DATE_TIME = "%Y-%m-%dT%H:%M:%S"
_DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")

MOST_LEVELS = 20
"""Of parts within parts: our own documents need half of them."""
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


class _ToldTwice:
    """Stands in JSON from outside where a field had several values: none of them is meant."""


TOLD_TWICE = _ToldTwice()


def json_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, what ``json.loads`` takes as ``object_pairs_hook``.

    Python would keep the last value of a field; :func:`check_outside` refuses the field instead.
    """
    members: dict[str, Any] = {}
    for name, value in pairs:
        members[name] = TOLD_TWICE if name in members else value
    return members


def is_storable(text: str) -> bool:
    """Whether a database and UTF-8 take a text: no NUL, no half of a character."""
    return not _NOT_STORABLE.search(text)


def check_outside(data: Any) -> None:
    """Refuse what no JSON from outside may have, wherever it stands. Raises InvalidDocument.

    Checked before anything of it is looked up, stored or quoted: such a text can be none of these.
    """
    problems = Problems()
    left: list[tuple[str, Any, int]] = [("", data, 0)]
    while left:
        path, value, level = left.pop()
        if isinstance(value, str):
            problems.check(is_storable(value), path, value, "control_characters")
        elif value is TOLD_TWICE:
            problems.add(path, "…", "told_twice")
        elif level == MOST_LEVELS and isinstance(value, dict | list):
            problems.add(path, "…", "too_deep", most=MOST_LEVELS)
        elif isinstance(value, dict) and "" in value:
            # What stands within it could be named by nobody.
            problems.add(path, "", "unnamed_field")
        else:
            left += [(within, part, level + 1) for within, part in _parts(path, value)]
        problems.raise_any()


def _parts(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """What stands in a JSON value, names included, each with its path."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield path, name
            yield ".".join(filter(None, (path, name))), part
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield f"{path}[{index}]", part


def without_none(**values: Any) -> dict[str, Any]:
    """A JSON object of the values that are there, in the order given."""
    return {name: value for name, value in values.items() if value is not None}


def json_object(value: Any, field: str = "") -> Mapping[str, Any]:
    """The value if it is a JSON object. Raises InvalidDocument that names `field` otherwise."""
    if not isinstance(value, Mapping):
        raise InvalidDocument([Problem(field, value, "not_a_json_object")])
    return value


def raw(data: Mapping[str, Any], name: str) -> Any:
    """A value as it stands, None when absent; the value class will judge it."""
    return data.get(name)


def date_time_to_json(value: datetime) -> str:
    """Local time of the place without a zone, as the tax service's JSON has it."""
    return value.isoformat(timespec="seconds")


def told_moment(text: str) -> datetime:
    """The time that a text tells as :data:`DATE_TIME`, all digits of each part there.

    ``strptime`` would take fewer, and those of other scripts. Raises ValueError.
    """
    if not _DATE_TIME.fullmatch(text):
        raise ValueError(f"not YYYY-MM-DDTHH:MM:SS: {shown(text)}")
    return datetime.strptime(text, DATE_TIME)


def date_time_from_json(value: Any) -> Any:
    return _parsed(value, DATE_TIME)


def date_to_json(value: date) -> str:
    """A date as the midnight that begins it: tags 1178 and 1263 are times of 00:00:00."""
    return f"{value.isoformat()}T00:00:00"


def date_from_json(value: Any, form: str = DATE_TIME) -> Any:
    moment = _parsed(value, form)
    return moment.date() if isinstance(moment, datetime) else moment


def quantity_to_json(value: Decimal) -> str:
    """A quantity as a plain decimal string, ``"1"`` or ``"2.474"``: exact in every JSON reader."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def quantity_from_json(value: Any) -> Any:
    """Read a quantity from our string or from the number that other writers use.

    A float is read by its shortest decimal form, which is the text that stood in the JSON.
    """
    if isinstance(value, str | float) or is_integer(value):
        try:
            return told_number(str(value))
        except ValueError:
            # Or of an integer of thousands of digits, which Python makes no text of.
            return value
    return value


def flag_from_json(value: Any) -> Any:
    """A flag of one byte, absent meaning no; anything else is handed back."""
    return bool(value) if value in (None, 0, 1) else value


def code_from_json(kind: type[IntEnum], value: Any) -> Any:
    """The member of an enumeration for its code, or the value itself when there is none."""
    if not is_integer(value):
        return value
    return next((member for member in kind if member == value), value)


def _parsed(value: Any, form: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return told_moment(value) if form == DATE_TIME else datetime.strptime(value, form)
    except ValueError:
        return value
