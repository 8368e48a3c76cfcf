"""Each fault that can be set on the virtual till, as a caller meets it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kkt.device.contract import Intent, LookupOutcome
from kkt.device.errors import NoAnswer, Refused, Unreachable
from kkt.drivers.virtual import VirtualDriver
from kkt.fiscal.document import Document, DriveClosing
from kkt.virtual import Faults, LostAnswer, VirtualTill

from . import builders as make
from .builders import FakeClock
from .test_virtual_registration import settings


class Counter:
    """A driver on a till with an open shift, and its clock."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.path = folder / "till.sqlite"
        self.driver = VirtualDriver.from_settings(settings(folder, clock=self.clock))
        self.sell(make.opening())

    def intent(self, key: str = "k1") -> Intent:
        return make.intent(self.driver, self.clock.now(), key)

    def sell(self, document: Document, key: str = "k1") -> Any:
        return self.driver.register(document, self.intent(key))

    def set(self, **faults: Any) -> None:
        """As a form or a shell does: by a till object of its own."""
        till = VirtualTill(self.path, self.clock)
        till.set_faults(Faults(**faults))
        till.close()

    def last_fd(self) -> int:
        return self.driver.till.baseline().last_fd


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    counter = Counter(tmp_path)
    yield counter
    counter.driver.close()


def test_signing_and_printing_take_their_time(tmp_path: Path) -> None:
    clock = FakeClock()
    slow = settings(tmp_path, clock=clock, sign_delay=0.4, print_time=0.5)
    driver = VirtualDriver.from_settings(slow)
    begun = clock.now()
    signed = driver.register(make.opening(), make.intent(driver, begun))
    assert clock.now() - begun == timedelta(seconds=0.9)
    assert driver.read(2)["dateTime"] == signed.date_time.isoformat()
    driver.close()


def test_printing_takes_a_third_of_a_second_unless_told(counter: Counter) -> None:
    begun = counter.clock.now()
    counter.sell(make.receipt("k1"))
    assert counter.clock.now() - begun == timedelta(seconds=0.3)


def test_a_refusal_takes_no_printing(counter: Counter) -> None:
    counter.set(no_paper=True)
    begun = counter.clock.now()
    with pytest.raises(Refused):
        counter.sell(make.receipt("k1"))
    assert counter.clock.now() == begun


def test_a_delay_within_the_deadline_only_delays(counter: Counter) -> None:
    counter.set(delay=1.9, times=1)
    begun = counter.clock.now()
    counter.sell(make.receipt("k1"))
    assert counter.clock.now() - begun == timedelta(seconds=2.2)


def test_a_delay_beyond_the_deadline_is_never_executed(counter: Counter) -> None:
    counter.set(delay=2.0, times=1)
    wish, sale, before = counter.intent(), make.receipt("k1"), counter.last_fd()
    with pytest.raises(NoAnswer):
        counter.driver.register(sale, wish)
    assert counter.last_fd() == before
    assert counter.driver.lookup(sale, wish).outcome is LookupOutcome.NOT_SIGNED


@pytest.mark.parametrize("lost", [LostAnswer.BEFORE_SIGNING, LostAnswer.AFTER_SIGNING])
def test_a_lost_answer_is_known_after_the_limit_only(counter: Counter, lost: LostAnswer) -> None:
    counter.set(lost_answer=lost, times=1)
    begun = counter.clock.now()
    with pytest.raises(NoAnswer):
        counter.sell(make.receipt("k1"))
    assert counter.clock.now() - begun == VirtualDriver.execution_limit
    counter.sell(make.receipt("k2"), "k2")


def test_a_command_may_be_executed_late(counter: Counter) -> None:
    counter.set(execute_late=1.5, times=1)
    wish, sale, before = counter.intent(), make.receipt("k1"), counter.last_fd()
    begun = counter.clock.now()
    with pytest.raises(NoAnswer):
        counter.driver.register(sale, wish)
    found = counter.driver.lookup(sale, wish)
    assert found.outcome is LookupOutcome.SIGNED
    assert found.signed is not None and found.signed.fd_number == before + 1
    local = found.signed.date_time - timedelta(hours=3)
    assert local == begun.replace(tzinfo=None, second=0, microsecond=0)


def test_what_asks_before_a_late_execution_learns_nothing(counter: Counter) -> None:
    wish, sale = counter.intent(), make.receipt("k1")
    counter.set(execute_late=1.5, times=1)
    begun = counter.clock.now()
    with pytest.raises(NoAnswer):
        counter.driver.register(sale, wish)
    counter.clock.moment = begun + timedelta(seconds=1.4)
    assert counter.driver.lookup(sale, wish).outcome is LookupOutcome.PENDING
    counter.clock.pass_by(timedelta(seconds=0.1))
    assert counter.driver.lookup(sale, wish).outcome is LookupOutcome.SIGNED


