"""The breaker as a state machine: pybreaker's, over a row that others share."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kkt.flow.gate import LONGEST_RECOVERY, Breaker, Circuit, after_call, is_well
from kkt.ofd.answers import Outcome, Verdict

THRESHOLD = 3


def feed(circuit: Circuit, *outcomes: bool) -> Circuit:
    for well in outcomes:
        circuit = after_call(circuit, well=well, threshold=THRESHOLD)
    return circuit


def half_open(circuit: Circuit) -> Circuit:
    """As the keeper of the row does when it lets a probe through."""
    return Circuit(Breaker.HALF_OPEN, circuit.failures, circuit.reopened)


def test_failures_in_a_row_open_it() -> None:
    assert feed(Circuit(), False, False) == Circuit(Breaker.CLOSED, failures=2)
    assert feed(Circuit(), False, False, False) == Circuit(Breaker.OPEN, failures=3)


def test_a_success_between_them_begins_anew() -> None:
    circuit = feed(Circuit(), False, False, True, False, False)
    assert circuit == Circuit(Breaker.CLOSED, failures=2)


def test_what_others_have_counted_counts() -> None:
    """pybreaker's own storages forget it when a process merely notices that it is closed."""
    assert feed(Circuit(failures=2), False).state is Breaker.OPEN


def test_one_probe_closes_it() -> None:
    circuit = half_open(feed(Circuit(), False, False, False))
    assert feed(circuit, True) == Circuit()


def test_a_failed_probe_opens_it_for_longer_each_time() -> None:
    circuit = feed(Circuit(), False, False, False)
    waits = [circuit.recovery(timedelta(seconds=60))]
    for _probe in range(40):
        circuit = feed(half_open(circuit), False)
        waits.append(circuit.recovery(timedelta(seconds=60)))
    assert circuit.state is Breaker.OPEN
    assert [wait.total_seconds() for wait in waits[:5]] == [60, 120, 240, 480, 600]
    assert waits[-1] == LONGEST_RECOVERY
    again = feed(half_open(circuit), True, False, False, False)
    assert again.recovery(timedelta(seconds=60)) == timedelta(seconds=60)


def test_a_threshold_of_one_opens_at_once() -> None:
    assert after_call(Circuit(), well=False, threshold=1).state is Breaker.OPEN


@pytest.mark.parametrize(
    ("outcome", "well"),
    [
        (Outcome.ACCEPTED, True),
        (Outcome.REFUSED, True),
        (Outcome.LATER, False),
        (Outcome.ENDPOINT, False),
    ],
)
def test_a_refused_document_is_the_answer_of_a_healthy_endpoint(
    outcome: Outcome, well: bool
) -> None:
    assert is_well(Verdict(outcome)) is well
