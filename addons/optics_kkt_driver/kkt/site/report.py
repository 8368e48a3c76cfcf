"""One report of a shop's server: what both ends understand by it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Self

from ..fiscal.problems import Problems, is_integer

MOST_NUMBER = (1 << 63) - 1
MOST_COUNT = (1 << 31) - 1
MOST_TILLS = 100
"""A shop has a few; whoever has more reports from several servers."""
LONGEST_CODE = 64
LONGEST_VERSION = 32

STATUSES = ("healthy", "degraded", "unhealthy")
BREAKERS = ("CLOSED", "HALF_OPEN", "OPEN")
NETWORKS = ("ONLINE", "DEGRADED", "OFFLINE")
HEALTHS = ("ready", "attention", "blocked", "unknown")


@dataclass(frozen=True, slots=True)
class TillReport:
    """How one till of the shop is."""

    code: str
    health: str
    """One of :data:`HEALTHS`."""
    online: bool
    undelivered: int

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in TILL_FIELDS}


TILL_FIELDS = ("code", "health", "online", "undelivered")
REPORT_FIELDS = (
    *("number", "time", "version", "status", "circuit_breaker", "network_status"),
    *("percent_full", "pending", "dead", "oldest_pending_at", "tills"),
)


@dataclass(frozen=True, slots=True)
class SiteReport:
    """How a shop is. Times are aware and in UTC, to the second."""

    number: int
    """Grows from report to report of a shop, whatever is restored there."""
    time: datetime
    """By the shop's clock."""
    version: str
    status: str
    """One of :data:`STATUSES`, as ``GET /v1/health`` says it."""
    circuit_breaker: str
    network_status: str
    percent_full: float
    """Of the buffers of all tills; may be more than 100."""
    pending: int
    dead: int
    oldest_pending_at: datetime | None
    tills: tuple[TillReport, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The body of the call."""
        told = {name: getattr(self, name) for name in REPORT_FIELDS}
        told["time"] = _told(self.time)
        told["oldest_pending_at"] = self.oldest_pending_at and _told(self.oldest_pending_at)
        told["tills"] = [till.to_json() for till in self.tills]
        return told

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Self:
        """Read the body of a call, in which every field is required and no other may stand.

        :raises InvalidDocument: names each field that is wrong
        """
        problems = Problems()
        _only(problems, "", data, REPORT_FIELDS)
        oldest = data.get("oldest_pending_at")
        report = cls(
            number=_count(problems, "number", data.get("number"), 1, MOST_NUMBER),
            time=_moment(problems, "time", data.get("time")),
            version=_text(problems, "version", data.get("version"), LONGEST_VERSION),
            status=_choice(problems, "status", data.get("status"), STATUSES),
            circuit_breaker=_choice(
                problems, "circuit_breaker", data.get("circuit_breaker"), BREAKERS
            ),
            network_status=_choice(
                problems, "network_status", data.get("network_status"), NETWORKS
            ),
            percent_full=_percent(problems, "percent_full", data.get("percent_full")),
            pending=_count(problems, "pending", data.get("pending")),
            dead=_count(problems, "dead", data.get("dead")),
            oldest_pending_at=(
                None if oldest is None else _moment(problems, "oldest_pending_at", oldest)
            ),
            tills=_tills(problems, data.get("tills")),
        )
        problems.raise_any()
        return report


_MOMENT = re.compile(
    r"[0-9]{4}(?:-[0-9]{2}){2}T[0-9]{2}(?::[0-9]{2}){2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
"""A time with its zone; Python would also read weeks, and parts without marks between them."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for a time that cannot be read, until the report is refused for it."""


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _only(problems: Problems, path: str, data: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in data:
        problems.check(name in known, f"{path}{name}", data[name], "unknown_field")
    for name in known:
        problems.check(name in data, f"{path}{name}", None, "required")


def _count(
    problems: Problems, path: str, value: Any, least: int = 0, most: int = MOST_COUNT
) -> int:
    if is_integer(value) and least <= value <= most:
        return int(value)
    _wrong(problems, path, value, "not_within", least=least, most=most)
    return least


def _percent(problems: Problems, path: str, value: Any) -> float:
    is_number = isinstance(value, Decimal | float) or is_integer(value)
    if is_number and 0 <= value <= MOST_COUNT:
        return float(abs(value))  # a nought may have a sign
    _wrong(problems, path, value, "not_within", least=0, most=MOST_COUNT)
    return 0.0


def _text(problems: Problems, path: str, value: Any, longest: int) -> str:
    if isinstance(value, str) and value.isprintable() and value.strip() and len(value) <= longest:
        return value
    _wrong(problems, path, value, "too_long_text", longest=longest)
    return ""


def _choice(problems: Problems, path: str, value: Any, choices: tuple[str, ...]) -> str:
    if isinstance(value, str) and value in choices:
        return value
    _wrong(problems, path, value, "unknown_choice", choices=choices)
    return choices[0]


def _flag(problems: Problems, path: str, value: Any) -> bool:
    if not isinstance(value, bool):
        _wrong(problems, path, value, "not_a_flag")
    return value is True


def _moment(problems: Problems, path: str, value: Any) -> datetime:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        with suppress(ValueError, OverflowError):  # there is no such day, or no such time in UTC
            moment = datetime.fromisoformat(value).astimezone(UTC).replace(microsecond=0)
            if moment > EPOCH:
                return moment
    _wrong(problems, path, value, "not_a_moment")
    return EPOCH


def _tills(problems: Problems, data: Any) -> tuple[TillReport, ...]:
    if not isinstance(data, list):
        _wrong(problems, "tills", data, "not_a_list")
        return ()
    if not problems.check(len(data) <= MOST_TILLS, "tills", len(data), "too_many", most=MOST_TILLS):
        return ()
    return tuple(_till(problems, f"tills[{index}]", each) for index, each in enumerate(data))


def _till(problems: Problems, path: str, data: Any) -> TillReport:
    if not isinstance(data, dict):
        problems.add(path, data, "not_an_object")
        return TillReport("", HEALTHS[-1], online=False, undelivered=0)
    _only(problems, f"{path}.", data, TILL_FIELDS)
    return TillReport(
        code=_text(problems, f"{path}.code", data.get("code"), LONGEST_CODE),
        health=_choice(problems, f"{path}.health", data.get("health"), HEALTHS),
        online=_flag(problems, f"{path}.online", data.get("online")),
        undelivered=_count(problems, f"{path}.undelivered", data.get("undelivered")),
    )


def _wrong(problems: Problems, path: str, value: Any, code: str, **params: Any) -> None:
    """Tell of a value, unless it was told that there is none."""
    if not problems.has(path):
        problems.add(path, value, code, **params)
