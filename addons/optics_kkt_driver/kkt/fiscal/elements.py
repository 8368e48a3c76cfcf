"""The outermost grammar of a fiscal document: tag u16, length u16, value; little-endian."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import NamedTuple

HEADER = struct.Struct("<HH")
LONGEST = 0xFFFF


class MalformedTlv(ValueError):
    """Bytes that are no fiscal document: cut off, or a value that its tag cannot have.

    `offset` is where in the innermost value the trouble starts, `path` which value that is.
    """

    def __init__(self, reason: str, *, offset: int = 0, path: str = "") -> None:
        self.reason = reason
        self.offset = offset
        self.path = path
        super().__init__(f"{path or 'document'} at byte {offset}: {reason}")


class Element(NamedTuple):
    """One tag with its value as bytes."""

    tag: int
    value: bytes


def split(raw: bytes) -> list[Element]:
    """The elements of a value, in order; takes time and memory in proportion to `raw`.

    A length field is compared with the bytes at hand before it is believed. Raises MalformedTlv.
    """
    elements = []
    offset = 0
    while offset < len(raw):
        element, size = _first(raw, offset)
        elements.append(element)
        offset += size
    return elements


def first(raw: bytes) -> tuple[Element, bytes]:
    """The first element and what follows it: a message to the OFD has its sign after the document.

    Raises MalformedTlv.
    """
    element, size = _first(raw, 0)
    return element, raw[size:]


def join(elements: Iterable[Element]) -> bytes:
    """The bytes of elements, inverse of :func:`split`. Raises ValueError for an oversized value."""
    parts = []
    for tag, value in elements:
        if len(value) > LONGEST:
            raise ValueError(f"the value of tag {tag} has {len(value)} bytes")
        parts += [HEADER.pack(tag, len(value)), value]
    return b"".join(parts)


def _first(raw: bytes, offset: int) -> tuple[Element, int]:
    if len(raw) - offset < HEADER.size:
        raise MalformedTlv("cut off within tag and length", offset=offset)
    tag, length = HEADER.unpack_from(raw, offset)
    begin = offset + HEADER.size
    if length > len(raw) - begin:
        reason = f"tag {tag} announces {length} bytes, {len(raw) - begin} are left"
        raise MalformedTlv(reason, offset=offset)
    return Element(tag, raw[begin : begin + length]), HEADER.size + length
