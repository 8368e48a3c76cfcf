"""The virtual till: one device with its drive, as strict as a real one. A test instrument."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ..clock import Clock, SystemClock
from ..device.contract import Baseline, DeviceStatus
from ..device.errors import Refused
from ..device.evidence import Evidence, Stored
from ..device.refusals import refusal
from ..fiscal.document import Settlement, document_from_json
from ..fiscal.ffd import CorrectionWithoutItems
from ..fiscal.problems import InvalidDocument
from ..fiscal.totals import Counted
from ..fiscal.vocabulary import (
    CASH_OPERATIONS,
    REPRINTS,
    SETTLEMENTS,
    DocumentKind,
    FfdVersion,
)
from . import compose, memory, rules
from .faults import Faults
from .memory import Memory, Session
from .registration import DRIVE_CAPACITY, DRIVE_DAYS, TillRegistration
from .state import DriveState, PendingCommand

MODEL = "Виртуальная касса"
"""No cash register: its documents have no legal force."""


class TooLate(Exception):
    """The command's time is over; the till drops it."""


@dataclass(frozen=True, slots=True)
class Executed:
    """A command was executed."""

    fn_number: str
    stored: Stored
    on_paper: bool


class VirtualTill:
    """One virtual till. Open one object per thread; any number of processes share the file.

    Every method raises :class:`~..device.errors.Unreachable` when the memory cannot be had.
    """

    def __init__(self, path: Path | str, clock: Clock | None = None) -> None:
        """Open the till whose memory is at `path`."""
        self._memory = Memory(Path(path))
        self._clock = clock or SystemClock()
        with self._memory.work() as session:
            self.registration = session.registration()
        self._zone = ZoneInfo(self.registration.timezone)

    @classmethod
    def create(
        cls, path: Path | str, registration: TillRegistration, clock: Clock | None = None
    ) -> VirtualTill:
        """Open the till at `path`; when there is none, make and register it (FD 1)."""
        path, clock = Path(path), clock or SystemClock()
        if not memory.is_made(path):
            key = secrets.token_bytes(32)
            now = clock.now().astimezone(ZoneInfo(registration.timezone))
            local = now.replace(tzinfo=None, microsecond=0)
            state, first = _first_document(DocumentKind.REGISTRATION, registration, key, local)
            memory.create(path, registration, state, key, first)
        return cls(path, clock)

    def close(self) -> None:
        """Let go of the memory file."""
        self._memory.close()

    # Commands --------------------------------------------------------------------------------

    def execute(
        self, kind: DocumentKind, content: Mapping[str, Any], *, before: datetime
    ) -> Executed:
        """Check, sign and store one document, or none at all; printing is up to the caller.

        Raises :class:`~..device.errors.Refused`, and :class:`TooLate` at or after `before`.
        """
        with self._work() as (session, now):
            if now >= before:
                raise TooLate
            return self._execute(session, kind, content, self._local(now, session.faults()))

    def postpone(self, command: PendingCommand) -> None:
        """Keep a command to be executed later: at the first work after its time has come."""
        with self._work() as (session, _now):
            session.save_pending(command)

    def cut_power(self, kind: DocumentKind) -> None:
        """Leave a document open, as a power cut in its middle does."""
        with self._work() as (session, _now):
            session.save(replace(session.state(), open_document=kind))

    def cancel_open_document(self) -> bool:
        """Cancel a document that was left open; False when there is none."""
        with self._work() as (session, _now):
            return _cancel_open(session)

    def continue_print(self) -> None:
        """Print what waits for paper; nothing waiting is no error. Raises Refused."""
        with self._work() as (session, _now):
            state, faults = session.state(), session.faults()
            if not state.unprinted_fd:
                return
            if faults.cover_open:
                raise refusal("7B", "открыта крышка")
            if not faults.paper:
                raise refusal("6B")
            session.save(replace(state, unprinted_fd=0))
            session.save_faults(faults.printed())

    def set_clock(self, local: datetime) -> None:
        """Set the till's own clock to a naive local time.

        It takes any time, as a real till does, and its drive judges it at the next document: more
        than five minutes from the drive's own clock is refused (17h), a time before the last
        document too (07h), until that time has passed. Many real tills set theirs only while the
        shift is closed.
        """
        with self._work() as (session, now):
            faults = session.faults()
            true = self._local(now, replace(faults, clock_offset=0.0))
            offset = (local - true).total_seconds()
            session.save_faults(replace(faults, clock_offset=offset))

    def acknowledge(self, *fd_numbers: int, fn_number: str = "") -> None:
        """Tell the drive that the operator has these documents; again does no harm.

        `fn_number` names the drive, where that may be one that was taken out.
        """
        with self._work() as (session, _now):
            session.acknowledge(fd_numbers, fn_number or session.state().fn_number)

    def exchange(self, pace: float) -> None:
        """Send to the operator as a till does by itself: all that was signed `pace` seconds ago."""
        with self._work() as (session, now):
            if not session.faults().exchange_down:
                local = self._local(now, session.faults())
                session.acknowledge_until(local - timedelta(seconds=pace))

    def replace_drive(self) -> None:
        """Put a new drive in: another FN number, numbers from 1, FD 1 tells of the replacement.

        Documents of the old one stay in the file, and nothing reads them any more, as when a drive
        lies in a safe. The old one need not have been closed: one that broke cannot be. Raises
        Refused while a shift is open, and when the report cannot be printed or signed.
        """
        with self._work() as (session, now):
            state, faults = session.state(), session.faults()
            rules.check_replacement(state, faults)
            registration = replace(self.registration, drive=self.registration.drive + 1)
            local = self._local(now, faults)
            kind, key = DocumentKind.REREGISTRATION, session.sign_key()
            fresh, first = _first_document(kind, registration, key, local)
            session.save_registration(registration)
            session.save(
                replace(
                    fresh,
                    cash_in_drawer=state.cash_in_drawer,
                    cash_operation=state.cash_operation,
                )
            )
            session.add_document(first, acknowledged=True)
            self.registration = registration

    # Questions -------------------------------------------------------------------------------

    def baseline(self) -> Baseline:
        with self._work() as (session, _now):
            state = session.state()
        return Baseline(
            fn_number=state.fn_number,
            last_fd=state.last_fd,
            shift_open=state.shift_open,
            shift_number=state.shift_number,
            cash_operation=state.cash_operation,
        )

    def evidence(self, baseline: Baseline) -> Evidence:
        """Cancel what is open, then tell what was executed after `baseline`.

        On another drive than the baseline's, everything on it is told.
        """
        with self._work() as (session, now):
            _cancel_open(session)
            state = session.state()
            same = state.fn_number == baseline.fn_number
            return Evidence(
                asked_at=now,
                fn_number=state.fn_number,
                last_fd=state.last_fd,
                documents=tuple(session.documents_after(baseline.last_fd if same else 0)),
                operations=tuple(session.cash_operations_after(baseline.cash_operation)),
                unprinted_fd=state.unprinted_fd,
            )

    def read(self, fd_number: int) -> dict[str, Any]:
        """A signed document, FNS JSON. Raises Refused (08h) when there is none."""
        with self._work() as (session, _now):
            return _document(session, fd_number).document

    def read_tlv(self, fd_number: int) -> bytes:
        """The drive's bytes of a signed document. Raises Refused (08h) when there is none."""
        with self._work() as (session, _now):
            return _document(session, fd_number).tlv

    def status(self) -> DeviceStatus:
        with self._work() as (session, now):
            state, faults, queue = session.state(), session.faults(), session.queue()
            shift = session.totals(state.shift_number)
            cash = session.cash_of_shift(state.shift_number)
            registration = session.registration()
            local = self._local(now, faults)
        return DeviceStatus(
            model=MODEL,
            serial=registration.kkt_number,
            fn_number=state.fn_number,
            fn_valid_until=datetime.combine(state.valid_until, datetime.min.time()),
            last_fd=state.last_fd,
            shift_open=state.shift_open,
            shift_number=state.shift_number,
            shift_opened_at=state.shift_opened_at,
            receipt_number=state.receipt_number,
            clock=local,
            paper=faults.paper,
            cover_closed=not faults.cover_open,
            undelivered=queue.count,
            undelivered_since=queue.since,
            first_undelivered=queue.first_fd,
            cash_in_drawer=state.cash_in_drawer,
            ffd_version=registration.ffd_version,
            open_document=bool(state.open_document),
            warnings=tuple(compose.drive_signs(state, queue, local)),
            details={
                "kktRegId": registration.kkt_reg_id,
                "unprintedFd": state.unprinted_fd,
                "driveClosed": state.closed,
                "shiftSumReports": shift.to_json(),
                **cash,
            },
        )

    def faults(self) -> Faults:
        with self._memory.work() as session:
            return session.faults()

    def set_faults(self, faults: Faults) -> None:
        """Replace all faults, for every process that uses this till."""
        with self._memory.work() as session:
            session.save_faults(faults)

    def meet_faults(self) -> Faults:
        """The faults that the next document meets; counts it among their `times`."""
        with self._memory.work() as session:
            faults = session.faults()
            if faults.spent() != faults:
                session.save_faults(faults.spent())
            return faults

    # Inside ----------------------------------------------------------------------------------

    @contextmanager
    def _work(self) -> Iterator[tuple[Session, datetime]]:
        """Alone with the memory; what was postponed and is due has been executed before."""
        with self._memory.work() as session:
            # Asked for under the lock: whoever held it before has an earlier time.
            now = self._clock.now()
            self._execute_due(session, now)
            yield session, now

    def _execute_due(self, session: Session, now: datetime) -> None:
        command = session.pending()
        if command is None or now < command.execute_at:
            return
        session.save_pending(None)
        if command.execute_at >= command.before:
            return
        try:
            local = self._local(command.execute_at, session.faults())
            self._execute(session, command.kind, command.content, local)
        except Refused:
            return

    def _execute(
        self, session: Session, kind: DocumentKind, content: Mapping[str, Any], local: datetime
    ) -> Executed:
        state, faults, queue = session.state(), session.faults(), session.queue()
        rules.check(kind, content, state, queue, faults, session.registration(), local)
        session.save_faults(faults.printed())
        if kind in REPRINTS:
            after, stored = state, _reprint(session, kind, content, local)
        elif kind in CASH_OPERATIONS:
            after, stored = compose.cash_operation(kind, content, state, local)
            session.add_cash_operation(stored)
        else:
            after, stored = self._sign(session, kind, content, local)
        # An X report and a cash operation that the roll's end cuts off have no number to wait by.
        number = stored.fd_number or content.get("fiscalDocumentNumber")
        if faults.paper_runs_out and number:
            after = replace(after, unprinted_fd=number)
        session.save(after)
        return Executed(state.fn_number, stored, on_paper=not after.unprinted_fd)

    def _sign(
        self, session: Session, kind: DocumentKind, content: Mapping[str, Any], local: datetime
    ) -> tuple[DriveState, Stored]:
        after = compose.advance(kind, content, session.state(), local)
        registration = session.registration()
        if kind in SETTLEMENTS:
            counted = _counted(kind, content, registration.ffd)
            session.add_to_totals(after.shift_number, counted)
        shift, life = session.totals(after.shift_number), session.totals(memory.WHOLE_LIFE)
        queue, ffd = session.queue(), registration.ffd
        told = compose.reported(kind, after, shift, life, queue, local, ffd)
        content = {**content, **told}
        stored = compose.sign(kind, content, after, registration, session.sign_key(), local)
        session.add_document(stored)
        return after, stored

    def _local(self, now: datetime, faults: Faults) -> datetime:
        """The till's own time: naive, whole seconds, as tag 1012 has it."""
        shown = (now + timedelta(seconds=faults.clock_offset)).astimezone(self._zone)
        return shown.replace(tzinfo=None, microsecond=0)


