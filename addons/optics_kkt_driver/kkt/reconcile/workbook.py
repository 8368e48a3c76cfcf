"""The rows of an .xlsx workbook, read as they come and never all unpacked at once."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from .problems import UnreadableReport
from .text_table import Record

MOST_UNPACKED = 300 * 1024 * 1024
"""Bytes of all parts; 100 000 rows of 20 columns are about a third of it."""
MOST_STRINGS = 64 * 1024 * 1024
"""Bytes of the part with the texts of all cells, which is held in memory."""
MOST_COLUMNS = 200
MOST_SHEETS = 20
_STRINGS = "xl/sharedStrings.xml"
_DAMAGED = (
    *(ArithmeticError, AssertionError, AttributeError, BadZipFile, EOFError, IndexError),
    *(InvalidFileException, KeyError, NotImplementedError, OSError, RuntimeError, SyntaxError),
    *(TypeError, ValueError, struct.error, zlib.error),
)
"""What openpyxl and the parsers under it raise of what is no workbook."""


def sheets_of(data: bytes) -> list[Any]:
    """The worksheets, opened once for all that is read of them.

    Raises UnreadableReport for what is no workbook, or would be too large unpacked.
    """
    _check_size(data)
    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=True)
    except _DAMAGED:
        raise UnreadableReport("not_workbook") from None
    return list(book.worksheets[:MOST_SHEETS])


def sheet_rows(sheet: Any, most_rows: int, width: int = MOST_COLUMNS) -> Iterator[Record]:
    """The rows of a worksheet, numbered from 1, and of each the first `width` cells."""
    try:
        # Programs write a wrong size of the sheet; what is there counts.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=most_rows, max_col=width, values_only=True)
        for number, row in enumerate(rows, 1):
            yield Record(number, [_as_kept(value) for value in row])
    except _DAMAGED:
        raise UnreadableReport("not_workbook") from None


def _as_kept(value: object) -> object:
    """A cell; a number as long as a drive's is left exact only where it must have been so.

    Excel keeps 15 digits and puts noughts after them, other programs keep 53 bits.
    """
    if isinstance(value, int) and value >= 10**15 and (value > 1 << 53 or value % 10 == 0):
        return float(value)
    return value


def _check_size(data: bytes) -> None:
    try:
        with ZipFile(BytesIO(data)) as parts:
            sizes = {each.filename: each.file_size for each in parts.infolist()}
    except _DAMAGED:
        raise UnreadableReport("not_workbook") from None
    if sum(sizes.values()) > MOST_UNPACKED or sizes.get(_STRINGS, 0) > MOST_STRINGS:
        raise UnreadableReport("unpacked_too_large")
