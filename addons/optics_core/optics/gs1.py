"""GS1 codes on boxes: which product, which lot, usable until when.

Source: GS1 General Specifications, sections 3 (application identifiers, AI), 5.10 and 5.6 (GS1-128,
GS1 DataMatrix), 7.8.5 (identifiers of a length that is known), 7.12 (years of two digits).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from .problems import UnreadableEntry

FNC1 = "\x1d"
_PREFIXES = ("]C1", "]d2", "]Q3", "]e0")
"""What a scanner says of the symbol before the data: each of these tells that the data are GS1."""
_KEYBOARD = str.maketrans(
    "йцукенгшщзхъфывапролджэячсмитьбюЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,.QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>",
)
"""What a scanner, which acts as a keyboard, types while the computer is set to Russian."""
_LENGTHS = {
    **{"00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "20": 4, "41": 16},
    **{str(ai): 8 for ai in range(11, 20)},
    **{str(ai): 10 for ai in range(31, 37)},
}
"""Of an element by the first two digits of its AI, which count; others end at FNC1."""
_GTIN = re.compile(r"\d{8}|\d{12,14}")
_LONGEST = 20
"""Characters of a lot or serial number."""


@dataclass(frozen=True, slots=True)
class Gs1Code:
    """What a code says of a box; empty where it says nothing."""

    gtin: str = ""
    """14 digits."""
    expiry: date | None = None
    """The last day on which it may be used."""
    lot: str = ""
    serial: str = ""


def as_typed(text: str) -> str:
    """Return a scanned text without blanks around it, in the letters that the scanner meant."""
    return text.strip(" \t\r\n").translate(_KEYBOARD)


def parse_gs1(text: str, today: date) -> Gs1Code | None:
    """Read a code of AI 01, 17, 10 and 21; other AIs are passed over.

    Elements that a code repeats count as its first. None for what is no GS1 code: a plain EAN.
    Raises UnreadableEntry (``gs1_damaged``) for one that breaks off or tells no GTIN or date.

    :param today: by which a year of two digits gets its century
    """
    data = as_typed(text)
    is_told = data.startswith(_PREFIXES)
    data = data[3:] if is_told else data
    # "]" is in no GS1 text: it is what a keyboard types for FNC1, with Ctrl, which gets lost.
    data = data.replace("]", FNC1)
    if not (is_told or FNC1 in data or (data.startswith("01") and len(data) > 16)):
        return None
    found: dict[str, str] = {}
    for ai, value in _elements(data, text):
        found.setdefault(ai, value)
    gtin = found.get("01", "")
    if gtin and not is_gtin(gtin):
        raise UnreadableEntry(text, "gs1_damaged")
    expiry = _date(found["17"], today, text) if "17" in found else None
    return Gs1Code(gtin, expiry, found.get("10", ""), found.get("21", ""))


def is_gtin(digits: str) -> bool:
    """Whether it is a GTIN of 8, 12, 13 or 14 digits with the right check digit (7.9)."""
    if not digits.isascii() or not _GTIN.fullmatch(digits):
        return False
    weighed = (int(each) * (3, 1)[place % 2] for place, each in enumerate(reversed(digits[:-1])))
    return (sum(weighed) + int(digits[-1])) % 10 == 0


def forms_of_gtin(digits: str) -> tuple[str, ...]:
    """All writings of a GTIN: with 14 digits, and without leading zeros 13, 12 and 8."""
    full = digits.zfill(14)
    return tuple(full[14 - size :] for size in (14, 13, 12, 8) if not full[: 14 - size].strip("0"))


def _elements(data: str, text: str) -> list[tuple[str, str]]:
    """Return AIs of two digits and their values; what follows longer AIs stays with its value."""
    elements = []
    rest = data.lstrip(FNC1)
    while rest:
        length = _LENGTHS.get(rest[:2])
        element, _, after = rest.partition(FNC1)
        if length:
            element, after = rest[:length], rest[length:]
        ai, value = element[:2], element[2:]
        is_bad = len(element) != length if length else len(value) > _LONGEST and ai in ("10", "21")
        if is_bad or not value or not (ai.isascii() and ai.isdigit()):
            raise UnreadableEntry(text, "gs1_damaged")
        elements.append((ai, value))
        rest = after.lstrip(FNC1)
    return elements


def _date(digits: str, today: date, text: str) -> date:
    """Return a date of YYMMDD; the day 00 is the last one of its month."""
    if not (digits.isascii() and digits.isdigit()):
        raise UnreadableEntry(text, "gs1_damaged")
    year, month, day = (int(digits[place : place + 2]) for place in (0, 2, 4))
    ahead = year - today.year % 100
    year += today.year - today.year % 100
    # A year 51 or more ahead is of the last century, one 50 or more behind of the next.
    year += -100 if ahead >= 51 else 100 if ahead <= -50 else 0
    try:
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError as error:  # monthrange raises one of its own, which is a ValueError too
        raise UnreadableEntry(text, "gs1_damaged") from error