def _first_document(
    kind: DocumentKind, registration: TillRegistration, key: bytes, local: datetime
) -> tuple[DriveState, Stored]:
    """FD 1 of a new drive, and the drive's counters after it."""
    valid_until = (local + timedelta(days=DRIVE_DAYS)).date()
    unused = DriveState(registration.fn_number, valid_until, DRIVE_CAPACITY)
    content = compose.registration_content(registration, kind, unused, local)
    state = compose.advance(kind, content, unused, local)
    return state, compose.sign(kind, content, state, registration, key, local)


def _reprint(
    session: Session, kind: DocumentKind, content: Mapping[str, Any], local: datetime
) -> Stored:
    """An X report or a copy. Raises Refused (08h) when there is nothing to copy."""
    state = session.state()
    if kind is DocumentKind.COPY:
        repeated = _document(session, content["fiscalDocumentNumber"])
        told = compose.copy(content, repeated, state, local)
    else:
        shift = session.totals(state.shift_number)
        cash = session.cash_of_shift(state.shift_number)
        told = compose.x_report(content, state, shift, cash, local)
    return Stored(kind, told, local, state.shift_number)


def _counted(kind: DocumentKind, content: Mapping[str, Any], ffd: FfdVersion) -> Counted:
    """The receipt or correction as a value. Raises Refused (33h) when it breaks FFD's rules."""
    try:
        if kind is DocumentKind.CORRECTION and ffd is FfdVersion.V1_05:
            return CorrectionWithoutItems.from_json(content)
        settlement = document_from_json(kind, content)
    except InvalidDocument as error:
        raise refusal("33", str(error)) from error
    if not isinstance(settlement, Settlement):
        raise refusal("37", kind)
    return settlement


def _document(session: Session, fd_number: Any) -> Stored:
    """The document with a number. Raises Refused (08h) when there is none."""
    stored = session.document(fd_number)
    if stored is None:
        raise refusal("08", f"ФД {fd_number}")
    return stored


def _cancel_open(session: Session) -> bool:
    state = session.state()
    if state.open_document:
        session.save(replace(state, open_document=""))
    return bool(state.open_document)
