"""Which commands make a document: worked out before the first one is sent. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ...fiscal.tags import DOCUMENT
from ...fiscal.vat import vat_totals_from_json
from ...fiscal.vocabulary import (
    DocumentKind,
    FfdVersion,
    ItemsQuantityMeasure,
    Nds,
    OperationType,
)
from ..codes import refusal
from . import commands
from .commands import Command
from .tlv import pieces
from .vat import rate_byte

ITEM = 1059
DEPARTMENT = 1
MILLIONTHS = 1_000_000
RECEIPT_TYPES = {
    OperationType.SALE: 0,
    OperationType.PURCHASE: 1,
    OperationType.SALE_RETURN: 2,
    OperationType.PURCHASE_RETURN: 3,
}
"""What command 8Dh calls them."""
CORRECTION_BIT = 0x80
"""Added to the type of a receipt: a correction with lines (FFD 1.1 and later)."""
PAYMENT_KINDS = {
    "cashTotalSum": 1,
    "ecashTotalSum": 2,
    "prepaidSum": 14,
    "creditSum": 15,
    "provisionSum": 16,
}
"""Number of the sum in command FF45h; 2 to 13 are all non-cash, and added up."""
TAX_SLOTS = (
    Nds.NDS_20,
    Nds.NDS_10,
    Nds.NDS_0,
    Nds.NDS_NO,
    Nds.NDS_20_120,
    Nds.NDS_10_110,
)
"""The six taxes of command FF4Ah, in their order."""

_VAT = {"nds18", "nds10", "nds0", "ndsNo", "nds18118", "nds10110"}
_IN_COMMANDS = {
    *("operationType", "items", "totalSum", "appliedTaxationType", "amountsReceiptNds"),
    *PAYMENT_KINDS,
    *_VAT,
}
"""What of a settlement the commands' own fields say, or the till computes from its lines."""
_IN_OPERATION = {
    *("name", "price", "quantity", "sum", "nds", "ndsSum", "paymentType", "productType"),
    "markingCode",
}
_FROM_MARKING_CODE = {"productCodeNew", "labelCodeProcesMode"}
"""The till makes them of the code that is bound to the line."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command with its values."""

    command: Command
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """A document as commands: nothing is open before `opens`, and only `signs` signs."""

    opens: Step
    fills: tuple[Step, ...]
    signs: Step
    cancels: Command
    """What takes an opened document back."""
    before: tuple[Step, ...] = ()
    """Checks of marking codes; they open nothing."""


def plan(kind: DocumentKind, content: Mapping[str, Any], ffd: FfdVersion, model: str) -> Plan:
    """The commands of a document with an FD. `content` is in the till's own format.

    Raises Refused for what no command can say: an unknown rate, requisites that are too long, a
    document that these tills are not asked for.
    """
    match kind:
        case DocumentKind.SHIFT_OPEN:
            return _report(content, commands.BEGIN_OPENING, commands.OPEN_SHIFT)
        case DocumentKind.SHIFT_CLOSE:
            return _report(content, commands.BEGIN_CLOSING, commands.Z_REPORT)
        case DocumentKind.SETTLEMENT_STATE:
            begin, end = commands.BEGIN_SETTLEMENT_STATE, commands.SETTLEMENT_STATE
            return _report(content, begin, end)
        case DocumentKind.RECEIPT:
            return _receipt(content, model, 0)
        case DocumentKind.CORRECTION:
            if ffd is FfdVersion.V1_05:
                return _correction_without_items(content)
            return _receipt(content, model, CORRECTION_BIT)
    remedy = "Закрытие архива ФН выполняется утилитой производителя кассы."
    raise refusal("37", str(kind), remedy if kind is DocumentKind.DRIVE_CLOSE else "")


def _report(content: Mapping[str, Any], begin: Command, end: Command) -> Plan:
    return Plan(Step(begin), tuple(_requisites(content)), Step(end), commands.CANCEL_DOCUMENT)