def test_no_command_is_executed_after_its_deadline(counter: Counter) -> None:
    counter.set(execute_late=2.0, times=1)
    wish, sale, before = counter.intent(), make.receipt("k1"), counter.last_fd()
    with pytest.raises(NoAnswer):
        counter.driver.register(sale, wish)
    counter.clock.pass_by(timedelta(minutes=1))
    assert counter.driver.lookup(sale, wish).outcome is LookupOutcome.NOT_SIGNED
    assert counter.last_fd() == before


def test_a_late_command_that_is_refused_signs_nothing(counter: Counter) -> None:
    counter.set(execute_late=1.0, times=1, no_paper=True)
    wish, sale, before = counter.intent(), make.receipt("k1"), counter.last_fd()
    with pytest.raises(NoAnswer):
        counter.driver.register(sale, wish)
    assert counter.driver.lookup(sale, wish).outcome is LookupOutcome.NOT_SIGNED
    assert counter.last_fd() == before


def test_a_power_cut_leaves_a_document_to_cancel(counter: Counter) -> None:
    counter.set(power_cut=True, times=1)
    wish, sale = counter.intent(), make.receipt("k1")
    with pytest.raises(NoAnswer):
        counter.driver.register(sale, wish)
    with pytest.raises(Refused) as refused:
        counter.sell(make.receipt("k2"), "k2")
    assert refused.value.code == "4A"
    assert counter.driver.lookup(sale, wish).outcome is LookupOutcome.NOT_SIGNED
    counter.sell(sale)


@pytest.mark.parametrize(("code", "words"), [("46", "наличности"), ("E1", "Ошибка E1")])
def test_a_code_to_refuse_with(counter: Counter, code: str, words: str) -> None:
    counter.set(refuse_code=code, times=2)
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            counter.sell(make.receipt("k1"))
        assert refused.value.code == code
        assert words in refused.value.message
    counter.sell(make.receipt("k1"))


def test_without_times_a_fault_lasts(counter: Counter) -> None:
    counter.set(refuse_code="33")
    for _ in range(3):
        with pytest.raises(Refused):
            counter.sell(make.receipt("k1"))
    counter.set()
    counter.sell(make.receipt("k1"))


def test_silence_costs_the_caller_its_patience(counter: Counter) -> None:
    wish = counter.intent()
    counter.set(silent=True)
    begun = counter.clock.now()
    with pytest.raises(Unreachable):
        counter.driver.register(make.receipt("k1"), wish)
    assert counter.clock.now() - begun == VirtualDriver.execution_limit
    counter.set()
    assert counter.driver.baseline() == wish.baseline


def test_paper_for_so_many_documents(counter: Counter) -> None:
    counter.set(paper_left=2)
    assert counter.driver.status().paper
    assert counter.sell(make.receipt("k1"), "k1").on_paper
    assert counter.sell(make.receipt("k2"), "k2").on_paper
    assert not counter.driver.status().paper
    with pytest.raises(Refused) as refused:
        counter.sell(make.receipt("k3"), "k3")
    assert (refused.value.code, counter.last_fd()) == ("6B", 4)


def test_a_roll_that_ends_in_the_middle(counter: Counter) -> None:
    counter.set(paper_runs_out=True)
    wish, sale = counter.intent(), make.receipt("k1")
    signed = counter.driver.register(sale, wish)
    assert not signed.on_paper and signed.fd_number == counter.last_fd()
    status = counter.driver.status()
    assert not status.paper and status.details["unprintedFd"] == signed.fd_number
    counter.clock.pass_by(timedelta(seconds=2))
    found = counter.driver.lookup(sale, wish)
    assert found.outcome is LookupOutcome.SIGNED and found.signed == signed
    with pytest.raises(Refused) as waits:
        counter.sell(make.receipt("k2"), "k2")
    assert waits.value.code == "58"
    with pytest.raises(Refused) as empty:
        counter.driver.continue_print()
    assert empty.value.code == "6B"
    counter.set()
    counter.driver.continue_print()
    counter.driver.continue_print()
    assert counter.last_fd() == signed.fd_number
    assert counter.driver.status().details["unprintedFd"] == 0
    assert counter.sell(make.receipt("k2"), "k2").on_paper


