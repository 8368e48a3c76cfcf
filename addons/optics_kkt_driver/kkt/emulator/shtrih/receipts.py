"""Commands that build up a receipt or a correction, sign it or cancel it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...drivers.codes import refusal
from ...drivers.shtrih import commands as c
from ...drivers.shtrih.commands import OPERATOR, Command
from ...drivers.shtrih.layout import REST, Layout, Numbers, Raw, Text, UInt
from ...drivers.virtual.till import Executed
from ...fiscal.payments import Payments
from ...fiscal.problems import InvalidDocument
from ...fiscal.vat import vat_totals_to_json
from ...fiscal.vocabulary import SETTLEMENTS, DocumentKind, Nds, OperationType
from .device import Call, Device, Handler
from .document import CORRECTION, RECEIPT_TYPES, OpenDocument, text_of_code
from .rates import SLOTS

CLOSE_OLD_16 = Command(
    b"\x8e",
    "close the receipt, sixteen payments",
    Layout(Numbers("payments", 80, 16), UInt("discount", 2), Raw("taxes", 4), Text("text", REST)),
    Layout(OPERATOR, UInt("change", 5)),
    timeout=30.0,
)
_OLD_SALES = (c.SALE, c.PURCHASE, c.SALE_RETURN, c.PURCHASE_RETURN)
_MOST_LINES = 1000
_PREPAID, _CREDIT, _PROVISION = 13, 14, 15
"""Places among the sixteen payments; before them cash and electronic ones."""
_GOOD = 15
"""Tag 2106: checked by the drive and by the operator, both say yes."""


def _open(device: Device, call: Call) -> Mapping[str, Any]:
    kind = DocumentKind.RECEIPT
    number = call.asked["type"]
    if number & CORRECTION:
        kind, number = DocumentKind.CORRECTION, number & ~CORRECTION
    if number >= len(RECEIPT_TYPES):
        raise refusal("33")
    device.open(OpenDocument(kind, RECEIPT_TYPES[number]))
    return {}


def _operation(device: Device, call: Call) -> Mapping[str, Any]:
    operation = call.asked["operation_type"]
    if operation not in tuple(OperationType):
        raise refusal("33", "признак расчёта (1054)")
    _add_line(device, call, OperationType(operation))
    return {}


def _old_operation(device: Device, call: Call) -> Mapping[str, Any]:
    _add_line(device, call, RECEIPT_TYPES[_OLD_SALES.index(call.command)])
    return {}


def _add_line(device: Device, call: Call, operation: OperationType) -> None:
    """A line opens the receipt where none is open yet."""
    if device.document() is None:
        device.open(OpenDocument(DocumentKind.RECEIPT, operation))
    document = device.require_document(*SETTLEMENTS)
    if document.operation is not operation:
        raise refusal("5E", "чек открыт с другим признаком расчёта")
    if len(document.lines) >= _MOST_LINES:
        raise refusal("94")
    device.add(document, call.command, call.asked)


def _add(device: Device, call: Call) -> Mapping[str, Any]:
    device.add(device.require_document(*SETTLEMENTS), call.command, call.asked)
    return {}


def _document_tlv(device: Device, call: Call) -> Mapping[str, Any]:
    document = device.document()
    if document is None:
        raise refusal("02")
    device.add(document, call.command, call.asked)
    return {}


def _cancel(device: Device, call: Call) -> Mapping[str, Any]:
    device.require_document(*SETTLEMENTS)
    device.cancel()
    return {}


def _subtotal(device: Device, call: Call) -> Mapping[str, Any]:
    return {"sum": device.require_document(*SETTLEMENTS).total}


# Closing ----------------------------------------------------------------------------------------


def _close(device: Device, call: Call) -> Mapping[str, Any]:
    asked = call.asked
    if asked["rounding"]:
        raise refusal("33", "округление")
    taxes = None if device.computes_taxes else _taxes(asked["taxes"])
    change, executed = _sign(device, call, asked["payments"], asked["taxation_type"], taxes)
    return {"change": change, **_numbers(device, executed)}


def _close_old(device: Device, call: Call) -> Mapping[str, Any]:
    if call.asked["discount"]:
        raise refusal("33", "скидка на чек")
    change, _executed = _sign(device, call, call.asked["payments"], 0, None)
    return {"change": change}


def _sign(
    device: Device,
    call: Call,
    sums: Sequence[int],
    taxation_type: int,
    taxes: Mapping[Nds, int] | None,
) -> tuple[int, Executed]:
    """Sign the open receipt; the change in kopecks, and what was signed. Raises Refused."""
    document = device.require_document(*SETTLEMENTS)
    payments, change = _settled(document.total, [*sums, *[0] * (16 - len(sums))])
    taxation = taxation_type or _usual_taxation(device)
    content = document.content(payments, taxation, taxes, device.ffd)
    return change, device.sign(document.kind, content, call, closes=True)


def _settled(total: int, sums: Sequence[int]) -> tuple[Payments, int]:
    """Payments with the change taken off, and the change. Raises Refused: 45h, 4Dh."""
    cash = sums[0]
    others = sum(sums[1:])
    if others > total:
        raise refusal("4D")
    change = cash + others - total
    if change < 0:
        raise refusal("45")
    return Payments(
        cash=cash - change,
        ecash=sum(sums[1:_PREPAID]),
        prepaid=sums[_PREPAID],
        credit=sums[_CREDIT],
        provision=sums[_PROVISION],
    ), change


def _usual_taxation(device: Device) -> int:
    """The lowest bit of what the till is registered with."""
    types = device.till.registration.taxation_types
    return types & -types


def _taxes(sums: Sequence[int]) -> dict[Nds, int]:
    return {nds: total for nds, total in zip(SLOTS, sums, strict=True) if total}


def _numbers(device: Device, executed: Executed) -> dict[str, Any]:
    stored = executed.stored
    numbers = {"fd_number": stored.fd_number, "fiscal_sign": int(stored.fpd or 0)}
    return {**numbers, **({"moment": stored.date_time} if device.gives_long_answers else {})}


# Corrections of FFD 1.05 ------------------------------------------------------------------------


def _begin_correction(device: Device, call: Call) -> Mapping[str, Any]:
    device.open(OpenDocument(DocumentKind.CORRECTION))
    return {}


def _correction(device: Device, call: Call) -> Mapping[str, Any]:
    asked = call.asked
    document = device.document() or OpenDocument(DocumentKind.CORRECTION)
    if document.kind is not DocumentKind.CORRECTION:
        raise refusal("4A")
    if asked["operation_type"] not in tuple(OperationType):
        raise refusal("33", "признак расчёта (1054)")
    try:
        payments = Payments(*asked["payments"])
    except InvalidDocument as error:
        raise refusal("33", str(error)) from error
    content = {
        "correctionType": asked["correction_type"],
        "operationType": asked["operation_type"],
        "appliedTaxationType": asked["taxation_type"] or _usual_taxation(device),
        "totalSum": asked["total"],
        **payments.to_json(),
        **vat_totals_to_json(_taxes(asked["taxes"])),
        **document.tags(),
    }
    executed = device.sign(DocumentKind.CORRECTION, content, call, closes=True)
    receipt_number = executed.stored.receipt_number
    return {"receipt_number": receipt_number, **_numbers(device, executed)}


# Marking ----------------------------------------------------------------------------------------


def _check_code(device: Device, call: Call) -> Mapping[str, Any]:
    """The emulated drive says yes to every code that is whole."""
    raw = call.asked["code_and_tlv"]
    size = call.asked["code_size"]
    if len(raw) != size + call.asked["tlv_size"]:
        raise refusal("33", "размер кода маркировки")
    text_of_code(raw[:size])
    if len(device.accepted_codes) >= _MOST_CODES:
        raise refusal("A3")
    device.checked_code = raw[:size]
    return {
        "local_result": 3,
        "reason": 0,
        "code_type": 1,
        "extra_size": 0,
        "drive_code": 0,
        "result": _GOOD,
        "tlv": b"",
    }


def _accept_code(device: Device, call: Call) -> Mapping[str, Any]:
    if device.checked_code is None:
        raise refusal("A5")
    if call.asked["decision"]:
        device.accepted_codes.append(device.checked_code)
    device.checked_code = None
    return {"result": _GOOD}


def _bind_code(device: Device, call: Call) -> Mapping[str, Any]:
    document = device.require_document(*SETTLEMENTS)
    code = call.asked["code"]
    if code not in device.accepted_codes:
        raise refusal("A5")
    device.add(document, call.command, call.asked)
    device.accepted_codes.remove(code)
    return {"code": _GS1M, "type": 1}


_MOST_CODES = 128
_GS1M = 1305
"""The tag in which the code goes into the document."""

HANDLERS: dict[Command, Handler] = {
    c.OPEN_RECEIPT: _open,
    c.OPERATION: _operation,
    **{each: _old_operation for each in _OLD_SALES},
    c.STORNO: _add,
    c.ITEM_TLV: _add,
    c.DOCUMENT_TLV: _document_tlv,
    c.CANCEL_RECEIPT: _cancel,
    c.SUBTOTAL: _subtotal,
    c.CLOSE_RECEIPT: _close,
    c.CLOSE_OLD: _close_old,
    CLOSE_OLD_16: _close_old,
    c.BEGIN_CORRECTION: _begin_correction,
    c.CORRECTION: _correction,
    c.CHECK_CODE: _check_code,
    c.ACCEPT_CODE: _accept_code,
    c.BIND_CODE: _bind_code,
}
