"""Putting cash into the drawer and taking it out: not fiscal, no FD number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from .base import Document
from .jsonio import json_object, raw
from .party import STAND_IN, Cashier
from .problems import Problems
from .vocabulary import DocumentKind, OperationType


@dataclass(frozen=True, slots=True)
class CashOperation(Document):
    """Cash moved without a settlement. No fiscal format covers it: the JSON names are ours."""

    sum: int
    """Kopecks, more than zero."""
    cashier: Cashier

    def __post_init__(self) -> None:
        problems = Problems()
        problems.kopecks("sum", self.sum, least=1)
        problems.instance("cashier", self.cashier, Cashier)
        problems.raise_any()

    def to_json(self) -> dict[str, Any]:
        return {"sum": self.sum, **self.cashier.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        problems = Problems()
        data = json_object(data)
        cashier = problems.attempt("cashier", lambda: Cashier.from_json(data))
        made = problems.attempt("", lambda: cls(raw(data, "sum"), cashier or STAND_IN))
        return problems.settle(made)


@dataclass(frozen=True, slots=True)
class CashIn(CashOperation):
    kind: ClassVar[DocumentKind] = DocumentKind.CASH_IN


@dataclass(frozen=True, slots=True)
class CashOut(CashOperation):
    kind: ClassVar[DocumentKind] = DocumentKind.CASH_OUT


def drawer_change(kind: DocumentKind, content: Mapping[str, Any]) -> int:
    """Kopecks that a document puts into the drawer, negative when they leave it.

    A correction tells of money that moved earlier, so it moves none.
    """
    match kind:
        case DocumentKind.CASH_IN:
            return int(content["sum"])
        case DocumentKind.CASH_OUT:
            return -int(content["sum"])
        case DocumentKind.RECEIPT:
            cash = int(content.get("cashTotalSum", 0))
            return -cash if OperationType(content["operationType"]).money_leaves else cash
    return 0
