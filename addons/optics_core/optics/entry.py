"""Any quantity as it stands in writing, such as in a file: ``-1,25``, ``62.5``, ``пл``, ``90``."""

from __future__ import annotations

import re
from decimal import Decimal

from .power import MINUS, PLANO, parse_power
from .problems import UnreadableEntry
from .units import Unit

_NUMBER = re.compile(r"(?P<sign>[+-]?) *(?P<whole>[0-9]{0,5})(?:[.,](?P<part>[0-9]{1,9}))?")
_HUNDREDTHS = re.compile(r"[0-9]{3,4}")


def parse_entry(text: str, unit: Unit) -> int:
    """Read dioptres, prism dioptres, millimetres or degrees; gives integers of `unit`.

    Powers in either unit are read alike, see :func:`.power.parse_power`: ``пл`` is nought, and
    three or four digits without a point are hundredths. Raises UnreadableEntry: ``not_a_power``,
    ``not_a_number``, or ``not_an_eighth`` and ``too_fine`` for what lies between two integers.
    """
    if unit is Unit.EIGHTH_DIOPTRE:
        return parse_power(text)
    told = text.strip().lower().translate(MINUS)
    is_power = unit is Unit.HUNDREDTH_DIOPTRE
    if is_power and told in PLANO:
        return 0
    found = _NUMBER.fullmatch(told)
    if not found or not (found["whole"] or found["part"]):
        raise UnreadableEntry(text, "not_a_power" if is_power else "not_a_number")
    size = Decimal(f"{found['whole'] or 0}.{found['part'] or 0}")
    if is_power and not found["part"] and _HUNDREDTHS.fullmatch(found["whole"]):
        size /= 100
    units = size * unit.per_one
    if units != int(units):
        raise UnreadableEntry(text, "too_fine", step=1, unit=unit)
    return -int(units) if found["sign"] == "-" else int(units)
