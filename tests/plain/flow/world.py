"""A till, a database and a clock in memory, each of which can fail where `Choices` says so.

The step functions under test are the real ones; only what they are given is made here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

from kkt.device.contract import (
    Baseline,
    DeviceStatus,
    Driver,
    Intent,
    Lookup,
    LookupOutcome,
    Signed,
)
from kkt.device.errors import DeviceError, NoAnswer, Refused, Unreachable
from kkt.fiscal.document import (
    Cashier,
    Document,
    Item,
    Payments,
    Receipt,
    ShiftOpening,
    UserAttribute,
)
from kkt.fiscal.vocabulary import DocumentKind, Nds, OperationType, TaxationType
from kkt.flow.errors import AnotherDrive, LaneStopped, LostTwice, ShiftNotOpened, Unservable
from kkt.flow.lane import Entry, Journaled, LaneStore, Unread
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


def opening(cashier: str = "Кассир Иванова") -> ShiftOpening:
    return ShiftOpening(Cashier(cashier))


def key_of(document: Document) -> str:
    """The key that travels in a receipt; an opening has none."""
    return document.user_attribute.value if isinstance(document, Receipt) else ""


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


@dataclass
class Drive:
    """What one drive has signed: documents by their FD, from 1."""

    fn_number: str
    documents: list[Document] = field(default_factory=list)

    def keys(self) -> list[str]:
        return [key_of(document) for document in self.documents]


class Device:
    """The till itself: it survives every kill of ours. Its shift may be closed at first."""

    def __init__(self, clock: FakeClock, *, shift_open: bool) -> None:
        self._clock = clock
        self.drives = [Drive(FN)]
        self.shift_number = 0
        self.shift_open = False
        self.late: list[Late] = []
        if shift_open:
            self.shift_open, self.shift_number = True, 1

    @property
    def drive(self) -> Drive:
        """The one that is inside."""
        return self.drives[-1]

    def sign(self, document: Document) -> int:
        """Sign a document and return its FD. Raises Refused, as a till would."""
        opens = document.kind is DocumentKind.SHIFT_OPEN
        if opens == self.shift_open:
            raise Refused("the shift is open" if opens else "the shift is closed")
        if opens:
            self.shift_open, self.shift_number = True, self.shift_number + 1
        self.drive.documents.append(document)
        return len(self.drive.documents)

    def settle_late(self) -> None:
        due = [late for late in self.late if late.at <= self._clock.now()]
        self.late = [late for late in self.late if late not in due]
        for late in due:
            with suppress(Refused):
                self.sign(late.document)

    def print_foreign(self) -> None:
        """Somebody works by hand, or from another host: opens the shift, or sells for our sum."""
        number = len(self.drive.documents)
        self.sign(receipt(f"foreign{number}") if self.shift_open else opening("Старший кассир"))

    def replace_drive(self) -> None:
        """Somebody puts a new drive in; what the till was at is lost with its power."""
        self.drives.append(Drive(f"{int(FN) + len(self.drives)}"))
        self.late = []
        self.shift_open, self.shift_number = False, 0


class FakeDriver(Driver):
    name: ClassVar[str] = "fake"
    execution_limit: ClassVar[timedelta] = timedelta(seconds=2)

    def __init__(self, device: Device, clock: FakeClock, choices: Choices) -> None:
        self.device = device
        self._clock = clock
        self._choices = choices
        self.sent: list[str] = []
        """Keys of intents that were sent since this process began."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        raise AssertionError("a driver is given to the procedures, they open none")

    def baseline(self) -> Baseline:
        self.device.settle_late()
        match self._choices.choose(["ok", "foreign", "another drive", "silent"]):
            case "foreign":
                self.device.print_foreign()
            case "another drive":
                self.device.replace_drive()
            case "silent":
                raise Unreachable("silent")
        return self.answer()

    def answer(self) -> Baseline:
        device = self.device
        last_fd = len(device.drive.documents)
        return Baseline(device.drive.fn_number, last_fd, device.shift_open, device.shift_number)

    def register(self, document: Document, intent: Intent) -> Signed:
        self.device.settle_late()
        if self._clock.now() >= intent.deadline:
            raise Unreachable("too_late")
        self.sent.append(intent.key)
        what = self._choices.choose(
            [
                "ok",
                "request lost",
                "request lost, foreign printed",
                "answer lost",
                "answer lost, foreign printed",
                "answer lost, another drive",
                "killed before",
                "killed after",
                "late",
                "refused",
            ]
        )
        self._before_signing(what, document, intent)
        number = self.device.sign(document)
        signed = self.signed(number)
        self._after_signing(what)
        return signed

    def _before_signing(self, what: str, document: Document, intent: Intent) -> None:
        match what:
            case "request lost":
                self._clock.sleep(2)
                raise NoAnswer("no_answer")
            case "request lost, foreign printed":
                self.device.print_foreign()
                raise NoAnswer("no_answer")
            case "killed before":
                raise Killed
            case "late":
                self.device.late.append(Late(intent.deadline - timedelta(milliseconds=1), document))
                raise NoAnswer("no_answer")
            case "refused":
                raise Refused("paper", code="6B")

    def _after_signing(self, what: str) -> None:
        match what:
            case "answer lost":
                raise NoAnswer("no_answer")
            case "killed after":
                raise Killed
            case "answer lost, foreign printed":
                self.device.print_foreign()
                raise NoAnswer("no_answer")
            case "answer lost, another drive":
                self.device.replace_drive()
                raise NoAnswer("no_answer")

    def lookup(self, document: Document, intent: Intent) -> Lookup:
        self.device.settle_late()
        match self._choices.choose(["ok", "silent", "pending"]):
            case "silent":
                raise Unreachable("silent")
            case "pending":
                return Lookup(LookupOutcome.PENDING)
        if self.is_another_drive(intent):
            return Lookup(LookupOutcome.UNKNOWN, fn_number=self.device.drive.fn_number)
        for number in self.candidates(document, intent):
            return Lookup(LookupOutcome.SIGNED, self.signed(number))
        return Lookup(LookupOutcome.NOT_SIGNED)

    def is_another_drive(self, intent: Intent) -> bool:
        return self.device.drive.fn_number != intent.baseline.fn_number

    def candidates(self, document: Document, intent: Intent) -> list[int]:
        """Numbers of documents after the baseline that are ours: by key, or the shift's opening."""
        documents = self.device.drive.documents
        since = range(intent.baseline.last_fd + 1, len(documents) + 1)
        if document.kind is DocumentKind.SHIFT_OPEN:
            return [number for number in since if documents[number - 1].kind is document.kind]
        return [number for number in since if key_of(documents[number - 1]) == intent.key]

    def signed(self, number: int) -> Signed:
        when = self._clock.now().replace(tzinfo=None)
        fn_number = self.device.drive.fn_number
        return Signed(
            fn_number, number, f"{number:010d}", when, 1, number, self.read(number), tlv=b"TLV"
        )

    def read(self, fd_number: int) -> Mapping[str, Any]:
        drive = self.device.drive
        return {"fiscalDriveNumber": drive.fn_number, "fiscalDocumentNumber": fd_number}

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
    document: Document
    key: str
    state: str = "queued"
    intent: Intent | None = None
    fn_number: str = ""
    fd_number: int = 0

    @property
    def is_receipt(self) -> bool:
        return self.document.kind is DocumentKind.RECEIPT


