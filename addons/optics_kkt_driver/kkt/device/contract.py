"""What every till can be asked, whatever wire it hangs on.

A driver answers truthfully or raises: it never guesses whether a document was signed. Three
outcomes of :meth:`Driver.register` are told apart, because the flow acts differently on each:

* it returns: the drive has signed;
* :class:`~.errors.Refused` or :class:`~.errors.Unreachable`: surely nothing was signed;
* :class:`~.errors.NoAnswer`: nobody knows; only :meth:`Driver.lookup` may decide.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Self

from ..fiscal.document import Document


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the drive said just before a document was sent to it."""

    fn_number: str
    last_fd: int
    shift_open: bool
    shift_number: int
    cash_operation: int = 0
    """Number of the last cash in or out: these leave no FD to recognise them by."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A journaled wish to register one document; survives the process that had it."""

    key: str
    """Short readable key; travels as tag 1084 where the document's kind allows one."""
    task_id: str
    """UUID for devices that take a task under a number of ours."""
    baseline: Baseline
    fence: int
    deadline: datetime
    """Aware, UTC. No frame is sent after it; recovery asks only after it."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What the drive gave for one document. Cash operations have neither FD nor FPD."""

    fn_number: str
    fd_number: int | None
    fpd: str | None
    """Ten decimal digits, as printed."""
    date_time: datetime
    """Naive, the till's local time, as signed (tag 1012)."""
    shift_number: int | None
    receipt_number: int | None
    """Number within the shift (tag 1042)."""
    document: Mapping[str, Any]
    """The whole signed document, FNS JSON names.

    What has no FD is told under names of ours. X report: ``shiftSumReports`` as in a Z report,
    ``cashIn`` and ``cashOut`` (``count`` and ``sum``), ``cashInDrawer``, kopecks. Copy: ``copy``,
    the repeated document, and ``heading``, the word that marks the paper as a copy.
    """
    on_paper: bool = True
    """False: signed but not printed (no paper); `continue_print` is due."""
    tlv: bytes = b""
    """The drive's own bytes of the document, as :meth:`Driver.read_tlv` gives them; empty when the
    answer does not carry them, and for what has no FD."""

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Signed:
        """Read the numbers of a signed document (FNS JSON), as :meth:`Driver.read` gives it."""
        return cls(
            fn_number=document["fiscalDriveNumber"],
            fd_number=document["fiscalDocumentNumber"],
            fpd=f"{document['fiscalSign']:010d}",
            date_time=datetime.fromisoformat(document["dateTime"]),
            shift_number=document.get("shiftNumber"),
            receipt_number=document.get("requestNumber"),
            document=document,
        )


class LookupOutcome(StrEnum):
    SIGNED = "signed"
    NOT_SIGNED = "not_signed"
    PENDING = "pending"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Lookup:
    """The device's answer to "did you sign this?"."""

    outcome: LookupOutcome
    signed: Signed | None = None
    candidates: tuple[int, ...] = ()
    """FD numbers that may be ours when the outcome is ``unknown``."""
    why: str = ""
    fn_number: str = ""
    """The drive that was asked, and that the candidates lie on."""


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One answer to "how are you?"; counters and validity come from the drive itself."""

    model: str
    serial: str
    fn_number: str
    fn_valid_until: datetime | None
    last_fd: int
    shift_open: bool
    shift_number: int
    shift_opened_at: datetime | None
    """Naive, the till's local time."""
    receipt_number: int
    clock: datetime
    """Naive, the till's local time when it answered."""
    paper: bool
    cover_closed: bool
    undelivered: int
    undelivered_since: datetime | None
    """Naive local time of the oldest document the OFD has not acknowledged."""
    first_undelivered: int
    """FD of that document; 0 when there is none. All before it are with the OFD."""
    cash_in_drawer: int
    """Kopecks."""
    ffd_version: str
    open_document: bool = False
    warnings: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    """What not every till can tell: ``unprintedFd``, a signed document that waits for paper;
    ``registrationFd``, the latest report on (re-)registration (1 when it is not told)."""


class Driver(ABC):
    """One connection to one till. Not thread-safe: the lane serialises callers."""

    name: ClassVar[str]
    """The word that selects this driver in `kkt.device.driver`."""
    execution_limit: ClassVar[timedelta]
    """After sending, a command is executed within this time or never."""

    hears_acknowledgements: ClassVar[bool] = False
    """It has no exchange with the OFD of its own: :meth:`acknowledge` tells it what the OFD has.

    Only such a driver may be spoken to beside whoever holds the till's lane, and only for this.
    """

    @classmethod
    @abstractmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Open the till that `settings` describe; each driver says which it needs.

        Raises KeyError for a missing one, :class:`~.errors.DeviceError` when it cannot be opened.
        """

    @abstractmethod
    def status(self) -> DeviceStatus:
        """Ask how the device is. Raises :class:`~.errors.DeviceError`."""

    @abstractmethod
    def baseline(self) -> Baseline:
        """Ask for drive number, last FD and shift. Raises :class:`~.errors.DeviceError`."""

    @abstractmethod
    def register(self, document: Document, intent: Intent) -> Signed:
        """Register one document; send nothing after ``intent.deadline``.

        Raises :class:`~.errors.Refused`, :class:`~.errors.Unreachable` (nothing signed) or
        :class:`~.errors.NoAnswer` (unknown).
        """

    @abstractmethod
    def lookup(self, document: Document, intent: Intent) -> Lookup:
        """Ask whether the document of a journaled intent was signed.

        Cancels a document left open first. Silence raises: it is no answer. Copies and X reports
        sign nothing, so they are ``not_signed`` once the deadline has passed.
        """

    @abstractmethod
    def read(self, fd_number: int) -> Mapping[str, Any]:
        """Read a signed document back from the drive, FNS JSON names."""

    @abstractmethod
    def read_tlv(self, fd_number: int) -> bytes:
        """Read a signed document back as the drive's bytes, its outermost tag included."""

    @abstractmethod
    def continue_print(self) -> None:
        """Go on printing after the paper came back. Signs nothing; again does no harm."""

    @abstractmethod
    def cancel_open_document(self) -> bool:
        """Cancel a document that was left open; False when there was none."""

    @abstractmethod
    def set_clock(self, local: datetime) -> None:
        """Set the till's clock. `local` is naive, the till's own zone, whole seconds.

        A drive signs nothing but a shift's end while the till's clock is more than five minutes
        from its own, and nothing at all while it is behind the last document.
        """

    def acknowledge(  # noqa: B027 - a real drive hears it itself
        self, *fd_numbers: int, fn_number: str = ""
    ) -> None:
        """Tell the drive that the OFD has these documents, where we are the ones who deliver.

        `fn_number` names the drive; it may have been taken out. Empty: the one that is inside.
        """

    def close(self) -> None:  # noqa: B027 - most drivers hold nothing open
        """Let go of the wire."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
