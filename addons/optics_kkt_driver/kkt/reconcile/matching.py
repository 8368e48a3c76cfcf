"""Rows of an operator's report against our documents: what is missing where, and what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from ..fiscal.vocabulary import SETTLEMENTS
from .report import Row

MOST_HOURS = 14
"""No two clocks on Earth are further apart than this from Greenwich, nor two of Russia's."""
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)


class FindingCode(StrEnum):
    MISSING_THERE = "missing_there"
    """The operator has said that it has it, or should have, and the report does not name it."""
    MISSING_THERE_WAITS = "missing_there_waits"
    """Not delivered yet."""
    MISSING_HERE = "missing_here"
    DIFFERENT = "different"
    TWICE_THERE = "twice_there"
    ANOTHER_SELLER = "another_seller"
    """Of a drive that no till of ours has or had."""
    OUTSIDE_PERIOD = "outside_period"
    """Not known here, and signed on another day than was asked for."""
    ANOTHER_ZONE = "another_zone"
    """Once a report, for all documents whose times are off by the same whole hours."""


class Difference(NamedTuple):
    """One field that is told in two ways; kopecks, numbers, moments as they are in :class:`Row`."""

    field: str
    there: Any
    here: Any


@dataclass(frozen=True, slots=True)
class Ours:
    """A signed document of ours. `row.date_time` is aware, in the till's zone."""

    id: int
    row: Row
    delivered: bool


@dataclass(frozen=True, slots=True)
class Finding:
    code: FindingCode
    there: Row | None = None
    here: Ours | None = None
    differences: tuple[Difference, ...] = ()
    hours: int = 0
    """Of another zone: what the report's clock is ahead of the till's."""
    count: int = 1
    """Of another zone: how many documents."""


def hold(
    rows: Iterable[Row],
    ours: Iterable[Ours],
    *,
    drives: Collection[str],
    first: date,
    last: date,
) -> Iterator[Finding]:
    """Hold a report against our documents; what agrees gives no finding.

    A document of another kind than a settlement is missed only where the report has one of its
    kind: many reports name receipts alone.

    :param drives: numbers of all drives that tills of ours have or had
    :param first: the first day of the period by the tills' clocks, `last` its last one
    """
    here = {each.row.key: each for each in ours}
    seen: set[tuple[str, int]] = set()
    kinds = set(SETTLEMENTS)
    zones: Counter[int] = Counter()
    for row in rows:
        known = here.get(row.key)
        if kind := (known.row.kind if known else row.kind):
            kinds.add(kind)
        if row.key in seen:
            yield Finding(FindingCode.TWICE_THERE, row, known)
        elif known:
            hours = hours_apart(row.date_time, known.row.date_time)
            zones[hours] += 1
            if differences := tuple(differing(row, known.row)):
                yield Finding(FindingCode.DIFFERENT, row, known, differences)
        else:
            yield Finding(_of_unknown(row, drives, first, last), row)
        seen.add(row.key)
    yield from _of_zones(zones)
    for key, each in here.items():
        # Only of the period itself: what else was looked up was looked up for the report.
        if key not in seen and each.row.kind in kinds and _is_within(each.row, first, last):
            yield Finding(_of_missing(each), here=each)


def _of_unknown(row: Row, drives: Collection[str], first: date, last: date) -> FindingCode:
    if row.fn not in drives:
        return FindingCode.ANOTHER_SELLER
    return FindingCode.MISSING_HERE if _is_within(row, first, last) else FindingCode.OUTSIDE_PERIOD


def _of_missing(ours: Ours) -> FindingCode:
    return FindingCode.MISSING_THERE if ours.delivered else FindingCode.MISSING_THERE_WAITS


def _of_zones(zones: Counter[int]) -> Iterator[Finding]:
    for hours, count in sorted(zones.items()):
        if hours:
            yield Finding(FindingCode.ANOTHER_ZONE, hours=hours, count=count)


def _is_within(row: Row, first: date, last: date) -> bool:
    return row.date_time is None or first <= _day(row.date_time) <= last


def differing(there: Row, here: Row) -> Iterator[Difference]:
    """The fields that both tell, and tell differently; whole hours of time are a zone's."""
    for name in ("fpd", "kind", "operation"):
        told, ours = getattr(there, name), getattr(here, name)
        if told is not None and ours is not None and told != ours:
            yield Difference(name, told, ours)
    if _moments_differ(there.date_time, here.date_time):
        yield Difference("date_time", there.date_time, here.date_time)
    leaves = here.operation is not None and here.operation.money_leaves
    if here.total is not None and _sums_differ(there.total, here.total, leaves):
        yield Difference("total", there.total, here.total)
    for name, told in there.sums.items():
        ours = here.sums.get(name, 0)
        if _sums_differ(told, ours, leaves):
            yield Difference(name, told, ours)


def _sums_differ(there: int | None, here: int, leaves: bool) -> bool:
    """Operators write the sums of returns with a minus, or without."""
    return there is not None and there != here and not (leaves and there == -here)


def hours_apart(there: datetime | date | None, here: datetime | date | None) -> int:
    """Whole hours by which a report's clock is ahead of the till's; 0 where it is none of them."""
    if not (isinstance(there, datetime) and isinstance(here, datetime)):
        return 0
    hours, rest = divmod(_apart(there, here), _HOUR)
    return hours if not rest and abs(hours) <= MOST_HOURS else 0


def _moments_differ(there: datetime | date | None, here: datetime | date | None) -> bool:
    if there is None or here is None:
        return False
    if isinstance(there, datetime) and isinstance(here, datetime):
        return bool(_apart(there, here)) and not hours_apart(there, here)
    return _day(there) != _day(here)


def _apart(there: datetime, here: datetime) -> timedelta:
    """How far two moments are apart, seconds left out: drives keep minutes."""
    if there.tzinfo is None:
        here = here.replace(tzinfo=None)
    return _to_the_minute(there) - _to_the_minute(here)


def _to_the_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _day(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
