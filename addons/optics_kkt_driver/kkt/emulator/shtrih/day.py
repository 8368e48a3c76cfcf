"""Commands of the day: opening and closing the shift, reports, cash, the state of settlements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...drivers.codes import refusal
from ...drivers.shtrih import commands as c
from ...drivers.shtrih.commands import Command, Password
from ...drivers.shtrih.layout import Layout, UInt
from ...drivers.virtual.till import Executed
from ...fiscal.vocabulary import DocumentKind
from .device import Call, Device, Handler
from .document import OpenDocument

_NUMBERS = Layout(UInt("shift_number", 2), UInt("fd_number", 4), UInt("fiscal_sign", 4))
OPEN_IN_DRIVE = Command(
    b"\xff\x0b", "open the shift in the drive", Layout(), _NUMBERS, Password.ADMINISTRATOR
)
CLOSE_IN_DRIVE = Command(
    b"\xff\x43", "close the shift in the drive", Layout(), _NUMBERS, Password.ADMINISTRATOR
)

_BEGUN = {
    c.BEGIN_OPENING: DocumentKind.SHIFT_OPEN,
    c.BEGIN_CLOSING: DocumentKind.SHIFT_CLOSE,
    c.BEGIN_SETTLEMENT_STATE: DocumentKind.SETTLEMENT_STATE,
}
"""Reports whose requisites may be told (FF0Ch) before they are signed."""


def _begin(device: Device, call: Call) -> Mapping[str, Any]:
    device.open(OpenDocument(_BEGUN[call.command]))
    return {}


def _open_shift(device: Device, call: Call) -> Mapping[str, Any]:
    _sign(device, call, DocumentKind.SHIFT_OPEN)
    return {}


def _close_shift(device: Device, call: Call) -> Mapping[str, Any]:
    _sign(device, call, DocumentKind.SHIFT_CLOSE)
    return {}


def _open_in_drive(device: Device, call: Call) -> Mapping[str, Any]:
    return _numbers(_sign(device, call, DocumentKind.SHIFT_OPEN))


def _close_in_drive(device: Device, call: Call) -> Mapping[str, Any]:
    return _numbers(_sign(device, call, DocumentKind.SHIFT_CLOSE))


def _numbers(executed: Executed) -> dict[str, int | None]:
    stored = executed.stored
    return {
        "shift_number": stored.shift_number,
        "fd_number": stored.fd_number,
        "fiscal_sign": int(stored.fpd or 0),
    }


def _settlement_state(device: Device, call: Call) -> Mapping[str, Any]:
    document = device.document()
    if document is None or document.kind is not DocumentKind.SETTLEMENT_STATE:
        raise refusal("02")
    executed = _sign(device, call, DocumentKind.SETTLEMENT_STATE)
    status = device.status()
    since = status.undelivered_since
    return {
        "fd_number": executed.stored.fd_number,
        "fiscal_sign": int(executed.stored.fpd or 0),
        "unacknowledged": status.undelivered,
        "since": since.date() if since else None,
    }


def _sign(device: Device, call: Call, kind: DocumentKind) -> Executed:
    """Sign a report, with the requisites that were told for it if it was begun."""
    document = device.document()
    if document is None or document.kind is not kind:
        return device.sign(kind, {}, call)
    return device.sign(kind, document.tags(), call, closes=True)


def _x_report(device: Device, call: Call) -> Mapping[str, Any]:
    device.sign(DocumentKind.X_REPORT, {}, call)
    return {}


def _cash_in(device: Device, call: Call) -> Mapping[str, Any]:
    return _cash(device, call, DocumentKind.CASH_IN)


def _cash_out(device: Device, call: Call) -> Mapping[str, Any]:
    return _cash(device, call, DocumentKind.CASH_OUT)


def _cash(device: Device, call: Call, kind: DocumentKind) -> Mapping[str, Any]:
    device.sign(kind, {"sum": call.asked["sum"]}, call)
    baseline = device.till.baseline()
    return {"document_number": (baseline.last_fd + baseline.cash_operation) & 0xFFFF}


HANDLERS: dict[Command, Handler] = {
    **{command: _begin for command in _BEGUN},
    c.OPEN_SHIFT: _open_shift,
    c.Z_REPORT: _close_shift,
    OPEN_IN_DRIVE: _open_in_drive,
    CLOSE_IN_DRIVE: _close_in_drive,
    c.SETTLEMENT_STATE: _settlement_state,
    c.X_REPORT: _x_report,
    c.CASH_IN: _cash_in,
    c.CASH_OUT: _cash_out,
}
