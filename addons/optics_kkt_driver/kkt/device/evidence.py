"""What a till knows about what it has executed: recovery judges by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..fiscal.vocabulary import DocumentKind


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as the till remembers it; cash operations have no FD and no FPD."""

    kind: DocumentKind
    document: dict[str, object]
    """The whole signed document, FNS JSON names."""
    date_time: datetime
    """Naive, by the till's clock to the second; the document itself may tell the minute only."""
    shift_number: int
    fd_number: int | None = None
    fpd: str | None = None
    receipt_number: int | None = None
    operation_number: int | None = None
    """Of a cash operation."""
    tlv: bytes = b""
    """The drive's bytes of a document with an FD, where the till knows them."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the till knows about commands that were sent after a baseline."""

    asked_at: datetime
    """Aware, UTC: nothing that is executed later than this is in here."""
    fn_number: str
    last_fd: int
    documents: tuple[Stored, ...]
    operations: tuple[Stored, ...]
    unprinted_fd: int
