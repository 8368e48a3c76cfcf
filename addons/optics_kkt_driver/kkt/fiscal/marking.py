"""Marking codes: the GS1 DataMatrix on a good, and the product code (1163) made from it.

Generic: no optical good is under the marking duty today, but a shop may sell antiseptics or
batteries. What goes into a receipt is the product code, GTIN and serial number; the
whole code with its key and crypto tail is needed by the till, which has the drive check it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from . import tags
from .problems import InvalidDocument, Problem, Problems
from .rules import rule_text

SEPARATOR = "\x1d"
"""GS, ends a value of variable length."""
_FNC1 = "\xe8"
_SYMBOLOGY = ("]d2", _FNC1)
"""What scanners put before the code: AIM identifier, FNC1."""
_SUBSTITUTES = (_FNC1, " ", "|", "^", "␝", "↔", r"\x1d", r"\u001d", "{GS}", "[GS]")
"""What scanners send in place of GS; ``↔`` is its glyph in CP437 (Alt+29).

Each has a character that is none of GS1's set 82, so none can be a part of a serial number.
``<GS>`` and ``%1D`` can, and are not read as separators.
"""

_FIXED = {
    **{"01": 14, "02": 14, "20": 2},
    **dict.fromkeys(("11", "12", "13", "15", "16", "17"), 6),
    **{f"{measure}{decimals}": 6 for measure in range(310, 370) for decimals in range(6)},
    **{str(place): 13 for place in range(410, 418)},
}
"""Application identifiers and the digits of their values, which no separator ends: the good, days
(YYMMDD), weights and sizes, places (GS1 General Specifications, 3.2 and figure 7.8.5-2)."""
_VARIABLE = {
    **{"10": 20, "21": 20, "22": 20, "240": 30, "241": 30, "250": 30, "251": 30},
    **{"30": 8, "37": 8, "7003": 10, "8005": 6, "8008": 12},
    **dict.fromkeys(("91", "92", "93", "94", "95", "96", "97", "98", "99"), 90),
}
"""Application identifiers and the most characters of their values, which a separator ends: lot,
serial numbers, variants, counts, times and prices, and what a system has for its own."""
_SUBSTITUTED = re.compile(
    f"(?:{'|'.join(map(re.escape, _SUBSTITUTES))})(?=\\Z|{'|'.join((*_FIXED, *_VARIABLE))})",
    re.IGNORECASE,
)
"""A substitute where GS must stand: before an application identifier, or at the end."""
_NOT_SET_82 = re.compile(r"""[^A-Za-z0-9!"%&'()*+,\-./:;<=>?_]""")
"""What no serial number holds (GS1 General Specifications, figure 7.11-1)."""
_SWALLOWED_TAIL = re.compile(r".+(?:91.{4}(?:<GS>)?92.+|93.{4}(?:3[1-6][0-9]{8})?)", re.DOTALL)
"""A serial number and, without a separator, 91 and 92, or the 93 of a short code with a weight."""
_SWALLOWED_PRICE = re.compile(r".{7}8005[0-9]{6}", re.DOTALL)
"""A serial number of a block of cigarettes and, without a separator, their highest price."""
_SWALLOWED_MEASURE = re.compile(r".{4}3[1-6][0-9]{8}", re.DOTALL)
"""Value of 93 and, without a separator, a weight."""
_SWALLOWED_KEY = re.compile(r".+91.{4}", re.DOTALL)
_SWALLOWED_SIGNATURE = re.compile(r".{4}(?:<GS>)?92.+", re.DOTALL)
"""Value of 91: a key has four characters."""
_VALUE = re.compile(r"01(?P<gtin>[0-9]{14})21(?P<sernum>.{1,20})")


