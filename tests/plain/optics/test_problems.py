"""Codes of broken rules: every one that the source uses is a rule's, and every rule is used."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from optics.problems import RULES, Problem, Problems, UnreadableEntry
from optics.units import Unit
from optics.vocabulary import Purpose

PACKAGE = Path(__file__).parents[3] / "addons" / "optics_core" / "optics"
PLACE_OF_CODE = {"add": 3, "check": 4, "Problem": 3, "UnreadableEntry": 1, "UnreadableFile": 1}
"""Of each call that takes a code: where among its arguments it stands."""


def strings(path: Path) -> set[str]:
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def codes() -> list[str]:
    found = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            place = PLACE_OF_CODE.get(name, len(node.args))
            if len(node.args) > place:
                code = node.args[place]
                found += [code.value] if isinstance(code, ast.Constant) else []
    return found


def test_every_code_of_the_source_is_a_rule() -> None:
    assert len(codes()) > 12
    assert [each for each in codes() if each not in RULES] == []


def test_every_rule_is_used() -> None:
    # The table itself holds every code, so of its module only the calls count.
    used = set(codes())
    for path in PACKAGE.rglob("*.py"):
        used |= strings(path) if path.name != "problems.py" else set()
    assert sorted(RULES.keys() - used) == []


def test_no_import_names_the_package_which_odoo_knows_by_another_name() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and not node.level:
                assert node.module and node.module.split(".")[0] not in ("optics", "odoo")


def test_a_problem_says_where_and_what() -> None:
    params = {"lowest": -240, "highest": 240, "unit": Unit.EIGHTH_DIOPTRE}
    problem = Problem("OD", "sphere", 999, "not_within", params)
    assert str(problem) == "OD sphere: must be from -30.00 D to +30.00 D (got 999)"
    assert Problem("", "purpose", 1, "unknown_choice", {"choices": Purpose}).rule.startswith(
        "must be one of distance, near"
    )
    with pytest.raises(KeyError):
        Problem("", "", 1, "no_such_rule", {}).rule  # noqa: B018


def test_nothing_found_raises_nothing() -> None:
    problems = Problems()
    problems.raise_any()
    assert problems.found == ()
    assert problems.check(True, "", "a", 1, "required")
    assert problems.choice("", "a", None, Purpose, required=False)
    assert not problems.choice("", "a", None, Purpose)
    assert [each.code for each in problems.found] == ["unknown_choice"]


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        (Unit.TENTH_MM, 645, "64,5"),
        (Unit.HUNDREDTH_MM, 1375, "13,75"),
        (Unit.HUNDREDTH_PRISM, -50, "-0,50"),
        (Unit.HUNDREDTH_PRISM, 1200, "+12,00"),
        (Unit.MM, 400, "400"),
        (Unit.DEGREE, -10, "-10"),
        (Unit.THOUSANDTH, 50, "0,050"),
    ],
)
def test_units_are_shown(unit: Unit, value: int, text: str) -> None:
    assert unit.shown(value) == text
    assert unit.exact(value) == unit.exact(1) * value


def test_an_entry_carries_code_and_params() -> None:
    refused = UnreadableEntry("x", "not_an_eighth", lower=1, upper=2, unit=Unit.EIGHTH_DIOPTRE)
    assert str(refused) == ("entry: lies on no eighth of a dioptre: +0.12 D or +0.25 D (got 'x')")
    assert (refused.value, refused.code, refused.params["upper"]) == ("x", "not_an_eighth", 2)
