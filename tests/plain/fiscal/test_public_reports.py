"""What went wrong elsewhere, as public trackers tell it: ``public_reports.tsv``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from .report_doors import DOORS, outcome

KINDS = (
    *("names", "text", "contacts", "marking", "numbers", "sums", "discounts", "VAT"),
    *("payments", "returns", "corrections", "decoder", "QR", "shift", "duplicates", "delivery"),
    "reports",
)


class Case(NamedTuple):
    kind: str
    source: str
    """``owner/name#number`` of the issue or pull request."""
    door: str
    told: str
    """JSON, in the form that the door takes."""
    right: str
    """JSON; of an object only the names that stand here are looked at."""
    wrong: str
    """What went wrong there, in our words."""


def _cases() -> list[Case]:
    lines = Path(__file__).with_name("public_reports.tsv").read_text("utf-8").splitlines()
    told = [line for line in lines if not line.startswith("#")]
    assert told[0].split("\t") == list(Case._fields)
    return [Case(*line.split("\t")) for line in told[1:]]


CASES = _cases()


@pytest.mark.parametrize("case", CASES, ids=[f"{each.kind}-{each.source}" for each in CASES])
def test_what_went_wrong_elsewhere(case: Case, tmp_path: Path) -> None:
    right, found = json.loads(case.right), outcome(case.door, json.loads(case.told), tmp_path)
    assert _named_in(right, found) == right, case.wrong


def _named_in(right: Any, found: Any) -> Any:
    """Of an object that was found, what the right one names."""
    if isinstance(right, dict) and isinstance(found, dict):
        return {name: _named_in(right[name], found.get(name)) for name in right}
    if isinstance(right, list) and isinstance(found, list) and len(right) == len(found):
        return [_named_in(*pair) for pair in zip(right, found, strict=True)]
    return found


def test_each_case_can_be_looked_up() -> None:
    for case in CASES:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+#[0-9]+", case.source), case
        assert case.kind in KINDS and case.door in DOORS and case.wrong, case
    assert {case.kind for case in CASES} == set(KINDS)
    assert {case.door for case in CASES} == set(DOORS), "a door that no case goes through"
