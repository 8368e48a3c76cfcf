"""Every document there is, under one name, and the way from a kind and JSON to a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import Document
from .cash import CashIn, CashOut
from .correction import Correction
from .item import Item
from .marking import ProductCode, ProductCodeKind
from .party import Buyer, Cashier, UserAttribute
from .payments import Payments
from .problems import InvalidDocument, Problem, Problems
from .receipt import Receipt, Settlement
from .registration import Registration, Reregistration
from .reprint import Copy
from .shift import DriveClosing, SettlementState, ShiftClosing, ShiftOpening, XReport
from .vocabulary import DocumentKind

_CLASSES: dict[DocumentKind, type[Document]] = {
    each.kind: each
    for each in (
        Registration,
        Reregistration,
        Receipt,
        Correction,
        ShiftOpening,
        ShiftClosing,
        SettlementState,
        DriveClosing,
        CashIn,
        CashOut,
        XReport,
        Copy,
    )
}


def document_from_json(kind: DocumentKind | str, data: Mapping[str, Any]) -> Document:
    """The document of a kind from its JSON, plain or signed.

    Raises :class:`.problems.InvalidDocument` for bad data and for a kind that nobody can ask a
    till for.
    """
    wanted = next((each for name, each in _CLASSES.items() if name == kind), None)
    if wanted is None:
        raise InvalidDocument([Problem("kind", kind, "unknown_choice", choices=tuple(_CLASSES))])
    return wanted.from_json(data)


__all__ = [
    "Buyer",
    "CashIn",
    "CashOut",
    "Cashier",
    "Copy",
    "Correction",
    "Document",
    "DocumentKind",
    "DriveClosing",
    "InvalidDocument",
    "Item",
    "Payments",
    "Problem",
    "Problems",
    "ProductCode",
    "ProductCodeKind",
    "Receipt",
    "Registration",
    "Reregistration",
    "Settlement",
    "SettlementState",
    "ShiftClosing",
    "ShiftOpening",
    "UserAttribute",
    "XReport",
    "document_from_json",
]