def _receipt(content: Mapping[str, Any], model: str, correction: int) -> Plan:
    operation = OperationType(content["operationType"])
    rest = {name: value for name, value in content.items() if name not in _IN_COMMANDS}
    fills = [step for item in content["items"] for step in _item(item, operation, model)]
    closing = {
        "payments": _payments(content, 16),
        "rounding": 0,
        "taxes": (0,) * 6,
        "taxation_type": content["appliedTaxationType"],
        "text": "",
    }
    return Plan(
        before=tuple(step for item in content["items"] for step in _check(item, operation)),
        opens=Step(commands.OPEN_RECEIPT, {"type": RECEIPT_TYPES[operation] | correction}),
        fills=(*fills, *_requisites(rest)),
        signs=Step(commands.CLOSE_RECEIPT, closing),
        cancels=commands.CANCEL_RECEIPT,
    )


def _item(item: Mapping[str, Any], operation: OperationType, model: str) -> Iterator[Step]:
    nds = Nds(item["nds"])
    yield Step(
        commands.OPERATION,
        {
            "operation_type": int(operation),
            "quantity": int(Decimal(item["quantity"]) * MILLIONTHS),
            "price": item["price"],
            "sum": item["sum"],
            "tax": item.get("ndsSum"),
            "rate": rate_byte(model, nds),
            "department": DEPARTMENT,
            "payment_type": item["paymentType"],
            "product_type": item["productType"],
            "name": item["name"],
        },
    )
    said = _IN_OPERATION | (_FROM_MARKING_CODE if "markingCode" in item else set())
    rest = {name: value for name, value in item.items() if name not in said}
    for piece in pieces(rest, ITEM):
        yield Step(commands.ITEM_TLV, {"tlv": piece})
    if "markingCode" in item:
        code = item["markingCode"].encode("ascii")
        yield Step(commands.BIND_CODE, {"code_size": len(code), "code": code})


def _check(item: Mapping[str, Any], operation: OperationType) -> Iterator[Step]:
    """Have the drive check a marking code, and take it whatever comes out: the law lets a seller
    do so where the check cannot be made."""
    if "markingCode" not in item:
        return
    code = item["markingCode"].encode("ascii")
    piece = item.get("itemsQuantityMeasure", 0) == ItemsQuantityMeasure.PIECE
    values = {
        "planned_status": (1 if piece else 2) + (2 if operation.is_return else 0),
        "mode": 0,
        "code_size": len(code),
        "tlv_size": 0,
        "code_and_tlv": code,
    }
    yield Step(commands.CHECK_CODE, values)
    yield Step(commands.ACCEPT_CODE, {"decision": 1})


def _correction_without_items(content: Mapping[str, Any]) -> Plan:
    """FFD 1.05: sums alone. Rates that have no slot go as a requisite (1115)."""
    said = (_IN_COMMANDS - {"amountsReceiptNds"}) | {"correctionType"}
    rest = {name: value for name, value in content.items() if name not in said}
    totals = vat_totals_from_json(content)
    values = {
        "correction_type": content["correctionType"],
        "operation_type": content["operationType"],
        "total": content["totalSum"],
        "payments": tuple(content.get(name, 0) for name in PAYMENT_KINDS),
        "taxes": tuple(totals.get(nds, 0) for nds in TAX_SLOTS),
        "taxation_type": content["appliedTaxationType"],
    }
    return Plan(
        opens=Step(commands.BEGIN_CORRECTION),
        fills=tuple(_requisites(rest)),
        signs=Step(commands.CORRECTION, values),
        cancels=commands.CANCEL_DOCUMENT,
    )


def _payments(content: Mapping[str, Any], count: int) -> tuple[int, ...]:
    sums = [0] * count
    for name, number in PAYMENT_KINDS.items():
        sums[number - 1] = content.get(name, 0)
    return tuple(sums)


def _requisites(content: Mapping[str, Any]) -> Iterator[Step]:
    for piece in pieces(content, DOCUMENT):
        yield Step(commands.DOCUMENT_TLV, {"tlv": piece})
