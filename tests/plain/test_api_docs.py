"""`docs/API.md` names every code that the API answers, with its statuses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ADDONS = ROOT / "addons"
DRIVER = ADDONS / "optics_kkt_driver"
CONTROLLERS = sorted(ADDONS.glob("*/controllers/*.py"))
EMULATOR = DRIVER / "kkt" / "virtual" / "ofd.py"
TEXT = (ROOT / "docs" / "API.md").read_text(encoding="utf-8")
ROWS = [
    (row[1], row[2])
    for row in (line.split("|") for line in TEXT.splitlines() if line.startswith("|"))
    if len(row) == 5
]


def table(module: str, name: str) -> Any:
    """A constant of a controller, which cannot be imported without Odoo."""
    for node in ast.parse((DRIVER / "controllers" / f"{module}.py").read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"{module}.py has no {name}")


STATUSES: dict[str, tuple[int, ...]] = table("refusal", "STATUSES")
VERDICTS: dict[str, int] = table("registration", "STATUS_OF_VERDICTS")
BY_THE_SERVER: dict[int, str] = table("api", "NAMES_OF_STATUS")


def calls_of(name: str, paths: list[Path]) -> Iterator[tuple[str, list[ast.expr]]]:
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args


def constants(expression: ast.expr, kind: type) -> list[Any]:
    return [
        each.value
        for each in ast.walk(expression)
        if isinstance(each, ast.Constant) and type(each.value) is kind
    ]


def test_every_code_that_is_raised_is_of_the_table() -> None:
    raised = list(calls_of("ApiError", CONTROLLERS))
    assert len(raised) > 15
    for where, (status, code, *_rest) in raised:
        if isinstance(code, ast.Constant):
            assert code.value in STATUSES, where
            for each in constants(status, int):
                assert each in STATUSES[code.value], where
    for where, (_message, *code) in calls_of("outage", CONTROLLERS):
        for each in code:
            assert set(constants(each, str)) <= STATUSES.keys(), where
    told = VERDICTS.items() | {(code, status) for status, code in BY_THE_SERVER.items()}
    assert [each for each in told if each[1] not in STATUSES[each[0]]] == []


@pytest.mark.parametrize("code", STATUSES)
def test_the_docs_name_each_code_with_its_statuses(code: str) -> None:
    rows = [statuses for statuses, codes in ROWS if f"`{code}`" in codes]
    told = {int(status) for statuses in rows for status in re.findall(r"\d{3}", statuses)}
    assert rows
    assert told == set(STATUSES[code])


def test_the_docs_name_no_other_code() -> None:
    answers = [codes for statuses, codes in ROWS if re.match(r" (\d{3}|another)\b", statuses)]
    assert set(re.findall(r"`(\w+)`", " ".join(answers))) == STATUSES.keys()


def test_the_docs_name_the_codes_of_the_emulator() -> None:
    (told,) = re.findall(r"The OFD's emulator has codes.*?\n\n", TEXT, re.DOTALL)
    raised = [args for _where, args in calls_of("_error", [EMULATOR])]
    codes = {code for args in raised for code in constants(args[1], str)}
    assert len(codes) == 5
    assert [code for code in codes if f"`{code}`" not in told] == []
