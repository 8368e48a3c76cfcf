"""VAT of a whole document: tags 1102-1107, and 1115 for the codes that came later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .item import Item
from .jsonio import code_from_json
from .problems import is_integer
from .vocabulary import Nds

_OWN_TAG = {
    Nds.NDS_20: "nds18",
    Nds.NDS_10: "nds10",
    Nds.NDS_0: "nds0",
    Nds.NDS_NO: "ndsNo",
    Nds.NDS_20_120: "nds18118",
    Nds.NDS_10_110: "nds10110",
}
"""The names tell of 18 %, which these tags carried until 2019."""


def vat_totals(items: Iterable[Item]) -> dict[Nds, int]:
    """Kopecks per rate in order of code: sum of the lines' VAT; turnover for 0 % and no VAT."""
    totals: dict[Nds, int] = {}
    for item in items:
        part = item.vat if item.nds.rate else item.sum
        totals[item.nds] = totals.get(item.nds, 0) + part
    return dict(sorted(totals.items()))


def vat_totals_to_json(totals: dict[Nds, int]) -> dict[str, Any]:
    """The totals under FNS's names; codes 7-12 go to ``amountsReceiptNds``.

    At least one of tags 1102-1107 must be there: with 1115 alone, 1104 = 0 is sent and not
    printed, as real receipts of 2026 show.
    """
    data: dict[str, Any] = {name: totals[nds] for nds, name in _OWN_TAG.items() if nds in totals}
    later = [
        {"nds": int(nds), "ndsSum": total} for nds, total in totals.items() if nds not in _OWN_TAG
    ]
    if not data:
        data["nds0"] = 0
    if later:
        data["amountsReceiptNds"] = {"amountsNds": later}
    return data


def vat_totals_from_json(data: Mapping[str, Any]) -> dict[int, Any]:
    """The totals per code of tag 1199 as a document tells them, the nought that stands in too.

    Values are handed on as they are. Raises AttributeError, KeyError or TypeError when tag 1115
    is not what it should be.
    """
    told = {int(nds): data[name] for nds, name in _OWN_TAG.items() if name in data}
    later = data.get("amountsReceiptNds", {}).get("amountsNds", [])
    return told | {each["nds"]: each["ndsSum"] for each in later}


def signed_vat_totals(data: Mapping[str, Any]) -> dict[Nds, int]:
    """The totals, kopecks per rate, that a signed document tells in full; a nought is none.

    Whoever signed it may have left out a rate or a sum (tags 1199 and 1120), or know a rate that
    we do not: such rows are left out. Raises AttributeError or TypeError when tag 1115 has no rows
    at all.
    """
    own = [(int(nds), data.get(name)) for nds, name in _OWN_TAG.items()]
    later = data.get("amountsReceiptNds", {}).get("amountsNds", [])
    told = [*own, *((row.get("nds"), row.get("ndsSum")) for row in later)]
    known = [(code_from_json(Nds, code), total) for code, total in told]
    return {
        nds: total for nds, total in known if isinstance(nds, Nds) and is_integer(total) and total
    }
