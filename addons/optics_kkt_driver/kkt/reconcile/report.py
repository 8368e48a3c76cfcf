"""A report of an operator as rows, from CSV, JSON or .xlsx; what cannot be read is told by line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, islice
from typing import NamedTuple, TypeVar

from ..fiscal.exact import cut
from ..fiscal.vocabulary import SETTLEMENTS, DocumentKind, OperationType
from . import cells
from .json_table import documents, unwrapped
from .layout import NEEDED, SUMS, Field, Layout, guess
from .problems import BadCell, UnreadableReport
from .text_table import SEPARATORS, Record, encoding_of, records
from .workbook import sheet_rows, sheets_of

T = TypeVar("T")

MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 250_000
LINES_ABOVE = 50
"""Within these the headings must stand; cabinets write seller and period above them."""
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_TOTALS = re.compile(r"\s*(?:итог|всего|total)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One fiscal document as somebody tells it; None where they do not."""

    line: int
    """Of the report, from 1; 0 for a document of ours."""
    fn: str
    """16 digits."""
    fd: int
    total: int | None
    """Kopecks, as all sums."""
    fpd: int | None = None
    date_time: datetime | date | None = None
    """Naive is by the clock of whoever tells; a date where no time is told."""
    kind: DocumentKind | None = None
    operation: OperationType | None = None
    sums: Mapping[str, int] = field(default_factory=dict)
    """By the names of :data:`.layout.SUMS`."""

    @property
    def key(self) -> tuple[str, int]:
        return self.fn, self.fd


@dataclass(frozen=True, slots=True)
class Broken:
    """A line of the report that cannot be read."""

    line: int
    field: str
    """A :class:`.layout.Field`; empty where the whole line is wrong."""
    value: str
    code: str
    """One of :data:`.problems.BROKEN`."""


@dataclass(frozen=True, slots=True)
class Report:
    rows: tuple[Row, ...]
    broken: tuple[Broken, ...]
    skipped: int
    """Lines that name no document, such as totals."""


class Line(NamedTuple):
    """One line under the headings: its cells by heading, or why it has none."""

    number: int
    cells: Mapping[str, object]
    code: str = ""


class Table(NamedTuple):
    headings: tuple[str, ...]
    lines: Iterator[Line]


def headings_of(data: bytes) -> tuple[str, ...]:
    """The headings of a report, as a person may choose among them.

    Where a heading stands twice, the second one is told as ``Сумма (2)``. Raises UnreadableReport.
    """
    return _table(data, None).headings


def read_report(data: bytes, layout: Layout) -> Report:
    """Read all of a report. Raises UnreadableReport, whose code says why nothing of it is read."""
    rows: list[Row] = []
    broken: list[Broken] = []
    skipped = 0
    for each in each_line(data, layout):
        if isinstance(each, Row):
            rows.append(each)
        elif each:
            broken.append(each)
        else:
            skipped += 1
    if not rows and not broken:
        raise UnreadableReport("heading_only")
    return Report(tuple(rows), tuple(broken), skipped)


def each_line(data: bytes, layout: Layout) -> Iterator[Row | Broken | None]:
    """The lines of a report as they come; None for one that names no document."""
    table = _table(data, layout)
    if missing := layout.missing(table.headings):
        raise UnreadableReport("other_headings", fields=missing)
    for count, line in enumerate(table.lines):
        if count >= MOST_ROWS:
            raise UnreadableReport("too_many_rows", most=MOST_ROWS)
        yield _read(line, layout)


# One line -------------------------------------------------------------------------------------


def _read(line: Line, layout: Layout) -> Row | Broken | None:
    if line.code:
        return Broken(line.number, "", _shown(line.cells), line.code)
    told = {each: line.cells.get(heading) for each, heading in layout.columns.items()}
    if _is_no_document(told):
        return None
    reading = _Reading(told)
    try:
        return _row(line.number, reading, layout)
    except BadCell as bad:
        return Broken(line.number, reading.field, cut(str(told.get(reading.field) or "")), bad.code)


def _is_no_document(told: Mapping[Field, object]) -> bool:
    """Whether a line is empty, or adds others up."""
    first = next((value for value in told.values() if value not in (None, "")), None)
    if isinstance(told.get(Field.FN), str) and _TOTALS.match(str(told[Field.FN])):
        return True
    named = (Field.FN, Field.FD, Field.FPD, Field.DATE_TIME)
    totals = isinstance(first, str) and bool(_TOTALS.match(first))
    return totals or all(told.get(each) in (None, "") for each in named)


class _Reading:
    """The cells of a line, and which one was looked at last."""

    def __init__(self, told: Mapping[Field, object]) -> None:
        self._told = told
        self.field = Field.FN

    def __call__(self, field: Field) -> object:
        self.field = field
        return self._told.get(field)


