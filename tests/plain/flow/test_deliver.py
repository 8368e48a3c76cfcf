"""The sender's procedure: order, patience, and what stops whom."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from kkt.flow.deliver import Outbox, RetryPolicy, Undelivered, deliver
from kkt.ofd.answers import Verdict
from kkt.ofd.message import OfdMessage
from kkt.ofd.transport import Answer, TimedOut, Transport

from .world import FN, START, FakeClock


def undelivered(number: int) -> Undelivered:
    message = OfdMessage("POS-001", FN, number, "0000000001", "receipt", {}, f"key{number}")
    return Undelivered(number, message, 0)


class Operator(Transport):
    """Answers each FD by the list of status codes that stand for it; 0 is silence."""

    def __init__(self, clock: FakeClock, **answers: list[int]) -> None:
        self._clock = clock
        self._answers = {int(name.removeprefix("fd")): codes for name, codes in answers.items()}
        self.sent: list[int] = []

    def send(self, message: OfdMessage) -> Answer:
        self._clock.sleep(1)
        self.sent.append(message.fd_number)
        codes = self._answers.get(message.fd_number, [])
        code = codes.pop(0) if codes else 201
        if not code:
            raise TimedOut("silent")
        numbers = {"fiscalDriveNumber": FN, "fiscalDocumentNumber": message.fd_number}
        body = {"status": "accepted", **numbers}
        return Answer(code, json.dumps(body).encode())


class FakeOutbox(Outbox):
    def __init__(self, clock: FakeClock, count: int) -> None:
        self._clock = clock
        self.waiting = {number: undelivered(number) for number in range(1, count + 1)}
        self.due_at = dict.fromkeys(self.waiting, START)
        self.delivered_numbers: list[int] = []
        self.dead: list[int] = []
        self.endpoint_reasons: list[str] = []

    def next_due(self) -> Undelivered | None:
        due = [each for each in self.waiting.values() if self.due_at[each.id] <= self._clock.now()]
        return min(due, key=lambda each: (each.attempts > 0, each.id), default=None)

    def delivered(self, entry: Undelivered, verdict: Verdict) -> None:
        del self.waiting[entry.id]
        self.delivered_numbers.append(entry.id)

    def later(self, entry: Undelivered, verdict: Verdict, delay: timedelta) -> None:
        self.waiting[entry.id] = replace(entry, attempts=entry.attempts + 1)
        self.due_at[entry.id] = self._clock.now() + delay

    def refused(self, entry: Undelivered, verdict: Verdict) -> None:
        del self.waiting[entry.id]
        self.dead.append(entry.id)

    def endpoint_at_fault(self, verdict: Verdict) -> None:
        self.endpoint_reasons.append(verdict.reason)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def run(outbox: FakeOutbox, operator: Operator, clock: FakeClock, seconds: float = 60) -> int:
    return deliver(
        outbox,
        operator,
        clock,
        RetryPolicy(base=5, cap=300),
        stop_at=clock.now() + timedelta(seconds=seconds),
        random=lambda: 0.5,
    )


def test_first_attempts_go_in_the_order_of_fd(clock: FakeClock) -> None:
    outbox, operator = FakeOutbox(clock, 4), Operator(clock)
    assert run(outbox, operator, clock) == 4
    assert outbox.delivered_numbers == [1, 2, 3, 4]


@pytest.mark.parametrize("trouble", [0, 500, 503, 408, 425, 429])
def test_what_fails_is_passed_by_and_sent_again_later(clock: FakeClock, trouble: int) -> None:
    outbox, operator = FakeOutbox(clock, 3), Operator(clock, fd1=[trouble])
    run(outbox, operator, clock)
    assert operator.sent == [1, 2, 3], "the first waits for its time, the others do not"
    clock.sleep(10)
    run(outbox, operator, clock)
    assert outbox.delivered_numbers == [2, 3, 1]


def test_a_refused_document_is_dead_and_stops_nobody(clock: FakeClock) -> None:
    outbox, operator = FakeOutbox(clock, 3), Operator(clock, fd2=[422])
    assert run(outbox, operator, clock) == 2
    assert (outbox.delivered_numbers, outbox.dead) == ([1, 3], [2])


@pytest.mark.parametrize("code", [401, 403])
def test_an_endpoint_that_refuses_us_spends_no_attempt(clock: FakeClock, code: int) -> None:
    outbox, operator = FakeOutbox(clock, 3), Operator(clock, fd1=[code])
    assert run(outbox, operator, clock) == 0
    assert operator.sent == [1], "nothing more is sent"
    assert outbox.waiting[1].attempts == 0
    assert outbox.endpoint_reasons


def test_the_budget_ends_a_batch(clock: FakeClock) -> None:
    outbox, operator = FakeOutbox(clock, 100), Operator(clock)
    assert run(outbox, operator, clock, seconds=10) == 10


def test_pauses_double_up_to_the_cap(clock: FakeClock) -> None:
    outbox, operator = FakeOutbox(clock, 1), Operator(clock, fd1=[500] * 12)
    pauses = []
    for _attempt in range(12):
        run(outbox, operator, clock)
        pauses.append((outbox.due_at[1] - clock.now()).total_seconds())
        clock.moment = outbox.due_at[1]
    assert pauses[:4] == [3.0, 5.5, 10.5, 20.5], "the middle between 1 s and 5, 10, 20, 40 s"
    assert pauses[-1] == pytest.approx(150.5)
