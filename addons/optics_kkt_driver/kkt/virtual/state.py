"""What a drive and its till remember, as plain values: rules and documents are made from these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ..fiscal.vocabulary import DocumentKind


@dataclass(frozen=True, slots=True)
class DriveState:
    """Counters of one drive in one till. Times are naive, the till's local time."""

    fn_number: str
    valid_until: date
    """Last day of the keys' validity."""
    capacity: int
    """Documents that fit into the drive."""
    last_fd: int = 0
    last_date_time: datetime | None = None
    closed: bool = False
    """The archive was closed for ever (FD code 6)."""
    shift_number: int = 0
    shift_open: bool = False
    shift_opened_at: datetime | None = None
    shift_opened_fd: int = 0
    receipt_number: int = 0
    """Within the shift, tag 1042."""
    cash_in_drawer: int = 0
    """Kopecks."""
    cash_operation: int = 0
    """Number of the last cash in or out."""
    open_document: str = ""
    """Kind of a document that a power cut left open."""
    unprinted_fd: int = 0
    """A signed document that waits for paper, or the copy of one does; 0 when none does."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Documents that the operator has not acknowledged."""

    count: int = 0
    first_fd: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class PendingCommand:
    """A command that arrived and that the till has not got round to."""

    kind: DocumentKind
    content: dict[str, object]
    execute_at: datetime
    """Aware, UTC; never executed at or after `before`."""
    before: datetime