class MalformedCode(ValueError):
    """Text that is no marking code; `code` and `params` say why, see :data:`.rules.RULES`."""

    def __init__(self, code: str, /, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(rule_text(code, params))


class ProductCodeKind(StrEnum):
    """Which tag within 1163 a product code belongs to; values are FNS's JSON names."""

    UNDEFINED = "undefined"
    EAN8 = "ean8"
    EAN13 = "ean13"
    ITF14 = "itf14"
    GS1 = "gs1"
    """GS1 code on a good that is not marked by duty."""
    GS1M = "gs1m"
    """GS1 code of a marked good."""
    KMK = "kmk"
    MI = "mi"
    EGAIS2 = "egais2"
    EGAIS3 = "egais3"
    F1 = "f1"
    F2 = "f2"
    F3 = "f3"
    F4 = "f4"
    F5 = "f5"
    F6 = "f6"


@dataclass(frozen=True, slots=True)
class ProductCode:
    """Tag 1163: which good it is. Raises InvalidDocument."""

    kind: ProductCodeKind
    value: str

    def __post_init__(self) -> None:
        problems = Problems()
        if problems.instance("kind", self.kind, ProductCodeKind):
            (tag,) = (tag for tag in tags.members(1163) if tag.name == self.kind)
            problems.text("value", self.value, tag.size, required=True)
        problems.raise_any()

    @property
    def is_marked(self) -> bool:
        """The good is under the marking duty: tag 2102 goes with it."""
        return self.kind not in _UNMARKED

    def to_json(self) -> dict[str, Any]:
        return {self.kind.value: value_to_json(self.value)}

    @classmethod
    def from_json(cls, data: Any) -> ProductCode:
        """Read ``productCodeNew``: an object with one member. Raises InvalidDocument."""
        if not isinstance(data, Mapping) or len(data) != 1:
            raise InvalidDocument([Problem("product_code", data, "not_one_product_code")])
        ((name, value),) = data.items()
        kind = next((kind for kind in ProductCodeKind if kind == name), name)
        return cls(kind, value_from_json(value))


_UNMARKED = (
    ProductCodeKind.UNDEFINED,
    ProductCodeKind.EAN8,
    ProductCodeKind.EAN13,
    ProductCodeKind.ITF14,
    ProductCodeKind.GS1,
)


@dataclass(frozen=True, slots=True)
class MarkingCode:
    """A read GS1 DataMatrix."""

    elements: tuple[tuple[str, str], ...]
    """Application identifiers and values, in order."""

    @property
    def gtin(self) -> str:
        """01, 14 digits."""
        return self._value("01") or ""

    @property
    def serial(self) -> str:
        """21."""
        return self._value("21") or ""

    @property
    def key(self) -> str | None:
        """91, which key made the crypto tail."""
        return self._value("91")

    @property
    def signature(self) -> str | None:
        """92, or 93 of a short code: the crypto tail."""
        return self._value("92") or self._value("93")

    @property
    def lacks_separator(self) -> bool:
        """The crypto tail, a part of it, a price or a weight has become the end of another value.

        A serial number may hold 91, 92 and 93 by chance: a code whose tail stands apart is whole.
        """
        has_price = self._value("8005") is not None
        if not has_price and _SWALLOWED_PRICE.fullmatch(self.serial):
            return True
        if _SWALLOWED_MEASURE.fullmatch(self._value("93") or ""):
            return True
        if self.signature is None:
            in_key = _SWALLOWED_SIGNATURE.fullmatch(self.key or "")
            return bool(in_key or _SWALLOWED_TAIL.fullmatch(self.serial))
        is_keyless = self.key is None and self._value("92") is not None
        return is_keyless and bool(_SWALLOWED_KEY.fullmatch(self.serial))

    @property
    def product_code(self) -> ProductCode:
        """Tag 1163 with 1305: ``01`` GTIN ``21`` serial."""
        return ProductCode(ProductCodeKind.GS1M, f"01{self.gtin}21{self.serial}")

    @property
    def text(self) -> str:
        """The code as a till expects it: separators kept, symbology identifier gone."""
        parts = []
        for identifier, value in self.elements:
            parts.append(identifier + value + ("" if identifier in _FIXED else SEPARATOR))
        return "".join(parts).removesuffix(SEPARATOR)

    def _value(self, wanted: str) -> str | None:
        return next((value for identifier, value in self.elements if identifier == wanted), None)


def parse(scanned: str) -> MarkingCode:
    """Read what a scanner sent, with GS or a substitute. GTIN and serial number must be there.

    Raises MalformedCode. A code without a crypto tail is read; :mod:`.marked` judges new receipts.
    """
    rest = _SUBSTITUTED.sub(SEPARATOR, scanned)
    for prefix in (*_SYMBOLOGY, SEPARATOR):
        rest = rest.removeprefix(prefix)
    elements = []
    while rest:
        identifier = _identifier(rest)
        value, rest = _take(identifier, rest[len(identifier) :])
        elements.append((identifier, value))
    code = MarkingCode(tuple(elements))
    if len({identifier for identifier, _ in elements}) != len(elements):
        raise MalformedCode("gs1_repeated_part")
    if not code.gtin or not code.serial:
        raise MalformedCode("gs1_lacking_part")
    if not is_gtin(code.gtin):
        raise MalformedCode("gs1_check_digit", gtin=code.gtin)
    if not int(code.gtin):
        raise MalformedCode("gs1_zero_gtin")
    if code.lacks_separator:
        raise MalformedCode("gs1_lost_separator")
    return code


def is_gtin(value: str) -> bool:
    """Digits of EAN-8, EAN-13 or GTIN-14 with a right check digit."""
    if len(value) not in (8, 13, 14) or not (value.isascii() and value.isdigit()):
        return False
    body = [int(each) for each in reversed(value[:-1])]
    total = sum(digit * (3 if index % 2 == 0 else 1) for index, digit in enumerate(body))
    return int(value[-1]) == -total % 10


def value_to_json(value: str) -> dict[str, str]:
    """The JSON of a product code's value; GTIN and serial are told where they can be read."""
    found = _VALUE.fullmatch(value)
    return {"rawProductCode": value, **(found.groupdict() if found else {})}


def value_from_json(data: Any) -> Any:
    """The value of a product code from its JSON object; anything else is handed back."""
    return data.get("rawProductCode") if isinstance(data, Mapping) else data


def _identifier(text: str) -> str:
    for length in (2, 3, 4):
        if text[:length] in _FIXED or text[:length] in _VARIABLE:
            return text[:length]
    raise MalformedCode("gs1_unknown_part", text=text[:4])


def _runs_on(identifier: str, value: str) -> bool:
    """A value that is too long is so because the crypto tail follows without a separator."""
    if identifier == "91":
        return bool(_SWALLOWED_SIGNATURE.fullmatch(value))
    return identifier == "21" and bool(re.search(".9[123]", value))


def _take(identifier: str, text: str) -> tuple[str, str]:
    if identifier in _FIXED:
        length = _FIXED[identifier]
        value, rest = text[:length], text[length:].removeprefix(SEPARATOR)
        if len(value) < length or not (value.isascii() and value.isdigit()):
            raise MalformedCode("gs1_digits", identifier=identifier, count=length, value=value)
        return value, rest
    value, _, rest = text.partition(SEPARATOR)
    longest = _VARIABLE[identifier]
    if len(value) > longest and _runs_on(identifier, value):
        raise MalformedCode("gs1_lost_separator")
    if not 1 <= len(value) <= longest:
        told = {"length": len(value), "longest": longest}
        raise MalformedCode("gs1_length", identifier=identifier, **told)
    if not (value.isascii() and value.isprintable()):
        raise MalformedCode("gs1_characters", identifier=identifier)
    if identifier == "21" and (found := _NOT_SET_82.search(value)):
        raise MalformedCode("gs1_serial_characters", found=found[0])
    return value, rest
