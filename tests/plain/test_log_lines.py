"""Words of others are escaped where they are logged: none of them can make a line of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = [path for path in sorted((ROOT / "addons").rglob("*.py")) if "tests" not in path.parts]
OURS = {
    *("self.id", "device.id", "device_id", "numbers", "number", "origin", "target"),
    # A driver's and a database's name, PostgreSQL's own words.
    *("name", "self._dbname", "error"),
    # What one_of_many does: a job's name and a till's or an order's number; a code of ours.
    *("what", "told.reason"),
    # Choices of ours, and JSON, which escapes.
    *("step.document", "step.kind", "step.origin", "step.target", "json.dumps(step.to_json())"),
}
"""What is logged as it is: numbers, names of ours, and nothing that somebody has typed."""


def logged() -> Iterator[tuple[str, ast.Call]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if ast.unparse(node.func.value) == "_logger":
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_each_argument_is_ours_or_escaped() -> None:
    calls = list(logged())
    assert len(calls) > 8
    for where, call in calls:
        text, *arguments = call.args
        assert isinstance(text, ast.Constant), where
        forms = [part[0] for part in str(text.value).split("%")[1:]]
        for form, argument in zip(forms, arguments, strict=True):
            words = ast.unparse(argument)
            assert form == "r" or words in OURS or words.startswith("shown("), f"{where}: {words}"