class FakeStore(LaneStore):
    """The durable rows; a kill leaves them as the last step committed them."""

    def __init__(self, clock: FakeClock, choices: Choices, count: int) -> None:
        self._clock = clock
        self._choices = choices
        self.rows: list[Row] = []
        for number in range(count):
            self.queue(receipt(f"key{number}"), f"key{number}")
        self.foreign: set[tuple[str, int]] = set()
        """FN and FD of what was found on a drive and is no row's."""
        self.fn_number = ""
        self.first_fd = self.last_fd = 0
        self.confirmed: set[str] = set()
        """Drives that may be written to: the first one seen, and those that a person has let in."""
        self.unread: list[Unread] = []
        self.tlv: dict[int, bytes] = {}
        """Bytes that were read from the drive, by FD."""

    def queue(self, document: Document, key: str) -> Row:
        row = Row(len(self.rows), document, key)
        self.rows.append(row)
        return row

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
            if row.state == "queued":
                return Entry(row.id, row.document, needs_open_shift=row.is_receipt)
        return None

    def queue_shift_opening(self, before: Entry) -> Entry:
        openings = [row for row in self.rows if row.key.startswith(f"{before.id}:")]
        unsigned = [row for row in openings if row.state != "printed"]
        key = f"{before.id}:{len(openings) - len(unsigned)}"
        row = unsigned[0] if unsigned else self.queue(opening(), key)
        if row.state == "failed":
            row.state = "queued"
        self._maybe_killed()
        return Entry(row.id, row.document)

    def journal(self, entry: Entry, baseline: Baseline, deadline: datetime) -> Journaled | None:
        row = self.rows[entry.id]
        if row.state != "queued":
            return None
        row.intent = Intent(row.key, f"task{row.id}", baseline, 1, deadline)
        row.state = "printing"
        self._maybe_killed()
        return Journaled(row.id, row.document, row.intent)

    def signed(self, entry: Journaled, signed: Signed, why: str) -> None:
        self._maybe_killed()  # after it, nothing of the step is left to lose
        row = self.rows[entry.id]
        assert row.state in ("printing", "unknown"), "a decided row is decided once"
        assert signed.fd_number
        assert signed.fpd
        self.found(row, signed.fn_number, signed.fd_number)
        if not signed.tlv:
            self.unread.append(Unread(row.id, signed.fn_number, signed.fd_number, signed.fpd))

    def found(self, row: Row, fn_number: str, fd_number: int) -> None:
        """Keep under which number a row was signed."""
        row.state, row.fn_number, row.fd_number = "printed", fn_number, fd_number
        self._saw(fn_number, fd_number)

    def _saw(self, fn_number: str, fd_number: int) -> None:
        if fn_number == self.fn_number:
            self.last_fd = max(self.last_fd, fd_number)

    def refused(self, entry: Journaled, error: DeviceError) -> None:
        self._maybe_killed()
        self.rows[entry.id].state = "failed"

    def unservable(self, entry: Entry, error: Unservable) -> None:
        self._maybe_killed()
        self.rows[entry.id].state = "failed"

    def unknown(self, entry: Journaled, why: str) -> None:
        self.rows[entry.id].state = "unknown"
        self._maybe_killed()

    def not_signed(self, entry: Journaled, why: str) -> None:
        self._maybe_killed()
        self.rows[entry.id].state = "queued"

    def manual(self, entry: Journaled, lookup: Lookup) -> None:
        self._maybe_killed()
        self.rows[entry.id].state = "manual"

    def admit(self, baseline: Baseline) -> Sequence[int]:
        if not self.fn_number:
            self.confirmed.add(baseline.fn_number)
            self.take_in(baseline)
        if baseline.fn_number != self.fn_number:
            raise AnotherDrive(till="fake", found=baseline.fn_number, known=self.fn_number)
        return range(self.last_fd + 1, baseline.last_fd + 1)

    def take_in(self, baseline: Baseline) -> None:
        """Work with this drive from now on."""
        self.fn_number = baseline.fn_number
        self.first_fd = self.last_fd = baseline.last_fd

    def record_foreign(self, document: Mapping[str, Any]) -> None:
        number = document["fiscalDocumentNumber"]
        self.foreign.add((document["fiscalDriveNumber"], number))
        self._saw(document["fiscalDriveNumber"], number)

    def next_without_bytes(self) -> Unread | None:
        for entry in self.unread:
            if entry.fn_number == self.fn_number:
                return entry
        return None

    def bytes_read(self, entry: Unread, tlv: bytes) -> None:
        self.unread.remove(entry)
        self.tlv[entry.fd_number] = tlv

    def bytes_refused(self, entry: Unread, why: str) -> None:
        self.unread.remove(entry)

    def status_seen(self, status: DeviceStatus | None, error: DeviceError | None) -> None:
        pass


