"""Streams of bytes, taken apart into the messages that the two ends mean by them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Protocol

ENQ, ACK, NAK, STX = 0x05, 0x06, 0x15, 0x02
_CONTROL = {ENQ: "ENQ", ACK: "ACK", NAK: "NAK"}
_LONG_COMMAND = 0xFF
"""First byte of a two-byte command code (Shtrih-M protocol v1.17)."""


class Splitter(Protocol):
    """One direction of one connection."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take what has come; yield each message that is whole now, byte for byte."""

    def rest(self) -> bytes:
        """Return what has come of a message that is not whole yet."""


class WireProtocol(Protocol):
    """How to cut a stream into messages, and what to call them."""

    def splitter(self) -> Splitter:
        """Return a splitter for one direction of a new connection."""

    def name(self, message: bytes, *, to_till: bool) -> str:
        """Name a message by its kind: the same for all that differ in content alone."""


class _Buffered:
    """Collects bytes; :meth:`_size` says how long the message at their beginning is."""

    def __init__(self, size: Callable[[bytes], int]) -> None:
        self._buffer = b""
        self._size = size

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._buffer += data
        while self._buffer and (size := self._size(self._buffer)) and len(self._buffer) >= size:
            message, self._buffer = self._buffer[:size], self._buffer[size:]
            yield message

    def rest(self) -> bytes:
        return self._buffer


class Shtrih:
    """Control bytes, and frames ``STX LEN … LRC``; any other byte is a message by itself."""

    def splitter(self) -> Splitter:
        return _Buffered(_shtrih_size)

    def name(self, message: bytes, *, to_till: bool) -> str:
        if message[0] != STX:
            return _CONTROL.get(message[0], f"byte {message[0]:02X}")
        code = message[2:4] if message[2] == _LONG_COMMAND else message[2:3]
        return f"{'command' if to_till else 'answer'} {code.hex().upper()}"


def _shtrih_size(data: bytes) -> int:
    """Length of the first message; 0 while it cannot be told."""
    if data[0] != STX:
        return 1
    return data[1] + 3 if len(data) > 1 else 0


class Http:
    """Requests and answers of HTTP/1.1 whose length ``Content-Length`` tells."""

    def splitter(self) -> Splitter:
        return _Buffered(_http_size)

    def name(self, message: bytes, *, to_till: bool) -> str:
        first, _, _ = message.partition(b"\r\n")
        words = first.decode("latin-1").split(" ")
        if not to_till:
            return words[1]
        return f"{words[0]} {_IDENTIFIER.sub('{uuid}', words[1])}"


_IDENTIFIER = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)


def _http_size(data: bytes) -> int:
    """Length of the first message; 0 while its head is not whole."""
    head, end, _ = data.partition(b"\r\n\r\n")
    if not end:
        return 0
    told = _LENGTH.search(head)
    return len(head) + len(end) + (int(told[1]) if told else 0)
