"""What every driver must do, whatever hangs on its wire.

A driver's tests derive from :class:`DriverConformance` and give it a `bench`: a till with a new
drive and a closed shift, and the faults that only its own device can show. The till may speak
FFD 1.2 or 1.05: what it is asked follows from the version that it tells.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import kkt
from kkt.clock import Clock
from kkt.device.contract import Driver, Intent, LookupOutcome, Signed
from kkt.device.errors import DeviceError, NoAnswer, Refused, Unreachable
from kkt.drivers.registry import open_driver
from kkt.fiscal.document import Document, InvalidDocument, Settlement, document_from_json
from kkt.fiscal.tlv import decode_document
from kkt.fiscal.vocabulary import DocumentKind, OperationType

from . import builders as make
from .specimens import SPECIMENS, asked, carries_tag, tag_by_tag

PROCESSES = 4
SALES_EACH = 8


class Bench(ABC):
    """One till under test."""

    clock: Clock

    @abstractmethod
    def open(self) -> Driver:
        """A new connection to the same till, as after a restart of our side."""

    @abstractmethod
    def recipe(self) -> tuple[str, Mapping[str, Any]]:
        """Name and settings, with the system's clock, for a process of its own."""

    @abstractmethod
    def lose_next_command(self) -> None:
        """The next document leaves us and never reaches the till."""

    @abstractmethod
    def lose_next_answer(self) -> None:
        """The till signs the next document, and its answer is lost."""

    @abstractmethod
    def leave_next_document_open(self) -> None:
        """The power goes in the middle of the next document."""

    @abstractmethod
    def refuse_next_document(self) -> None:
        """The till answers no to the next document."""

    @abstractmethod
    def silence(self) -> None:
        """The till answers nothing any more."""


