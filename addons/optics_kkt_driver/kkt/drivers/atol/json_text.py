"""JSON whose money stays exact: decimals are written as they are, and read as they stand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ...fiscal.money import from_kopecks

_NOISE = Decimal("0.0001")
"""Roubles: what a double may be off by when the server has counted in doubles."""


class NotJson(ValueError):
    """Bytes that are no JSON, or no JSON object."""


def written(value: Any) -> str:
    """The value as JSON; a Decimal keeps its digits, ``Decimal("5000.00")`` is ``5000.00``.

    Raises TypeError for a float: money must not pass through one.
    """
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        raise TypeError("a float is no amount of money")
    if isinstance(value, Mapping):
        members = (f"{json.dumps(str(name))}:{written(each)}" for name, each in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def read_object(body: bytes) -> dict[str, Any]:
    """The object that stands in `body`, its broken numbers as Decimal. Raises NotJson."""
    try:
        value = json.loads(body, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotJson(f"no JSON: {error}") from error
    if not isinstance(value, dict):
        raise NotJson(f"no JSON object, but {type(value).__name__}")
    return value


def roubles(kopecks: int) -> Decimal:
    """Kopecks as the server takes money: roubles with two decimals."""
    return from_kopecks(kopecks)


def kopecks(value: Any) -> int:
    """Roubles as :func:`read_object` gives them, in kopecks. Raises ValueError for no amount."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(f"no amount of money: {value!r}")
    amount = Decimal(value)
    whole = round(amount, 2)
    if abs(amount - whole) > _NOISE:
        raise ValueError(f"more than two decimals: {value!r}")
    return int(whole * 100)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON")
