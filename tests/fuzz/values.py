"""Values that calls have been spoilt with, or may be, by what they pretend to be."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from tests.fuzz.bodies import Json


class Literal(str):
    """A JSON literal as it stands in the text: numbers that Python would write otherwise."""

    __slots__ = ()


class Doubled:
    """Two values of one name."""

    def __init__(self, first: Json, last: Json) -> None:
        self.first, self.last = first, last


KINDS: tuple[Json, ...] = (
    *(None, True, False, 0, 1, -1, Literal("1.5"), "x", "", [], {}, [None], [[]], {"a": 1}, ["x"]),
)
NUMBERS: tuple[Json, ...] = (
    *("1_0", "١٠", "１０", " 1 ", "1e0", "1.", ".5", "+1", "0x1", "1,5", "-1", "1\n", "½"),
    *map(
        Literal,
        (
            *("NaN", "Infinity", "-Infinity", "1e400", "1E+2", "1e-400", "-0", "-0.0", "0.001"),
            *("1.005", "0.1234567", "99999999999999.999", "1.0", "1.10", "1e2", "-1e10000000"),
            *("9" * 5000, "0." + "3" * 5000, "1e999999999999999999", "1e9999999999999999999"),
        ),
    ),
    *(2, 3, 10, 100, 10**12, 2**31 - 1, 2**31, 2**63, 2**64, 10**400, -(2**63), 281474976710656),
)
TEXTS: tuple[Json, ...] = (
    *("a\0b", "a\nb", "a\r\nb", "a\tb", "\x1d", "\x7f", "\x85", "\u2028", "a\ud83d", "\udc00"),
    *("\u00a0", "a\u00a0b", "и\u0306", "A\u0301", "😀", "₽", "…", "日本", "İ", "ß", "\u200b"),
    *("\u202e", "\ufeff", "x" * 10_000, "я" * 129, "₽" * 64, "", "   ", "%s", "{0}", "{call}"),
    *("'; --", "<b>", "\\", '"', "null", "a@b", "a@b.ru", "+79001234567", "анна@почта.рф"),
    *("sale", "refund", "card", "prepaid", "credit", "self", "order", "advance", "handover"),
    *("none", "20", "20/120", "22/122", "0000000000", "7707083893", "643", "000"),
)
DAYS: tuple[Json, ...] = (
    *("2026-W44-7", "20261101", "2026-11-01T00:00:00", "2026-305", "2016-12-31", "2017-01-01"),
    *("2099-01-01", "2026-02-29", "2024-02-29", "2026-13-01", "0000-01-01", "9999-12-31"),
    *("2026-W49-1T07:20:00Z", "20261130T072000Z", "2026-11-30 07:20:00Z", "2026-11-30T07Z"),
    *("01.11.2026", "2026-11-1", "２０２６-11-01", "2025-12-31", "2018-12-31", "2026-11-01 "),
    *("2026-11-30T07:20:00Z", "2026-11-30T07:20:00+03:00", "2026-11-30T07:20:00+25:00"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-30T24:00:00Z"),
)
NAMES = (
    *("colour", "цвет", "", "a.b", "items[0]", " total", "total ", "__proto__", "x" * 10_000),
    *("a\0b", "a\nb", "a\ud83d", "😀", "nds", "id", "sum", "phone_or_address", "operator"),
)
CONTENT_TYPES: tuple[bytes | None, ...] = (
    *(None, b"", b"text/plain", b"application/xml", b"application/x-www-form-urlencoded"),
    *(b"application/json; charset=utf-16", b"APPLICATION/JSON", b"application/json;;", b"\xff"),
    *(b"multipart/form-data", b"multipart/form-data; boundary=x", b"application/vnd.api+json"),
)
KEYS: tuple[tuple[bytes, ...], ...] = (
    *((), (b"",), (b"   ",), (b"\t",), (b"{call}", b"{call}"), (b"{call}", b"{call}-2")),
    *((b"k" * 255 + b"{call}",), (b"\xff{call}",), (b"{call}" + "Заказ".encode("cp1251"),)),
    *(("{call}-ключ-Р".encode(),), ("{call}-мех".encode(),), ("\u00a0{call}".encode(),)),
    *(("{call}\u00a0".encode(),), ("{call}-à".encode(),), ("{call}-😀".encode(),)),
    *((b"{call}\x00",), (b"{call}\x01",), (b"  {call}  ",), (b"{call}, b",), (b"{call}/a//b/",)),
    *(
        ("{call}-и\u0306".encode(),),
        (b"{call}%00",),
        (b"{call}?key=1&x#y",),
        (b"{call}" + b"k" * 200,),
    ),
)
PIECES: tuple[Callable[[bytes], bytes], ...] = (
    lambda piece: piece + b"%00",
    lambda piece: piece + b"%FF",
    lambda piece: piece + b"%ZZ",
    lambda piece: piece + b"%",
    lambda piece: piece + b"%u0430",
    lambda piece: piece + b"%D0",
    lambda piece: piece + b"%ED%A0%BD",
    lambda piece: piece + b"%0A%0D",
    lambda piece: piece + b"%F0%9F%98%80",
    lambda piece: piece + "я".encode(),
    lambda piece: piece + b";x=1",
    lambda piece: piece + b"+",
    lambda piece: piece + b"/",
    lambda piece: piece + b"%2F",
    lambda piece: piece + b"%2Fa%2F%2Fb",
    lambda piece: b"//" + piece,
    lambda piece: b"%2e%2e%2f" + piece,
    lambda piece: piece + b"\xff",
    lambda piece: piece.upper(),
    lambda piece: b"".join(b"%%%02x" % each for each in piece),
    lambda _piece: b"..",
    lambda _piece: b".",
    lambda _piece: b"",
    lambda _piece: b"%20",
    lambda _piece: b"%C2%A0",
    lambda _piece: b"x" * 10_000,
    lambda _piece: b"[]",
)


def pool_for(rng: Random, value: Json) -> tuple[Json, ...]:
    """Values to stand in the place of this one: mostly of its own sort, sometimes of any."""
    if rng.random() < 0.3:
        return KINDS
    if isinstance(value, str):
        if value[:4].isdigit() and "-" in value:
            return DAYS
        is_number = value.replace(".", "", 1).isdigit()
        return NUMBERS if is_number and rng.random() < 0.7 else TEXTS
    if isinstance(value, int | float) and not isinstance(value, bool):
        return NUMBERS
    return rng.choice((KINDS, NUMBERS, TEXTS))


def to_text(value: Json) -> str:
    """Write JSON, with literals and doubled names as they are."""
    if isinstance(value, Literal):
        return str(value)
    if isinstance(value, Doubled):
        return to_text(value.last)
    if isinstance(value, dict):
        return "{" + ", ".join(_members(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(to_text, value)) + "]"
    return json.dumps(value)


def _members(value: dict[str, Json]) -> list[str]:
    told = []
    for name, each in value.items():
        parts = (each.first, each) if isinstance(each, Doubled) else (each,)
        told += [f"{json.dumps(name)}: {to_text(part)}" for part in parts]
    return told