class DriverConformance(ABC):
    @pytest.fixture
    @abstractmethod
    def bench(self, request: Any) -> Bench:
        """Give the till under test."""

    @pytest.fixture
    def driver(self, bench: Bench) -> Any:
        driver = bench.open()
        yield driver
        driver.close()

    @pytest.fixture
    def shift(self, bench: Bench, driver: Driver) -> Signed:
        return register(bench, driver, make.opening())

    # Registering --------------------------------------------------------------------------------

    def test_a_new_till_tells_who_it_is(self, driver: Driver) -> None:
        status, baseline = driver.status(), driver.baseline()
        assert len(status.fn_number) == 16 and status.fn_number.isdigit()
        assert (status.fn_number, status.last_fd) == (baseline.fn_number, baseline.last_fd)
        assert not status.shift_open and not baseline.shift_open
        assert status.paper and status.cover_closed and not status.open_document
        assert status.clock.tzinfo is None

    def test_a_shift_opens_under_the_next_number(self, bench: Bench, driver: Driver) -> None:
        before = driver.baseline()
        signed = register(bench, driver, make.opening())
        after = driver.baseline()
        assert signed.fd_number == before.last_fd + 1 == after.last_fd
        assert signed.shift_number == before.shift_number + 1 == after.shift_number
        assert after.shift_open

    def test_each_sale_takes_the_next_fd(self, bench: Bench, driver: Driver, shift: Signed) -> None:
        first = register(bench, driver, make.receipt("k1"), "k1")
        second = register(bench, driver, make.receipt("k2"), "k2")
        assert shift.fd_number is not None and first.fd_number is not None
        assert (first.fd_number, second.fd_number) == (shift.fd_number + 1, shift.fd_number + 2)
        assert (first.receipt_number, second.receipt_number) == (1, 2)
        assert first.shift_number == second.shift_number == shift.shift_number
        assert first.fpd != second.fpd

    def test_the_answer_carries_the_whole_signed_document(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        sale = make.receipt("k1", lines=3, cash=100_000)
        signed = register(bench, driver, sale, "k1")
        document, wanted = signed.document, asked(sale, driver.status().ffd_version)
        assert {name: document[name] for name in wanted} == wanted
        assert signed.fpd is not None and len(signed.fpd) == 10 and signed.fpd.isdigit()
        assert document["fiscalSign"] == int(signed.fpd) < 1 << 32
        assert document["fiscalDriveNumber"] == signed.fn_number == driver.baseline().fn_number
        assert document["fiscalDocumentNumber"] == signed.fd_number
        assert document["shiftNumber"] == signed.shift_number
        assert document["requestNumber"] == signed.receipt_number
        assert document["dateTime"] == signed.date_time.isoformat()
        assert signed.date_time.tzinfo is None
        for name in ("user", "userInn", "kktRegId", "retailPlace", "retailPlaceAddress", "fnsUrl"):
            assert document[name], name

    def test_read_back_equals_what_was_signed(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        for document, key in self._one_of_each():
            signed = register(bench, driver, document, key)
            if signed.fd_number is not None:
                assert driver.read(signed.fd_number) == signed.document
                raw = driver.read_tlv(signed.fd_number)
                assert decode_document(raw) == signed.document
                assert signed.tlv in (b"", raw), "the bytes of the answer are the drive's own"

    @pytest.mark.parametrize("name", SPECIMENS)
    def test_every_requisite_is_signed_as_asked(
        self, bench: Bench, driver: Driver, shift: Signed, name: str
    ) -> None:
        document, version = SPECIMENS[name], driver.status().ffd_version
        try:
            wanted = dict(tag_by_tag(asked(document, version)))
        except InvalidDocument:
            before = driver.baseline()
            with pytest.raises(Refused):
                register(bench, driver, document)
            assert driver.baseline() == before
            return
        signed = register(bench, driver, document)
        assert signed.fd_number is not None
        told = dict(tag_by_tag(driver.read(signed.fd_number)))
        assert {path: told.get(path) for path in wanted} == wanted
        assert not [path for path in told if path.endswith("markingCode")]

    def test_a_signed_document_is_read_as_the_value_that_was_asked_for(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        version = driver.status().ffd_version
        for name, document in SPECIMENS.items():
            if not can_be_told(document, version):
                continue
            signed = register(bench, driver, document)
            wanted = document_from_json(document.kind, asked(document, version))
            assert document_from_json(document.kind, signed.document) == wanted, name
            assert version != "1.2" or wanted == without_marking_codes(document)

    def test_cash_and_reports_take_no_fd(self, bench: Bench, driver: Driver, shift: Signed) -> None:
        before = driver.baseline()
        put = register(bench, driver, make.cash_in(70_000))
        took = register(bench, driver, make.cash_out(20_000))
        report = register(bench, driver, make.x_report())
        copy = register(bench, driver, make.copy(before.last_fd))
        assert {each.fd_number for each in (put, took, report, copy)} == {None}
        after = driver.baseline()
        assert after.last_fd == before.last_fd
        assert after.cash_operation == before.cash_operation + 2
        assert driver.status().cash_in_drawer == 50_000

    def test_an_x_report_tells_the_shift_so_far(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        register(bench, driver, make.receipt("k1", card=300_000, cash=200_000), "k1")
        register(bench, driver, make.correction("k2", 30_000), "k2")
        register(bench, driver, make.cash_in(70_000))
        register(bench, driver, make.cash_in(1))
        register(bench, driver, make.cash_out(20_000))
        report = register(bench, driver, make.x_report()).document
        sales = report["shiftSumReports"]["sellOper"]
        assert (sales["totalSum"], sales["cashSum"]) == (530_000, 230_000)
        corrections = report["shiftSumReports"]["receiptCorrection"]
        assert corrections["sellCorrection"] == {"receiptBsoCount": 1, "totalSum": 30_000}
        assert report["cashIn"] == {"count": 2, "sum": 70_001}
        assert report["cashOut"] == {"count": 1, "sum": 20_000}
        assert report["cashInDrawer"] == driver.status().cash_in_drawer == 250_001
        closed = register(bench, driver, make.closing()).document
        if driver.status().ffd_version != "1.05":  # whose Z report has no counters
            assert closed["shiftSumReports"] == report["shiftSumReports"]

    def test_a_copy_is_marked_and_changes_nothing(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        sold = register(bench, driver, make.receipt("k1", cash=700), "k1")
        assert sold.fd_number is not None
        before, status = driver.baseline(), driver.status()
        for _ in range(2):
            copy = register(bench, driver, make.copy(sold.fd_number))
            assert copy.on_paper and copy.fd_number is None and copy.fpd is None
            assert copy.document["heading"] == "КОПИЯ"
            assert copy.document["copy"] == sold.document
        after = driver.status()
        assert driver.baseline() == before
        assert (after.cash_in_drawer, after.receipt_number, after.undelivered) == (
            status.cash_in_drawer,
            status.receipt_number,
            status.undelivered,
        )

    def test_there_is_no_copy_of_what_is_not_there(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        with pytest.raises(Refused) as refused:
            register(bench, driver, make.copy(driver.baseline().last_fd + 1))
        assert refused.value.code and refused.value.message

    def test_nothing_is_read_that_is_not_there(self, driver: Driver) -> None:
        for read in (driver.read, driver.read_tlv):
            with pytest.raises(Refused):
                read(driver.baseline().last_fd + 1)

    def test_the_shift_closes_with_its_totals(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        register(bench, driver, make.receipt("k1", card=300_000, cash=200_000), "k1")
        back = make.receipt("k2", card=100_000, operation=OperationType.SALE_RETURN)
        register(bench, driver, back, "k2")
        totals = register(bench, driver, make.x_report()).document["shiftSumReports"]
        signed = register(bench, driver, make.closing())
        assert not driver.baseline().shift_open
        assert signed.shift_number == shift.shift_number == driver.baseline().shift_number
        assert signed.document["receiptQuantity"] == 2
        assert signed.document.get("shiftSumReports", totals) == totals
        assert totals["sellOper"]["totalSum"] == 500_000
        assert totals["sellOper"]["cashSum"] == 200_000
        assert totals["sellReturnOper"]["ecashSum"] == 100_000

    # Refusals and deadlines ---------------------------------------------------------------------

    def test_a_receipt_in_a_closed_shift_is_refused(self, bench: Bench, driver: Driver) -> None:
        before = driver.baseline()
        with pytest.raises(Refused) as refused:
            register(bench, driver, make.receipt("k1"), "k1")
        assert refused.value.code and refused.value.message
        assert driver.baseline() == before

    def test_a_refusal_signs_nothing(self, bench: Bench, driver: Driver, shift: Signed) -> None:
        sale, intent = make.receipt("k1"), make.intent(driver, bench.clock.now())
        bench.refuse_next_document()
        with pytest.raises(Refused):
            driver.register(sale, intent)
        assert driver.baseline() == intent.baseline
        wait_for_deadline(bench, intent)
        assert driver.lookup(sale, intent).outcome is LookupOutcome.NOT_SIGNED

    def test_the_clock_can_be_set(self, bench: Bench, driver: Driver) -> None:
        right = driver.status().clock
        driver.set_clock(right + timedelta(minutes=2))
        ahead = driver.status().clock - right
        assert timedelta(minutes=2) <= ahead < timedelta(minutes=2, seconds=10)
        signed = register(bench, driver, make.opening())
        assert signed.date_time - right >= timedelta(minutes=2)

    def test_a_clock_that_is_wrong_stops_the_work(self, bench: Bench, driver: Driver) -> None:
        right, before = driver.status().clock, driver.baseline()
        for minutes in (10, -10):
            driver.set_clock(right + timedelta(minutes=minutes))
            with pytest.raises(Refused) as refused:
                register(bench, driver, make.opening())
            assert refused.value.code and refused.value.message
            assert driver.baseline() == before
        driver.set_clock(right + timedelta(seconds=2))
        assert register(bench, driver, make.opening()).fd_number == before.last_fd + 1

    def test_what_is_not_open_cannot_be_cancelled(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        assert driver.cancel_open_document() is False
        bench.leave_next_document_open()
        with pytest.raises(NoAnswer):
            register(bench, driver, make.receipt("k1"))
        before = driver.baseline()
        with pytest.raises(Refused):
            register(bench, driver, make.receipt("k2"), "k2")
        assert driver.cancel_open_document() is True
        assert driver.cancel_open_document() is False
        assert driver.baseline() == before
        assert register(bench, driver, make.receipt("k2"), "k2").fd_number == before.last_fd + 1

    def test_nothing_is_sent_after_the_deadline(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        intent = make.intent(driver, bench.clock.now(), seconds=0)
        with pytest.raises(Unreachable):
            driver.register(make.receipt("k1"), intent)
        assert driver.baseline() == intent.baseline

    # Asking what became of it -------------------------------------------------------------------

    def test_lookup_finds_what_was_signed(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        for document, key in self._one_of_each():
            intent = make.intent(driver, bench.clock.now(), key)
            signed = driver.register(document, intent)
            wait_for_deadline(bench, intent)
            found = driver.lookup(document, intent)
            if document.kind in ("x_report", "copy"):
                assert found.outcome is LookupOutcome.NOT_SIGNED
            elif carries_tag(document, driver.status().ffd_version):
                assert found.outcome is LookupOutcome.SIGNED, document.kind
                assert found.signed == signed
            else:
                assert found.outcome is LookupOutcome.UNKNOWN
                assert found.candidates == (signed.fd_number,)

    def test_lookup_of_what_was_never_sent(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        for document, key in self._one_of_each():
            intent = make.intent(driver, bench.clock.now(), key)
            wait_for_deadline(bench, intent)
            assert driver.lookup(document, intent).outcome is LookupOutcome.NOT_SIGNED

    def test_before_the_deadline_nothing_is_called_unsigned(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        intent = make.intent(driver, bench.clock.now(), seconds=60)
        assert driver.lookup(make.receipt("k1"), intent).outcome is LookupOutcome.PENDING

    def test_a_lost_answer_is_found(self, bench: Bench, driver: Driver, shift: Signed) -> None:
        sale, intent = make.receipt("k1"), make.intent(driver, bench.clock.now())
        bench.lose_next_answer()
        with pytest.raises(NoAnswer):
            driver.register(sale, intent)
        wait_for_deadline(bench, intent)
        found = driver.lookup(sale, intent)
        assert found.outcome is LookupOutcome.SIGNED
        assert found.signed is not None and found.signed.fd_number == intent.baseline.last_fd + 1
        assert driver.baseline().last_fd == intent.baseline.last_fd + 1

    def test_a_lost_command_may_be_sent_again(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        sale, intent = make.receipt("k1"), make.intent(driver, bench.clock.now())
        bench.lose_next_command()
        with pytest.raises(NoAnswer):
            driver.register(sale, intent)
        wait_for_deadline(bench, intent)
        assert driver.lookup(sale, intent).outcome is LookupOutcome.NOT_SIGNED
        again = register(bench, driver, sale, "k1")
        assert again.fd_number == intent.baseline.last_fd + 1

    def test_a_document_left_open_is_cancelled(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        sale, intent = make.receipt("k1"), make.intent(driver, bench.clock.now())
        bench.leave_next_document_open()
        with pytest.raises(NoAnswer):
            driver.register(sale, intent)
        assert driver.status().open_document
        wait_for_deadline(bench, intent)
        assert driver.lookup(sale, intent).outcome is LookupOutcome.NOT_SIGNED
        assert not driver.status().open_document
        assert register(bench, driver, sale, "k1").fd_number == intent.baseline.last_fd + 1

    def test_the_same_sum_from_another_host_is_not_ours(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        ours, intent = make.receipt("k1"), make.intent(driver, bench.clock.now())
        other = bench.open()
        foreign = register(bench, other, make.receipt("k2"), "k2")
        other.close()
        wait_for_deadline(bench, intent)
        assert driver.lookup(ours, intent).outcome is LookupOutcome.NOT_SIGNED
        again = driver.lookup(make.receipt("k2"), replace(intent, key="k2"))
        assert again.signed is not None and again.signed.fd_number == foreign.fd_number

    def test_a_key_is_not_found_inside_another(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        intent = make.intent(driver, bench.clock.now(), "k1")
        register(bench, driver, make.receipt("kk1"), "kk1")
        wait_for_deadline(bench, intent)
        assert driver.lookup(make.receipt("k1"), intent).outcome is LookupOutcome.NOT_SIGNED

    def test_without_a_tag_a_like_document_decides_nothing(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        untagged, intent = make.receipt(None), make.intent(driver, bench.clock.now())
        signed = driver.register(untagged, intent)
        wait_for_deadline(bench, intent)
        found = driver.lookup(untagged, intent)
        assert found.outcome is LookupOutcome.UNKNOWN
        assert found.candidates == (signed.fd_number,)

    def test_what_was_there_before_is_not_ours(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        state = make.settlement_state()
        for document in (make.cash_in(70_000), state, make.receipt(None), make.receipt("k1")):
            register(bench, driver, document, "k1")
            intent = make.intent(driver, bench.clock.now())
            wait_for_deadline(bench, intent)
            found = driver.lookup(document, intent)
            assert found.outcome is LookupOutcome.NOT_SIGNED, document.kind

    def test_another_drive_cannot_tell(self, bench: Bench, driver: Driver, shift: Signed) -> None:
        intent = make.intent(driver, bench.clock.now())
        driver.register(make.receipt("k1"), intent)
        elsewhere = replace(intent.baseline, fn_number="9999000000000000")
        wait_for_deadline(bench, intent)
        found = driver.lookup(make.receipt("k1"), replace(intent, baseline=elsewhere))
        assert found.outcome is LookupOutcome.UNKNOWN and found.why
        assert found.candidates == (intent.baseline.last_fd + 1,)

    def test_a_memory_behind_the_baseline_cannot_tell(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        intent = make.intent(driver, bench.clock.now())
        ahead = replace(intent.baseline, last_fd=intent.baseline.last_fd + 5)
        wait_for_deadline(bench, intent)
        found = driver.lookup(make.receipt("k1"), replace(intent, baseline=ahead))
        assert found.outcome is LookupOutcome.UNKNOWN

    def test_silence_is_no_answer(self, bench: Bench, driver: Driver, shift: Signed) -> None:
        sale, intent = make.receipt("k1"), make.intent(driver, bench.clock.now())
        bench.silence()
        for ask in (
            driver.status,
            driver.baseline,
            driver.continue_print,
            driver.cancel_open_document,
            lambda: driver.set_clock(datetime(2026, 3, 2, 9, 0)),
            lambda: driver.read(1),
            lambda: driver.read_tlv(1),
            lambda: driver.lookup(sale, intent),
        ):
            with pytest.raises(DeviceError) as silent:
                ask()
            assert not isinstance(silent.value, Refused)
        with pytest.raises((Unreachable, NoAnswer)):
            driver.register(sale, intent)

    # Lasting ------------------------------------------------------------------------------------

    def test_a_restart_forgets_nothing(self, bench: Bench, driver: Driver, shift: Signed) -> None:
        intent = make.intent(driver, bench.clock.now())
        signed = driver.register(make.receipt("k1", cash=5_000), intent)
        before, status = driver.baseline(), driver.status()
        driver.close()
        again = bench.open()
        try:
            assert signed.fd_number is not None
            assert again.baseline() == before
            assert again.read(signed.fd_number) == signed.document
            assert again.status().cash_in_drawer == status.cash_in_drawer == 5_000
            wait_for_deadline(bench, intent)
            assert again.lookup(make.receipt("k1"), intent).signed == signed
        finally:
            again.close()

    def test_several_processes_at_once(self, bench: Bench, driver: Driver) -> None:
        name, settings = bench.recipe()
        own = open_driver(name, settings)
        try:
            own.register(make.opening(), make.intent(own, datetime.now(UTC), "shift"))
            before = own.baseline()
            self._sell_in_processes(name, settings)
            after = own.baseline()
            count = PROCESSES * SALES_EACH
            assert after.last_fd == before.last_fd + count
            signed = [own.read(fd) for fd in range(before.last_fd + 1, after.last_fd + 1)]
        finally:
            own.close()
        keys = [each["properties"]["propertyValue"].split()[-1] for each in signed]
        wanted = {f"p{p}n{n}" for p in range(PROCESSES) for n in range(SALES_EACH)}
        assert len(keys) == len(wanted) and set(keys) == wanted
        assert [each["requestNumber"] for each in signed] == list(range(1, count + 1))

    def _sell_in_processes(self, name: str, settings: Mapping[str, Any]) -> None:
        sellers = [start_seller(name, settings, f"p{n}", SALES_EACH) for n in range(PROCESSES)]
        for seller in sellers:
            _, complaint = seller.communicate(timeout=60)
            assert seller.returncode == 0, complaint

    def _one_of_each(self) -> list[tuple[Document, str]]:
        """Documents of an open shift, the closing last."""
        return [
            (make.receipt("sale", cash=500_000), "sale"),
            (make.receipt("back", cash=10_000, operation=OperationType.SALE_RETURN), "back"),
            (make.correction("mend", 30_000), "mend"),
            (make.cash_in(70_000), "in"),
            (make.cash_out(20_000), "out"),
            (make.x_report(), "x"),
            (make.copy(1), "copy"),
            (make.settlement_state(), "state"),
            (make.closing(), "close"),
        ]


def can_be_told(document: Settlement, ffd_version: str) -> bool:
    """All that makes up the value is in the format; a correction of 1.05 has no lines."""
    return ffd_version == "1.2" or document.kind is not DocumentKind.CORRECTION


def without_marking_codes(document: Settlement) -> Settlement:
    """What can be read of a document: the whole scanned codes are no part of it."""
    items = tuple(replace(item, marking_code=None) for item in document.items)
    return replace(document, items=items)


def register(bench: Bench, driver: Driver, document: Document, key: str = "k0") -> Signed:
    """Register as the flow does: baseline first, the driver's own deadline."""
    return driver.register(document, make.intent(driver, bench.clock.now(), key))


def wait_for_deadline(bench: Bench, intent: Intent) -> None:
    left = intent.deadline - bench.clock.now() + timedelta(milliseconds=1)
    bench.clock.sleep(left.total_seconds())


def start_seller(
    name: str, settings: Mapping[str, Any], prefix: str, sales: int, limit: float = 30.0
) -> subprocess.Popen[str]:
    """A process of its own that sells under the keys ``<prefix>n0``, ``<prefix>n1`` …

    :param limit: seconds from each intent to its deadline; processes wait for one another.
    """
    order = {"name": name, "settings": settings, "prefix": prefix, "sales": sales, "limit": limit}
    return start_program("seller.py", order)


def start_program(name: str, order: Mapping[str, Any]) -> subprocess.Popen[str]:
    """A program of this folder in a process of its own; `order` is its argument."""
    package = Path(kkt.__file__).parent.parent
    return subprocess.Popen(
        [sys.executable, Path(__file__).with_name(name), json.dumps(order)],
        env={**os.environ, "PYTHONPATH": str(package)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
