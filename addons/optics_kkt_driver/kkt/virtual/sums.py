"""Do the sums of a receipt hold? Computed anew, and not by what composes our receipts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from ..fiscal.exact import number_from, shown
from ..fiscal.vocabulary import DocumentCode, DocumentKind, Nds
from .implausible import Implausible

PAYMENTS = ("cashTotalSum", "ecashTotalSum", "prepaidSum", "creditSum", "provisionSum")
"""Tags 1031, 1081, 1215, 1216, 1217."""
_LARGEST = (1 << 48) - 1
_OWN_NAME = {1: "nds18", 2: "nds10", 3: "nds18118", 4: "nds10110", 5: "nds0", 6: "ndsNo"}
"""Tags 1102, 1103, 1106, 1107, 1104, 1105 by code of tag 1199; later codes stand in 1115."""
_LATER = "document.amountsReceiptNds"
_CORRECTIONS = [code for code in DocumentCode if code.kind is DocumentKind.CORRECTION]
_MOST_UNSEEN = 100
"""Lines that a correction of FFD 1.05 is thought to be of at most, and no more than its roubles."""
_KOPECK = Fraction(3, 2)
"""A kopeck away from what a till rounds half up, as seen from what is not rounded."""


class _Told(NamedTuple):
    """A total of VAT as the document has it."""

    path: str
    kopecks: int


class _Unrated(NamedTuple):
    """What lines have cost whose rate nobody tells."""

    kopecks: int
    lines: int
    """How many, or may be: each may have been rounded."""


def is_sum(value: Any) -> bool:
    """Whether it is whole kopecks that six bytes hold."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST


def check_sums(document: Mapping[str, Any]) -> None:
    """Raise :class:`.implausible.Implausible` for the first sum that is not what it must be.

    The document has all that its format requires. Absent kinds of payment are nought. A correction
    of FFD 1.05 has no items, and a line of it may have no rate: there only limits are known.
    """
    total = document["totalSum"]
    paid = sum(_sum(document, name, "document") for name in PAYMENTS if name in document)
    if paid != total:
        raise Implausible("document.totalSum", f"payments add up to {paid}")
    told = dict(_told(document))
    if "items" not in document:
        _check_vat(told, (), _Unrated(total, min(_MOST_UNSEEN, 1 + total // 100)))
        return
    items = document["items"]
    is_correction = document["code"] in _CORRECTIONS
    for index, item in enumerate(items):
        _check_item(item, f"document.items[{index}]", is_correction)
    added = sum(item["sum"] for item in items)
    if added != total and not _is_rounded(total, added):
        raise Implausible("document.totalSum", f"items add up to {added}")
    unrated = [item["sum"] for item in items if "nds" not in item]
    _check_vat(told, items, _Unrated(sum(unrated), len(unrated)))


def _is_rounded(total: int, added: int) -> bool:
    """Whole roubles, less than one away from the lines: some tills round a receipt so."""
    return total % 100 == 0 and abs(total - added) < 100


def _sum(values: Mapping[str, Any], name: str, path: str) -> int:
    value = values[name]
    if not is_sum(value):
        raise Implausible(f"{path}.{name}", "must be a sum in kopecks")
    return int(value)


def _check_item(item: Mapping[str, Any], path: str, is_correction: bool) -> None:
    """One line: a kopeck of rounding is allowed, as tills do not all round alike."""
    price, total = _sum(item, "price", path), _sum(item, "sum", path)
    if "quantity" in item:
        exact = price * Fraction(_quantity(item["quantity"], f"{path}.quantity"))
        # Of a part of a package (1291) the price is the whole one's.
        if "labeledProdFractionalQuantity" not in item and abs(exact - total) > _KOPECK:
            raise Implausible(f"{path}.sum", f"must be price x quantity, {float(exact):.2f}")
    nds = _rate(item["nds"], f"{path}.nds") if "nds" in item else None
    if "ndsSum" not in item:
        return
    vat = _sum(item, "ndsSum", path)
    if vat > total:
        raise Implausible(f"{path}.ndsSum", f"is more than the line's {total} kopecks")
    # What is corrected is repeated with its errors: 1200 of nought is one that tills have made.
    if nds is None or is_correction:
        return
    if nds.rate:
        holds = abs(vat - _vat_within(total, nds)) <= _KOPECK
    else:
        # Some tills write the turnover there, as into 1104, where there is no VAT.
        holds = vat in (0, total)
    if not holds:
        raise Implausible(f"{path}.ndsSum", f"is no VAT of {nds.rate} % in {total} kopecks")


def _quantity(value: Any, path: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Implausible(path, f"must be a number, not {shown(value)}")
    try:
        number = number_from(str(value))
    except ValueError:
        raise Implausible(path, f"must be a number, not {shown(value)}") from None
    if not number > 0 or number.adjusted() > 15:
        raise Implausible(path, "must be more than 0 and fit into eight bytes")
    return number


def _rate(value: Any, path: str) -> Nds:
    """One of the codes of all versions: 7-10 came to each in 2025, 11 and 12 in 2026."""
    if isinstance(value, int) and not isinstance(value, bool) and value in list(Nds):
        return Nds(value)
    codes = ", ".join(str(int(each)) for each in Nds)
    raise Implausible(path, f"must be one of {codes}, not {shown(value)}")


def _vat_within(total: int, nds: Nds) -> Fraction:
    """Kopecks of VAT in a sum, not rounded."""
    return Fraction(total * nds.rate, 100 + nds.rate)


def _told(document: Mapping[str, Any]) -> Iterator[tuple[Nds, _Told]]:
    """The totals of VAT, each code once."""
    for code, name in _OWN_NAME.items():
        if name in document:
            yield Nds(code), _Told(f"document.{name}", _sum(document, name, "document"))
    if "amountsReceiptNds" not in document:
        return
    later = document["amountsReceiptNds"]
    rows = later.get("amountsNds") if isinstance(later, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise Implausible(_LATER, "must have a list amountsNds of JSON objects")
    seen = set()
    for index, row in enumerate(rows):
        path = f"{_LATER}.amountsNds[{index}]"
        nds = _rate(row.get("nds"), f"{path}.nds")
        if nds in _OWN_NAME or nds in seen:
            raise Implausible(f"{path}.nds", "has a tag of its own, or stands there twice")
        if "ndsSum" not in row:
            raise Implausible(f"{path}.ndsSum", "is required: tag 1120")
        seen.add(nds)
        yield nds, _Told(f"{path}.ndsSum", _sum(row, "ndsSum", path))


def _check_vat(
    told: Mapping[Nds, _Told], items: Sequence[Mapping[str, Any]], unrated: _Unrated
) -> None:
    """Totals against the lines of their rate: a kopeck a line may be rounded, turnovers not at all.

    Some tills add up the lines' VAT, others take the VAT of the lines' sum. What a total has more
    must be of lines without a rate, and these can be of one rate only.
    """
    left = Fraction(unrated.kopecks)
    for nds, (path, kopecks) in told.items():
        of_rate = [item for item in items if item.get("nds") == nds]
        given = _given(of_rate, nds)
        rounded = len(of_rate) if nds.rate else 0
        beyond = [kopecks - each for each in given if kopecks >= each - rounded]
        if beyond:
            rounded += unrated.lines if nds.rate else 0
            left -= _turnover_of(max(Fraction(0), min(beyond) - rounded), nds)
        if not beyond or left < 0:
            words = " or ".join(f"{float(each):.2f}" for each in given)
            more = f", {unrated.kopecks} more kopecks have no rate" if unrated.kopecks else ""
            raise Implausible(path, f"the items of this rate give {words}{more}")
    for index, item in enumerate(items):
        if "nds" in item and item["nds"] not in told:
            name = _OWN_NAME.get(item["nds"])
            path = f"document.{name}" if name else _LATER
            raise Implausible(path, f"is required for the rate of items[{index}]")


def _turnover_of(vat: Fraction, nds: Nds) -> Fraction:
    """Kopecks that have this VAT within; at 0 % and without VAT the total is the turnover."""
    return vat * (100 + nds.rate) / nds.rate if nds.rate else vat


def _given(of_rate: Sequence[Mapping[str, Any]], nds: Nds) -> list[Fraction]:
    """What the lines of a rate can give: their turnover, or the VAT of it and that of each line."""
    turnover = sum(item["sum"] for item in of_rate)
    if not nds.rate:
        return [Fraction(turnover)]
    own = (Fraction(item.get("ndsSum", _vat_within(item["sum"], nds))) for item in of_rate)
    return sorted({_vat_within(turnover, nds), sum(own, Fraction())})