def test_an_open_cover_stops_the_printing_that_waits(counter: Counter) -> None:
    counter.set(paper_runs_out=True)
    counter.sell(make.receipt("k1"))
    counter.set(cover_open=True)
    assert not counter.driver.status().cover_closed
    with pytest.raises(Refused) as refused:
        counter.driver.continue_print()
    assert refused.value.code == "7B"


def test_a_clock_that_is_wrong(counter: Counter) -> None:
    before = counter.driver.status().clock
    counter.set(clock_offset=-400)
    assert counter.driver.status().clock == before - timedelta(seconds=400)
    with pytest.raises(Refused) as refused:
        counter.sell(make.receipt("k1"))
    assert refused.value.code == "07"


def test_a_lost_copy_is_printed_again(counter: Counter) -> None:
    for lost in (LostAnswer.BEFORE_SIGNING, LostAnswer.AFTER_SIGNING):
        counter.set(lost_answer=lost, times=1)
        wish, copy = counter.intent(), make.copy(2)
        with pytest.raises(NoAnswer):
            counter.driver.register(copy, wish)
        early = replace(wish, deadline=counter.clock.now() + timedelta(seconds=1))
        assert counter.driver.lookup(copy, early).outcome is LookupOutcome.PENDING
        assert counter.driver.lookup(copy, wish).outcome is LookupOutcome.NOT_SIGNED
        assert counter.sell(copy).on_paper
    assert counter.last_fd() == 2


def test_a_copy_of_another_drives_document_is_not_undecided(counter: Counter) -> None:
    counter.sell(make.closing())
    wish = counter.intent()
    counter.driver.replace_drive()
    counter.clock.pass_by(timedelta(seconds=2))
    assert counter.driver.lookup(make.copy(3), wish).outcome is LookupOutcome.NOT_SIGNED
    with pytest.raises(Refused) as refused:
        counter.sell(make.copy(3))
    assert refused.value.code == "08"


def test_a_copy_that_the_roll_cuts_off(counter: Counter) -> None:
    counter.set(paper_runs_out=True)
    assert not counter.sell(make.copy(2)).on_paper
    assert counter.driver.status().details["unprintedFd"] == 2
    counter.set()
    counter.driver.continue_print()
    assert counter.sell(make.receipt("k1")).on_paper


def test_the_driver_closes_a_drive_and_puts_a_new_one_in(counter: Counter) -> None:
    """FD 21 and FD 6 as the flow registers them, and FD 1 of the drive after."""
    counter.sell(make.receipt("k1"))
    state = counter.sell(make.settlement_state())
    assert (state.document["code"], state.fd_number, state.receipt_number) == (21, 4, None)
    counter.sell(make.closing())
    wish = counter.intent()
    counter.set(lost_answer=LostAnswer.AFTER_SIGNING, times=1)
    with pytest.raises(NoAnswer):
        counter.driver.register(DriveClosing(make.CASHIER), wish)
    found = counter.driver.lookup(DriveClosing(make.CASHIER), wish)
    assert found.outcome is LookupOutcome.SIGNED and found.signed is not None
    assert found.signed.document["code"] == 6
    with pytest.raises(Refused) as refused:
        counter.sell(make.opening())
    assert refused.value.code == "02"
    counter.driver.replace_drive()
    counter.sell(make.opening())
    assert counter.sell(make.receipt("k2"), "k2").fd_number == 3


def test_faults_survive_a_restart_and_reach_other_processes(counter: Counter) -> None:
    faults = Faults(times=3, refuse_code="33", paper_left=7, clock_offset=1.5)
    counter.driver.till.set_faults(faults)
    other = VirtualTill(counter.path)
    assert other.faults() == faults
    assert other.meet_faults() == faults
    assert other.faults() == replace(faults, times=2)
    other.close()


def test_the_last_of_the_times_takes_only_its_own_faults() -> None:
    faults = Faults(times=1, lost_answer=LostAnswer.AFTER_SIGNING, delay=1, no_paper=True)
    assert faults.spent() == Faults(no_paper=True)


@pytest.mark.parametrize(
    "bad",
    [
        {"times": 0},
        {"paper_left": -1},
        {"delay": -1},
        {"execute_late": -0.5},
        {"lost_answer": "perhaps"},
        {"fire": True},
    ],
)
def test_faults_that_make_no_sense(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Faults.from_json(bad)


def test_faults_as_json() -> None:
    faults = Faults(times=2, lost_answer=LostAnswer.BEFORE_SIGNING, paper_left=3, silent=True)
    assert Faults.from_json(faults.to_json()) == faults
    assert Faults.from_json({}) == Faults()
