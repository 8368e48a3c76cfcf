"""Powers as integer eighths of a dioptre: what is called 0.12 is 0.125.

Only so transposition and near = far + addition are exact. Fractions of a dioptre stand for what
is no eighth (spherical equivalent, another vertex distance) until somebody rounds it.
"""

from __future__ import annotations

import re
from fractions import Fraction

from .problems import UnreadableEntry
from .units import Unit

PER_DIOPTRE = 8
EIGHTH = 1
QUARTER = 2
"""The usual step, 0.25 D."""

PLANO = ("пл", "пл.", "плано", "pl", "pl.", "plano")
MINUS = str.maketrans({"−": "-", "–": "-"})
"""The true minus, and the dash that word processors make of a hyphen."""
_HUNDREDTHS = re.compile(r"(?P<whole>[0-9]{1,2})(?P<part>[0-9]{2})")
_DIOPTRES = re.compile(r"(?P<whole>[0-9]{0,2})(?:[.,](?P<part>[0-9]{1,3}))?")
_CUT = {"12": "125", "37": "375", "62": "625", "87": "875"}


def parse_power(text: str) -> int:
    """Read a power in dioptres as opticians type it; gives eighths of a dioptre.

    ``-1,25``, ``−1.25``, ``- 1,25``, ``+2``, ``2``, ``,5``, ``0,12`` and ``0.125``; ``-125`` is
    −1.25, for an integer of three or four digits is hundredths; ``пл``, ``pl``, ``plano``, ``0``.
    Whether the power is within a field's range is the field's rule (:mod:`.limits`).

    Raises UnreadableEntry: ``not_a_power``, or ``not_an_eighth`` with the neighbours ``lower`` and
    ``upper`` for a number between two eighths.
    """
    if not isinstance(text, str):
        raise UnreadableEntry(text, "not_a_power")
    told = text.strip().lower().translate(MINUS)
    if told in PLANO:
        return 0
    sign = -1 if told.startswith("-") else 1
    digits = told[1:].lstrip() if told[:1] in ("+", "-") else told
    found = _HUNDREDTHS.fullmatch(digits) or _DIOPTRES.fullmatch(digits)
    if not digits or not found:
        raise UnreadableEntry(text, "not_a_power")
    part = found["part"] or "0"
    thousandths = int(found["whole"] or 0) * 1000 + int(_CUT.get(part, part).ljust(3, "0"))
    eighths, rest = divmod(sign * thousandths, 125)
    if rest:
        raise UnreadableEntry(
            text, "not_an_eighth", lower=eighths, upper=eighths + 1, unit=Unit.EIGHTH_DIOPTRE
        )
    return eighths


def show_power(eighths: int, decimal_comma: bool = True) -> str:
    """A power in dioptres with its sign and two decimals: -10 gives ``-1,25``, 0 ``0,00``.

    The sign is the hyphen, for the same text goes to labels, tables and devices.
    """
    return Unit.EIGHTH_DIOPTRE.shown(eighths, decimal_comma=decimal_comma)


def dioptres(eighths: int) -> Fraction:
    """The exact power in dioptres."""
    return Fraction(eighths, PER_DIOPTRE)


def rounded(power: Fraction, step: int = QUARTER) -> int:
    """A power in dioptres to the nearest multiple of `step`, both in eighths.

    What lies in the middle goes up, to more plus: less minus is never an overcorrection of the
    myope. Raises ValueError for a step that is not positive.
    """
    if step <= 0:
        raise ValueError(f"a step is positive, not {step}")
    return step * ((power * PER_DIOPTRE / step + Fraction(1, 2)).__floor__())
