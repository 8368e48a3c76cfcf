"""The stock of a design as a spreadsheet has it: a grid of powers, or a list of their barcodes.

A grid has its cylinders in the first row and a sphere at the head of each row; each addition has a
grid of its own, below one another, with the addition in the corner. Cylinders are in either form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Any

from .power import parse_power, show_power
from .problems import InvalidPrescription, UnreadableEntry
from .refraction import Refraction
from .stock_power import StockPower

CORNER = "SPH \\ CYL"
LIST = ("SPH", "CYL", "ADD", "EAN")
"""Heads of the columns of a list of barcodes."""
MOST_COUNT = 9999
MOST_BARCODE = 64
_ADDITION = re.compile(r"add\s*(\S+)", re.IGNORECASE)
_EAN = re.compile(r"[0-9]{8}|[0-9]{12,14}")

Row = Sequence[object]

RULES: Mapping[str, str] = MappingProxyType(
    {
        "no_grid": "holds no grid: cylinders in the first row, spheres in the first column",
        "not_a_power": "{value} is no power",
        "power_beyond": "{value}: beyond what a lens may have",
        "not_a_count": "{value} is no whole number from 0 to {most}",
        "told_twice": "{power} stands in {other} already",
        "not_a_list": "needs the columns {columns}",
        "not_a_barcode": "{value} is no barcode",
        "wrong_digit": "{value}: the last digit does not fit the others",
    }
)
"""What each rule says in English, by its code."""


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One cell that cannot be read."""

    cell: str
    """As spreadsheets name it: ``B7``."""
    code: str
    """Key of :data:`RULES`."""
    params: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.cell}: {RULES[self.code].format_map(self.params)}"


