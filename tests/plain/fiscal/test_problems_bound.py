"""What is wrong is told up to a bound; what is beyond it is counted, and costs next to nothing."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from kkt.fiscal import problems as module
from kkt.fiscal.problems import MOST_TOLD, InvalidDocument, Problem, Problems

BEYOND = 20_000


def refused(problems: Problems) -> InvalidDocument:
    with pytest.raises(InvalidDocument) as caught:
        problems.raise_any()
    return caught.value


def test_what_is_beyond_the_bound_is_counted_without_a_sentence() -> None:
    problems = Problems()
    with patch.object(module, "rule_text", wraps=module.rule_text) as sentences:
        for index in range(MOST_TOLD + BEYOND):
            problems.check(False, f"items[{index}]", 0, "not_an_object")
    told = refused(problems)
    assert sentences.call_count == MOST_TOLD
    assert [each.field for each in told.problems] == [f"items[{n}]" for n in range(MOST_TOLD)]
    assert told.more == BEYOND
    assert str(told).endswith(f"; and {BEYOND} more")


def test_no_part_is_built_beyond_the_bound() -> None:
    problems, built = Problems(), []

    def build() -> None:
        built.append(1)
        raise InvalidDocument([Problem("name", "", "empty"), Problem("price", 0, "empty")])

    for index in range(BEYOND):
        problems.attempt(f"items[{index}]", build)
    assert len(built) == MOST_TOLD / 2
    told = refused(problems)
    assert told.problems[-1].field == f"items[{MOST_TOLD // 2 - 1}].price"
    assert told.more == BEYOND - len(built)


def test_a_part_brings_no_more_than_there_is_room_for() -> None:
    problems = Problems()
    problems.add("total", 0, "empty")
    problems.attempt("wrong", lambda: many(MOST_TOLD + 3))
    told = refused(problems)
    assert len(told.problems) == MOST_TOLD
    assert told.more == 4


def many(count: int) -> None:
    part = Problems()
    for index in range(count):
        part.add(f"items[{index}]", 0, "empty")
    part.raise_any()


def test_what_was_only_counted_may_be_anybodys() -> None:
    problems = Problems()
    for _ in range(MOST_TOLD):
        problems.add("items", 0, "empty")
    assert not problems.has("cashier")
    problems.add("cashier.name", 0, "empty")
    assert problems.has("cashier")


def test_few_problems_have_no_more() -> None:
    problems = Problems()
    problems.add("total", 0, "empty")
    assert refused(problems).more == 0
    assert "more" not in str(refused(problems))
