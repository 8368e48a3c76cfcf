"""Requisites as the till takes them: whole elements, in commands of at most 250 bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...fiscal.elements import join, split
from ...fiscal.tlv import EncodingError, encode_tags
from ..codes import refusal

LONGEST = 250
"""Bytes of TLV in one command."""


def pieces(data: Mapping[str, Any], parent: int) -> Iterator[bytes]:
    """The elements of JSON members of `parent`, as few commands as they fit into.

    Raises Refused: 10h for an element that fits into no command, 33h for a value that its tag
    cannot have.
    """
    try:
        raw = encode_tags(data, parent)
    except EncodingError as error:
        raise refusal("33", f"{error.path}: {error.reason}") from error
    piece = b""
    for element in split(raw):
        one = join([element])
        if len(one) > LONGEST:
            raise refusal("10", f"реквизит {element.tag}: {len(one)} байт, кассе можно {LONGEST}")
        if len(piece) + len(one) > LONGEST:
            yield piece
            piece = b""
        piece += one
    if piece:
        yield piece
