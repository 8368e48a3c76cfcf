"""Commands that ask how and who the till is: 10h, 11h, F7h, FCh, 6Bh, registers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ...drivers.codes import refusal
from ...drivers.contract import DeviceStatus
from ...drivers.shtrih import commands as c
from ...drivers.shtrih.commands import Command
from ...fiscal.totals import ShiftTotals
from ...fiscal.vocabulary import DocumentKind
from .device import Call, Device, Handler
from .document import RECEIPT_TYPES

MODEL_NAME = "ШТРИХ-М-02Ф"
"""A till that drivers know; its drive's number tells that nothing here has legal force."""
MODEL = 250
_FIRMWARE, _BUILD, _FIRMWARE_DATE = "C3", 664, date(2026, 1, 21)

ROLL, OPTICAL_SENSOR, COVER_OPEN = 1 << 1, 1 << 7, 1 << 10
"""Bits of the flags: receipt roll by both sensors, the cover."""
SHIFT_OPEN, SHIFT_OVERDUE, SHIFT_CLOSED, DATE_WAITS, DOCUMENT_OPEN = 2, 3, 4, 6, 8
"""Modes."""
_NO_PAPER, _NO_PAPER_WITHIN, _PAPER_IS_BACK, _PRINTING = 1, 2, 3, 5
"""Submodes."""
_SHIFT_HOURS = 24

_FEATURES = (
    *(0, 13, 23, 34, 36, 39, 43, 45, 46, 47, 48),
    *(49, 53),
)
"""Bits of F7h: paper sensor, cutter, cash core, result of the last print in 10h, 6Bh, MFP, drive,
prints tags, 2D code, FFD 1.1 and later, correction receipts, extended 6Bh, cancels by itself."""
_LONG_ANSWERS = 50

_CASH, _LATER_PAYMENTS = 193, 4144
"""Money registers: paid in kinds 1 to 4 and 5 to 16, four operations each."""
_DEPARTMENT_1 = 121
_DRAWER, _CASH_IN, _CASH_OUT = 241, 242, 243
_NAMES_OF_KINDS = {1: "cash", 2: "ecash", 14: "prepaid", 15: "credit", 16: "provision"}
_KINDS_OF_PAYMENT = 16


def _short_status(device: Device, call: Call) -> Mapping[str, Any]:
    status = device.status()
    document = device.document()
    operations = min(len(document.lines), 0xFFFF) if document else 0
    return {
        "flags": _flags(status),
        "mode": _mode(device, status),
        "submode": _submode(device, status),
        "operations_low": operations & 0xFF,
        "battery": 0xA8,
        "power": 0xD8,
        "old_errors": bytes(2),
        "operations_high": operations >> 8,
        "reserved": bytes(3),
        "last_print_result": 0,
    }


def _full_status(device: Device, call: Call) -> Mapping[str, Any]:
    status = device.status()
    serial = int(status.serial)
    return {
        "firmware": _FIRMWARE,
        "build": _BUILD,
        "firmware_date": _FIRMWARE_DATE,
        "hall": 1,
        "document_number": _document_number(device, status),
        "flags": _flags(status),
        "mode": _mode(device, status),
        "submode": _submode(device, status),
        "port": 128,
        "old_version": b"10",
        "old_build": 1,
        "old_date": _FIRMWARE_DATE,
        "date": status.clock.date(),
        "time": status.clock.time(),
        "old_flags": 0x01,
        "serial_low": serial & 0xFFFFFFFF,
        "last_closed_shift": (status.shift_number - status.shift_open) & 0xFFFF,
        "old_free": 0xFFFF,
        "reregistrations": 1,
        "reregistrations_left": 29,
        "inn": int(device.till.registration.user_inn),
        "serial_high": serial >> 32,
    }


