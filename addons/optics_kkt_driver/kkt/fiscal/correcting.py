"""Which documents correct a settlement that was made without a till, or signed with an error.

Sources: 54-FZ art. 4.3 p. 4, order of FNS ЕД-7-20/662@ (tables of both formats), letter of FNS
АБ-4-20/11248@ of 15.12.2025 (rates); `docs/FISCAL.md`, corrections.

========================  ============================  =========================================
what happened             FFD 1.2 (and 1.1)             FFD 1.05
========================  ============================  =========================================
settled without a till    one correction                one correction, of 1054 = 1 or 3; its
                                                        items are not signed
error in a document       a reverse correction with     an ordinary return of the wrong data and a
                          the wrong data and a right    new receipt, both with 1192
                          one, both with 1192
========================  ============================  =========================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from .as_signed import without_empty
from .correction import Correction
from .ffd import to_ffd_1_05
from .party import STAND_IN, Cashier
from .problems import Problems, is_integer
from .rates import corrected_rates
from .receipt import Receipt, Settlement
from .vocabulary import (
    CorrectionType,
    DocumentKind,
    FfdVersion,
    PaymentType,
    ProductType,
    TaxationType,
)

FIRST_DAY = date(2017, 1, 1)
"""Tills that tell the tax service of their receipts are registered since (290-FZ, art. 7)."""
_OF_ITS_OWN = ("operator", "operatorInn", "properties")
_UNSAID = {
    "paymentType": int(PaymentType.FULL_PAYMENT),
    "productType": int(ProductType.COMMODITY),
}
"""What a line means that lacks 1214 or 1212, which all formats let it (marks 2 and 3)."""
MOST_FD_NUMBER = (1 << 31) - 1
"""Of what we store; a drive signs some hundred thousand documents in its life."""

MOST_FPD = (1 << 32) - 1
"""A fiscal sign has four bytes (the others of tag 1077 are the document's number)."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Why something is corrected, and the settlement of which day. Raises InvalidDocument."""

    settled_on: date
    """Tag 1178; VAT goes by this date."""
    correction_type: CorrectionType = CorrectionType.SELF
    """Tag 1173."""
    order_number: str | None = None
    """Tag 1179: number of the tax office's order, only and always by order."""

    def __post_init__(self) -> None:
        problems = Problems()
        if problems.instance("settled_on", self.settled_on, date):
            no_time = not isinstance(self.settled_on, datetime)
            if problems.check(no_time, "settled_on", self.settled_on, "has_a_time"):
                told = self.settled_on >= FIRST_DAY
                code = "before_online_tills"
                problems.check(told, "settled_on", self.settled_on, code, first=FIRST_DAY)
        problems.instance("correction_type", self.correction_type, CorrectionType)
        by_order = self.correction_type is CorrectionType.INSTRUCTION
        problems.address("order_number", self.order_number, 32, required=by_order)
        if self.correction_type is CorrectionType.SELF and self.order_number is not None:
            problems.add("order_number", self.order_number, "not_by_order")
        problems.raise_any()


@dataclass(frozen=True, slots=True)
class Wrong:
    """A signed document with an error, of whatever till of the user. Raises InvalidDocument."""

    fn_number: str
    fd_number: int
    fpd: str
    """As printed; leading noughts may be left out."""
    settlement: Settlement
    """What was signed, errors and all: the base class, which lets a wrong receipt be wrong."""

    def __post_init__(self) -> None:
        problems = Problems()
        problems.attempt("", lambda: check_numbers(self.fn_number, self.fd_number, self.fpd))
        problems.instance("settlement", self.settlement, Settlement)
        problems.raise_any()
        object.__setattr__(self, "fpd", self.fpd.zfill(10))


def as_signed(document: Mapping[str, Any], taxation_type: TaxationType | None = None) -> Settlement:
    """What a signed receipt or correction (FNS JSON) says, errors and all.

    Of what its reverse does not repeat nothing is read: the cashier (1021, 1203), for whom
    somebody stands in, and 1084. A till with one tax system may leave out 1055, which is
    `taxation_type` then. Raises InvalidDocument for what is no settlement with lines.
    """
    told = {name: each for name, each in without_empty(document).items() if name not in _OF_ITS_OWN}
    system = {} if taxation_type is None else {"appliedTaxationType": int(taxation_type)}
    items = told.get("items")
    if isinstance(items, list):
        told["items"] = [{**_UNSAID, **each} if isinstance(each, dict) else each for each in items]
    return Settlement.from_json({**system, **told, **STAND_IN.to_json()})


def check_numbers(fn_number: Any, fd_number: Any, fpd: Any) -> None:
    """Raise InvalidDocument unless a signed document can have these FN, FD and FPD."""
    problems = Problems()
    if problems.instance("fn_number", fn_number, str):
        problems.digits("fn_number", fn_number, 16)
    holds = is_integer(fd_number) and 0 < fd_number <= MOST_FD_NUMBER
    problems.check(holds, "fd_number", fd_number, "not_from_one", most=MOST_FD_NUMBER)
    holds = isinstance(fpd, str) and fpd.isascii() and fpd.isdigit() and len(fpd) <= 10
    if problems.check(holds, "fpd", fpd, "too_many_digits", most=10):
        problems.check(int(fpd) <= MOST_FPD, "fpd", fpd, "not_within", least=0, most=MOST_FPD)
    problems.raise_any()


def check_rates(right: Receipt, basis: Basis) -> None:
    """Raise InvalidDocument when a line has a rate that is not of the settlement's date."""
    problems = Problems()
    rates = corrected_rates(right.items, right.operation_type, basis.settled_on)
    for index, rate in rates.items():
        told = {"rate": rate, "day": basis.settled_on}
        path = f"items[{index}].nds"
        problems.add(path, right.items[index].nds, "rate_of_another_day", **told)
    problems.raise_any()


def without_kkt(settled: Receipt, basis: Basis, ffd: FfdVersion) -> Correction:
    """The one correction of a settlement that no till has signed.

    Raises InvalidDocument for a rate that is not of the settlement's date, and for what a till of
    FFD 1.05 cannot correct.
    """
    check_rates(settled, basis)
    correction = _correction(settled, basis)
    if ffd is FfdVersion.V1_05:
        to_ffd_1_05(DocumentKind.CORRECTION, correction.to_json())
    return correction


def correct_error(
    wrong: Wrong, right: Receipt, basis: Basis, ffd: FfdVersion
) -> tuple[Settlement, Settlement]:
    """The documents that take back an error and set it right, in the order of printing.

    The first repeats the wrong data, whatever is wrong with it, in the name of the right one's
    cashier; the second is the settlement as it was. Raises InvalidDocument for a rate in the right
    one that is not of the settlement's date, and for what a till of FFD 1.05 cannot correct.
    """
    check_rates(right, basis)
    taken_back = _taken_back(wrong.settlement, right.cashier)
    if ffd is FfdVersion.V1_05:
        problems = Problems()
        by_order = basis.correction_type is CorrectionType.INSTRUCTION
        problems.check(not by_order, "correction_type", basis.correction_type, "older_format_order")
        problems.raise_any()
        return (
            Receipt(**{**taken_back, "properties_data": wrong.fpd, "stated_vat": None}),
            replace(right, properties_data=wrong.fpd),
        )
    return (
        _correction_of(taken_back, basis, wrong.fpd),
        _correction(right, basis, wrong.fpd),
    )


def _taken_back(settlement: Settlement, cashier: Cashier) -> dict[str, Any]:
    """The fields of a settlement that gives another one back, line by line as it was."""
    return {
        **_parts(settlement),
        "operation_type": settlement.operation_type.returned,
        "cashier": cashier,
        "user_attribute": None,
    }


def _correction(settlement: Settlement, basis: Basis, fpd: str | None = None) -> Correction:
    return _correction_of(_parts(settlement), basis, fpd)


def _correction_of(parts: dict[str, Any], basis: Basis, fpd: str | None) -> Correction:
    return Correction(
        **{**parts, "properties_data": fpd},
        correction_type=basis.correction_type,
        correction_document_date=basis.settled_on,
        correction_document_number=basis.order_number,
    )


def _parts(settlement: Settlement) -> dict[str, Any]:
    return {each.name: getattr(settlement, each.name) for each in fields(Settlement)}
