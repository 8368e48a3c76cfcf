"""By what a person is found in texts: names, telephones, addresses, in the ways they are written.

What PostgreSQL finds by its hint may be a person's words; the pattern decides, in Python. So no
locale of the database has a say, and a database of some size is searched in seconds.
"""

import re
from dataclasses import dataclass
from html import escape

from odoo.tools import SQL

LETTERS = "0-9A-Za-zА-Яа-яЁё"
ERASED = "***"
SHORTEST_WORD = 3
"""Letters. What is shorter is an initial, or stands in too many other words."""
SHORTEST_PHONE = 7
"""Digits. What is shorter is no whole number."""
UPPER = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁё"
LOWER = "абвгдежзийклмнопрстуфхцчшщъыьэюяее"
BLANKS = " ()-\n\r\t\u00a0"
"""What may stand between the parts of what is looked for."""
PLAIN = str.maketrans(UPPER, LOWER, BLANKS)


@dataclass(frozen=True)
class Words:
    """One text in all the ways to write it: the pattern finds it, the hint is in all of them."""

    pattern: str
    hint: str


def of_text(text):
    """Match a text as whole words, in capitals too, over any blanks, with ё or е."""
    return [
        Words(f"(?<![{LETTERS}]){_pattern(way)}(?![{LETTERS}])", _plain(way))
        for way in {text, escape(text)}
        if _plain(way)
    ]


def ways_of_name(name):
    """Return the ways to write a whole name: as it is, and any two of its words in either order."""
    words = words_of_name(name)
    pairs = [f"{one} {two}" for one in words for two in words if one != two]
    return [name.strip(), *pairs] if words[1:] else []


def words_of_name(name):
    words = re.findall(f"[{LETTERS}'’-]+", name)
    return [word for word in words if len(word) >= SHORTEST_WORD]


def of_phone(phone):
    """Match a telephone number however it is grouped, with or without what precedes ten digits."""
    digits = re.sub(r"\D", "", phone)[-10:]
    if len(digits) < SHORTEST_PHONE:
        return []
    own = r"[ ()\-\u00a0]*".join(digits)
    before = r"(?<![0-9])(?:\+?[0-9]{1,3}[ ()\-\u00a0]*)?\(?"
    return [Words(f"{before}{own}(?![0-9])", digits)]


def of_day(day):
    """Match a date as Russian documents, ISO and American screens write it."""
    ways = (day.isoformat(), day.strftime("%d.%m.%Y"), day.strftime("%m/%d/%Y"))
    return [Words(f"(?<![0-9]){re.escape(way)}(?![0-9])", _plain(way)) for way in ways]


def hinted(column, words):
    """Return the condition that a column may hold one of the words."""
    plain = SQL("translate(lower(%s::text), %s, %s)", column, UPPER + BLANKS, LOWER)
    hints = {f"%{one.hint}%" for one in words}
    return SQL("%s LIKE ANY (%s)", plain, sorted(hints))


def _pattern(text):
    words = (re.escape(word) for word in text.split())
    return re.sub("[еёЕЁ]", "[её]", r"\s+".join(words))


def _plain(text):
    return text.lower().translate(PLAIN).replace("\\", "").replace("%", "").replace("_", r"\_")


class Erasing:
    """Puts :data:`ERASED` for a person's words, in texts and in the texts of JSON."""

    def __init__(self, words):
        longest_first = sorted({one.pattern for one in words}, key=len, reverse=True)
        self.pattern = re.compile("|".join(longest_first), re.IGNORECASE)

    def __call__(self, value):
        if isinstance(value, str):
            return self.pattern.sub(ERASED, value)
        if isinstance(value, list):
            return [self(one) for one in value]
        if isinstance(value, dict):
            return {self(key): self(one) for key, one in value.items()}
        return value
