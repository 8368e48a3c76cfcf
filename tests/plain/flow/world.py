"""A till, a database and a clock in memory, each of which can fail where `Choices` says so.

The step functions under test are the real ones; only what they are given is made here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from kkt.drivers.contract import (
    Baseline,
    DeviceStatus,
    Driver,
    Intent,
    Lookup,
    LookupOutcome,
    Signed,
)
from kkt.drivers.errors import DeviceError, NoAnswer, Refused, Unreachable
from kkt.fiscal.document import Cashier, Document, Item, Payments, Receipt, UserAttribute
from kkt.fiscal.vocabulary import Nds, OperationType, TaxationType
from kkt.flow.errors import LaneStopped
from kkt.flow.lane import Entry, Journaled
from kkt.flow.register import serve

from .choices import Choices

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FN = "9999078900004312"
PRICE = 500000
"""Every receipt of ours has this sum, so that only the tag tells them apart."""


class Killed(BaseException):
    """The process is gone; BaseException, so that no handler of ours can survive it."""


class FakeClock:
    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=max(0.0, seconds))


def receipt(key: str) -> Receipt:
    return Receipt(
        OperationType.SALE,
        TaxationType.OSN,
        (Item.priced("Очки", PRICE, Nds.NDS_22),),
        Payments(ecash=PRICE),
        Cashier("Кассир Иванова"),
        user_attribute=UserAttribute("Документ", key),
    )


@dataclass
class Late:
    """A command that the till executes only at this moment."""

    at: datetime
    document: Document


class Device:
    """The till itself: it survives every kill of ours."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.documents: list[Document] = []
        self.late: list[Late] = []

    def settle_late(self) -> None:
        due = [late for late in self.late if late.at <= self._clock.now()]
        self.late = [late for late in self.late if late not in due]
        self.documents += [late.document for late in due]

    def print_foreign(self) -> None:
        """Somebody prints a receipt of the same sum by hand, or from another host."""
        self.documents.append(receipt(f"foreign{len(self.documents)}"))

    def keys(self) -> list[str]:
        return [document.user_attribute.value for document in self.documents]  # type: ignore[attr-defined]


class FakeDriver(Driver):
    name: ClassVar[str] = "fake"
    execution_limit = timedelta(seconds=2)

    def __init__(self, device: Device, clock: FakeClock, choices: Choices) -> None:
        self.device = device
        self._clock = clock
        self._choices = choices

    def baseline(self, document: Document | None = None) -> Baseline:
        self.device.settle_late()
        match self._choices.choose(["ok", "foreign", "silent"]):
            case "foreign":
                self.device.print_foreign()
            case "silent":
                raise Unreachable("silent")
        return Baseline(FN, len(self.device.documents), True, 1)

    def register(self, document: Document, intent: Intent) -> Signed:
        self.device.settle_late()
        if self._clock.now() >= intent.deadline:
            raise Unreachable("too late")
        what = self._choices.choose(
            [
                "ok",
                "request lost",
                "request lost, foreign printed",
                "answer lost",
                "answer lost, foreign printed",
                "killed before",
                "killed after",
                "late",
                "refused",
            ]
        )
        match what:
            case "request lost":
                self._clock.sleep(2)
                raise NoAnswer(what)
            case "request lost, foreign printed":
                self.device.print_foreign()
                raise NoAnswer(what)
            case "killed before":
                raise Killed
            case "late":
                self.device.late.append(Late(intent.deadline - timedelta(milliseconds=1), document))
                raise NoAnswer(what)
            case "refused":
                raise Refused("paper", code="6B")
        self.device.documents.append(document)
        match what:
            case "answer lost":
                raise NoAnswer(what)
            case "killed after":
                raise Killed
            case "answer lost, foreign printed":
                self.device.print_foreign()
                raise NoAnswer(what)
        return self._signed(len(self.device.documents))

    def lookup(self, document: Document, intent: Intent) -> Lookup:
        self.device.settle_late()
        match self._choices.choose(["ok", "silent", "pending"]):
            case "silent":
                raise Unreachable("silent")
            case "pending":
                return Lookup(LookupOutcome.PENDING)
        for number in self.candidates(document, intent):
            return Lookup(LookupOutcome.SIGNED, self._signed(number))
        return Lookup(LookupOutcome.NOT_SIGNED)

    def candidates(self, document: Document, intent: Intent) -> list[int]:
        """Numbers of documents after the baseline that carry our key."""
        since = range(intent.baseline.last_fd + 1, len(self.device.documents) + 1)
        return [number for number in since if self.device.keys()[number - 1] == intent.key]

    def _signed(self, number: int) -> Signed:
        when = self._clock.now().replace(tzinfo=None)
        return Signed(FN, number, f"{number:010d}", when, 1, number, self.read(number))

    def read(self, fd_number: int) -> Mapping[str, Any]:
        return {"fiscalDocumentNumber": fd_number, "key": self.device.keys()[fd_number - 1]}

    def status(self) -> DeviceStatus:
        raise AssertionError("the procedures do not ask for the status")

    def read_tlv(self, fd_number: int) -> bytes:
        raise AssertionError("the procedures read documents as JSON")

    def continue_print(self) -> None:
        raise AssertionError("nothing was left half-printed")

    def cancel_open_document(self) -> bool:
        raise AssertionError("whoever looks a document up has cancelled what was left open")

    def set_clock(self, local: datetime) -> None:
        raise AssertionError("the procedures leave the clock alone")


@dataclass
class Row:
    id: int
    document: Receipt
    state: str = "queued"
    intent: Intent | None = None
    fd_number: int | None = None