class World:
    """One schedule from beginning to end."""

    store_class: ClassVar[type[FakeStore]] = FakeStore
    driver_class: ClassVar[type[FakeDriver]] = FakeDriver

    def __init__(self, choices: Choices, count: int, *, shift_open: bool = True) -> None:
        self.clock = FakeClock()
        self.device = Device(self.clock, shift_open=shift_open)
        self.store = self.store_class(self.clock, choices, count)
        self._choices = choices
        self.false_words: list[str] = []
        """Stops whose words were not true."""

    def run(self) -> None:
        """Start processes until every row has an end; each lives until it is killed or done."""
        for _process in range(30):
            self._let_people_work()
            driver = self.driver_class(self.device, self.clock, self._choices)
            try:
                serve(self.store, driver, self.clock)
            except Killed:
                continue
            except LaneStopped as stop:
                self._check_words(stop, driver)
                continue
            if all(row.state == "printed" for row in self.store.rows if row.is_receipt):
                return
        raise AssertionError("the lane never came to an end")

    def _check_words(self, stop: LaneStopped, driver: FakeDriver) -> None:
        twice = any(driver.sent.count(key) > 1 for key in driver.sent)
        if isinstance(stop, LostTwice) and not twice:
            self.false_words.append(str(stop))
        if isinstance(stop, ShiftNotOpened) and self.device.shift_open:
            self.false_words.append(str(stop))

    # What people do between two processes -------------------------------------------------------

    def _let_people_work(self) -> None:
        for row in self.store.rows:
            if row.state == "manual":
                self._decide(row)
            elif row.state == "failed" and row.is_receipt:
                row.state = "queued"
        drive = self.device.drive
        if self.store.fn_number not in ("", drive.fn_number) and not self.store.undecided():
            last_fd = len(drive.documents)
            self.store.confirmed.add(drive.fn_number)
            self.store.take_in(Baseline(drive.fn_number, last_fd, self.device.shift_open, 0))

    def _decide(self, row: Row) -> None:
        """Look for a document of which the till cannot tell on the drive that it was meant for."""
        assert row.intent is not None
        drive = next(
            each for each in self.device.drives if each.fn_number == row.intent.baseline.fn_number
        )
        for number in range(row.intent.baseline.last_fd + 1, len(drive.documents) + 1):
            document = drive.documents[number - 1]
            if document == row.document:
                self.store.found(row, drive.fn_number, number)
                return
        row.state = "queued" if row.is_receipt else "cancelled"

    # What must hold in the end ------------------------------------------------------------------

    def lost(self) -> list[str]:
        """Receipts that are not signed, or not on the drive under the number that we stored."""
        keys = {drive.fn_number: drive.keys() for drive in self.device.drives}
        return [
            row.key
            for row in self.store.rows
            if row.is_receipt
            and (
                row.state != "printed"
                or row.fd_number > len(keys[row.fn_number])
                or keys[row.fn_number][row.fd_number - 1] != row.key
            )
        ]

    def doubled(self) -> list[str]:
        """Keys that stand on the drives more than once."""
        self.clock.sleep(3600)
        self.device.settle_late()
        keys = [key for drive in self.device.drives for key in drive.keys() if "key" in key]
        return sorted({key for key in keys if keys.count(key) > 1})

    def unrecorded(self) -> list[int]:
        """Documents on the drive in use, up to the last we know of, that no row tells of."""
        store = self.store
        told = {(row.fn_number, row.fd_number) for row in store.rows} | store.foreign
        numbers = range(store.first_fd + 1, store.last_fd + 1)
        return [number for number in numbers if (store.fn_number, number) not in told]

    def on_a_strange_drive(self) -> list[str]:
        """Rows that are signed on a drive which nobody has let in."""
        known = self.store.confirmed
        signed = [row for row in self.store.rows if row.state == "printed"]
        return [row.key for row in signed if row.fn_number not in known]


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
            baseline = replace(found.intent.baseline, last_fd=len(self.device.drive.documents))
            return replace(found, intent=replace(found.intent, baseline=baseline))

    def __init__(self, choices: Choices, count: int, *, shift_open: bool = True) -> None:
        super().__init__(choices, count, shift_open=shift_open)
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
            last_fd = len(self.device.drive.documents)
            return list(range(intent.baseline.last_fd + 1, last_fd + 1))


class ForgetsTheDrive(World):
    """The drive that is inside is asked, whichever the document was sent to."""

    class driver_class(FakeDriver):
        def is_another_drive(self, intent: Intent) -> bool:
            return False


class TrustsAnyDrive(World):
    """A drive that nobody has confirmed is written to."""

    class store_class(FakeStore):
        def admit(self, baseline: Baseline) -> Sequence[int]:
            if baseline.fn_number != self.fn_number:
                self.take_in(baseline)
            return super().admit(baseline)


class GuessesInsteadOfAPerson(World):
    """What only a person can decide is printed once more."""

    class store_class(FakeStore):
        def manual(self, entry: Journaled, lookup: Lookup) -> None:
            self.not_signed(entry, "nobody knows")


class BelievesTheAnswer(World):
    """The shift counts as closed when the answer to its opening was lost, whatever the drive says.

    The drive's word on the shift is the one from before the opening.
    """

    class driver_class(FakeDriver):
        def answer(self) -> Baseline:
            now = super().answer()
            return replace(now, shift_open=now.shift_open and "0:0" not in self.sent)
