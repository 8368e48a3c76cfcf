"""Which VAT rate a line has: it follows the date of supply, not the date of the receipt.

Sources: 425-ФЗ of 28.11.2025 (22 % from 2026-01-01), letter of FNS АБ-4-20/11248@ of 15.12.2025,
НК РФ art. 149 p. 2 (exempt optics), art. 164 p. 8 (5 and 7 % of УСН).

========================  =====================================================================
1214                      rate
========================  =====================================================================
1, 2, 3 (money first)     the calculated rate of the day of payment
4, 5, 6 (handover)        the rate of that day, whatever rate the prepayment had
7 (payment of credit)     the rate of the handover document
return                    the code of the document that is given back
correction                the rate of the corrected settlement's date
========================  =====================================================================

So only the first two rows are computed here; the others copy a code from an earlier document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from .item import Item
from .problems import Problems
from .vocabulary import Nds, OperationType, PaymentType, TaxationType

RATE_22_SINCE = date(2026, 1, 1)
"""First day of supply at 22 %."""
USN_PAYS_SINCE = date(2025, 1, 1)
"""First day on which sellers on УСН pay VAT (176-ФЗ of 12.07.2024)."""


class SellerVat(StrEnum):
    """What the seller's regime says of VAT."""

    GENERAL = "general"
    """The general rate: ОСН, or a payer on УСН who chose it."""
    FIVE = "5"
    SEVEN = "7"
    EXEMPT = "exempt"
    """No VAT at all: УСН below the limit, патент, art. 145."""


class ProductVat(StrEnum):
    """What the law says of the good, whoever sells it."""

    GENERAL = "general"
    REDUCED = "reduced"
    """10 %, art. 164 p. 2."""
    ZERO = "zero"
    """0 %, art. 164 p. 1."""
    EXEMPT = "exempt"
    """Not taxed, art. 149: corrective glasses, lenses and frames with a certificate."""


@dataclass(frozen=True, slots=True)
class SellerRegime:
    """The seller's regime from a day on, until a later record begins."""

    since: date
    taxation_type: TaxationType
    vat: SellerVat

    def __post_init__(self) -> None:
        problems = Problems()
        lawful = lawful_vat(self.taxation_type, self.since)
        if not lawful:
            problems.add("taxation_type", self.taxation_type, "unlawful_tax_system")
        else:
            problems.check(self.vat in lawful, "vat", self.vat, "unknown_choice", choices=lawful)
        problems.raise_any()


_USN = (TaxationType.USN_INCOME, TaxationType.USN_INCOME_OUTCOME)
_LAWFUL: Mapping[TaxationType, tuple[SellerVat, ...]] = {
    TaxationType.OSN: (SellerVat.GENERAL, SellerVat.EXEMPT),
    **dict.fromkeys(_USN, tuple(SellerVat)),
    TaxationType.ESHN: (SellerVat.GENERAL, SellerVat.EXEMPT),
    TaxationType.PATENT: (SellerVat.EXEMPT,),
}


def lawful_vat(taxation_type: TaxationType, since: date) -> tuple[SellerVat, ...]:
    """What a seller's regime that begins on a day may say of VAT; nothing for abolished ЕНВД."""
    if taxation_type in _USN and since < USN_PAYS_SINCE:
        return (SellerVat.EXEMPT,)
    return _LAWFUL.get(taxation_type, ())


class NoRegime(LookupError):
    """No record of the seller's regime covers the day."""


def regime_on(records: Iterable[SellerRegime], day: date) -> SellerRegime:
    """The regime in force on a day: the latest record that began by then. Raises NoRegime."""
    begun = [record for record in records if record.since <= day]
    if not begun:
        raise NoRegime(f"the seller's tax regime on {day} is not recorded")
    return max(begun, key=lambda record: record.since)


def general_rate(day: date) -> Nds:
    """The general rate on a day of supply, from 2019-01-01 on."""
    return Nds.NDS_22 if day >= RATE_22_SINCE else Nds.NDS_20


def supply_rate(product: ProductVat, seller: SellerVat, day: date) -> Nds:
    """The rate of a good handed over on a day.

    The exemption of the good stands before the seller's rate and cannot be waived, on УСН with
    5 or 7 % too; 5 and 7 % leave no room for 10 %.
    """
    if seller is SellerVat.EXEMPT or product is ProductVat.EXEMPT:
        return Nds.NDS_NO
    if product is ProductVat.ZERO:
        return Nds.NDS_0
    if seller is SellerVat.FIVE:
        return Nds.NDS_5
    if seller is SellerVat.SEVEN:
        return Nds.NDS_7
    return Nds.NDS_10 if product is ProductVat.REDUCED else general_rate(day)


def rates_of(seller: SellerVat, day: date) -> frozenset[Nds]:
    """Rates, plain and calculated, that a seller may write on what is supplied on a day.

    Returns, payments of credit (1214 = 7) and corrections repeat an older document's.
    """
    plain = {supply_rate(product, seller, day) for product in ProductVat}
    return frozenset(plain | {rate.calculated for rate in plain})


def line_rate(
    product: ProductVat, payment_type: PaymentType, day: date, records: Iterable[SellerRegime]
) -> Nds:
    """Tag 1199 of a new line: `day` is that of payment for 1214 = 1-3, of handover for 4-6.

    Raises NoRegime, and ValueError for 1214 = 7, whose rate is that of the handover document.
    """
    if payment_type is PaymentType.CREDIT_PAYMENT:
        raise ValueError("the rate of a credit's payment is that of the handover document")
    rate = supply_rate(product, regime_on(records, day).vat, day)
    return rate.calculated if payment_type.is_prepayment else rate