class FakeStore:
    """The durable rows; a kill leaves them as the last step committed them."""

    def __init__(self, clock: FakeClock, choices: Choices, count: int) -> None:
        self._clock = clock
        self._choices = choices
        self.rows = [Row(number, receipt(f"key{number}")) for number in range(count)]
        self.foreign_numbers: set[int] = set()
        self.last_fd = 0

    def _maybe_killed(self) -> None:
        if self._choices.choose(["ok", "killed"]) == "killed":
            raise Killed

    def undecided(self) -> Journaled | None:
        for row in self.rows:
            if row.state in ("printing", "unknown"):
                assert row.intent is not None
                return Journaled(row.id, row.document, row.intent)
        return None

    def next_queued(self) -> Entry | None:
        for row in self.rows:
            if row.state in ("queued", "failed"):
                return Entry(row.id, row.document)
        return None

    def queue_shift_opening(self, before: Entry) -> Entry:
        raise AssertionError("the shift is open")

    def journal(self, entry: Entry, baseline: Baseline, deadline: datetime) -> Journaled | None:
        row = self.rows[entry.id]
        key = row.document.user_attribute.value  # type: ignore[union-attr]
        row.intent = Intent(key, f"task{row.id}", baseline, 1, deadline)
        row.state = "printing"
        self._maybe_killed()
        return Journaled(row.id, row.document, row.intent)

    def signed(self, entry: Journaled, signed: Signed, why: str) -> None:
        self._maybe_killed()  # after it, nothing of the step is left to lose
        row = self.rows[entry.id]
        assert row.state in ("printing", "unknown"), "a decided row is decided once"
        row.state, row.fd_number = "printed", signed.fd_number
        self.last_fd = max(self.last_fd, signed.fd_number or 0)

    def refused(self, entry: Journaled, error: DeviceError) -> None:
        self._maybe_killed()
        self.rows[entry.id].state = "failed"

    def unknown(self, entry: Journaled, why: str) -> None:
        self.rows[entry.id].state = "unknown"
        self._maybe_killed()

    def not_signed(self, entry: Journaled, why: str) -> None:
        self._maybe_killed()
        self.rows[entry.id].state = "queued"

    def manual(self, entry: Journaled, lookup: Lookup) -> None:
        self.rows[entry.id].state = "manual"

    def admit(self, baseline: Baseline) -> Sequence[int]:
        return range(self.last_fd + 1, baseline.last_fd + 1)

    def record_foreign(self, document: Mapping[str, Any]) -> None:
        number = document["fiscalDocumentNumber"]
        self.foreign_numbers.add(number)
        self.last_fd = max(self.last_fd, number)

    def status_seen(self, status: DeviceStatus | None, error: DeviceError | None) -> None:
        pass


class World:
    """One schedule from beginning to end."""

    store_class: ClassVar[type[FakeStore]] = FakeStore
    driver_class: ClassVar[type[FakeDriver]] = FakeDriver

    def __init__(self, choices: Choices, count: int) -> None:
        self.clock = FakeClock()
        self.device = Device(self.clock)
        self.store = self.store_class(self.clock, choices, count)
        self._choices = choices

    def run(self) -> None:
        """Start processes until every row has an end; each lives until it is killed or done."""
        for _process in range(20):
            driver = self.driver_class(self.device, self.clock, self._choices)
            try:
                serve(self.store, driver, self.clock)
            except (Killed, LaneStopped):
                continue
            return
        raise AssertionError("the lane never came to an end")

    def lost(self) -> list[str]:
        """Rows that are not signed, or not on the drive under the number that we stored."""
        keys = self.device.keys()
        return [
            row.document.user_attribute.value  # type: ignore[union-attr]
            for row in self.store.rows
            if row.state != "printed"
            or row.fd_number is None
            or keys[row.fd_number - 1] != row.document.user_attribute.value  # type: ignore[union-attr]
        ]

    def doubled(self) -> list[str]:
        """Keys that stand on the drive more than once."""
        self.clock.sleep(3600)
        self.device.settle_late()
        keys = [key for key in self.device.keys() if key.startswith("key")]
        return sorted({key for key in keys if keys.count(key) > 1})

    def unrecorded(self) -> list[int]:
        """Foreign documents below our last own one that no row tells of."""
        return [
            number
            for number, key in enumerate(self.device.keys(), 1)
            if key.startswith("foreign")
            and number < self.store.last_fd
            and number not in self.store.foreign_numbers
        ]


# --- mutants: each takes one stone out of the algorithm -------------------------------------------


class RetryOnTimeout(World):
    """No answer is taken for "not printed"."""

    class store_class(FakeStore):
        def unknown(self, entry: Journaled, why: str) -> None:
            self.rows[entry.id].state = "queued"


class BaselineInMemory(World):
    """The baseline is lost with the process; the next one asks for a new one."""

    class store_class(FakeStore):
        device: Device

        def undecided(self) -> Journaled | None:
            found = super().undecided()
            if found is None:
                return None
            baseline = replace(found.intent.baseline, last_fd=len(self.device.documents))
            return replace(found, intent=replace(found.intent, baseline=baseline))

    def __init__(self, choices: Choices, count: int) -> None:
        super().__init__(choices, count)
        self.store.device = self.device  # type: ignore[attr-defined]


class NoDeadlineWait(World):
    """The verdict comes before the device has given up the command."""

    class store_class(FakeStore):
        def undecided(self) -> Journaled | None:
            found = super().undecided()
            return found and replace(found, intent=replace(found.intent, deadline=START))


class MatchByAmount(World):
    """A document after the baseline with the same sum is taken for ours."""

    class driver_class(FakeDriver):
        def candidates(self, document: Document, intent: Intent) -> list[int]:
            return list(range(intent.baseline.last_fd + 1, len(self.device.documents) + 1))
