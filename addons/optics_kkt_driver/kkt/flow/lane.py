"""What the procedures need of the place where a till's documents wait (the lane).

The store commits each step before it returns: what it says has happened survives a kill. Only
one process holds a lane at a time; the fence it was given makes a late writer harmless.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..device.contract import Baseline, DeviceStatus, Intent, Lookup, Signed
from ..device.errors import DeviceError
from ..fiscal.document import Document
from .errors import Unservable


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that waits: nothing was sent for it since it was last queued."""

    id: int
    document: Document
    needs_open_shift: bool = False
    """A receipt whose caller wants a closed shift to be opened first."""


@dataclass(frozen=True, slots=True)
class Journaled:
    """A row whose intent is durable: its document may have been sent."""

    id: int
    document: Document
    intent: Intent


@dataclass(frozen=True, slots=True)
class Unread:
    """A signed row whose answer did not carry the drive's bytes."""

    id: int
    fn_number: str
    fd_number: int
    fpd: str


class LaneStore(ABC):
    """The lane's rows. Each method is one committed step."""

    @abstractmethod
    def undecided(self) -> Journaled | None:
        """Return the row in `printing` or `unknown`: at most one exists."""

    @abstractmethod
    def next_queued(self) -> Entry | None:
        """Return the oldest row in `queued`."""

    @abstractmethod
    def queue_shift_opening(self, before: Entry) -> Entry:
        """Queue the opening of a shift that must be served ahead of `before`.

        Raises :class:`~.errors.Unservable`: it cannot be had, now or later.
        """

    @abstractmethod
    def journal(self, entry: Entry, baseline: Baseline, deadline: datetime) -> Journaled | None:
        """`queued` → `printing`; None when a person gave the row up meanwhile."""

    @abstractmethod
    def signed(self, entry: Journaled, signed: Signed, why: str) -> None:
        """`printing` or `unknown` → `printed`."""

    @abstractmethod
    def refused(self, entry: Journaled, error: DeviceError) -> None:
        """`printing` → `failed`: nothing was signed."""

    @abstractmethod
    def unservable(self, entry: Entry, error: Unservable) -> None:
        """`queued` → `failed`: nothing was sent."""

    @abstractmethod
    def unknown(self, entry: Journaled, why: str) -> None:
        """`printing` → `unknown`; whoever calls this is from now on the only one to decide it."""

    @abstractmethod
    def not_signed(self, entry: Journaled, why: str) -> None:
        """`unknown` → `queued`: the device says that it has no such document."""

    @abstractmethod
    def manual(self, entry: Journaled, lookup: Lookup) -> None:
        """`unknown` → `manual`: only a person can decide; candidates stay reserved."""

    @abstractmethod
    def admit(self, baseline: Baseline) -> Sequence[int]:
        """Check that this drive is the one our rows speak of.

        Return the FD numbers up to the baseline's last one that no row of ours explains. Raises
        :class:`~.errors.TillRefusesWork` for another drive, or one whose memory is behind ours.
        """

    @abstractmethod
    def record_foreign(self, document: Mapping[str, Any]) -> None:
        """Keep a document (FNS JSON) that somebody else registered on the drive."""

    @abstractmethod
    def next_without_bytes(self) -> Unread | None:
        """Return the oldest signed row whose bytes are to be read, on the drive in the till."""

    @abstractmethod
    def bytes_read(self, entry: Unread, tlv: bytes) -> None:
        """Keep the drive's own bytes of a signed row."""

    @abstractmethod
    def bytes_refused(self, entry: Unread, why: str) -> None:
        """The drive does not give the bytes of this row: nobody asks for them again."""

    @abstractmethod
    def status_seen(self, status: DeviceStatus | None, error: DeviceError | None) -> None:
        """Keep the device's last answer, or that it gave none."""