def _model_parameters(device: Device, call: Call) -> Mapping[str, Any]:
    if call.asked["kind"] != 1:
        raise refusal("33")
    features = [*_FEATURES, *((_LONG_ANSWERS,) if device.gives_long_answers else ())]
    return {
        "flags": sum(1 << bit for bit in features),
        "width_font_1": 48,
        "width_font_2": 24,
        "graphics_line": 0,
        "inn_digits": 12,
        "rnm_digits": 16,
        "long_rnm_digits": 16,
        "long_serial_digits": 14,
        "tax_password": 0,
        "administrator_password": 30,
        "bluetooth_table": 0,
        "tax_field": 14,
        "longest_command": 255,
    }


def _device(device: Device, call: Call) -> Mapping[str, Any]:
    return {
        "type": 0,
        "subtype": 0,
        "protocol": 1,
        "protocol_minor": 17,
        "model": MODEL,
        "language": 0,
        "name": MODEL_NAME,
    }


def _error_text(device: Device, call: Call) -> Mapping[str, Any]:
    return {"text": refusal(f"{call.asked['code']:02X}").message}


def _money_register(device: Device, call: Call) -> Mapping[str, Any]:
    return {"value": _money(device.status(), _register(call))}


def _operation_register(device: Device, call: Call) -> Mapping[str, Any]:
    status, number = device.status(), _register(call)
    shift = ShiftTotals.from_json(status.details["shiftSumReports"])
    put, took = device.till.cash_numbers()
    counts = {
        **{0x90 + index: shift.of(each).count for index, each in enumerate(RECEIPT_TYPES)},
        0x98: _document_number(device, status),
        0x99: status.details["cashIn"]["count"],
        0x9A: status.details["cashOut"]["count"],
        0x9B: put,
        0x9C: took,
    }
    return {"value": counts.get(number, 0) & 0xFFFF}


def _register(call: Call) -> int:
    return int(call.asked["number"]) + (int(call.asked.get("number_high", 0)) << 8)


def _money(status: DeviceStatus, number: int) -> int:
    shift = ShiftTotals.from_json(status.details["shiftSumReports"])
    values: dict[int, int] = {
        _DRAWER: status.cash_in_drawer,
        _CASH_IN: status.details["cashIn"]["sum"],
        _CASH_OUT: status.details["cashOut"]["sum"],
    }
    for index, operation in enumerate(RECEIPT_TYPES):
        totals = shift.of(operation)
        values[_DEPARTMENT_1 + index] = totals.total
        for kind, name in _NAMES_OF_KINDS.items():
            first = _CASH + 4 * (kind - 1) if kind <= 4 else _LATER_PAYMENTS + 4 * (kind - 5)
            values[first + index] = getattr(totals, name)
    return values.get(number, 0)


def _flags(status: DeviceStatus) -> int:
    paper = ROLL | OPTICAL_SENSOR if status.paper else 0
    return paper | (0 if status.cover_closed else COVER_OPEN)


def _mode(device: Device, status: DeviceStatus) -> int:
    if device.waiting_date is not None:
        return DATE_WAITS
    document = device.document()
    if document is not None and document.kind in (DocumentKind.RECEIPT, DocumentKind.CORRECTION):
        return DOCUMENT_OPEN | document.receipt_type << 4
    if status.shift_opened_at is None:
        return SHIFT_CLOSED
    hours = (status.clock - status.shift_opened_at).total_seconds() / 3600
    return SHIFT_OVERDUE if hours >= _SHIFT_HOURS else SHIFT_OPEN


def _submode(device: Device, status: DeviceStatus) -> int:
    waits = bool(status.details["unprintedFd"])
    if not status.paper:
        return _NO_PAPER_WITHIN if waits else _NO_PAPER
    if waits:
        return _PAPER_IS_BACK
    return _PRINTING if device.host.is_printing else 0


def _document_number(device: Device, status: DeviceStatus) -> int:
    """Of all documents that the till has printed, cash operations too."""
    return (status.last_fd + device.till.baseline().cash_operation) & 0xFFFF


HANDLERS: dict[Command, Handler] = {
    c.SHORT_STATUS: _short_status,
    c.FULL_STATUS: _full_status,
    c.MODEL_PARAMETERS: _model_parameters,
    c.DEVICE: _device,
    c.ERROR_TEXT: _error_text,
    c.MONEY_REGISTER: _money_register,
    c.OPERATION_REGISTER: _operation_register,
}
