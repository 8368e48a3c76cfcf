"""A report of a shop: what one end writes the other reads, and whatever is wrong is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from kkt.fiscal.problems import InvalidDocument
from kkt.site.report import MOST_TILLS, REPORT_FIELDS, TILL_FIELDS, SiteReport, TillReport

TILL = TillReport("POS-001", "ready", online=True, undelivered=2)
REPORT = SiteReport(
    number=1_796_000_000_000,
    time=datetime(2026, 11, 30, 7, 20, tzinfo=UTC),
    version="19.0.11.1.0",
    status="degraded",
    circuit_breaker="HALF_OPEN",
    network_status="OFFLINE",
    percent_full=12.5,
    pending=25,
    dead=1,
    oldest_pending_at=datetime(2026, 11, 29, 18, 0, tzinfo=UTC),
    tills=(TILL, replace(TILL, code="POS-002", online=False)),
)


def problems_of(data: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidDocument) as caught:
        SiteReport.parse(data)
    assert len({each.field for each in caught.value.problems}) == len(caught.value.problems)
    return {each.field: each.code for each in caught.value.problems}


def test_what_one_end_writes_the_other_reads() -> None:
    assert SiteReport.parse(REPORT.to_json()) == REPORT
    quiet = replace(REPORT, oldest_pending_at=None, tills=())
    assert SiteReport.parse(quiet.to_json()) == quiet
    assert REPORT.to_json()["time"] == "2026-11-30T07:20:00Z"


def test_a_time_of_another_zone_is_the_same_time() -> None:
    told = REPORT.to_json() | {"time": "2026-11-30T10:20:00.250+03:00"}
    assert SiteReport.parse(told) == REPORT


def test_a_percentage_may_come_as_any_number() -> None:
    for value in (Decimal("12.5"), 12.5):
        assert SiteReport.parse(REPORT.to_json() | {"percent_full": value}) == REPORT


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("number", 0, "not_within"),
        ("number", 1 << 63, "not_within"),
        ("number", "7", "not_within"),
        ("number", True, "not_within"),
        ("number", Decimal(7), "not_within"),
        ("time", "2026-11-30T07:20:00", "not_a_moment"),
        ("time", "0001-01-01T00:00:00+14:00", "not_a_moment"),
        ("time", "now", "not_a_moment"),
        *(
            ("time", told, "not_a_moment")
            for told in (
                *("2026-W49-1T07:20:00Z", "20261130T072000Z", "2026-11-30x07:20:00Z"),
                *("2026-11-30 07:20:00Z", "2026-11-30T07Z", "2026-11-30T07:20:00,5Z"),
                *("2026-11-30T07:20:00+00:00:30", "２026-11-30T07:20:00Z", "2026-11-31T07:20:00Z"),
            )
        ),
        ("time", 1_796_000_000, "not_a_moment"),
        ("time", None, "not_a_moment"),
        ("version", "", "too_long_text"),
        ("version", "1" * 33, "too_long_text"),
        *(("version", told, "too_long_text") for told in ("1\n2", " ")),
        ("status", "fine", "unknown_choice"),
        ("status", ["healthy"], "unknown_choice"),
        ("circuit_breaker", "closed", "unknown_choice"),
        ("network_status", None, "unknown_choice"),
        ("percent_full", -1, "not_within"),
        ("percent_full", Decimal("1e999999"), "not_within"),
        ("percent_full", "12", "not_within"),
        ("pending", -1, "not_within"),
        ("pending", 1 << 31, "not_within"),
        ("dead", 1.5, "not_within"),
        ("oldest_pending_at", "yesterday", "not_a_moment"),
        ("oldest_pending_at", 5, "not_a_moment"),
        *(("oldest_pending_at", told, "not_a_moment") for told in (0, "", False, [], {})),
        ("tills", {}, "not_a_list"),
        ("tills", [TILL.to_json()] * (MOST_TILLS + 1), "too_many"),
        ("more", 1, "unknown_field"),
    ],
)
def test_a_bad_field_is_named(field: str, value: object, code: str) -> None:
    assert problems_of(REPORT.to_json() | {field: value}) == {field: code}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("code", "", "too_long_text"),
        ("code", "x" * 65, "too_long_text"),
        ("health", "green", "unknown_choice"),
        ("online", 1, "not_a_flag"),
        ("undelivered", -1, "not_within"),
        ("more", 1, "unknown_field"),
    ],
)
def test_a_bad_field_of_a_till_is_named(field: str, value: object, code: str) -> None:
    tills = [TILL.to_json(), TILL.to_json() | {field: value}]
    assert problems_of(REPORT.to_json() | {"tills": tills}) == {f"tills[1].{field}": code}


def test_a_till_that_is_none_is_named() -> None:
    told = REPORT.to_json() | {"tills": [TILL.to_json(), "POS-002"]}
    assert problems_of(told) == {"tills[1]": "not_an_object"}


def test_every_field_is_required() -> None:
    assert problems_of({}) == dict.fromkeys(REPORT_FIELDS, "required")
    assert problems_of(REPORT.to_json() | {"tills": [{}]}) == {
        f"tills[0].{name}": "required" for name in TILL_FIELDS
    }
