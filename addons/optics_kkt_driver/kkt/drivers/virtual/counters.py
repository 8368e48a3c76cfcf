"""Counters of a shift and of a drive's life, per kind of settlement and of payment.

Kept as flat names, such as ``sellOper.cashSum``; shown as the tax service's JSON nests them
(tags 1129–1133 inside 1157 and 1194).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...fiscal.vocabulary import DocumentKind, OperationType

Counters = Mapping[str, int]

_OPERATIONS = {
    OperationType.SALE: "sellOper",
    OperationType.SALE_RETURN: "sellReturnOper",
    OperationType.PURCHASE: "buyOper",
    OperationType.PURCHASE_RETURN: "buyReturnOper",
}
_SUMS = {
    "totalSum": "totalSum",
    "cashTotalSum": "cashSum",
    "ecashTotalSum": "ecashSum",
    "prepaidSum": "prepaidSum",
    "creditSum": "creditSum",
    "provisionSum": "provisionSum",
}
"""Name in a receipt: name in a counter (tags 1201, 1136, 1138, 1218, 1219, 1220)."""


def steps(kind: DocumentKind, content: Mapping[str, Any]) -> dict[str, int]:
    """By how much one document moves which counters; empty for documents without money."""
    if kind in (DocumentKind.CASH_IN, DocumentKind.CASH_OUT):
        return {f"{kind}.count": 1, f"{kind}.sum": content["sum"]}
    if kind not in (DocumentKind.RECEIPT, DocumentKind.CORRECTION):
        return {}
    operation = _OPERATIONS[OperationType(content["operationType"])]
    moved = {f"{operation}.{to}": content.get(name, 0) for name, to in _SUMS.items()}
    moved |= {"totalReceiptBsoCount": 1, f"{operation}.receiptBsoCount": 1}
    if kind is DocumentKind.CORRECTION:
        moved["receiptCorrection.receiptCorrectionCount"] = 1
    return moved


def drawer_change(kind: DocumentKind, content: Mapping[str, Any]) -> int:
    """Kopecks that go into the drawer, negative when they leave it.

    A correction tells of money that moved earlier, so it moves none.
    """
    match kind:
        case DocumentKind.CASH_IN:
            return int(content["sum"])
        case DocumentKind.CASH_OUT:
            return -int(content["sum"])
        case DocumentKind.RECEIPT:
            cash = int(content.get("cashTotalSum", 0))
            comes_in = (OperationType.SALE, OperationType.PURCHASE_RETURN)
            return cash if content["operationType"] in comes_in else -cash
    return 0


def report(counters: Counters) -> dict[str, Any]:
    """The fiscal counters nested as in tags 1157 and 1194; sums in kopecks, noughts shown."""
    nested: dict[str, Any] = {"totalReceiptBsoCount": counters.get("totalReceiptBsoCount", 0)}
    for operation in _OPERATIONS.values():
        names = ("receiptBsoCount", *_SUMS.values())
        nested[operation] = {name: counters.get(f"{operation}.{name}", 0) for name in names}
    corrections = counters.get("receiptCorrection.receiptCorrectionCount", 0)
    nested["receiptCorrection"] = {"receiptCorrectionCount": corrections}
    return nested


def cash_report(counters: Counters) -> dict[str, Any]:
    """Cash put in and taken out, which no fiscal format covers: the names are ours."""
    return {
        name: {part: counters.get(f"{kind}.{part}", 0) for part in ("count", "sum")}
        for name, kind in (("cashIn", DocumentKind.CASH_IN), ("cashOut", DocumentKind.CASH_OUT))
    }
