"""FFD 1.05 for tills that speak it: what 1.2 has more is omitted or said in the older words.

Documents are built and kept in FFD 1.2; this turns their JSON, plain or signed, into that of 1.05
(order of FNS ЕД-7-20/662@, tables of both formats; `docs/FISCAL.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from .correction import check_grounds, grounds_from_json
from .payments import Payments
from .problems import Problems
from .registration import ReregistrationReason, UsageCondition, older_reasons
from .vat import vat_totals_from_json
from .vocabulary import (
    DocumentKind,
    FfdVersion,
    ItemsQuantityMeasure,
    Nds,
    OperationType,
    ProductType,
)

_GONE = {
    *("internetPayment", "buyerInformation", "checkingLabeledProdResult", "usageConditionSigns"),
    *("industryReceiptDetails", "operationalDetails", "correctionKktReasonCode"),
}
_GONE_FROM_ITEM = {
    *("itemsQuantityMeasure", "productCodeNew", "markingCode", "labelCodeProcesMode"),
    *("checkingProdInformationResult", "itemsIndustryDetails", "labeledProdFractionalQuantity"),
}
_GONE_FROM = {
    # The tables let a correction have these; tills take sums alone (`docs/FISCAL.md`, rules).
    DocumentKind.CORRECTION: {"items", "properties", "propertiesData", "buyerPhoneOrAddress"},
    DocumentKind.SHIFT_CLOSE: {"shiftSumReports", "fiscalDriveSumReports"},
    DocumentKind.SETTLEMENT_STATE: {"fdKeyResource", "fiscalDriveSumReports"},
    DocumentKind.DRIVE_CLOSE: {"fiscalDriveSumReports"},
}
UNNUMBERED = "б/н"
"""Tag 1179 of FFD 1.05, which always has one, where nobody has ordered the correction."""
_OLDER_PRODUCT = {
    ProductType.EXCISE_WITHOUT_MARKING_CODE: ProductType.EXCISE,
    ProductType.EXCISE_WITH_MARKING_CODE: ProductType.EXCISE,
    ProductType.COMMODITY_WITHOUT_MARKING_CODE: ProductType.COMMODITY,
    ProductType.COMMODITY_WITH_MARKING_CODE: ProductType.COMMODITY,
    ProductType.CASH_WITHDRAWAL: ProductType.ANOTHER,
}
_CONDITION_FLAGS = {
    UsageCondition.PRINTER_IN_MACHINE: "printInMachineSign",
    UsageCondition.BSO: "bsoSign",
    UsageCondition.INTERNET_ONLY: "internetSign",
    UsageCondition.EXCISE: "exciseDutyProductSign",
    UsageCondition.SERVICES_ONLY: "serviceSign",
    UsageCondition.GAMBLING: "gamblingSign",
    UsageCondition.LOTTERY: "lotterySign",
}


def in_format(kind: DocumentKind, content: Mapping[str, Any], ffd: FfdVersion) -> dict[str, Any]:
    """A document's content, built in FFD 1.2, as the format `ffd` has it.

    Raises InvalidDocument for what that format cannot express.
    """
    return to_ffd_1_05(kind, content) if ffd is FfdVersion.V1_05 else dict(content)


def to_ffd_1_05(kind: DocumentKind, data: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of a document for a till of FFD 1.05.

    Raises InvalidDocument for a correction that 1.05 cannot express: of a return or purchase
    return, or of an error in a receipt (there an ordinary return and a new receipt are made).
    """
    if kind is DocumentKind.CORRECTION:
        _check_correction(data)
    gone = _GONE | _GONE_FROM.get(kind, set())
    older = {name: value for name, value in data.items() if name not in gone}
    if "items" in older:
        older["items"] = [_older_item(item) for item in older["items"]]
    if kind is not DocumentKind.CORRECTION:
        older.update(_buyer(data))
    elif "correctionBase" in data:
        number = {"correctionDocumentNumber": UNNUMBERED}
        older["correctionBase"] = number | data["correctionBase"]
    older.update(_condition_flags(data))
    if "correctionKktReasonCode" in data:
        reasons = ReregistrationReason(data["correctionKktReasonCode"])
        older["correctionReasonCode"] = older_reasons(reasons)
    if "fiscalDocumentFormatVer" in older:
        older["fiscalDocumentFormatVer"] = int(FfdVersion.V1_05)
    return older


@dataclass(frozen=True, slots=True)
class CorrectionWithoutItems:
    """A correction of FFD 1.05 as counters see it: sums alone (:class:`.totals.Counted`)."""

    kind: ClassVar[DocumentKind] = DocumentKind.CORRECTION

    operation_type: OperationType
    total_sum: int
    payments: Payments
    vat_totals: Mapping[Nds, int]
    """Kopecks per rate; rates without any are absent."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what :func:`to_ffd_1_05` gives for a correction. Raises InvalidDocument."""
        _check_correction(data)
        problems = Problems()
        check_grounds(problems, grounds_from_json(data, problems), numbered=True)
        payments = problems.attempt("payments", lambda: Payments.from_json(data))
        return cls(
            operation_type=OperationType(data["operationType"]),
            total_sum=data["totalSum"],
            payments=problems.settle(payments),
            vat_totals={
                Nds(code): total for code, total in vat_totals_from_json(data).items() if total
            },
        )


def _check_correction(data: Mapping[str, Any]) -> None:
    problems = Problems()
    operation = data.get("operationType")
    allowed = (OperationType.SALE, OperationType.PURCHASE)
    problems.check(operation in allowed, "operation_type", operation, "older_format_operation")
    corrected = data.get("propertiesData")
    problems.check(corrected is None, "properties_data", corrected, "older_format_error")
    problems.raise_any()


def _older_item(item: Mapping[str, Any]) -> dict[str, Any]:
    older = {name: value for name, value in item.items() if name not in _GONE_FROM_ITEM}
    product = older.get("productType")
    if product in _OLDER_PRODUCT:
        older["productType"] = int(_OLDER_PRODUCT[ProductType(product)])
    if "itemsQuantityMeasure" in item:
        older["unit"] = ItemsQuantityMeasure(item["itemsQuantityMeasure"]).label
    return older


def _buyer(data: Mapping[str, Any]) -> dict[str, Any]:
    information = data.get("buyerInformation", {})
    return {name: information[name] for name in ("buyer", "buyerInn") if name in information}


def _condition_flags(data: Mapping[str, Any]) -> dict[str, int]:
    if "usageConditionSigns" not in data:
        return {}
    conditions = UsageCondition(data["usageConditionSigns"])
    return {name: int(flag in conditions) for flag, name in _CONDITION_FLAGS.items()}
