"""Spoilt calls of every route at a real server: no 500, the field that was spoilt is named, and the
till has signed what was answered and nothing else. `make fuzz` does more of them."""

from __future__ import annotations

import pytest

from tests.acceptance.harness.server import OdooServer
from tests.fuzz.bodies import ROUTES
from tests.fuzz.mutate import call, untouched
from tests.fuzz.shooter import Outcome, Shooter, told

SEED = 20261130
BODIES = 300
EXAMPLES = [(route, example) for route in ROUTES for example in route.examples]


@pytest.fixture(scope="module")
def shooter(server: OdooServer) -> Shooter:
    return Shooter(server)


def test_the_examples_are_taken_as_they_stand(shooter: Shooter) -> None:
    outcomes = [
        shooter.fire(untouched(route, example, f"whole{index}"))
        for index, (route, example) in enumerate(EXAMPLES)
    ]
    shooter.till.ofd("set-success")
    wrong = [told(each, 0) for each in outcomes if each.faults or not is_taken(each)]
    assert wrong == [], "\n".join(wrong)


def is_taken(outcome: Outcome) -> bool:
    """Whether a call did what it asks for, or found it being done (``buffer/sync``)."""
    return outcome.answer.status < 300 or b"sync_running" in outcome.answer.body


def test_spoilt_calls_are_answered_as_documented(shooter: Shooter) -> None:
    wrong = []
    for number in range(BODIES):
        outcome = shooter.fire(call(SEED, ROUTES[number % len(ROUTES)], number))
        if outcome.faults:
            wrong.append(told(outcome, SEED))
    assert wrong == [], "\n".join(wrong)
