"""What the till does just now (Shtrih-M protocol v1.17, commands 10h and 11h)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Any


class Flag(IntFlag):
    """Sensors."""

    RECEIPT_ROLL = 1 << 1
    PAPER = 1 << 7
    """Optical sensor of the receipt's roll."""
    LEVER = 1 << 9
    COVER_OPEN = 1 << 10
    DRAWER_OPEN = 1 << 11


class Mode(IntEnum):
    """Lower four bits of the mode."""

    DATA = 1
    SHIFT_OPEN = 2
    SHIFT_OVERDUE = 3
    """Open for more than 24 hours."""
    SHIFT_CLOSED = 4
    BLOCKED = 5
    CONFIRM_DATE = 6
    DECIMAL_POINT = 7
    DOCUMENT_OPEN = 8


class Submode(IntEnum):
    """What the printer waits for."""

    IDLE = 0
    NO_PAPER = 1
    """Nothing is being printed."""
    PAPER_RAN_OUT = 2
    """In the middle of a document, which is signed or will be."""
    PAPER_IS_BACK = 3
    """It waits for B0h."""
    PRINTING_FULL_REPORT = 4
    PRINTING = 5


@dataclass(frozen=True, slots=True)
class State:
    """One answer to 10h."""

    mode: int
    submode: int
    flags: Flag

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> State:
        return cls(told["mode"] & 0x0F, told["submode"], Flag(told["flags"]))

    @property
    def has_paper(self) -> bool:
        out = (Submode.NO_PAPER, Submode.PAPER_RAN_OUT)
        return self.submode not in out and Flag.PAPER in self.flags

    @property
    def is_printing(self) -> bool:
        return self.submode in (Submode.PRINTING, Submode.PRINTING_FULL_REPORT)

    @property
    def waits_for_paper(self) -> bool:
        """A document is not wholly on paper."""
        return self.submode in (Submode.PAPER_RAN_OUT, Submode.PAPER_IS_BACK)
