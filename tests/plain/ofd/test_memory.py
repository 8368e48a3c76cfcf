"""The in-process operator, from message to verdict."""

from __future__ import annotations

from kkt.ofd.answers import Outcome, classify
from kkt.ofd.memory import MemoryTransport
from kkt.virtual.ofd import MemoryOfdStore, OfdEmulator

from .messages import message


def test_delivered_once_however_often_it_is_sent() -> None:
    emulator = OfdEmulator(MemoryOfdStore())
    transport = MemoryTransport(emulator)
    verdicts = [classify(message(), transport.send(message())) for _ in range(3)]
    assert {verdict.outcome for verdict in verdicts} == {Outcome.ACCEPTED}
    assert [verdict.duplicate for verdict in verdicts] == [False, True, True]
    assert emulator.health()[1]["receipts_received"] == 1


def test_a_refusal_says_which_field() -> None:
    transport = MemoryTransport(OfdEmulator(MemoryOfdStore()))
    bad = message(kktRegId=None)
    verdict = classify(bad, transport.send(bad))
    assert verdict.outcome is Outcome.REFUSED
    assert verdict.answer == "document.kktRegId: is required (document.kktRegId)"


def test_a_failing_operator_is_tried_later() -> None:
    emulator = OfdEmulator(MemoryOfdStore())
    emulator.set_failure({"failure_count": 1})
    transport = MemoryTransport(emulator)
    outcomes = [classify(message(), transport.send(message())).outcome for _ in range(2)]
    assert outcomes == [Outcome.LATER, Outcome.ACCEPTED]
