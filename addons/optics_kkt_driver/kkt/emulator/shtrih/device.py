"""The till behind the frames: which command may come now, who may ask it, and how it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ...drivers.codes import refusal
from ...drivers.contract import DeviceStatus
from ...drivers.errors import DeviceError, Refused
from ...drivers.shtrih import commands as c
from ...drivers.shtrih.commands import Command, Password, code_of
from ...drivers.shtrih.layout import BadLayout
from ...drivers.virtual import LostAnswer, VirtualTill
from ...drivers.virtual.registration import FNS_URL
from ...drivers.virtual.till import Executed
from ...fiscal.vocabulary import DocumentKind, FfdVersion, OperationType
from ..host import TillHost
from . import tables as t
from .document import OpenDocument
from .memory import DoorMemory
from .tables import Tables

ADMINISTRATOR, SYSTEM_ADMINISTRATOR = 29, 30
_OF_ADMINISTRATORS = (c.X_REPORT.code, c.Z_REPORT.code)
"""The only ones of the administrator's commands that both administrators may give."""
_WHILE_DATE_WAITS = (
    *(c.SHORT_STATUS.code, c.FULL_STATUS.code, c.SET_DATE.code, c.CONFIRM_DATE.code),
    *(c.MODEL_PARAMETERS.code, c.DEVICE.code, c.ERROR_TEXT.code),
)
_NO_CONNECTION_TO_DRIVE, _WRONG_PARAMETERS, _UNKNOWN_COMMAND = 0x2F, 0x33, 0x37


@dataclass(frozen=True, slots=True)
class Call:
    """One command that came: its values by field, and who gave it."""

    command: Command
    asked: Mapping[str, Any]
    operator: int


Handler = Callable[["Device", Call], Mapping[str, Any]]
"""Does the command; returns the answer's values, the operator's number excepted."""


class NoReply(Exception):
    """Nothing comes back for this command."""


class PowerCut(Exception):
    """The power went in the middle of the command."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The DATA of an answer's frame; one that is lost waits for the next ENQ."""

    data: bytes
    is_lost: bool


