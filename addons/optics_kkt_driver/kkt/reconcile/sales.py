"""Sales as the books have them against signed receipts: what differs, and why. Sums are kopecks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

TOTAL = "total"
PAYMENTS = ("cash", "ecash", "prepaid", "credit", "provision")
WITHOUT_VAT = frozenset({"nds_0", "nds_no"})
"""Rates of which the sum is what was sold; of all others it is VAT."""

Sums = Mapping[str, int]
"""By :data:`TOTAL`, kind of payment and rate (``nds_22``): less than zero where money leaves the
shop; what is not named is nought."""


class Code(StrEnum):
    """What a finding is, the gravest first."""

    NO_RECEIPT = "no_receipt"
    REFUND_NO_RECEIPT = "refund_no_receipt"
    NOT_PAID = "not_paid"
    """The receipt is signed, the sale is a draft or cancelled."""
    RETURN_NO_ORDER = "return_no_order"
    """A sale was taken back by a receipt alone."""
    TOTAL = "total"
    PAYMENT_KIND = "payment_kind"
    VAT_RATE = "vat_rate"
    CORRECTED = "corrected"
    """Corrections of the receipt count as well: on another day, or with another result."""
    ANOTHER_DAY = "another_day"
    DECIDED = "decided"
    """Somebody has decided that there need be no receipt."""
    NO_ORDER_FOREIGN = "no_order_foreign"
    NO_ORDER_API = "no_order_api"
    NO_ORDER_BACKEND = "no_order_backend"
    CASH_ROUNDING = "cash_rounding"
    VAT_ROUNDING = "vat_rounding"
    """The same rates, and no more than a kopeck for each line of the side that has more."""


class Role(StrEnum):
    """What a receipt is to the sale that it names."""

    SETTLES = "settles"
    CORRECTS = "corrects"
    RETURNS = "returns"


class Source(StrEnum):
    """Who had a receipt signed that settles no sale."""

    API = "api"
    BACKEND = "backend"
    FOREIGN = "foreign"


class Place(NamedTuple):
    till: int
    """0 where none is known."""
    day: date
    """By the till's clock."""


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt or a correction that a drive has signed."""

    id: int
    place: Place
    sums: Sums
    source: Source = Source.BACKEND
    sale: int | None = None
    role: Role = Role.SETTLES
    lines: int = 1
    """Each has VAT of its own, rounded to a kopeck."""


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale or a return in the books, with the sums that its receipt should have."""

    id: int
    place: Place
    sums: Sums
    paid: bool = True
    decided: bool = False
    rounding: int = 0
    """What cash rounding added to the total of the lines."""
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in which receipts and sales of the period do not agree, or might seem not to."""

    code: Code
    by_receipts: Sums
    """What it is about, as far as the period has it: a part of the sums, or all of them."""
    by_sales: Sums
    receipts: tuple[SignedReceipt, ...] = ()
    sale: Sale | None = None


Counts = Callable[[Place], bool]
"""Whether a till and a day belong to what is compared."""


def compare(
    receipts: Iterable[SignedReceipt], sales: Iterable[Sale], counts: Counts
) -> Iterator[Finding]:
    """Compare receipts with sales; what agrees gives no finding.

    All findings' sums by receipts less those by sales come to all receipts that count less all
    paid sales that count, sum by sum: no difference is left without a name.

    :param receipts: those that count, and others that settle one of `sales`
    :param sales: those that count, and others that a receipt settles or corrects
    """
    known = {sale.id: sale for sale in sales}
    named: dict[int, list[SignedReceipt]] = defaultdict(list)
    for receipt in receipts:
        if receipt.sale in known and receipt.role is not Role.RETURNS:
            named[receipt.sale].append(receipt)
        elif counts(receipt.place):
            yield Finding(_without_sale(receipt), receipt.sums, {}, (receipt,))
    for sale in known.values():
        yield from _of_sale(sale, named.get(sale.id, []), counts)


def added(sums: Iterable[Sums]) -> Sums:
    """Add sums up, name by name."""
    total: Counter[str] = Counter()
    for each in sums:
        total.update(each)
    return total


def _without_sale(receipt: SignedReceipt) -> Code:
    if receipt.role is Role.RETURNS:
        return Code.RETURN_NO_ORDER
    return Code(f"no_order_{receipt.source}")


def _of_sale(sale: Sale, receipts: list[SignedReceipt], counts: Counts) -> Iterator[Finding]:
    """Yield the findings of one sale; `receipts` settle it, or correct what settled it."""
    counted = [each for each in receipts if counts(each.place)]
    sale_counts = sale.paid and counts(sale.place)
    if not counted and not sale_counts:
        return
    all_of_them = tuple(receipts)
    by_receipts = added(each.sums for each in counted)
    by_sales = sale.sums if sale_counts else {}
    if not sale.paid:
        yield Finding(Code.NOT_PAID, by_receipts, {}, all_of_them, sale)
    elif not receipts:
        yield from _without_receipt(sale)
    elif any(each.role is Role.CORRECTS for each in receipts):
        moved = any(each.place != sale.place for each in receipts)
        if moved or _differing(by_receipts, by_sales):
            yield Finding(Code.CORRECTED, by_receipts, by_sales, all_of_them, sale)
    else:
        # Told apart from what else differs: an order of one day, a receipt of another.
        if any(each.place != sale.place for each in receipts):
            there = sale.sums if counted else {}
            yield Finding(Code.ANOTHER_DAY, there, by_sales, all_of_them, sale)
        if counted:
            lines = max(sale.lines, sum(each.lines for each in counted))
            for code, names in _differences(by_receipts, sale, lines):
                ours = {name: sale.sums.get(name, 0) for name in names}
                theirs = {name: by_receipts.get(name, 0) for name in names}
                yield Finding(code, theirs, ours, all_of_them, sale)


def _without_receipt(sale: Sale) -> Iterator[Finding]:
    """Yield that there is no receipt; a sale of nothing needs none."""
    if any(sale.sums.values()):
        code = Code.REFUND_NO_RECEIPT if sale.sums.get(TOTAL, 0) < 0 else Code.NO_RECEIPT
        yield Finding(Code.DECIDED if sale.decided else code, {}, sale.sums, (), sale)


def _differences(by_receipts: Sums, sale: Sale, lines: int) -> Iterator[tuple[Code, set[str]]]:
    """Yield what differs, each with the names of its sums; no name twice.

    :param lines: so many roundings of VAT there were, on the side that has more
    """
    names = _differing(by_receipts, sale.sums)
    paid = names.intersection(PAYMENTS)
    rates = names - paid - {TOTAL}
    if TOTAL in names:
        off = by_receipts.get(TOTAL, 0) - sale.sums.get(TOTAL, 0)
        if off != sale.rounding or not _same_rates(by_receipts, sale.sums, abs(off), lines):
            yield Code.TOTAL, names
            return
        yield Code.CASH_ROUNDING, {TOTAL} | rates
        rates = set()
    if paid:
        yield Code.PAYMENT_KIND, paid
    if rates:
        same = _same_rates(by_receipts, sale.sums, 0, lines)
        yield Code.VAT_ROUNDING if same else Code.VAT_RATE, rates


def _same_rates(one: Sums, another: Sums, rounding: int, lines: int) -> bool:
    """Whether the sums of each rate are as near as rounding of cash and of VAT lets them be."""
    for name in _differing(one, another) - {TOTAL, *PAYMENTS}:
        allowed = rounding if name in WITHOUT_VAT else rounding + lines
        if abs(one.get(name, 0) - another.get(name, 0)) > allowed:
            return False
    return True


def _differing(one: Sums, another: Sums) -> set[str]:
    return {name for name in {*one, *another} if one.get(name, 0) != another.get(name, 0)}
