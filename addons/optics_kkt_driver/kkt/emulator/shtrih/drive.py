"""Commands that ask the drive: its state, its documents, its exchange with the OFD."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...drivers.codes import refusal
from ...drivers.contract import DeviceStatus
from ...drivers.shtrih import commands as c
from ...drivers.shtrih.commands import Command
from ...fiscal import elements
from ...fiscal.tlv import encode_document
from ...fiscal.vocabulary import DocumentCode, DocumentKind
from .device import Call, Device, Handler

_CONFIGURED_AND_FISCAL, _CLOSED = 0b11, 0b100
_CURRENT = {
    DocumentKind.SHIFT_OPEN: 0x02,
    DocumentKind.RECEIPT: 0x04,
    DocumentKind.SHIFT_CLOSE: 0x08,
    DocumentKind.CORRECTION: 0x14,
    DocumentKind.SETTLEMENT_STATE: 0x17,
}
_WARNINGS = (
    "fiscalDriveReplaceRequiredSign",
    "fiscalDriveExhaustionSign",
    "fiscalDriveMemoryExceededSign",
    "ofdResponseTimeoutSign",
)
"""In the order of their bits."""
_PIECE = 240
"""Bytes that FF3Bh gives at once."""
_HAS_MESSAGES = 0b10
_DEBUG_DRIVE = 0


def _status(device: Device, call: Call) -> Mapping[str, Any]:
    status, document = device.status(), device.document()
    closed = _CLOSED if status.details["driveClosed"] else 0
    return {
        "phase": _CONFIGURED_AND_FISCAL | closed,
        "document": _CURRENT[document.kind] if document else 0,
        "document_data": int(document is not None),
        "shift_open": int(status.shift_open),
        "warnings": _warnings(status),
        "moment": _moment(device.till.read(status.last_fd)),
        "fn_number": status.fn_number,
        "last_fd": status.last_fd,
    }


def _warnings(status: DeviceStatus) -> int:
    return sum(1 << bit for bit, name in enumerate(_WARNINGS) if name in status.warnings)


def _number(device: Device, call: Call) -> Mapping[str, Any]:
    return {"fn_number": device.status().fn_number}


def _validity(device: Device, call: Call) -> Mapping[str, Any]:
    until = device.status().fn_valid_until
    return {"valid_until": until.date() if until else None}


def _version(device: Device, call: Call) -> Mapping[str, Any]:
    return {"version": "fn debug v 2.08", "type": _DEBUG_DRIVE}


def _cancel(device: Device, call: Call) -> Mapping[str, Any]:
    if not device.cancel():
        raise refusal("02")
    return {}


def _last_registration(device: Device, call: Call) -> Mapping[str, Any]:
    """Of the drive that is inside: its first document."""
    report = device.till.read(1)
    rest = _fd(report["fiscalDocumentNumber"]) + _fd(report["fiscalSign"])
    if device.ffd.label != "1.05":
        reason = report.get("correctionKktReasonCode", 0)
        rest = b"\0" + f"{report.get('ofdInn', ''):12}".encode("ascii") + _fd(reason) + rest
    return {
        "moment": _moment(report),
        "inn": report["userInn"],
        "kkt_reg_id": report["kktRegId"],
        "taxation_types": report["taxationType"],
        "work_mode": 0,
        "rest": rest,
    }


def _find(device: Device, call: Call) -> Mapping[str, Any]:
    number = call.asked["fd_number"]
    document = device.till.read(number)
    return {
        "type": document["code"],
        "acknowledged": int(device.till.is_acknowledged(number)),
        "moment": _moment(document),
        "fd_number": number,
        "fiscal_sign": document["fiscalSign"],
        "rest": _found(document),
    }


def _found(document: Mapping[str, Any]) -> bytes:
    """What FF0Ah tells beyond the numbers, by the document's type."""
    match DocumentCode(document["code"]):
        case DocumentCode.RECEIPT | DocumentCode.CORRECTION:
            total = int(document["totalSum"]).to_bytes(5, "little")
            return bytes((document["operationType"],)) + total
        case DocumentCode.SHIFT_OPEN | DocumentCode.SHIFT_CLOSE:
            return int(document["shiftNumber"]).to_bytes(2, "little")
        case DocumentCode.REGISTRATION | DocumentCode.REREGISTRATION:
            inn, number = document["userInn"], document["kktRegId"]
            numbers = f"{inn:12}{number:20}".encode("ascii")
            return numbers + bytes((document["taxationType"], 0))
    return b""


def _begin_reading(device: Device, call: Call) -> Mapping[str, Any]:
    document = device.till.read(call.asked["fd_number"])
    element, _rest = elements.first(encode_document(document))
    device.reading = element.value
    return {"type": element.tag, "size": len(element.value)}


def _read_on(device: Device, call: Call) -> Mapping[str, Any]:
    if not device.reading:
        raise refusal("08")
    piece, device.reading = device.reading[:_PIECE], device.reading[_PIECE:]
    return {"tlv": piece}


def _ticket(device: Device, call: Call) -> Mapping[str, Any]:
    number = call.asked["fd_number"]
    document = device.till.read(number)
    if not device.till.is_acknowledged(number):
        raise refusal("08")
    ticket = {
        "code": int(DocumentCode.OPERATOR_ACK),
        "ofdInn": device.till.registration.ofd_inn,
        "fiscalDriveNumber": document["fiscalDriveNumber"],
        "fiscalDocumentNumber": number,
        "dateTime": document["dateTime"],
        "messageToDrive": {"ofdResponseCode": 0},
    }
    return {"ticket": encode_document(ticket)}


def _ofd_status(device: Device, call: Call) -> Mapping[str, Any]:
    status = device.status()
    return {
        "status": _HAS_MESSAGES if status.undelivered else 0,
        "reading": 0,
        "queue": min(status.undelivered, 0xFFFF),
        "first_fd": status.undelivered_first_fd,
        "first_moment": status.undelivered_since,
    }


def _unacknowledged(device: Device, call: Call) -> Mapping[str, Any]:
    return {"count": min(device.status().undelivered, 0xFFFF)}


def _shift(device: Device, call: Call) -> Mapping[str, Any]:
    status = device.status()
    return {
        "open": int(status.shift_open),
        "shift_number": status.shift_number & 0xFFFF,
        "receipt_number": status.receipt_number & 0xFFFF,
    }


def _moment(document: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(document["dateTime"])


def _fd(number: int) -> bytes:
    return int(number).to_bytes(4, "little")


HANDLERS: dict[Command, Handler] = {
    c.FN_STATUS: _status,
    c.FN_NUMBER: _number,
    c.FN_VALIDITY: _validity,
    c.FN_VERSION: _version,
    c.CANCEL_DOCUMENT: _cancel,
    c.LAST_REGISTRATION: _last_registration,
    c.FIND_DOCUMENT: _find,
    c.BEGIN_READING: _begin_reading,
    c.READ_DOCUMENT: _read_on,
    c.OFD_TICKET: _ticket,
    c.OFD_STATUS: _ofd_status,
    c.UNACKNOWLEDGED: _unacknowledged,
    c.SHIFT_PARAMETERS: _shift,
}
