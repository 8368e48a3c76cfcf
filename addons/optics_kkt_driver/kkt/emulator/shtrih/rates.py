"""VAT in commands: a byte of FF46h, or a row of table 6 in the old ones."""

from __future__ import annotations

from collections.abc import Mapping

from ...drivers.codes import refusal
from ...fiscal.vocabulary import Nds

ROWS: Mapping[int, Nds] = {
    1: Nds.NDS_20,
    2: Nds.NDS_10,
    3: Nds.NDS_0,
    4: Nds.NDS_NO,
    5: Nds.NDS_20_120,
    6: Nds.NDS_10_110,
    7: Nds.NDS_5,
    8: Nds.NDS_7,
    9: Nds.NDS_5_105,
    10: Nds.NDS_7_107,
    11: Nds.NDS_22,
    12: Nds.NDS_22_122,
}
"""Table 6."""
SLOTS = (*(Nds.NDS_20, Nds.NDS_10, Nds.NDS_0, Nds.NDS_NO, Nds.NDS_20_120, Nds.NDS_10_110),)
"""The six sums of taxes in FF45h and FF4Ah."""

_BITS: Mapping[int, Nds] = {
    0x01: Nds.NDS_20,
    0x02: Nds.NDS_10,
    0x04: Nds.NDS_0,
    0x08: Nds.NDS_NO,
    0x10: Nds.NDS_20_120,
    0x20: Nds.NDS_10_110,
    0x81: Nds.NDS_5,
    0x82: Nds.NDS_7,
    0x84: Nds.NDS_5_105,
    0x88: Nds.NDS_7_107,
}
_ROW = 0xC0
"""Added to the number of a row of table 6: CBh is row 11, 22 %."""


def rate_of(byte: int) -> Nds:
    """The rate that FF46h means. Raises Refused (33h) for one that this till does not know."""
    rate = _BITS.get(byte) or ROWS.get(byte - _ROW)
    if rate is None:
        raise refusal("33", f"ставка НДС {byte:02X}h")
    return rate


def rate_of_row(row: int) -> Nds:
    """The rate in an old command, where 0 is none. Raises Refused (33h)."""
    rate = ROWS.get(row) if row else Nds.NDS_NO
    if rate is None:
        raise refusal("33", f"строка таблицы налогов {row}")
    return rate
