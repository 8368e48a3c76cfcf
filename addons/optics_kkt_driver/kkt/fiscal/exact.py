"""Numbers from outside, whose limits are asked before anything exact is computed with them.

``1e10000000`` is ten characters in a call and four megabytes as an integer: one such number would
hold the whole process for seconds. Nothing here costs more for it than for any other.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

MOST_DIGITS = 400
"""Before and after the point: every float is within, and computing with it costs nothing."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_FARTHEST = 10**17
"""An exponent beyond every limit, for which Decimal has room."""


class TooLarge(ValueError):
    """A number with more than :data:`MOST_DIGITS` digits before the point."""


def told_number(text: str) -> Decimal:
    """The number that a text says in digits 0 to 9. Raises ValueError for any other text.

    Python would read more: ``1_0`` as ten, digits of every script, blanks around them.
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"not a number: {shown(text)}")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"not a number: {shown(text)}") from None


def json_fraction(text: str) -> Decimal:
    """A number of JSON with a point or an exponent: what ``json.loads`` takes as ``parse_float``.

    An exponent for which Decimal has no room becomes :data:`_FARTHEST`: whoever asks for the
    number's limits refuses it as any other that is too large or has too many decimals.
    """
    try:
        return Decimal(text)
    except InvalidOperation:
        digits, _e, exponent = text.lower().partition("e")
        return Decimal(f"{digits}e{'-' if exponent.startswith('-') else ''}{_FARTHEST}")


def number_from(value: Decimal | str | int) -> Decimal:
    """A finite number with which exact arithmetic is cheap, exactly as it was told.

    Raises TooLarge, and ValueError for what is no number or has too many decimals.
    """
    number = told_number(value) if isinstance(value, str) else Decimal(value)
    if not number.is_finite():
        raise ValueError(f"not a number: {shown(value)}")
    if number.adjusted() > MOST_DIGITS:
        raise TooLarge(f"more than {MOST_DIGITS} digits: {shown(value)}")
    if not is_handy(number):
        raise ValueError(f"more than {MOST_DIGITS} decimals: {shown(value)}")
    return number


def is_handy(number: Decimal) -> bool:
    """Whether a number is finite and exact arithmetic with it is cheap."""
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        return False
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and abs(exponent) <= MOST_DIGITS


LONGEST_SHOWN = 200


def shown(value: object) -> str:
    """A value as messages quote it: cut, and never an error of its own."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # An integer of thousands of digits, or a list in a list in a list …
        return f"<{type(value).__name__}>"
    return cut(text)


def cut(text: str) -> str:
    """A text of others as far as it is worth repeating."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
