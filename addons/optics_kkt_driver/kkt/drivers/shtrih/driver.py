"""The driver of tills that speak the protocol of Shtrih-M (v1.17)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...fiscal.cash import drawer_change
from ...fiscal.document import Document
from ...fiscal.vocabulary import (
    CASH_OPERATIONS,
    REPRINTS,
    SETTLEMENTS,
    DocumentKind,
    FfdVersion,
)
from ..clock import Clock, SystemClock
from ..codes import may_have_signed, refusal
from ..content import content_for
from ..contract import Baseline, DeviceStatus, Driver, Intent, Lookup, LookupOutcome, Signed
from ..drawer import Drawer
from ..errors import DeviceError, NoAnswer, Refused, Unreachable
from ..evidence import Evidence, Stored
from ..matching import judge
from ..paper import COPY_HEADING, copy_lines
from ..trace import Trace
from ..unsigned import cash_operation, journaled_at, stored_operation, unsigned
from . import commands, reading
from .client import Till, TooLate, connect
from .plan import Plan, plan
from .report import x_report
from .state import Flag, Mode, Submode
from .status import device_status

EXECUTION_LIMIT = 30
"""Seconds."""
ADMINISTRATOR = "30"
"""The password of the system administrator as tills leave the factory."""
PAUSE = 0.1
"""Seconds between two looks at a till that prints."""
RECENT = 100
"""Documents of another drive than the baseline's that are looked at for ours."""
LINE_WIDTH = 40
"""Characters of a copy's line that every model prints."""
RECEIPT_ROLL = 2
"""Flag of a line: on the receipt's roll."""
FULL_CUT = 0
_CASH_COMMANDS = {
    DocumentKind.CASH_IN: commands.CASH_IN,
    DocumentKind.CASH_OUT: commands.CASH_OUT,
}


