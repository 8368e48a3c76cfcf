"""What a fault of the wire does: to the client, and to the till."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kkt.drivers.virtual import Faults, LostAnswer
from kkt.emulator.wire_faults import Fault, FaultPlan, WireFault, read_script

from .client import ACK, ENQ, NAK, SYSTEM, Bench, Client, Closed, framed, plain
from .test_receipts import SALE, close, line

OPENING = framed(f"E0 {SYSTEM}")
OPENED = plain("E0 00 1E")
ANSWER = plain("02 03 E0001E FD")
"""The frame of it."""


def shift_is_open(shop: Bench) -> bool:
    return shop.host.till.baseline().shift_open


def reconnected(shop: Bench, client: Client) -> Client:
    """After the link was cut: a new connection that is past what waited."""
    with pytest.raises(Closed):
        client.read(1)
    client.close()
    return shop.client()


def test_a_request_cut_short_is_not_executed(shop: Bench, client: Client) -> None:
    shop.faults(WireFault(Fault.CUT_REQUEST, "E0", after_bytes=len(OPENING) - 1))
    client.send_raw(OPENING)
    again = reconnected(shop, client)
    assert not shift_is_open(shop)
    again.done(f"E0 {SYSTEM}")
    again.close()


def test_a_request_cut_at_its_end_is_executed_and_its_answer_waits(
    shop: Bench, client: Client
) -> None:
    shop.faults(WireFault(Fault.CUT_REQUEST, "E0", after_bytes=len(OPENING)))
    client.send_raw(OPENING)
    again = reconnected(shop, client)
    assert shift_is_open(shop)
    again.send(ENQ)
    assert again.read(1) == ACK
    assert again.read_frame() == OPENED
    again.close()


@pytest.mark.parametrize("size", range(6))
def test_an_answer_cut_after_any_byte_waits(shop: Bench, client: Client, size: int) -> None:
    shop.faults(WireFault(Fault.CUT_ANSWER, "E0", after_bytes=size))
    client.send_raw(OPENING)
    assert client.read(1 + size) == ACK + ANSWER[: 2 * size]
    again = reconnected(shop, client)
    again.send(ENQ)
    assert again.read(7) == ACK + ANSWER
    again.close()


def test_a_garbled_answer_is_whole_when_it_is_asked_for_again(shop: Bench, client: Client) -> None:
    shop.faults(WireFault(Fault.BAD_CHECKSUM))
    client.send_raw(OPENING)
    assert client.read(7) == ACK + plain("02 03 E0001E 02")
    client.send(NAK + ENQ)
    assert client.read(7) == ACK + ANSWER


def test_a_storm_of_nak(shop: Bench, client: Client) -> None:
    shop.faults(WireFault(Fault.NAK, times=3))
    for _ in range(3):
        client.send_raw(OPENING)
        assert client.read(1) == NAK
    assert not shift_is_open(shop)
    client.send_raw(OPENING)
    assert client.read(7) == ACK + ANSWER


def test_junk_before_an_answer(shop: Bench, client: Client) -> None:
    shop.faults(WireFault(Fault.JUNK, junk="ff00ff"))
    client.send_raw(OPENING)
    assert client.read(10) == ACK + "FF00FF" + ANSWER


def test_silence_executes_nothing(shop: Bench, client: Client) -> None:
    shop.faults(WireFault(Fault.SILENCE))
    client.send_raw(OPENING)
    assert client.is_quiet()
    assert not shift_is_open(shop)
    client.done(f"E0 {SYSTEM}")


def test_a_lost_answer_waits(shop: Bench, client: Client) -> None:
    shop.faults(WireFault(Fault.LOSE_ANSWER))
    client.send_raw(OPENING)
    assert client.read(1) == ACK
    assert client.is_quiet()
    client.send(ENQ)
    assert client.read(7) == ACK + ANSWER


def test_a_reset(shop: Bench, client: Client) -> None:
    shop.faults(WireFault(Fault.RESET, "E0"))
    client.send_raw(OPENING)
    again = reconnected(shop, client)
    assert not shift_is_open(shop)
    again.done(f"E0 {SYSTEM}")
    again.close()


def test_a_refusal(shop: Bench, client: Client) -> None:
    shop.faults(WireFault(Fault.REFUSE, "FF45", code="14"))
    client.done(f"E0 {SYSTEM}", SALE, line())
    assert client.ask(close("E803000000")) == "FF4514"
    client.done(close("E803000000"))


def test_a_delay(shop: Bench, client: Client) -> None:
    shop.faults(WireFault(Fault.DELAY, seconds=2.5))
    client.done(f"E0 {SYSTEM}")
    assert shop.clock.slept == 2.5


def test_paper_that_ends_at_a_command(shop: Bench, client: Client) -> None:
    shop.faults(WireFault(Fault.TILL, "FF45", till={"paper_runs_out": True}))
    client.done(f"E0 {SYSTEM}", SALE, line(), close("E803000000"))
    assert client.ask(f"10 {SYSTEM}")[10:14] == "0202"


def test_the_script_goes_by_name_and_count(shop: Bench, client: Client) -> None:
    shop.faults(
        WireFault(Fault.REFUSE, "10", skip=1, times=2, code="39"),
        WireFault(Fault.REFUSE, "FF40", times=None, code="20"),
    )
    status = [client.ask(f"10 {SYSTEM}")[2:4] for _ in range(4)]
    assert status == ["00", "39", "39", "00"]
    assert [client.ask(f"FF40 {SYSTEM}") for _ in range(3)] == ["FF4020"] * 3
    assert [rule.message for rule in shop.host.plan.script()] == ["FF40"]


# Faults of the till itself, which all doors share ------------------------------------------------


def test_the_power_goes_in_a_receipt(shop: Bench, client: Client) -> None:
    client.done(f"E0 {SYSTEM}", SALE, line())
    shop.host.set_faults({"times": 1, "power_cut": True})
    client.send_raw(framed(close("E803000000")))
    assert client.read(1) == ACK
    again = reconnected(shop, client)
    assert again.ask(f"10 {SYSTEM}")[10:12] == "08"
    again.done(close("E803000000"))
    assert shop.host.till.baseline().last_fd == 3
    again.close()


@pytest.mark.parametrize("lost", [LostAnswer.BEFORE_SIGNING, LostAnswer.AFTER_SIGNING])
def test_the_till_loses_an_answer(shop: Bench, client: Client, lost: LostAnswer) -> None:
    client.done(f"E0 {SYSTEM}", SALE, line())
    shop.host.set_faults({"times": 1, "lost_answer": lost})
    client.send_raw(framed(close("E803000000")))
    assert client.read(1) == ACK
    assert client.is_quiet()
    client.send(ENQ)
    if lost is LostAnswer.AFTER_SIGNING:
        assert client.read(1) == ACK
        assert client.read_frame().startswith("FF4500")
        client.send(ACK)
        assert client.ask(f"10 {SYSTEM}")[10:12] == "02"
    else:
        assert client.read(1) == NAK
        assert client.ask(f"10 {SYSTEM}")[10:12] == "08"
    assert shop.host.faults() == Faults()


# Plans -------------------------------------------------------------------------------------------


def test_a_script_is_read_from_a_file(tmp_path: Path) -> None:
    script = tmp_path / "faults.json"
    script.write_text(json.dumps([{"fault": "cut_answer", "message": "FF45", "after_bytes": 3}]))
    assert read_script(script) == [WireFault(Fault.CUT_ANSWER, "FF45", after_bytes=3)]


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"fault": "no such"},
        {"fault": "nak", "unknown": 1},
        {"fault": "nak", "times": 0},
        {"fault": "nak", "skip": -1},
        {"fault": "junk", "junk": "xx"},
        {"fault": "refuse", "code": "123"},
    ],
)
def test_a_rule_that_makes_no_sense_is_told(rule: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        WireFault.from_json(rule)


def test_chance_repeats_by_its_seed() -> None:
    def drawn(seed: int) -> list[WireFault | None]:
        plan = FaultPlan(seed=seed)
        return [plan.meet("10") for _ in range(1000)]

    first = drawn(1)
    assert drawn(1) == first != drawn(2)
    hits = [each for each in first if each is not None]
    assert 20 < len(hits) < 100
    assert len({each.fault for each in hits}) > 5


def test_the_till_outlives_faults_by_chance(shop: Bench, client: Client) -> None:
    client.done(f"E0 {SYSTEM}")
    client.close()
    shop.host.plan = FaultPlan(seed=7, share=0.2)
    answered = lost = 0
    for _ in range(300):
        impatient = shop.client()
        impatient.set_patience(0.05)
        try:
            answered += impatient.ask(f"FF40 {SYSTEM}") == plain("FF40 00 01 0100 0000")
        except (Closed, TimeoutError, AssertionError):
            lost += 1
        impatient.close()
    assert answered and lost > 10
    shop.host.plan = FaultPlan()
    calm = shop.client()
    calm.send(ENQ)
    if calm.read(1) == ACK:
        assert calm.read_frame() == plain("FF40 00 01 0100 0000")
        calm.send(ACK)
    calm.done(SALE, line(), close("E803000000"))
    assert shop.host.till.baseline().last_fd == 3
    calm.close()
