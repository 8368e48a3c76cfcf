"""Counters of a shift or a drive: tags 1194 and 1157."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from .payments import Payments
from .vocabulary import DocumentKind, Nds, OperationType

_OPERATION_NAMES = {
    OperationType.SALE: ("sellOper", "sellCorrection"),
    OperationType.SALE_RETURN: ("sellReturnOper", "sellReturnCorrection"),
    OperationType.PURCHASE: ("buyOper", "buyCorrection"),
    OperationType.PURCHASE_RETURN: ("buyReturnOper", "buyReturnCorrection"),
}
_VAT_NAMES = {
    Nds.NDS_20: "tax18Sum",
    Nds.NDS_10: "tax10Sum",
    Nds.NDS_20_120: "tax18118Sum",
    Nds.NDS_10_110: "tax10110Sum",
    Nds.NDS_0: "tax0Sum",
    Nds.NDS_NO: "taxFreeSum",
}
"""Tags 1139-1143 and 1183. No tag of a counter is known for the codes 7-12."""
_SUM_NAMES = {
    "total": "totalSum",
    "cash": "cashSum",
    "ecash": "ecashSum",
    "prepaid": "prepaidSum",
    "credit": "creditSum",
    "provision": "provisionSum",
}


class Counted(Protocol):
    """What a counter needs to know of a receipt or correction, of whatever format."""

    @property
    def kind(self) -> DocumentKind: ...
    @property
    def operation_type(self) -> OperationType: ...
    @property
    def total_sum(self) -> int: ...
    @property
    def payments(self) -> Payments: ...
    @property
    def vat_totals(self) -> Mapping[Nds, int]: ...


@dataclass(frozen=True, slots=True)
class OperationTotals:
    """Receipts and corrections of one operation type; sums in kopecks (tags 1129-1132)."""

    count: int = 0
    """Tag 1135."""
    total: int = 0
    """Tag 1201."""
    cash: int = 0
    """Tag 1136."""
    ecash: int = 0
    """Tag 1138."""
    prepaid: int = 0
    """Tag 1218."""
    credit: int = 0
    """Tag 1219."""
    provision: int = 0
    """Tag 1220."""
    vat: Mapping[Nds, int] = field(default_factory=dict)

    def adding(self, settlement: Counted) -> OperationTotals:
        """The totals after one more receipt or correction."""
        paid = settlement.payments
        vat = dict(self.vat)
        for nds, part in settlement.vat_totals.items():
            vat[nds] = vat.get(nds, 0) + part
        return OperationTotals(
            count=self.count + 1,
            total=self.total + settlement.total_sum,
            cash=self.cash + paid.cash,
            ecash=self.ecash + paid.ecash,
            prepaid=self.prepaid + paid.prepaid,
            credit=self.credit + paid.credit,
            provision=self.provision + paid.provision,
            vat=vat,
        )

    def to_json(self) -> dict[str, int]:
        return {
            "receiptBsoCount": self.count,
            **{name: getattr(self, attribute) for attribute, name in _SUM_NAMES.items()},
            **{name: self.vat[nds] for nds, name in _VAT_NAMES.items() if nds in self.vat},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> OperationTotals:
        """Read a counter as a drive gives it; absent sums are zero."""
        return cls(
            count=data.get("receiptBsoCount", 0),
            **{attribute: data.get(name, 0) for attribute, name in _SUM_NAMES.items()},
            vat={nds: data[name] for nds, name in _VAT_NAMES.items() if name in data},
        )


@dataclass(frozen=True, slots=True)
class ShiftTotals:
    """Counters of all operations; an operation that did not happen is absent."""

    operations: Mapping[OperationType, OperationTotals] = field(default_factory=dict)
    corrections: Mapping[OperationType, tuple[int, int]] = field(default_factory=dict)
    """Of the above, corrections alone: count and sum (tag 1133)."""

    @property
    def count(self) -> int:
        """Tag 1134: receipts and corrections of all kinds."""
        return sum(each.count for each in self.operations.values())

    @property
    def turnover(self) -> int:
        """Kopecks that came in: sales less their returns, less purchases."""
        return sum(
            -each.total if operation.money_leaves else each.total
            for operation, each in self.operations.items()
        )

    def of(self, operation: OperationType) -> OperationTotals:
        """The counter of one operation, zeros when it did not happen."""
        return self.operations.get(operation, OperationTotals())

    def adding(self, settlement: Counted) -> ShiftTotals:
        """The totals after one more receipt or correction."""
        operation = settlement.operation_type
        after = replace(
            self,
            operations={**self.operations, operation: self.of(operation).adding(settlement)},
        )
        if settlement.kind is not DocumentKind.CORRECTION:
            return after
        count, total = self.corrections.get(operation, (0, 0))
        corrected = {operation: (count + 1, total + settlement.total_sum)}
        return replace(after, corrections={**self.corrections, **corrected})

    def to_json(self) -> dict[str, Any]:
        """The value of ``shiftSumReports`` or ``fiscalDriveSumReports``."""
        data: dict[str, Any] = {"totalReceiptBsoCount": self.count}
        for operation, (name, _) in _OPERATION_NAMES.items():
            if operation in self.operations:
                data[name] = self.operations[operation].to_json()
        if self.corrections:
            data["receiptCorrection"] = self._corrections_to_json()
        return data

    def _corrections_to_json(self) -> dict[str, Any]:
        counted = sum(count for count, _ in self.corrections.values())
        data: dict[str, Any] = {"receiptCorrectionCount": counted}
        for operation, (_, name) in _OPERATION_NAMES.items():
            if operation in self.corrections:
                count, total = self.corrections[operation]
                data[name] = {"receiptBsoCount": count, "totalSum": total}
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ShiftTotals:
        """Read the counters as a drive gives them."""
        corrections = data.get("receiptCorrection", {})
        return cls(
            operations={
                operation: OperationTotals.from_json(data[name])
                for operation, (name, _) in _OPERATION_NAMES.items()
                if name in data
            },
            corrections={
                operation: (
                    corrections[name].get("receiptBsoCount", 0),
                    corrections[name].get("totalSum", 0),
                )
                for operation, (_, name) in _OPERATION_NAMES.items()
                if name in corrections
            },
        )
