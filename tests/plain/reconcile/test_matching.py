"""What is missing where, what differs: each once, and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkt.fiscal.vocabulary import DocumentKind, OperationType
from kkt.reconcile.matching import Difference, Finding, FindingCode, Ours, hold
from kkt.reconcile.report import Row

from .writing import ANOTHER_FN, FN, reports

MOSCOW = timezone(timedelta(hours=3))
NOON = datetime(2026, 11, 5, 12, 0)
ROW = Row(
    *(1, FN, 17, 100000, 12345678, NOON, DocumentKind.RECEIPT, OperationType.SALE),
    {"cash": 100000, "nds_22": 18033},
)


def ours(row: Row, number: int = 1, delivered: bool = True) -> Ours:
    moment = row.date_time
    assert isinstance(moment, datetime)
    return Ours(number, replace(row, line=0, date_time=moment.replace(tzinfo=MOSCOW)), delivered)


def held(rows: list[Row], here: list[Ours]) -> list[Finding]:
    return list(
        hold(
            rows,
            here,
            drives={FN, ANOTHER_FN},
            first=date(2020, 1, 1),
            last=date(2035, 12, 31),
        )
    )


def codes(found: list[Finding]) -> list[str]:
    return [each.code.value for each in found]


def test_what_agrees_gives_nothing() -> None:
    for told in (
        ROW,
        replace(ROW, fpd=None, date_time=None, kind=None, operation=None, sums={}),
        replace(ROW, date_time=NOON.replace(second=59)),
        replace(ROW, date_time=NOON.date()),
        replace(ROW, date_time=NOON.replace(tzinfo=MOSCOW).astimezone(UTC)),
    ):
        assert not held([told], [ours(ROW)])


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"total": 100001}, "total"),
        ({"total": -100000}, "total"),
        ({"fpd": 1}, "fpd"),
        ({"kind": DocumentKind.CORRECTION}, "kind"),
        ({"operation": OperationType.SALE_RETURN}, "operation"),
        ({"date_time": NOON + timedelta(minutes=1)}, "date_time"),
        ({"date_time": NOON + timedelta(days=1)}, "date_time"),
        ({"date_time": date(2026, 11, 6)}, "date_time"),
        ({"sums": {"cash": 1, "nds_22": 18033}}, "cash"),
        ({"sums": {"nds_10": 1}}, "nds_10"),
    ],
)
def test_what_differs_is_named_with_both_values(changes: dict[str, Any], name: str) -> None:
    (found,) = held([replace(ROW, **changes)], [ours(ROW)])
    assert found.code is FindingCode.DIFFERENT
    (difference,) = found.differences
    assert difference.field == name
    if name in changes and name != "date_time":
        assert difference == Difference(name, changes[name], getattr(ROW, name))


def test_a_minus_of_a_return_is_no_difference() -> None:
    back = replace(ROW, operation=OperationType.SALE_RETURN)
    told = replace(back, total=-back.total, sums={name: -sum_ for name, sum_ in ROW.sums.items()})
    assert not held([told], [ours(back)])


def test_missing_and_unknown_ones() -> None:
    assert codes(held([], [ours(ROW)])) == ["missing_there"]
    assert codes(held([], [ours(ROW, delivered=False)])) == ["missing_there_waits"]
    assert codes(held([ROW], [])) == ["missing_here"]
    assert codes(held([ROW, ROW], [ours(ROW)])) == ["twice_there"]
    assert codes(held([replace(ROW, fn="1" * 16)], [])) == ["another_seller"]
    assert codes(held([replace(ROW, date_time=datetime(2019, 12, 31))], [])) == ["outside_period"]


def test_other_kinds_are_missed_only_where_the_report_has_them() -> None:
    opening = replace(ROW, fd=16, kind=DocumentKind.SHIFT_OPEN)
    other = replace(opening, fd=30)
    assert not held([ROW], [ours(ROW), ours(opening, 2)])
    assert codes(held([ROW, opening], [ours(ROW), ours(opening, 2), ours(other, 3)])) == [
        "missing_there"
    ]


def test_a_clock_of_another_zone_is_told_once() -> None:
    rows = [replace(ROW, fd=fd, date_time=NOON + timedelta(minutes=fd)) for fd in range(1, 100)]
    shifted = [replace(row, date_time=row.date_time - timedelta(hours=3)) for row in rows]  # type: ignore[operator]
    assert held(shifted, [ours(row, row.fd) for row in rows]) == [
        Finding(FindingCode.ANOTHER_ZONE, hours=-3, count=99)
    ]


def test_what_was_looked_up_for_the_report_is_not_missed() -> None:
    assert not held([], [ours(replace(ROW, date_time=datetime(2019, 1, 1)))])


@given(reports, st.data())
def test_k_changes_are_k_findings(told: list[Row], data: st.DataObject) -> None:
    here = [ours(row, number) for number, row in enumerate(told, 1)]
    # Of each kind one stays, so that the report is known to have that kind.
    change = st.sampled_from(["keep", "drop", "alter", "double", "strange"])
    changes = [data.draw(change) for _row in told]
    report: list[Row] = []
    for row, what in zip(told, changes, strict=True):
        other = replace(row, total=(row.total or 0) + 1)
        report += {
            "keep": [row],
            "drop": [],
            "alter": [other],
            "double": [row, row],
            "strange": [row, replace(row, fd=row.fd + 10**7)],
        }[what]
    kinds = {DocumentKind.RECEIPT, DocumentKind.CORRECTION} | {row.kind for row in report}
    dropped = sum(
        what == "drop" and row.kind in kinds for row, what in zip(told, changes, strict=True)
    )
    assert Counter(codes(held(report, here))) == Counter(
        missing_there=dropped,
        different=changes.count("alter"),
        twice_there=changes.count("double"),
        missing_here=changes.count("strange"),
    )
