"""Frames of the standard lower level (Shtrih-M protocol v1.17): bytes alone, no command, no socket.

A frame is ``STX LEN DATA LRC``: LEN counts the bytes of DATA, LRC is the XOR of LEN and DATA.
Between frames either end sends single control bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import xor

STX = 0x02
ENQ = 0x05
ACK = 0x06
NAK = 0x15
STRAY = 0xFF
"""Tills on USB (RNDIS) send it where a control byte is expected; it means nothing."""
LONGEST = 255
"""Bytes of DATA in one frame."""


@dataclass(frozen=True, slots=True)
class Control:
    """A single byte between frames: ENQ, ACK, NAK, or one that means nothing."""

    byte: int


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole frame with a right LRC."""

    data: bytes


@dataclass(frozen=True, slots=True)
class BadFrame:
    """A whole frame whose LRC is wrong: whoever gets it says NAK."""


Event = Control | Frame | BadFrame


def lrc(data: bytes) -> int:
    """Checksum of DATA: the XOR of its length and all its bytes."""
    return reduce(xor, data, len(data))


def frame(data: bytes) -> bytes:
    """The frame around DATA. Raises ValueError for none and for more than fits."""
    if not 1 <= len(data) <= LONGEST:
        raise ValueError(f"a frame holds 1 to {LONGEST} bytes, not {len(data)}")
    return bytes((STX, len(data))) + data + bytes((lrc(data),))


class Parser:
    """Takes a stream apart, however it is split; keeps at most one unfinished frame."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, raw: bytes) -> Iterator[Event]:
        """Take what has come; yield what is whole now, in order."""
        self._buffer += raw
        while self._buffer:
            if self._buffer[0] != STX:
                yield Control(self._buffer.pop(0))
                continue
            size = self._buffer[1] + 3 if len(self._buffer) > 1 else 0
            if not size or len(self._buffer) < size:
                return
            data, told = bytes(self._buffer[2 : size - 1]), self._buffer[size - 1]
            del self._buffer[:size]
            yield Frame(data) if data and lrc(data) == told else BadFrame()

    def drop(self) -> None:
        """Forget an unfinished frame: its sender has fallen silent."""
        self._buffer.clear()

    @property
    def is_within_frame(self) -> bool:
        return bool(self._buffer)