class UnreadableSheet(ValueError):
    """A sheet that is read as a whole or not at all; `problems` names each bad cell."""

    def __init__(self, problems: Iterable[CellProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


class _Reading:
    """What was found so far; a value is taken once."""

    def __init__(self) -> None:
        self.problems: list[CellProblem] = []
        self.where: dict[StockPower | str, str] = {}

    def note(self, cell: str, code: str, /, **params: Any) -> None:
        self.problems.append(CellProblem(cell, code, params))

    def power(self, cell: str, value: object) -> int | None:
        try:
            return parse_power(_text(value))
        except UnreadableEntry:
            self.note(cell, "not_a_power", value=_text(value))
            return None

    def stock_power(
        self, cell: str, sphere: int | None, cylinder: int | None, addition: int | None
    ) -> StockPower | None:
        """None where a part of it could not be read, or where no lens has it."""
        if sphere is None or cylinder is None:
            return None
        try:
            refraction = Refraction(sphere, cylinder, 180 if cylinder else None)
            return StockPower.of(refraction, addition)
        except InvalidPrescription:
            told = " ".join(map(show_power, (sphere, cylinder)))
            self.note(cell, "power_beyond", value=told)
            return None

    def is_first(self, cell: str, key: StockPower | str) -> bool:
        other = self.where.setdefault(key, cell)
        if other != cell:
            told = key if isinstance(key, str) else key.show()
            self.note(cell, "told_twice", power=told, other=other)
        return other == cell

    def raise_any(self) -> None:
        if self.problems:
            raise UnreadableSheet(self.problems)


def written_grid(counts: Mapping[StockPower, int]) -> list[list[object]]:
    """Rows of a sheet: a grid for each addition, a blank row between them.

    Powers stand as text, for a spreadsheet would drop their signs; counts as numbers, and nothing
    where no count is told.
    """
    rows: list[list[object]] = []

    def addition_of(power: StockPower) -> int:
        return power.addition or 0

    for addition, powers in groupby(sorted(counts, key=lambda p: (addition_of(p), p)), addition_of):
        held = list(powers)
        cylinders = sorted({each.cylinder for each in held}, reverse=True)
        corner = f"ADD {show_power(addition)}" if addition else CORNER
        rows += [[]] if rows else []
        rows.append([corner, *map(show_power, cylinders)])
        for sphere in sorted({each.sphere for each in held}, reverse=True):
            line = [counts.get(StockPower(sphere, c, addition or None)) for c in cylinders]
            rows.append([show_power(sphere), *line])
    return rows


def read_grid(rows: Iterable[Row]) -> dict[StockPower, int]:
    """Counts by power from what :func:`written_grid` writes, or a supplier does.

    Empty cells tell nothing, nought is a count. Raises UnreadableSheet with all bad cells.
    """
    reading, counts = _Reading(), dict[StockPower, int]()
    heads: dict[int, int | None] | None = None
    addition: int | None = None
    for number, row in enumerate(rows, start=1):
        if not any(map(_text, row)):
            heads = None
        elif heads is None:
            heads = {
                column: reading.power(_cell(number, column), value)
                for column, value in enumerate(row)
                if column and _text(value)
            }
            addition = _addition(reading, _cell(number, 0), row[0])
        else:
            _read_row(reading, counts, number, row, heads, addition)
    if not counts and not reading.problems:
        reading.note("A1", "no_grid")
    reading.raise_any()
    return counts


def _addition(reading: _Reading, cell: str, corner: object) -> int | None:
    found = _ADDITION.search(_text(corner))
    return reading.power(cell, found[1]) or None if found else None


def _read_row(
    reading: _Reading,
    counts: dict[StockPower, int],
    number: int,
    row: Row,
    heads: Mapping[int, int | None],
    addition: int | None,
) -> None:
    sphere = reading.power(_cell(number, 0), row[0])
    for column, cylinder in heads.items():
        value = row[column] if column < len(row) else None
        if not _text(value):
            continue
        cell = _cell(number, column)
        power = reading.stock_power(cell, sphere, cylinder, addition)
        count = _count(value)
        if count is None:
            reading.note(cell, "not_a_count", value=_text(value), most=MOST_COUNT)
        elif power is not None and reading.is_first(cell, power):
            counts[power] = count


def written_list(barcodes: Iterable[tuple[StockPower, str]]) -> list[list[object]]:
    """Rows of a sheet of barcodes, its heads first."""
    rows: list[list[object]] = [list(LIST)]
    for power, barcode in sorted(barcodes):
        addition = "" if power.addition is None else show_power(power.addition)
        rows.append([show_power(power.sphere), show_power(power.cylinder), addition, barcode])
    return rows


def read_list(rows: Iterable[Row]) -> list[tuple[StockPower, str]]:
    """Powers with their barcodes; a power may have several, a barcode has one power.

    Raises UnreadableSheet with all bad cells.
    """
    reading, found = _Reading(), list[tuple[StockPower, str]]()
    lines = enumerate(rows, start=1)
    heads = [_text(value).upper() for value in next(lines, (0, ()))[1]][: len(LIST)]
    if tuple(heads) != LIST:
        reading.note("A1", "not_a_list", columns=", ".join(LIST))
        reading.raise_any()
    for number, row in lines:
        if any(map(_text, row)):
            _read_line(reading, found, number, [*row, *[None] * len(LIST)])
    reading.raise_any()
    return found


def _read_line(
    reading: _Reading, found: list[tuple[StockPower, str]], number: int, row: Row
) -> None:
    sphere, cylinder, addition = (
        reading.power(_cell(number, column), row[column]) if _text(row[column]) or not column else 0
        for column in range(3)
    )
    power = reading.stock_power(_cell(number, 0), sphere, cylinder, addition or None)
    cell, barcode = _cell(number, 3), _text(row[3])
    if not barcode or len(barcode) > MOST_BARCODE or not barcode.isprintable():
        reading.note(cell, "not_a_barcode", value=barcode)
    elif _EAN.fullmatch(barcode) and not _is_ean(barcode):
        reading.note(cell, "wrong_digit", value=barcode)
    elif power is not None and reading.is_first(cell, barcode):
        found.append((power, barcode))


def _is_ean(digits: str) -> bool:
    """By the check digit of GTIN-8 to GTIN-14: weights 3 and 1 from the right."""
    *body, check = map(int, digits)
    total = sum(3 * digit if place % 2 == 0 else digit for place, digit in enumerate(body[::-1]))
    return (total + check) % 10 == 0


def _count(value: object) -> int | None:
    """A count as spreadsheets have it: 3, 3.0, "3"; None for anything else."""
    try:
        number = float(_text(value).replace(",", "."))
    except ValueError:
        return None
    return int(number) if number.is_integer() and 0 <= number <= MOST_COUNT else None


def _text(value: object) -> str:
    """A cell's text; of a whole number without its decimals, as barcodes are typed."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) >= 100:
        return str(int(value))
    return str(value).strip()


def _cell(row: int, column: int) -> str:
    """``B7`` for row 7 and column 1; columns count from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return f"{name}{row}"