class Device:
    """One till; several wires may lead to it, one command at a time."""

    def __init__(self, host: TillHost, handlers: Mapping[bytes, tuple[Command, Handler]]) -> None:
        self.host = host
        self.memory = DoorMemory(host.path)
        self.tables = Tables(self.memory.fields(), self.memory.write_field, self._fixed)
        self.waiting_date: date | None = None
        """Told by 22h, and not confirmed yet."""
        self.checked_code: bytes | None = None
        """A marking code that FF61h has checked, to be accepted or rejected."""
        self.accepted_codes: list[bytes] = []
        self.reading = b""
        """What FF3Bh has still to give."""
        self._handlers = handlers
        self._document: OpenDocument | None = None
        self._loses_answer = False
        self._restore()

    @property
    def till(self) -> VirtualTill:
        return self.host.till

    def close(self) -> None:
        self.memory.close()

    def answer(self, data: bytes) -> Answer:
        """Execute the request of one frame. Raises NoReply and PowerCut."""
        code = code_of(data)
        with self.host.command():
            self._loses_answer = False
            return Answer(code + self._told(code, data[len(code) :]), self._loses_answer)

    def _told(self, code: bytes, body: bytes) -> bytes:
        """The error byte, and the answer's values when it is 0."""
        if code not in self._handlers:
            return bytes((_UNKNOWN_COMMAND,))
        try:
            return self._execute(code, body)
        except BadLayout:
            return bytes((_WRONG_PARAMETERS,))
        except Refused as error:
            return bytes.fromhex(error.code)
        except DeviceError:
            return bytes((_NO_CONNECTION_TO_DRIVE,))

    def _execute(self, code: bytes, body: bytes) -> bytes:
        command, handler = self._handlers[code]
        operator, rest = self._operator(command, body)
        asked = command.request.decode(rest)
        if self.waiting_date is not None and code not in _WHILE_DATE_WAITS:
            raise refusal("C0")
        told = handler(self, Call(command, asked, operator))
        return b"\0" + command.answer.encode({"operator": operator, **told})

    def _operator(self, command: Command, body: bytes) -> tuple[int, bytes]:
        """Whose password it is, and what follows it. Raises Refused (4Fh)."""
        if command.password is Password.NONE:
            return 0, body
        if len(body) < c.PASSWORD.size:
            raise refusal("33", "пароль")
        operator = self.tables.operator(c.PASSWORD.decode(body[: c.PASSWORD.size]))
        if command.password is Password.ADMINISTRATOR:
            both = command.code in _OF_ADMINISTRATORS
            if operator < (ADMINISTRATOR if both else SYSTEM_ADMINISTRATOR):
                raise refusal("4F")
        return operator, body[c.PASSWORD.size :]

    # What commands ask and do --------------------------------------------------------------------

    def status(self) -> DeviceStatus:
        return self.till.status()

    def document(self) -> OpenDocument | None:
        """What is open now: it may have been opened or cancelled through another door."""
        kind = self.till.open_kind()
        if self._document is not None and self._document.kind != kind:
            self._forget()
        if self._document is None and kind:
            self._document = OpenDocument(DocumentKind(kind))
        return self._document

    def require_document(self, *kinds: DocumentKind) -> OpenDocument:
        """Raises Refused (73h) when none of these is open."""
        document = self.document()
        if document is None or document.kind not in kinds:
            raise refusal("73")
        return document

    def require_idle(self) -> None:
        """Raises Refused for a command that prints while the printer cannot."""
        if self.host.is_printing:
            raise refusal("50")
        faults = self.host.faults()
        if faults.cover_open:
            raise refusal("7B", "открыта крышка")
        if not faults.paper:
            raise refusal("6B")

    def open(self, document: OpenDocument) -> None:
        """Raises Refused."""
        self.require_idle()
        self.till.open_document(document.kind)
        self.memory.forget_parts()
        self.memory.add_part(f"{document.kind} {document.operation}".encode("ascii"))
        self._document = document

    def add(self, document: OpenDocument, command: Command, asked: Mapping[str, Any]) -> None:
        """Put one more part into the open document. Raises Refused."""
        document.add(command.code, asked)
        self.memory.add_part(command.code + command.request.encode(asked))

    def sign(
        self, kind: DocumentKind, content: Mapping[str, Any], call: Call, *, closes: bool = False
    ) -> Executed:
        """Sign and print a document, or move cash, or print a report. Raises Refused."""
        self.require_idle()
        self._meet_faults(kind)
        told = {"operator": self.name_of(call.operator), **content}
        executed = self.till.execute(kind, told, closes=closes)
        if closes:
            self._forget()
        self.host.start_printing()
        return executed

    def cancel(self) -> bool:
        """Cancel what is open; False when nothing is."""
        self._forget()
        return self.till.cancel_open_document()

    def name_of(self, operator: int) -> str:
        """Tag 1021 where the host tells none."""
        return str(self.tables.value(t.OPERATORS, operator, 2)) or f"ОПЕРАТОР {operator}"

    @property
    def ffd(self) -> FfdVersion:
        return self.till.registration.ffd

    @property
    def computes_taxes(self) -> bool:
        return self.tables.value(t.DEVICE_MODE, 1, t.TAX_MODE) == 0

    @property
    def gives_long_answers(self) -> bool:
        return self.tables.value(t.REGIONAL, 1, t.LONG_ANSWERS) == 1

    # Inside --------------------------------------------------------------------------------------

    def _meet_faults(self, kind: DocumentKind) -> None:
        """What the till's own faults do to the next document."""
        faults = self.till.meet_faults()
        self.host.clock.sleep(faults.delay)
        if faults.refuse_code:
            raise refusal(faults.refuse_code)
        if faults.power_cut:
            self.till.cut_power(kind)
            raise PowerCut
        if faults.lost_answer is LostAnswer.BEFORE_SIGNING:
            raise NoReply
        self._loses_answer = faults.lost_answer is LostAnswer.AFTER_SIGNING

    def _forget(self) -> None:
        self._document = None
        self.accepted_codes.clear()
        self.checked_code = None
        self.memory.forget_parts()

    def _restore(self) -> None:
        """Build up anew what was open when the power went."""
        opening, *parts = self.memory.parts() or [b""]
        kind, _, operation = opening.decode("ascii").partition(" ")
        if not kind or kind != self.till.open_kind():
            self.memory.forget_parts()
            return
        document = OpenDocument(DocumentKind(kind), OperationType(int(operation)))
        for part in parts:
            code = code_of(part)
            document.add(code, self._handlers[code][0].request.decode(part[len(code) :]))
        self._document = document

    def _fixed(self) -> dict[tuple[int, int], int | str]:
        registration = self.till.registration
        storage: dict[int, int | str] = {
            1: registration.kkt_number,
            2: f"{registration.user_inn:12}",
            3: registration.kkt_reg_id,
            4: registration.fn_number,
            5: registration.taxation_types,
            6: 0,
            7: registration.user,
            9: registration.retail_address,
            10: registration.ofd_name,
            12: registration.ofd_inn,
            13: FNS_URL,
            14: registration.retail_place,
        }
        fixed: dict[tuple[int, int], int | str] = {(t.REGIONAL, t.FORMAT): int(registration.ffd)}
        for field, value in storage.items():
            size = t.find_field(t.STORAGE, field).size
            fixed[t.STORAGE, field] = value[:size] if isinstance(value, str) else value
        return fixed
