"""Opening and closing a shift (FD codes 2 and 5), and the X report, which is not fiscal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Self

from .base import Document
from .jsonio import json_object
from .party import Cashier
from .problems import Problems
from .vocabulary import DocumentKind

SHIFT_LIMIT = timedelta(hours=24)
"""A drive signs no receipt in a shift that is open for so long."""
SHIFT_WARNING = timedelta(hours=23)
"""From this age on people are told."""


@dataclass(frozen=True, slots=True)
class CashierOnly(Document):
    """A document that its author gives nothing but the cashier; the till fills in the rest."""

    cashier: Cashier

    def __post_init__(self) -> None:
        problems = Problems()
        problems.instance("cashier", self.cashier, Cashier)
        problems.raise_any()

    def to_json(self) -> dict[str, Any]:
        return self.cashier.to_json()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(cashier_from_json(data))


@dataclass(frozen=True, slots=True)
class ShiftOpening(CashierOnly):
    kind: ClassVar[DocumentKind] = DocumentKind.SHIFT_OPEN


@dataclass(frozen=True, slots=True)
class ShiftClosing(CashierOnly):
    kind: ClassVar[DocumentKind] = DocumentKind.SHIFT_CLOSE


@dataclass(frozen=True, slots=True)
class XReport(CashierOnly):
    kind: ClassVar[DocumentKind] = DocumentKind.X_REPORT


@dataclass(frozen=True, slots=True)
class SettlementState(CashierOnly):
    """Report on the state of settlements, FD code 21."""

    kind: ClassVar[DocumentKind] = DocumentKind.SETTLEMENT_STATE


@dataclass(frozen=True, slots=True)
class DriveClosing(CashierOnly):
    """Closing of the drive's archive, FD code 6: the drive signs nothing after it."""

    kind: ClassVar[DocumentKind] = DocumentKind.DRIVE_CLOSE


def cashier_from_json(data: Mapping[str, Any]) -> Cashier:
    """The cashier of a document, problems told under ``cashier``. Raises InvalidDocument."""
    problems = Problems()
    cashier = problems.attempt("cashier", lambda: Cashier.from_json(json_object(data)))
    return problems.settle(cashier)
