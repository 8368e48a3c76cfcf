"""Text of fiscal documents: code page CP866, and what stands in for characters it lacks.

A drive stores and prints CP866. What it lacks is replaced so that the reader sees it: by the
nearest look, by the letter without its accent, or by "?". Characters that have no look of their
own (soft hyphen, zero-width space, direction and stress marks) fall away. A letter put together
from two characters, as some systems write "й", is first made one.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

CODE_PAGE = "cp866"
UNKNOWN = "?"

REPLACEMENTS = {
    "«": '"',
    "»": '"',
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "‚": "'",
    "–": "-",
    "—": "-",
    "‑": "-",
    "−": "-",
    "…": "...",
    "•": "·",
    "×": "x",
    "±": "+/-",
    "÷": "/",
    "≤": "<=",
    "≥": ">=",
    "₽": "руб.",
    "€": "EUR",
    "£": "GBP",
    "®": "(R)",
    "©": "(C)",
    "™": "(TM)",
    "µ": "мк",
    "μ": "мк",
    "⌀": "D",
    "Ø": "D",
    "ø": "d",
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
    "ß": "ss",
    "і": "i",
    "І": "I",
}
"""Chosen by look and meaning; `docs/FISCAL.md` prints this table."""


def printable(text: str) -> str:
    """The text as the drive will store it: only characters of CP866. Idempotent."""
    if _exists(text):
        return text
    return "".join(map(_replace, unicodedata.normalize("NFC", text)))


def is_exact(text: str) -> bool:
    """Whether a drive stores this text and no other: what programs read must not be replaced."""
    return _exists(unicodedata.normalize("NFC", text))


def fitting(text: str, longest: int) -> str:
    """As much of the text as the drive stores in `longest` characters."""
    taken, left = [], longest
    for character in unicodedata.normalize("NFC", text):
        left -= len(printable(character))
        if left < 0:
            break
        taken.append(character)
    return "".join(taken)


def encode(text: str) -> bytes:
    """CP866 bytes of the printable form of a text."""
    return printable(text).encode(CODE_PAGE)


def decode(raw: bytes) -> str:
    """Any bytes are text in CP866."""
    return raw.decode(CODE_PAGE)


@lru_cache(maxsize=1024)
def _replace(character: str) -> str:
    if _exists(character):
        return character
    if character in REPLACEMENTS:
        return REPLACEMENTS[character]
    if unicodedata.category(character) in ("Cf", "Mn"):
        return ""
    plain = "".join(
        each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each)
    )
    return plain if plain and _exists(plain) else UNKNOWN


def _exists(text: str) -> bool:
    try:
        text.encode(CODE_PAGE)
    except UnicodeEncodeError:
        return False
    return True
