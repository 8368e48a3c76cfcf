"""Two threads never make syntax trees at once, where Python has the fault."""

from __future__ import annotations

import ast
import importlib.util
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest

PATH = Path(__file__).parents[2] / "addons/optics_kkt_driver/one_parser.py"


@pytest.fixture(scope="module")
def one_parser() -> ModuleType:
    spec = importlib.util.spec_from_file_location("one_parser", PATH)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_knows_which_python_has_the_fault(one_parser: ModuleType) -> None:
    faulty = [(3, 11, 2), (3, 11, 7), (3, 12, 1)]
    mended = [(3, 11, 8), (3, 12, 2), (3, 13, 0), (3, 10, 4)]
    assert [one_parser.needs_it(version) for version in faulty] == [True] * 3
    assert [one_parser.needs_it(version) for version in mended] == [False] * 4


def test_a_second_thread_waits(one_parser: ModuleType) -> None:
    inside: list[int] = []

    def parse(text: str) -> int:
        inside.append(threading.get_ident())
        time.sleep(0.002)
        together = len(inside)
        inside.pop()
        return together

    waiting = one_parser.one_at_a_time(parse)
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(waiting, map(str, range(40)))) == {1}


def test_the_same_thread_may_come_again(one_parser: ModuleType) -> None:
    waiting = one_parser.one_at_a_time(
        lambda depth: waiting(depth - 1) if depth else ast.parse("1")
    )
    assert waiting(3)


def test_all_trees_are_made_there(one_parser: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ast, "parse", ast.parse)
    seen: list[str] = []
    plain = ast.parse

    def counted(source: str, *args: object, **kwargs: object) -> ast.AST:
        seen.append(source)
        return plain(source, *args, **kwargs)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(ast, "parse", counted)
    monkeypatch.setattr(one_parser.sys, "version_info", (3, 11, 2))
    one_parser.install()
    assert ast.literal_eval("[1]") == [1]
    assert seen == ["[1]"]
