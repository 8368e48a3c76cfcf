"""Codes of broken rules: every one that the source uses is a rule's, and every rule is used."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kkt.fiscal.money import Kopecks
from kkt.fiscal.problems import Problem, Problems
from kkt.fiscal.rules import RULES
from kkt.fiscal.vocabulary import CorrectionType, Nds

ADDON = Path(__file__).parents[3] / "addons" / "optics_kkt_driver"
SOURCES = [
    path
    for folder in ("kkt/fiscal", "kkt/site", "controllers", "models", "wizard")
    for path in (ADDON / folder).glob("*.py")
    if path.name not in ("rules.py", "fiscal_words.py")
]
PLACE_OF_CODE = {"add": 2, "check": 3, "Problem": 2, "_refuse": 2, "_wrong": 3, "MalformedCode": 0}
"""Of each call that takes a code: where among its arguments it stands."""


def calls_with_a_code() -> Iterator[tuple[str, ast.Call, ast.expr]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            # Sets have an `add` as well, of one argument.
            if len(node.args) > PLACE_OF_CODE.get(name, len(node.args)):
                where = f"{path.relative_to(ADDON)}:{node.lineno}"
                yield where, node, node.args[PLACE_OF_CODE[name]]


def strings_of_the_source() -> set[str]:
    return {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_code_of_the_source_is_a_rule() -> None:
    told = [
        (where, part.value)
        for where, _call, code in calls_with_a_code()
        for part in ast.walk(code)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    assert len(told) > 60
    assert [each for each in told if each[1] not in RULES] == []


def test_every_rule_is_used() -> None:
    assert sorted(RULES.keys() - strings_of_the_source()) == []


def test_an_unknown_code_is_refused_at_once() -> None:
    with pytest.raises(KeyError, match="must be 7"):
        Problem("total", 5, "must be 7")
    with pytest.raises(KeyError, match="longest"):
        Problems().add("name", "", "too_long")


def test_a_problem_says_its_rule_in_english() -> None:
    told = [
        Problem("a", 1, "too_long", longest=64),
        Problem("a", 1, "not_the_items", total=Kopecks(123456)),
        Problem("a", 1, "wrong_credit", credit=Kopecks(123456)),
        Problem("a", 1, "after_today", today=date(2026, 1, 2)),
        Problem("a", 1, "rate_outdated", rate=Nds.NDS_20, since=date(2026, 1, 1)),
        Problem("a", 1, "unknown_choice", choices=("cash", "card")),
        Problem("a", 1, "unknown_choice", choices=CorrectionType),
        Problem("a", 1, "wrong_type", type=bool),
    ]
    assert [problem.rule for problem in told] == [
        "at most 64 characters",
        "must be the sum of the items, 1234.56",
        "must be 123456, the sum of the lines with 1214 = 6",
        "must not be after today, 02.01.2026",
        "НДС 20% is not lawful on supplies from 01.01.2026",
        "must be one of cash, card",
        "must be one of CorrectionType: 0, 1",
        "must be a bool",
    ]


def test_a_problem_within_a_part_keeps_its_rule() -> None:
    problem = Problem("price", -1, "sum_too_small", least=Kopecks(0))
    assert problem.within("items[2]") == Problem(
        "items[2].price", -1, "sum_too_small", least=Kopecks(0)
    )
    assert str(problem.within("")) == "price: must be a sum of at least 0 kopecks (got -1)"
