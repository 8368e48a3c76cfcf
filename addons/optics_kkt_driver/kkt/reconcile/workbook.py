"""The rows of an .xlsx workbook, read as they come and never all unpacked at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
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
    *(BadZipFile, InvalidFileException, AttributeError, EOFError, KeyError, OSError),
    *(NotImplementedError, SyntaxError, TypeError, ValueError),
)
"""What openpyxl and the parsers under it raise of what is no workbook."""


def sheet_count(data: bytes) -> int:
    """Raises UnreadableReport for what is no workbook, or would be too large unpacked."""
    _check_size(data)
    try:
        with closing(load_workbook(BytesIO(data), read_only=True, data_only=True)) as book:
            return min(len(book.worksheets), MOST_SHEETS)
    except _DAMAGED:
        raise UnreadableReport("not_workbook") from None


def sheet_rows(data: bytes, sheet: int, most_rows: int) -> Iterator[Record]:
    """The rows of a sheet, numbered from 1; at most `most_rows`."""
    try:
        with closing(load_workbook(BytesIO(data), read_only=True, data_only=True)) as book:
            found = book.worksheets[sheet]
            # Programs write a wrong size of the sheet; what is there counts.
            found.reset_dimensions()
            rows = found.iter_rows(max_row=most_rows, max_col=MOST_COLUMNS, values_only=True)
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
