"""The driver of the virtual till: the wire between us and it, with its faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

from ..clock import Clock, SystemClock
from ..device.content import content_for
from ..device.contract import Baseline, DeviceStatus, Driver, Intent, Lookup, LookupOutcome, Signed
from ..device.errors import NoAnswer, Refused, Unreachable
from ..device.matching import judge, signed
from ..device.refusals import refusal
from ..fiscal.document import Document
from ..virtual.faults import Faults, LostAnswer
from ..virtual.registration import TillRegistration
from ..virtual.state import PendingCommand
from ..virtual.till import TooLate, VirtualTill

PRINT_TIME = 0.3
"""Seconds from signing to the answer, as long as a real till prints a short receipt."""


class VirtualDriver(Driver):
    """Talks to a :class:`~..virtual.till.VirtualTill`.

    :param sign_delay: seconds from the command to the signature.
    :param print_time: seconds from the signature to the answer.
    :param exchange_pace: seconds after which the till itself has sent a document to the operator;
        None: it has no exchange of its own.
    """

    name: ClassVar[str] = "virtual"
    execution_limit: ClassVar[timedelta] = timedelta(seconds=2)
    hears_acknowledgements: ClassVar[bool] = True

    def __init__(
        self,
        till: VirtualTill,
        *,
        clock: Clock | None = None,
        sign_delay: float = 0.0,
        print_time: float = PRINT_TIME,
        exchange_pace: float | None = None,
    ) -> None:
        self.till = till
        self._clock = clock or SystemClock()
        self._sign_delay = sign_delay
        self._print_time = print_time
        self._exchange_pace = exchange_pace

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Open the till that `settings` describe; make and register it at the first time.

        Needed: `path` of the memory file, `serial` (whatever names this till and no other),
        `user`, `user_inn`, `retail_address`, `retail_place`. Optional: `taxation_types` (bits of
        tag 1062, a number or its text), `ofd_name`, `ofd_inn`, `sender_address`, `timezone`,
        `ffd_version` ("1.2" or "1.05"), `sign_delay`, `print_time`, `exchange_pace` (seconds),
        `clock`. What a till was registered with stays as it was.
        Raises KeyError for a missing setting, :class:`~..device.errors.DeviceError` when the till
        cannot be registered or opened.
        """
        clock = settings.get("clock") or SystemClock()
        registration = TillRegistration(
            seed=settings["serial"],
            user=settings["user"],
            user_inn=settings["user_inn"],
            retail_address=settings["retail_address"],
            retail_place=settings["retail_place"],
            taxation_types=int(settings.get("taxation_types", 1)),
            ofd_name=settings.get("ofd_name", ""),
            ofd_inn=settings.get("ofd_inn", ""),
            sender_address=settings.get("sender_address", ""),
            timezone=settings.get("timezone", "Europe/Moscow"),
            ffd_version=settings.get("ffd_version", "1.2"),
        )
        return cls(
            VirtualTill.create(Path(settings["path"]), registration, clock),
            clock=clock,
            sign_delay=float(settings.get("sign_delay", 0.0)),
            print_time=float(settings.get("print_time", PRINT_TIME)),
            exchange_pace=settings.get("exchange_pace"),
        )

    def status(self) -> DeviceStatus:
        self._ask()
        if self._exchange_pace is not None:
            self.till.exchange(self._exchange_pace)
        return self.till.status()

    def baseline(self) -> Baseline:
        self._ask()
        return self.till.baseline()

    def register(self, document: Document, intent: Intent) -> Signed:
        content = self._content(document)
        faults = self.till.meet_faults()
        self._check_link(faults)
        sent_at = self._clock.now()
        if sent_at >= intent.deadline:
            raise Unreachable("too_late")
        before = min(intent.deadline, sent_at + self.execution_limit)
        command = PendingCommand(document.kind, content, sent_at, before)
        self._lose_on_the_way(command, faults)
        self._clock.sleep(self._sign_delay + faults.delay)
        if faults.refuse_code:
            raise refusal(faults.refuse_code)
        try:
            executed = self.till.execute(document.kind, content, before=before)
        except TooLate as error:
            raise NoAnswer("not_in_time") from error
        if faults.lost_answer is LostAnswer.AFTER_SIGNING:
            raise self._silence_until(before)
        self._clock.sleep(self._print_time)
        return signed(executed.stored, executed.fn_number, on_paper=executed.on_paper)

    def lookup(self, document: Document, intent: Intent) -> Lookup:
        self._ask()
        evidence = self.till.evidence(intent.baseline)
        try:
            content = self._content(document)
        except Refused as error:
            return Lookup(LookupOutcome.NOT_SIGNED, why=f"it is never sent: {error.message}")
        return judge(document.kind, content, intent, evidence)

    def read(self, fd_number: int) -> Mapping[str, Any]:
        self._ask()
        return self.till.read(fd_number)

    def read_tlv(self, fd_number: int) -> bytes:
        self._ask()
        return self.till.read_tlv(fd_number)

    def continue_print(self) -> None:
        self._ask()
        self.till.continue_print()

    def cancel_open_document(self) -> bool:
        self._ask()
        return self.till.cancel_open_document()

    def set_clock(self, local: datetime) -> None:
        self._ask()
        self.till.set_clock(local)

    def replace_drive(self) -> None:
        """Put a new drive into the till, which no other driver can do. Raises Refused."""
        self._ask()
        self.till.replace_drive()

    def acknowledge(self, *fd_numbers: int, fn_number: str = "") -> None:
        self.till.acknowledge(*fd_numbers, fn_number=fn_number)

    def close(self) -> None:
        self.till.close()

    def _content(self, document: Document) -> dict[str, Any]:
        """What is really sent. Raises Refused for what the till's format cannot express."""
        return content_for(document, self.till.registration.ffd)

    def _ask(self) -> None:
        self._check_link(self.till.faults())

    def _check_link(self, faults: Faults) -> None:
        if faults.silent:
            self._clock.sleep(self.execution_limit.total_seconds())
            raise Unreachable("silent")

    def _lose_on_the_way(self, command: PendingCommand, faults: Faults) -> None:
        """The faults that hit a command between us and the drive. Raises NoAnswer."""
        if faults.power_cut:
            self.till.cut_power(command.kind)
        elif faults.execute_late:
            late = command.execute_at + timedelta(seconds=faults.execute_late)
            self.till.postpone(replace(command, execute_at=late))
        elif faults.lost_answer is not LostAnswer.BEFORE_SIGNING:
            return
        raise self._silence_until(command.before)

    def _silence_until(self, moment: datetime) -> NoAnswer:
        """Wait for an answer as long as one may come; raise what it returns."""
        self._clock.sleep((moment - self._clock.now()).total_seconds())
        return NoAnswer("no_answer")