class Rate20Policy(StrEnum):
    """What to do with 20 % on a supply of 2026."""

    REPLACE = "replace"
    """By 22 %, the price stays, a warning is given: for callers of the API."""
    REFUSE = "refuse"
    """For orders that Odoo taxes itself: ledger and receipt must not disagree."""


@dataclass(frozen=True, slots=True)
class FiscalWarning:
    """Something done or found that a person should know of; goes into answers and history."""

    code: str
    field: str
    text: str


_SUCCESSOR = {Nds.NDS_20: Nds.NDS_22, Nds.NDS_20_120: Nds.NDS_22_122}
_PREDECESSOR = {later: earlier for earlier, later in _SUCCESSOR.items()}
_REPLACED = "rate_20_replaced"
_NOT_OF_REGIME = "rate_not_of_regime"
_DIFFERS = "rate_differs"
_LINES_DIFFER = "lines_differ"


def apply_rate_20_policy(
    items: Sequence[Item], operation: OperationType, supply: date, policy: Rate20Policy
) -> tuple[tuple[Item, ...], tuple[FiscalWarning, ...]]:
    """The items with lawful rates for a supply date, and what was changed.

    20 % becomes 22 %, 20/120 becomes 22/122; sum and price stay, VAT is computed anew. Returns of
    sales and payments of credit (1214 = 7) carry the rate of an earlier document and are never
    touched; for corrections do not call this. Raises InvalidDocument under `REFUSE`, code
    ``rate_outdated`` with ``product`` (the line's name), ``rate``, ``new_rate`` and ``since``.
    """
    problems = Problems()
    warnings: list[FiscalWarning] = []
    lawful = []
    for index, item in enumerate(items):
        path = f"items[{index}].nds"
        if operation.is_return or not _is_outdated(item, supply):
            lawful.append(item)
        elif policy is Rate20Policy.REFUSE:
            told = {
                "rate": item.nds,
                "since": RATE_22_SINCE,
                "product": item.name,
                "new_rate": _SUCCESSOR[item.nds],
            }
            problems.add(path, item.nds, "rate_outdated", **told)
        else:
            successor = _SUCCESSOR[item.nds]
            lawful.append(replace(item, nds=successor, nds_sum=None))
            text = f"{item.nds.label} replaced by {successor.label}: supplied on {supply:%d.%m.%Y}"
            warnings.append(FiscalWarning(_REPLACED, path, text))
    problems.raise_any()
    return tuple(lawful), tuple(warnings)


def _is_outdated(item: Item, supply: date) -> bool:
    return (
        supply >= RATE_22_SINCE
        and item.nds in _SUCCESSOR
        and item.payment_type is not PaymentType.CREDIT_PAYMENT
    )


def corrected_rates(
    items: Sequence[Item], operation: OperationType, settled_on: date
) -> dict[int, Nds]:
    """Of the lines whose general rate is not that of a corrected settlement's date: the right one.

    Keys are indexes of `items`. A settlement before 2026 never has 22 %; one of 2026 has 20 % only
    where an earlier document is repeated: returns, payments of credit.
    """
    right = {}
    for index, item in enumerate(items):
        if settled_on < RATE_22_SINCE and item.nds in _PREDECESSOR:
            right[index] = _PREDECESSOR[item.nds]
        elif not operation.is_return and _is_outdated(item, settled_on):
            right[index] = _SUCCESSOR[item.nds]
    return right


def regime_warnings(
    items: Sequence[Item], operation: OperationType, supply: date, seller: SellerVat
) -> tuple[FiscalWarning, ...]:
    """A warning for each line whose rate is none of the seller's on a supply date.

    It is no refusal: VAT that a seller writes without a duty is owed all the same (НК art. 173
    p. 5), so somebody should know. What repeats an earlier document is not judged: returns of
    sales, payments of credit.
    """
    allowed = rates_of(seller, supply)
    return tuple(
        FiscalWarning(_NOT_OF_REGIME, f"items[{index}].nds", _regime_text(item, supply, seller))
        for index, item in enumerate(items)
        if item.nds not in allowed
        and not operation.is_return
        and item.payment_type is not PaymentType.CREDIT_PAYMENT
    )


def _regime_text(item: Item, supply: date, seller: SellerVat) -> str:
    text = f"{item.nds.label} is no rate of this seller's tax regime on {supply:%d.%m.%Y}"
    if seller is SellerVat.EXEMPT:
        return f"{text}: VAT that is written all the same must be paid (НК art. 173 p. 5)"
    return text


def rate_differences(sent: Sequence[Item], signed: Mapping[str, Any]) -> tuple[FiscalWarning, ...]:
    """How the rates of a signed document differ from those sent, line by line.

    Some tills substitute rates by their own calendar, in returns too.
    `signed` is the document as read back, FNS JSON names. A correction of FFD 1.05 has no lines.
    """
    lines = signed.get("items", [])
    if "correctionType" in signed and not lines:
        return ()
    if len(lines) != len(sent):
        text = f"{len(sent)} lines were sent, {len(lines)} were signed"
        return (FiscalWarning(_LINES_DIFFER, "items", text),)
    warnings = []
    for index, (item, line) in enumerate(zip(sent, lines, strict=True)):
        if line.get("nds") != item.nds:
            text = f"sent with code {int(item.nds)}, signed with {line.get('nds')}"
            warnings.append(FiscalWarning(_DIFFERS, f"items[{index}].nds", text))
    return tuple(warnings)
