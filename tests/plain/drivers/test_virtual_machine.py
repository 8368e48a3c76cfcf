"""Random work on a virtual till, step by step against a model of the drive's rules.

The model is written from KKT.md alone: it shares no line with the till.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kkt.device.contract import Intent, LookupOutcome
from kkt.device.errors import NoAnswer, Refused
from kkt.drivers.virtual import VirtualDriver
from kkt.fiscal.document import Document
from kkt.fiscal.vocabulary import DocumentKind, OperationType
from kkt.virtual import Faults, LostAnswer

from . import builders as make
from .builders import FakeClock
from .test_virtual_registration import settings as till_settings

LEAST_STEPS = 2_000
LEAST_SIGNED = 200
SIGNS = {
    OperationType.SALE: 1,
    OperationType.SALE_RETURN: -1,
    OperationType.PURCHASE: -1,
    OperationType.PURCHASE_RETURN: 1,
}
"""Which way the cash goes."""


@dataclass
class Model:
    """A drive and its till, by the book."""

    last_fd: int = 1
    last_time: datetime | None = None
    opened_at: datetime | None = None
    shift: int = 0
    receipts: int = 0
    drawer: int = 0
    operations: int = 0
    waiting: dict[int, datetime] = field(default_factory=dict)
    """Undelivered FD numbers with their time."""
    turnover: dict[OperationType, int] = field(default_factory=dict)
    """Kopecks per operation in the shift."""
    paper: bool = True
    unprinted: bool = False
    left_open: bool = False
    ahead: int = 0
    """Seconds that the till's clock is before the drive's."""

    def refusal(self, now: datetime, what: str, cash: int = 0) -> str:
        """The code that a till must refuse with, "" when it must sign. `now` by its own clock."""
        if self.left_open:
            return "4A"
        if self.unprinted:
            return "58"
        if not self.paper:
            return "6B"
        return self._of_shift(now, what) or self._of_drive(now, what) or self._of_cash(cash)

    def _of_shift(self, now: datetime, what: str) -> str:
        if what == "open":
            return "3C" if self.opened_at else ""
        if self.opened_at is None:
            return "3D" if what in ("settle", "close") else ""
        overdue = now - self.opened_at >= timedelta(hours=24)
        return "4E" if overdue and what not in ("close", "x", "copy") else ""

    def _of_drive(self, now: datetime, what: str) -> str:
        if what in ("cash", "x", "copy"):
            return ""
        if self.last_time and now < self.last_time:
            return "07"
        if not -300 <= self.ahead <= 300 and what != "close":
            return "17"
        stuck = self.waiting and now - min(self.waiting.values()) >= timedelta(days=30)
        return "14" if stuck and what not in ("close", "state") else ""

    def _of_cash(self, cash: int) -> str:
        return "46" if self.drawer + cash < 0 else ""

    def signed(self, now: datetime) -> None:
        self.last_fd += 1
        self.last_time = now
        self.waiting[self.last_fd] = now


class TillMachine(RuleBasedStateMachine):
    """What stops a till comes seldom and is mended often: most of its work must be possible."""

    steps = 0
    outcomes: Counter[str] = Counter()
    """How often documents were signed (under ""), and refused with each code."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.clock = FakeClock()
        self.driver = self.connect()
        self.model = Model(last_time=self.local())
        self.number = 0

    def teardown(self) -> None:
        if hasattr(self, "driver"):
            self.driver.close()
            self.folder.cleanup()

    def connect(self) -> VirtualDriver:
        told = till_settings(Path(self.folder.name), clock=self.clock, print_time=0)
        return VirtualDriver.from_settings(told)

    def local(self) -> datetime:
        """By the till's clock; until the first step there is no model, and it is right."""
        ahead = self.model.ahead if hasattr(self, "model") else 0
        moscow = self.clock.moment + timedelta(hours=3, seconds=ahead)
        return moscow.replace(tzinfo=None, microsecond=0)

    # The till's work --------------------------------------------------------------------------

    @rule()
    def open_shift(self) -> None:
        if self.attempt(make.opening(), "open"):
            self.model.signed(self.local())
            self.model.shift += 1
            self.model.opened_at = self.local()
            self.model.receipts = 0
            self.model.turnover = {}

    @precondition(lambda self: self.model.opened_at is None or self.seldom())
    @rule()
    def close_shift(self) -> None:
        document = self.attempt(make.closing(), "close")
        if document:
            self.model.signed(self.local())
            self.model.opened_at = None
            assert document["receiptQuantity"] == self.model.receipts
            self.check_totals(document["shiftSumReports"])

    @rule(
        operation=st.sampled_from(OperationType),
        cash=st.integers(0, 1_000_000),
        card=st.integers(0, 1_000_000),
        lines=st.integers(1, 4),
    )
    def settle(self, operation: OperationType, cash: int, card: int, lines: int) -> None:
        total = cash + card + lines
        sale = make.receipt(
            self.key(), cash=cash, card=card + lines, operation=operation, lines=lines
        )
        document = self.attempt(sale, "settle", SIGNS[operation] * cash)
        if document:
            self.settled(operation, total)
            self.model.drawer += SIGNS[operation] * cash
            assert document["requestNumber"] == self.model.receipts

    @rule(total=st.integers(1, 1_000_000))
    def correct(self, total: int) -> None:
        if self.attempt(make.correction(self.key(), total), "settle"):
            self.settled(OperationType.SALE, total)

    @rule(total=st.integers(1, 1_000_000))
    def put_cash_in(self, total: int) -> None:
        if self.attempt(make.cash_in(total), "cash", total):
            self.model.drawer += total
            self.model.operations += 1

    @rule(total=st.integers(1, 1_000_000))
    def take_cash_out(self, total: int) -> None:
        if self.attempt(make.cash_out(total), "cash", -total):
            self.model.drawer -= total
            self.model.operations += 1

    @rule()
    def report(self) -> None:
        document = self.attempt(make.x_report(), "x")
        if document:
            assert document["cashInDrawer"] == self.model.drawer

    @rule(beyond=st.integers(-3, 2))
    def copy(self, beyond: int) -> None:
        """Of one of the last documents, or of one that there is not."""
        number = max(1, self.model.last_fd + beyond)
        there = number <= self.model.last_fd
        document = self.attempt(make.copy(number), "copy", missing=not there)
        if document:
            assert document["copy"] == self.driver.read(number)

    @rule()
    def tell_the_state_of_settlements(self) -> None:
        waiting = len(self.model.waiting)
        document = self.attempt(make.settlement_state(), "state")
        if document:
            self.model.signed(self.local())
            assert document["notTransmittedDocumentsQuantity"] == waiting

    # Answers lost -----------------------------------------------------------------------------

    @rule(how=st.sampled_from(["before", "after", "late", "too_late", "power_cut"]))
    def lose_an_answer(self, how: str) -> None:
        """The answer to a sale does not come; the lookup must tell what the model knows."""
        sale, key = make.receipt(self.key(), card=100), f"k{self.number}"
        wish = make.intent(self.driver, self.clock.now(), key)
        sent_at = self.clock.now()
        self.put(how)
        try:
            self.driver.register(sale, wish)
        except NoAnswer:
            refused = ""
        except Refused as error:
            refused = error.code
        # The command's own moment: the driver has waited for the answer until the deadline.
        executed_at = sent_at + timedelta(seconds=1) if how == "late" else sent_at
        expected = self.at(executed_at, lambda: self.model.refusal(self.local(), "settle"))
        reaches_the_drive = how in ("after", "late")
        assert refused == (expected if how == "after" else "")
        self.clock.moment = max(self.clock.moment, wish.deadline)
        found = self.driver.lookup(sale, wish)
        self.model.left_open = False
        if reaches_the_drive and not expected:
            assert found.outcome is LookupOutcome.SIGNED
            self.at(executed_at, lambda: self.settled(OperationType.SALE, 100))
            assert found.signed is not None and found.signed.fd_number == self.model.last_fd
        else:
            assert found.outcome is LookupOutcome.NOT_SIGNED

    def put(self, how: str) -> None:
        fault: dict[str, Any] = {
            "before": {"lost_answer": LostAnswer.BEFORE_SIGNING},
            "after": {"lost_answer": LostAnswer.AFTER_SIGNING},
            "late": {"execute_late": 1.0},
            "too_late": {"execute_late": 2.0},
            "power_cut": {"power_cut": True},
        }[how]
        self.break_till(times=1, no_paper=not self.model.paper, **fault)

    def at(self, moment: datetime, act: Any) -> Any:
        now, self.clock.moment = self.clock.moment, moment
        try:
            return act()
        finally:
            self.clock.moment = now

    # The world ----------------------------------------------------------------------------------

    @rule(
        time=st.one_of(
            st.timedeltas(timedelta(0), timedelta(hours=2)),
            st.sampled_from([timedelta(hours=23), timedelta(hours=24), timedelta(days=2)]),
        )
    )
    def time_passes(self, time: timedelta) -> None:
        self.clock.pass_by(time)

    @precondition(lambda self: self.model.opened_at)
    @rule(left=st.sampled_from([timedelta(0), timedelta(seconds=1)]))
    def the_shift_grows_old(self, left: timedelta) -> None:
        """To the very end of its 24 hours, or a second before."""
        assert self.model.opened_at is not None
        to_end = self.model.opened_at + timedelta(hours=24) - self.local()
        self.clock.pass_by(max(to_end - left, timedelta(0)))

    @precondition(lambda self: self.model.waiting and not self.is_stuck())
    @rule()
    def a_month_passes(self) -> None:
        """To the very end of the 30 days that a drive waits for the operator, with work after."""
        self.close_shift()
        self.clock.pass_by(timedelta(days=30))
        self.tell_the_state_of_settlements()
        self.open_shift()

    @precondition(lambda self: self.seldom())
    @rule(seconds=st.integers(1, 400))
    def clock_steps_back(self, seconds: int) -> None:
        self.clock.pass_by(-timedelta(seconds=seconds))

    @rule(ahead=st.one_of(st.integers(-300, 300), st.sampled_from([300, -300])))
    def till_clock_is_set(self, ahead: int) -> None:
        """Within five minutes of the drive's; `local` knows of it from then on."""
        self.model.ahead = ahead
        self.driver.set_clock(self.local())

    @precondition(lambda self: not self.is_stuck())
    @rule(ahead=st.sampled_from([301, 400, 7_200, -301, -7_200]), waits=st.booleans())
    def till_clock_is_set_wrong(self, ahead: int, waits: bool) -> None:
        """Further than that, with work after; at once, or when the last document is past."""
        self.till_clock_is_set(ahead)
        if waits and self.model.last_time is not None:
            self.clock.pass_by(max(self.model.last_time - self.local(), timedelta(0)))
        self.correct(1)

    @rule()
    def till_clock_is_set_right(self) -> None:
        self.model.ahead = 0
        self.driver.set_clock(self.local())

    @precondition(lambda self: self.seldom())
    @rule()
    def power_goes(self) -> None:
        """In the middle of a document of somebody else: nobody looks it up."""
        self.driver.till.cut_power(DocumentKind.RECEIPT)
        self.model.left_open = True

    @rule()
    def open_document_is_cancelled(self) -> None:
        assert self.driver.cancel_open_document() is self.model.left_open
        self.model.left_open = False

    @precondition(lambda self: self.model.waiting)
    @rule(data=st.data())
    def operator_acknowledges(self, data: st.DataObject) -> None:
        fd_number = data.draw(st.sampled_from(sorted(self.model.waiting)))
        self.driver.acknowledge(fd_number)
        del self.model.waiting[fd_number]

    @rule()
    def operator_has_everything(self) -> None:
        for fd_number in self.model.waiting:
            self.driver.acknowledge(fd_number)
        self.model.waiting.clear()

    @precondition(lambda self: self.seldom())
    @rule()
    def paper_is_taken(self) -> None:
        self.set_paper(False)

    @rule()
    def paper_is_given(self) -> None:
        self.set_paper(True)
        self.driver.continue_print()
        self.model.unprinted = False

    @precondition(lambda self: self.model.paper and not self.model.unprinted)
    @rule()
    def roll_ends_while_printing(self) -> None:
        self.break_till(paper_runs_out=True)
        expected = self.model.refusal(self.local(), "settle")
        if self.attempt(make.receipt(self.key(), card=50), "settle"):
            self.settled(OperationType.SALE, 50)
            self.model.paper, self.model.unprinted = False, True
        else:
            assert expected
            self.set_paper(True)

    @precondition(lambda self: self.is_stuck())
    @rule()
    def somebody_looks_after_it(self) -> None:
        self.open_document_is_cancelled()
        self.paper_is_given()
        self.till_clock_is_set_right()
        self.close_shift()
        self.operator_has_everything()
        self.open_shift()

    @rule()
    def everything_restarts(self) -> None:
        self.driver.close()
        self.driver = self.connect()

    # Checks -------------------------------------------------------------------------------------

    @invariant()
    def till_and_model_agree(self) -> None:
        type(self).steps += 1
        if not hasattr(self, "model"):
            return
        status, model = self.driver.status(), self.model
        assert status.last_fd == model.last_fd
        assert status.shift_number == model.shift
        assert (status.shift_open, status.shift_opened_at) == (
            model.opened_at is not None,
            model.opened_at,
        )
        assert status.cash_in_drawer == model.drawer
        assert status.paper == model.paper
        assert status.clock == self.local()
        assert status.open_document == model.left_open
        assert status.undelivered == len(model.waiting)
        assert status.undelivered_since == (
            model.waiting[min(model.waiting)] if model.waiting else None
        )
        assert self.driver.baseline().cash_operation == model.operations
        self.check_totals(status.details["shiftSumReports"])

    def check_totals(self, told: dict[str, Any]) -> None:
        names = dict(zip(OperationType, TOTALS, strict=True))
        totals = {
            operation: told[name]["totalSum"] for operation, name in names.items() if name in told
        }
        assert totals == self.model.turnover

    def attempt(
        self, document: Document, what: str, cash: int = 0, *, missing: bool = False
    ) -> dict[str, Any] | None:
        """Try it; the till must do exactly what the model says. The signed document, or None.

        `missing`: what is asked for is not on the drive.
        """
        expected = self.model.refusal(self.local(), what, cash) or ("08" if missing else "")
        wish = make.intent(self.driver, self.clock.now(), f"k{self.number}")
        type(self).outcomes[expected] += 1
        try:
            signed = self.driver.register(document, wish)
        except Refused as refused:
            assert refused.code == expected
            self.check_unsigned(document, wish)
            return None
        assert not expected
        if signed.fd_number is not None:
            assert signed.fd_number == self.model.last_fd + 1
            assert self.driver.read(signed.fd_number) == signed.document
        return dict(signed.document)

    def check_unsigned(self, document: Document, wish: Intent) -> None:
        now = self.clock.moment
        self.clock.moment = max(now, wish.deadline)
        assert self.driver.lookup(document, wish).outcome is LookupOutcome.NOT_SIGNED
        self.clock.moment = now
        self.model.left_open = False

    def settled(self, operation: OperationType, total: int) -> None:
        self.model.signed(self.local())
        self.model.receipts += 1
        self.model.turnover[operation] = self.model.turnover.get(operation, 0) + total

    def set_paper(self, there: bool) -> None:
        self.break_till(no_paper=not there)
        self.model.paper = there

    def break_till(self, **faults: Any) -> None:
        self.driver.till.set_faults(Faults(clock_offset=self.model.ahead, **faults))

    def seldom(self) -> bool:
        """One state in five, the same for the same past."""
        return (self.number + self.model.last_fd + self.model.operations) % 5 == 0

    def is_stuck(self) -> bool:
        return bool(self.model.refusal(self.local(), "settle"))

    def key(self) -> str:
        self.number += 1
        return f"k{self.number}"


TOTALS = ("sellOper", "sellReturnOper", "buyOper", "buyReturnOper")


def test_the_till_keeps_the_drives_rules(tell: Callable[[str], None]) -> None:
    number = int(os.environ.get("TILL_SEED") or secrets.randbelow(1 << 32))
    tell(f"TILL_SEED={number}")
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        seed(number)(TillMachine),
        settings=settings(
            max_examples=100,
            stateful_step_count=40,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    tell(f"{TillMachine.steps} steps, {dict(TillMachine.outcomes)}")
    assert TillMachine.steps >= LEAST_STEPS
    assert TillMachine.outcomes[""] >= LEAST_SIGNED
