"""The fuzz itself: the same seed makes the same calls, and its judge sees what is wrong."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.fuzz.bodies import ROUTES, names_in
from tests.fuzz.judge import DOCS, faults, is_told_of
from tests.fuzz.mutate import Call, call, untouched
from tests.fuzz.wire import Answer

SALE = ROUTES[0]


def spoilt(place: str) -> Call:
    """A call of which only this place was spoilt."""
    for number in range(10_000):
        if (found := call(7, SALE, number)).changed == {place}:
            return found
    raise AssertionError(f"no call spoils {place}")


def refused(status: int, field: str, code: str = "invalid_request", **details: Any) -> Answer:
    error = {"code": code, "message": "…", "details": {"field": field, **details}}
    return Answer(status, "application/json", json.dumps({"error": error}).encode())


def test_the_same_seed_makes_the_same_calls() -> None:
    for route in ROUTES:
        first, again = ([call(seed, route, n) for n in range(50)] for seed in (1, 1))
        assert first == again
        assert first != [call(2, route, n) for n in range(50)]


def test_a_call_knows_what_was_spoilt() -> None:
    assert all(call(1, route, n).changed for route in ROUTES for n in range(50))
    whole = json.loads(untouched(SALE, SALE.examples[0], "a").body)
    missing = json.loads(spoilt("total").body)
    assert {**missing, "total": whole["total"]}.keys() >= {"pos_id", "total"}


def test_the_docs_name_each_field_of_the_examples() -> None:
    told = set(re.findall(r"\w+", DOCS.read_text(encoding="utf-8")))
    names = set().union(
        *(
            names_in([each.body, dict(each.path), dict(each.query)])
            for route in ROUTES
            if not route.path.startswith("/ofd")
            for each in route.examples
        )
    )
    assert sorted(names - told) == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer(0),
        Answer(500, "text/html", b"<html>"),
        Answer(422, "application/json", b'{"error": "total"}'),
        refused(500, "total", "internal_error"),
        refused(504, "total", "device_silent"),
        refused(422, "total", "something"),
        refused(422, "cashier.name"),
        refused(422, "total_sum"),
        refused(422, ""),
        refused(422, "total", problems=[{"field": "total"}, {"field": "customer.inn"}]),
        Answer(201, "application/json", b'{"warnings": [{"field": "items[0].nds"}]}'),
    ],
)
def test_the_judge_sees_what_is_wrong(answer: Answer) -> None:
    assert faults(spoilt("total"), answer) != []


def test_the_judge_lets_documented_answers_pass() -> None:
    told = refused(422, "total", problems=[{"field": "total"}, {"field": "payment_method"}])
    assert faults(spoilt("total"), told) == []
    assert faults(spoilt("total"), refused(502, "total", "device_refused")) == []
    assert faults(spoilt("body"), refused(400, "body", "bad_json")) == []


def test_a_field_is_told_of_its_place_its_parts_and_its_wholes() -> None:
    for field, place in [
        ("items[0].price", "items[0].price"),
        ("items[0]", "items[0].price"),
        ("items[0].price", "items"),
        ("total", "items[0].quantity"),
        ("x" * 200 + "…", "x" * 10_000),
    ]:
        assert is_told_of(field, place), (field, place)
    for field, place in [("items[1].price", "items[0].price"), ("pos_id", "total")]:
        assert not is_told_of(field, place), (field, place)