def _row(number: int, reading: _Reading, layout: Layout) -> Row:
    fn = cells.fn_from(reading(Field.FN))
    fd = cells.fd_from(reading(Field.FD))
    fpd = cells.whole_from(reading(Field.FPD))
    at = cells.time_from(reading(Field.TIME))
    moment = cells.moment_from(reading(Field.DATE_TIME), at, layout)
    kind, operation = _kinds(reading)
    sums = {
        str(each): kopecks
        for each in SUMS
        if each in layout.columns and (kopecks := cells.sum_from(reading(each), layout)) is not None
    }
    total = cells.sum_from(reading(Field.TOTAL), layout)
    if total is None and kind in (None, *SETTLEMENTS):
        raise BadCell("empty")
    return Row(number, fn, fd, total, fpd, moment, kind, operation, sums)


def _kinds(reading: _Reading) -> tuple[DocumentKind | None, OperationType | None]:
    kind = reading(Field.KIND)
    try:
        return cells.kind_and_operation(kind, reading(Field.OPERATION))
    except BadCell as bad:
        if bad.code == "unknown_kind":
            reading(Field.KIND)
        raise


def _shown(cells_told: Mapping[str, object]) -> str:
    return cut("; ".join(str(value) for value in islice(cells_told.values(), 5)))


# The table ------------------------------------------------------------------------------------


def _table(data: bytes, layout: Layout | None) -> Table:
    if not data.strip():
        raise UnreadableReport("empty")
    if len(data) > MOST_BYTES:
        raise UnreadableReport("too_large", most=MOST_BYTES)
    if data.startswith(_OLD_EXCEL):
        raise UnreadableReport("old_excel")
    if data.startswith(_ZIP):
        return _of_workbook(data, layout)
    encoding = encoding_of(data)
    if data[:200].decode(encoding, "ignore").lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return _of_json(data.decode(encoding, "replace").lstrip("\ufeff"))
    return _of_text(data, encoding, layout)


def _of_json(text: str) -> Table:
    lines = _json_lines(text)
    head = list(islice(lines, LINES_ABOVE))
    if not head:
        raise UnreadableReport("heading_only")
    told = chain.from_iterable(line.cells.items() for line in head)
    headings = dict.fromkeys(name for name, value in told if not isinstance(value, Mapping | list))
    return Table(tuple(headings), chain(head, lines))


def _json_lines(text: str) -> Iterator[Line]:
    for number, document in enumerate(documents(text), 1):
        if isinstance(document, Mapping):
            yield Line(number, unwrapped(document))
        else:
            yield Line(number, {}, "no_object")


def _of_text(data: bytes, encoding: str, layout: Layout | None) -> Table:
    def opened(separator: str, width: int = 0) -> Iterator[Record]:
        return records(data, encoding, separator, width)

    separator, heading = _heading(((each, opened(each)) for each in SEPARATORS), layout)
    return _below(heading, lambda _width: opened(separator, len(heading.cells)))


def _of_workbook(data: bytes, layout: Layout | None) -> Table:
    sheets = ((each, sheet_rows(each, LINES_ABOVE)) for each in sheets_of(data))
    sheet, heading = _heading(sheets, layout)
    return _below(heading, lambda width: sheet_rows(sheet, LINES_ABOVE + MOST_ROWS + 1, width + 1))


def _heading(
    opened: Iterable[tuple[T, Iterator[Record]]], layout: Layout | None
) -> tuple[T, Record]:
    """Which way of reading gives the best headings, and the record that they are."""
    best, found = (0, 0), None
    for way, lines in opened:
        for record in islice(lines, LINES_ABOVE):
            if (rank := _rank(record, layout)) > best:
                best, found = rank, (way, record)
    if not found or best[1] < len(NEEDED):
        raise UnreadableReport("no_heading")
    return found


def _rank(record: Record, layout: Layout | None) -> tuple[int, int]:
    """How much a record looks like the headings: by the fields in it, then by the texts."""
    texts = [each.strip() for each in record.cells if isinstance(each, str) and each.strip()]
    columns = layout.columns if layout else guess(texts).columns
    known = [each for each, heading in columns.items() if heading in texts]
    needed = sum(each in NEEDED for each in known)
    return needed * len(Field) + len(known), len(texts)


def _below(heading: Record, reopened: Callable[[int], Iterable[Record]]) -> Table:
    names = _unique([_heading_text(each) for each in heading.cells])
    while names and not names[-1]:
        names.pop()
    width = len(names)
    lines = (_line(record, names) for record in reopened(width) if record.number > heading.number)
    return Table(tuple(name for name in names if name), lines)


def _heading_text(value: object) -> str:
    try:
        return cells.text_of(value)
    except BadCell:
        return ""


def _unique(names: Sequence[str]) -> list[str]:
    count: dict[str, int] = {}
    told = []
    for name in names:
        count[name] = count.get(name, 0) + 1
        told.append(f"{name} ({count[name]})" if name and count[name] > 1 else name)
    return told


def _line(record: Record, names: Sequence[str]) -> Line:
    told = dict(zip(names, record.cells, strict=False))
    if not record.code and any(each not in (None, "") for each in record.cells[len(names) :]):
        return Line(record.number, told, "too_many_cells")
    return Line(record.number, told, record.code)