class ShtrihDriver(Driver):
    """Talks to one till; connects for each call, because a till takes one connection at a time.

    ``status().details``: `firmware`, `taxMode` (table 1 field 14, must be 0), `driveClosed`,
    `unprintedFd`, `registrationFd`.

    :param address: any URL of pyserial's, or a device's path with ``?baudrate=``.
    :param password: of the till's system administrator.
    :param execution_limit: how long after being sent a command may still be executed.
    """

    name: ClassVar[str] = "shtrih"

    def __init__(
        self,
        address: str,
        *,
        password: int,
        timezone: ZoneInfo,
        execution_limit: timedelta = timedelta(seconds=EXECUTION_LIMIT),
        clock: Clock | None = None,
        trace: Trace | None = None,
    ) -> None:
        self.execution_limit = execution_limit
        self._address = address
        self._password = password
        self._zone = timezone
        self._clock = clock or SystemClock()
        self._trace = trace

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> ShtrihDriver:
        """The driver of the till that `settings` describe; nothing is opened yet.

        Needed: `address`, `timezone` (its name). Optional: `password` (digits), `execution_limit`
        (seconds), `clock`, `trace`.
        Raises KeyError for a missing setting, Refused for one that cannot be used.
        """
        password = str(settings.get("password") or ADMINISTRATOR)
        if not (password.isascii() and password.isdigit() and len(password) <= 8):
            raise refusal("4F", "до 8 цифр")
        try:
            zone = ZoneInfo(settings["timezone"])
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise refusal("33", f"часовой пояс {settings['timezone']!r}") from error
        limit = timedelta(seconds=float(settings.get("execution_limit") or EXECUTION_LIMIT))
        return cls(
            settings["address"],
            password=int(password),
            timezone=zone,
            execution_limit=limit,
            clock=settings.get("clock"),
            trace=settings.get("trace"),
        )

    # Questions -------------------------------------------------------------------------------

    def status(self) -> DeviceStatus:
        with self._connection() as till:
            return device_status(till)

    def baseline(self, document: Document | None = None) -> Baseline:
        with self._connection() as till:
            drive = till.ask(commands.FN_STATUS)
            shift = till.ask(commands.SHIFT_PARAMETERS)
            wanted = document is None or document.kind in CASH_OPERATIONS
            drawer = reading.drawer(till) if wanted else reading.Drawer(0, 0)
        return Baseline(
            fn_number=drive["fn_number"],
            last_fd=drive["last_fd"],
            shift_open=bool(shift["open"]),
            shift_number=shift["shift_number"],
            cash_operation=drawer.operation_number,
            cash_in_drawer=drawer.sum,
        )

    def read(self, fd_number: int) -> Mapping[str, Any]:
        with self._connection() as till:
            return reading.document(till, fd_number)

    def read_tlv(self, fd_number: int) -> bytes:
        with self._connection() as till:
            return reading.document_tlv(till, fd_number)

    # Registering -----------------------------------------------------------------------------

    def register(self, document: Document, intent: Intent) -> Signed:
        if self._clock.now() >= intent.deadline:
            raise Unreachable("the deadline had passed before anything was sent")
        kind = document.kind
        with self._connection() as till, till.until(intent.deadline):
            try:
                self._wait_until_ready(till)
                content = content_for(document, self._ffd(till, kind))
                work = self._work(till, kind, content)
            except TooLate as error:
                raise Unreachable("the deadline came before anything was sent") from error
            if isinstance(work, Plan):
                return self._sign(till, work, intent)
            signed: Signed = work(till, kind, content, intent)
            return signed

    def _ffd(self, till: Till, kind: DocumentKind) -> FfdVersion:
        """The till's format, where it makes a difference."""
        return reading.ffd(till) if kind in SETTLEMENTS else FfdVersion.V1_2

    def _work(self, till: Till, kind: DocumentKind, content: Mapping[str, Any]) -> Any:
        """How to have a document made: a plan of commands, or a method for what has no FD."""
        if kind in _CASH_COMMANDS:
            return self._move_cash
        if kind is DocumentKind.X_REPORT:
            return self._print_x_report
        if kind is DocumentKind.COPY:
            return self._print_copy
        if kind not in SETTLEMENTS:
            return plan(kind, content, FfdVersion.V1_2, "")
        self._check_tax_mode(till)
        return plan(kind, content, reading.ffd(till), reading.model(till))

    def _check_tax_mode(self, till: Till) -> None:
        """In another mode the till reckons VAT its own way, and documents say a wrong sum."""
        told = reading.number_in_table(till, reading.TABLE_MODE, reading.FIELD_TAX_MODE)
        if told:
            remedy = "Установите в таблице 1, поле 14 значение 0."
            raise refusal("35", f"таблица 1, поле 14 = {told}", remedy)

    def _wait_until_ready(self, till: Till) -> None:
        """Let the till finish printing, go on after new paper. Raises Refused when it cannot."""
        while True:
            state = reading.state(till)
            if state.submode == Submode.PAPER_IS_BACK:
                till.ask(commands.CONTINUE_PRINT)
            elif not state.is_printing:
                break
            self._clock.sleep(PAUSE)
        if state.mode == Mode.DOCUMENT_OPEN:
            raise refusal("4A")
        if state.mode == Mode.CONFIRM_DATE:
            raise refusal("C0")
        if Flag.COVER_OPEN in state.flags:
            raise refusal("7B", "открыта крышка")
        if not state.has_paper:
            raise refusal("6B")

    def _sign(self, till: Till, work: Plan, intent: Intent) -> Signed:
        opened = False
        try:
            for step in work.before:
                till.ask(step.command, **step.values)
            till.ask(work.opens.command, **work.opens.values)
            opened = True
            for step in work.fills:
                till.ask(step.command, **step.values)
            answer = till.ask(work.signs.command, **work.signs.values)
        except TooLate as error:
            self._take_back(till, work, opened)
            raise Unreachable("the deadline came before the document was closed") from error
        except Unreachable as error:
            if opened:
                raise NoAnswer(f"the link was lost within the document: {error}") from error
            raise
        except Refused as refused:
            self._check_nothing_signed(till, refused, intent)
            self._take_back(till, work, opened)
            raise
        return self._signed(till, answer)

    def _check_nothing_signed(self, till: Till, refused: Refused, intent: Intent) -> None:
        """After some errors nobody knows whether the drive has signed. Raises NoAnswer."""
        if not may_have_signed(refused.code):
            return
        try:
            with till.until(None):
                last_fd = till.ask(commands.FN_STATUS)["last_fd"]
        except DeviceError as error:
            raise NoAnswer(f"{refused}; and then: {error}") from error
        if last_fd != intent.baseline.last_fd:
            raise NoAnswer(f"{refused}; and the drive has signed FD {last_fd}")

    def _take_back(self, till: Till, work: Plan, opened: bool) -> None:
        """Leave nothing of ours open. Raises NoAnswer when that cannot be known."""
        if not opened:
            return
        try:
            with till.until(None):
                till.ask(work.cancels)
        except DeviceError as error:
            raise NoAnswer(f"the document could not be cancelled: {error}") from error

    def _signed(self, till: Till, answer: Mapping[str, Any]) -> Signed:
        """Read what the drive has signed. Raises NoAnswer: a lookup will find it."""
        try:
            with till.until(None):
                fd_number = answer.get("fd_number") or till.ask(commands.FN_STATUS)["last_fd"]
                document = reading.document(till, fd_number)
                on_paper = not reading.state(till).waits_for_paper
        except DeviceError as error:
            raise NoAnswer(f"signed, but the document could not be read: {error}") from error
        return replace(Signed.from_document(document), on_paper=on_paper)

    # Without an FD -------------------------------------------------------------------------------

    def _move_cash(
        self, till: Till, kind: DocumentKind, content: Mapping[str, Any], intent: Intent
    ) -> Signed:
        try:
            till.ask(_CASH_COMMANDS[kind], sum=content["sum"])
        except TooLate as error:
            raise Unreachable("the deadline came before anything was sent") from error
        except Refused as refused:
            if may_have_signed(refused.code):
                raise NoAnswer(str(refused)) from refused
            raise
        # The drawer after it is what it was before, and this: no question may fail now.
        after = intent.baseline.cash_in_drawer + drawer_change(kind, content)
        return cash_operation(content, intent, self._journaled_at(intent), after)

    def _print_x_report(
        self, till: Till, _kind: DocumentKind, content: Mapping[str, Any], intent: Intent
    ) -> Signed:
        with _signing_nothing():
            till.ask(commands.X_REPORT)
            told = {"shiftOpen": intent.baseline.shift_open, **x_report(till)}
        return unsigned(content, told, intent, self._journaled_at(intent))

    def _print_copy(
        self, till: Till, _kind: DocumentKind, content: Mapping[str, Any], intent: Intent
    ) -> Signed:
        with _signing_nothing():
            repeated = reading.document(till, content["fiscalDocumentNumber"])
            for line in copy_lines(repeated, LINE_WIDTH):
                till.ask(commands.PRINT_LINE, flags=RECEIPT_ROLL, text=line.ljust(LINE_WIDTH))
            till.ask(commands.CUT, type=FULL_CUT)
        told = {"heading": COPY_HEADING, "copy": repeated}
        return unsigned(content, told, intent, self._journaled_at(intent))

    def _journaled_at(self, intent: Intent) -> datetime:
        return journaled_at(intent, self.execution_limit, self._zone)

    # Asking what became of it ----------------------------------------------------------------

    def lookup(self, document: Document, intent: Intent) -> Lookup:
        kind, asked_at = document.kind, self._clock.now()
        with self._connection() as till:
            if asked_at >= intent.deadline:
                reading.cancel_open(till)
            try:
                content = content_for(document, self._ffd(till, kind))
            except Refused as error:
                return Lookup(LookupOutcome.NOT_SIGNED, why=f"it is never sent: {error.message}")
            return self._judged(till, kind, content, intent, asked_at)

    def _judged(
        self,
        till: Till,
        kind: DocumentKind,
        content: Mapping[str, Any],
        intent: Intent,
        asked_at: datetime,
    ) -> Lookup:
        """Decide by what the drive has signed since the baseline; it costs O(documents)."""
        baseline, drive = intent.baseline, till.ask(commands.FN_STATUS)
        fn_number, last_fd = drive["fn_number"], drive["last_fd"]
        documents: list[Stored] = []
        operations: tuple[Stored, ...] = ()
        if kind in CASH_OPERATIONS and fn_number == baseline.fn_number:
            now = reading.drawer(till)
            drawer = Drawer.since(
                baseline,
                operation_number=now.operation_number,
                cash_in_drawer=now.sum,
                same_shift=True,
            )
            why = drawer.why_undecidable(drawer_change(kind, content))
            if why is not None:
                return Lookup(LookupOutcome.UNKNOWN, why=why, fn_number=fn_number)
            if drawer.executed:
                signed = cash_operation(content, intent, self._journaled_at(intent), now.sum)
                operations = (stored_operation(kind, signed),)
        elif kind not in REPRINTS and kind not in CASH_OPERATIONS:
            same = fn_number == baseline.fn_number
            first = baseline.last_fd if same else max(0, last_fd - RECENT)
            numbers = range(first + 1, last_fd + 1)
            documents = [Stored.from_document(reading.document(till, each)) for each in numbers]
        unprinted_fd = last_fd if reading.state(till).waits_for_paper else 0
        evidence = Evidence(
            asked_at, fn_number, last_fd, tuple(documents), operations, unprinted_fd
        )
        return judge(kind, content, intent, evidence)

    # Doing -----------------------------------------------------------------------------------

    def continue_print(self) -> None:
        with self._connection() as till:
            state = reading.state(till)
            if Flag.COVER_OPEN in state.flags and state.waits_for_paper:
                raise refusal("7B", "открыта крышка")
            if state.submode == Submode.PAPER_RAN_OUT:
                raise refusal("6B")
            if state.submode == Submode.PAPER_IS_BACK:
                till.ask(commands.CONTINUE_PRINT)

    def cancel_open_document(self) -> bool:
        with self._connection() as till:
            return reading.cancel_open(till)

    def set_clock(self, local: datetime) -> None:
        with self._connection() as till:
            till.ask(commands.SET_TIME, time=local.time())
            till.ask(commands.SET_DATE, date=local.date())
            till.ask(commands.CONFIRM_DATE, date=local.date())

    # The link --------------------------------------------------------------------------------

    @contextmanager
    def _connection(self) -> Iterator[Till]:
        till = connect(
            self._address,
            password=self._password,
            execution_limit=self.execution_limit,
            clock=self._clock,
            trace=self._trace,
        )
        try:
            yield till
        finally:
            till.close()


@contextmanager
def _signing_nothing() -> Iterator[None]:
    """Whatever breaks within it, nothing was signed."""
    try:
        yield
    except (TooLate, NoAnswer) as error:
        why = str(error) or "the deadline came"
        raise Unreachable(f"it was not printed wholly: {why}") from error
