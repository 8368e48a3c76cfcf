"""Lines of a text with separators, as its writer meant them."""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from io import BytesIO, TextIOWrapper
from itertools import islice
from typing import NamedTuple

from .problems import UnreadableReport

SEPARATORS = (";", "\t", ",")
LONGEST_LINE = 20_000
MOST_LINES_OF_A_RECORD = 10
"""A quoted field may go on for some lines; a quote that is never closed must not eat the rest."""
_CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HTML = re.compile(rb"\s*<(?:!doctype|html|table|\?xml)", re.IGNORECASE)


class Record(NamedTuple):
    """What stands under the headings, or why (`code`) it cannot be said."""

    number: int
    """Of its first line in the file, from 1."""
    cells: list[object]
    code: str = ""


def encoding_of(data: bytes) -> str:
    """Raises UnreadableReport for what is no text."""
    if _HTML.match(data):
        raise UnreadableReport("is_html")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    head = data[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 10 > len(head):
        return "utf-16-be" if even > odd else "utf-16-le"
    if b"\0" in data:
        raise UnreadableReport("nul_bytes")
    return "utf-8" if _is_utf8(data) else "cp1251"


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def text_lines(data: bytes, encoding: str) -> Iterator[str]:
    """The physical lines; what no encoding has stands as a mark of its own."""
    with TextIOWrapper(BytesIO(data), encoding, errors="replace", newline=None) as text:
        while line := text.readline(LONGEST_LINE + 1):
            whole = line
            while len(line) > LONGEST_LINE and not line.endswith("\n"):
                line = text.readline(LONGEST_LINE + 1)
            yield whole


def records(data: bytes, encoding: str, separator: str, width: int = 0) -> Iterator[Record]:
    """Each record of the text; a broken one stops no other.

    :param width: how many cells a record of several lines must have to be taken for one
    """
    lines = enumerate(text_lines(data, encoding), 1)
    ahead: deque[tuple[int, str]] = deque()
    while first := ahead.popleft() if ahead else next(lines, None):
        number, line = first
        if len(line) > LONGEST_LINE:
            yield Record(number, [], "too_long")
            continue
        cells = _cells([line], separator)
        if cells is None:
            ahead.extend(islice(lines, MOST_LINES_OF_A_RECORD - 1 - len(ahead)))
            cells, taken = _closed(line, ahead, separator, width)
            for _each in range(taken):
                ahead.popleft()
        yield Record(number, [], "open_quote") if cells is None else Record(number, cells)


def _closed(
    line: str, ahead: Iterable[tuple[int, str]], separator: str, width: int
) -> tuple[list[object] | None, int]:
    """The cells of a record that goes on, and over how many further lines; None if it does not."""
    parts = [line]
    for _number, later in ahead:
        parts.append(later)
        if (cells := _cells(parts, separator)) is not None:
            right = not width or len(cells) == width
            return (cells, len(parts) - 1) if right else (None, 0)
    return None, 0


def _cells(lines: list[str], separator: str) -> list[object] | None:
    """The cells of one record; None while a quoted one is open at the end."""
    text = "".join(lines)
    if len(text) > LONGEST_LINE:
        return None
    ended = [*lines[:-1], lines[-1].removesuffix("\n") + "\n"]
    cells: list[object] = []
    for row in csv.reader(ended, delimiter=separator):
        cells += row
    return None if cells and str(cells[-1]).endswith("\n") else cells
