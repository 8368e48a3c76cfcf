"""Visual acuity: decimal in integer thousandths, or a word where it is too low for one."""

from __future__ import annotations

import re

from .problems import UnreadableEntry
from .vocabulary import AcuityWord

Acuity = int | AcuityWord
"""Thousandths (800 is 0.8), or a word."""

_DECIMAL = re.compile(r"(?P<whole>[0-9])?(?:[.,](?P<part>[0-9]{1,3}))?")
_WORDS = {
    "счёт пальцев": AcuityWord.FINGER_COUNTING,
    "счет пальцев": AcuityWord.FINGER_COUNTING,
    "cf": AcuityWord.FINGER_COUNTING,
    "движение руки": AcuityWord.HAND_MOVEMENT,
    "hm": AcuityWord.HAND_MOVEMENT,
    "светоощущение": AcuityWord.LIGHT_PERCEPTION,
    "lp": AcuityWord.LIGHT_PERCEPTION,
    "nlp": AcuityWord.NONE,
}


def parse_acuity(text: str) -> Acuity:
    """Read a visual acuity: ``0,8``, ``1.0``, ``.05``; ``счёт пальцев``, ``CF`` and the like.

    ``0`` is no light perception. Its range is in :mod:`.limits`. Raises UnreadableEntry
    (``not_an_acuity``) for anything else.
    """
    told = " ".join(text.lower().split()) if isinstance(text, str) else ""
    if told in _WORDS:
        return _WORDS[told]
    found = _DECIMAL.fullmatch(told)
    if not told or not found:
        raise UnreadableEntry(text, "not_an_acuity")
    thousandths = int(found["whole"] or 0) * 1000 + int((found["part"] or "0").ljust(3, "0"))
    return thousandths or AcuityWord.NONE
