"""VAT of a line as a byte of command FF46h: data of each model.

Sources: the maker's driver of 18.02.2026; C0h with a row of table 6 added stands for rates that
have no byte of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...fiscal.vocabulary import Nds
from ..codes import refusal

_USUAL: Mapping[Nds, int] = {
    Nds.NDS_20: 0x01,
    Nds.NDS_10: 0x02,
    Nds.NDS_0: 0x04,
    Nds.NDS_NO: 0x08,
    Nds.NDS_20_120: 0x10,
    Nds.NDS_10_110: 0x20,
    Nds.NDS_5: 0x81,
    Nds.NDS_7: 0x82,
    Nds.NDS_5_105: 0x84,
    Nds.NDS_7_107: 0x88,
    Nds.NDS_22: 0xCB,
    Nds.NDS_22_122: 0xCC,
}
_NANO: Mapping[Nds, int] = {**_USUAL, Nds.NDS_22: 0x90, Nds.NDS_22_122: 0xA0}

RATES_OF_MODELS: Mapping[str, Mapping[Nds, int]] = {"ШТРИХ-НАНО": _NANO}
"""By the beginning of the name that the till tells (FCh); every other model has the usual bytes.

The maker's table for older firmware gives 90h for 7/107; on models that know 22 % it is taken.
"""


def rates_of(model: str) -> Mapping[Nds, int]:
    """The bytes of a model's rates."""
    for name, rates in RATES_OF_MODELS.items():
        if model.upper().startswith(name):
            return rates
    return _USUAL


def rate_byte(model: str, nds: Nds) -> int:
    """The byte of one rate. Raises Refused (33h) for one that the model does not know."""
    found = rates_of(model).get(nds)
    if found is None:
        raise refusal("33", f"{model or 'касса'} не знает ставку {nds.label}")
    return found


def rate_of_byte(model: str, byte: int) -> Nds | None:
    """The rate that a byte means to a model; None for a byte that means none."""
    return next((nds for nds, each in rates_of(model).items() if each == byte), None)
