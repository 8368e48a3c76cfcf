"""The sender's procedure: order, patience, and what stops whom."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from kkt.flow.deliver import Ended, Outbox, RetryPolicy, Run, Undelivered, deliver
from kkt.flow.gate import Admission, Gate, OpenGate
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

    def is_there(self, within: float) -> bool:
        return True


class FakeOutbox(Outbox):
    def __init__(self, clock: FakeClock, count: int) -> None:
        self._clock = clock
        self.waiting = {number: undelivered(number) for number in range(1, count + 1)}
        self.due_at = dict.fromkeys(self.waiting, START)
        self.delivered_numbers: list[int] = []
        self.dead: list[int] = []
        self.given_up: list[int] = []
        self.endpoint_reasons: list[str] = []

    def next_due(self) -> Undelivered | None:
        due = [each for each in self.waiting.values() if self.due_at[each.id] <= self._clock.now()]
        return min(due, key=lambda each: (each.attempts > 0, each.id), default=None)

    def delivered(self, entry: Undelivered, verdict: Verdict) -> None:
        del self.waiting[entry.id]
        self.delivered_numbers.append(entry.id)

    def later(
        self, entry: Undelivered, verdict: Verdict, delay: timedelta, *, counts: bool
    ) -> None:
        self.waiting[entry.id] = replace(entry, attempts=entry.attempts + counts)
        self.due_at[entry.id] = self._clock.now() + delay

    def exhausted(self, entry: Undelivered, verdict: Verdict) -> None:
        del self.waiting[entry.id]
        self.given_up.append(entry.id)

    def refused(self, entry: Undelivered, verdict: Verdict) -> None:
        del self.waiting[entry.id]
        self.dead.append(entry.id)

    def endpoint_at_fault(self, verdict: Verdict) -> None:
        self.endpoint_reasons.append(verdict.reason)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


class FakeGate(Gate):
    """Lets through what the test says, probes too; keeps what it was told."""

    def __init__(self, *admissions: Admission | None) -> None:
        self._admissions = list(admissions)
        self.told: list[tuple[Admission, Verdict]] = []

    def admit(self) -> Admission | None:
        return self._admissions.pop(0) if self._admissions else None

    def report(self, admission: Admission, verdict: Verdict) -> None:
        self.told.append((admission, verdict))


def run_of(
    outbox: FakeOutbox,
    operator: Operator,
    clock: FakeClock,
    seconds: float = 60,
    gate: Gate | None = None,
) -> Run:
    return deliver(
        outbox,
        operator,
        gate or OpenGate(),
        clock,
        RetryPolicy(base=5, cap=300, attempts=20, random=lambda: 0.5),
        stop_at=clock.now() + timedelta(seconds=seconds),
    )


def run(outbox: FakeOutbox, operator: Operator, clock: FakeClock, seconds: float = 60) -> int:
    return run_of(outbox, operator, clock, seconds).delivered


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


def test_the_end_of_a_run_says_whether_more_is_due(clock: FakeClock) -> None:
    for seconds, ended in ((60, Ended.NOTHING_DUE), (2, Ended.OUT_OF_TIME)):
        outbox, operator = FakeOutbox(clock, 3), Operator(clock)
        assert run_of(outbox, operator, clock, seconds).ended is ended
    outbox, operator = FakeOutbox(clock, 3), Operator(clock, fd1=[401])
    assert run_of(outbox, operator, clock).ended is Ended.SHUT


def test_a_shut_endpoint_is_not_called(clock: FakeClock) -> None:
    outbox, operator = FakeOutbox(clock, 3), Operator(clock)
    gate = FakeGate(Admission(), None)
    assert run_of(outbox, operator, clock, gate=gate) == Run(1, Ended.SHUT)
    assert operator.sent == [1]


def test_the_gate_learns_of_every_call(clock: FakeClock) -> None:
    outbox, operator = FakeOutbox(clock, 4), Operator(clock, fd2=[422], fd3=[0], fd4=[503])
    given = [Admission(number) for number in range(4)]
    gate = FakeGate(*given)
    run_of(outbox, operator, clock, gate=gate)
    assert [admission for admission, _verdict in gate.told] == given
    assert [verdict.silent for _admission, verdict in gate.told] == [False, False, True, False]


def test_attempts_that_are_used_up_end_it(clock: FakeClock) -> None:
    outbox, operator = FakeOutbox(clock, 2), Operator(clock, fd1=[500] * 30)
    for _attempt in range(30):
        run(outbox, operator, clock)
        clock.sleep(301)
    assert operator.sent.count(1) == 20
    assert (outbox.given_up, outbox.dead, outbox.delivered_numbers) == ([1], [], [2])


def test_a_failed_probe_spends_no_attempt_and_the_next_one_is_anothers(clock: FakeClock) -> None:
    outbox, operator = FakeOutbox(clock, 2), Operator(clock, fd1=[500] * 30)
    for number in range(30):
        gate = FakeGate(Admission(number, is_probe=True))
        run_of(outbox, operator, clock, gate=gate)
        clock.sleep(1)
    assert outbox.delivered_numbers == [2], "one document that fails stops no other"
    assert outbox.waiting[1].attempts == 0
    assert not outbox.given_up
