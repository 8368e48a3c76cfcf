"""Commands about the till's settings: tables, clock, the serial port."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...drivers.codes import refusal
from ...drivers.shtrih import commands as c
from ...drivers.shtrih.commands import Command, Password
from ...drivers.shtrih.layout import Layout, UInt
from . import tables as t
from .device import Call, Device, Handler

SET_PORT = Command(
    b"\x14",
    "set port parameters",
    Layout(UInt("port", 1), UInt("baud", 1), UInt("timeout", 1)),
    Layout(),
    password=Password.ADMINISTRATOR,
)
_BAUD_115200, _BYTE_TIMEOUT = 6, 50


def _write(device: Device, call: Call) -> Mapping[str, Any]:
    place = (call.asked["table"], call.asked["row"], call.asked["field"])
    device.tables.write(*place, call.asked["value"])
    return {}


def _read(device: Device, call: Call) -> Mapping[str, Any]:
    place = (call.asked["table"], call.asked["row"], call.asked["field"])
    return {"value": device.tables.read(*place)}


def _table_structure(device: Device, call: Call) -> Mapping[str, Any]:
    table = t.find_table(call.asked["table"])
    return {"name": table.name, "rows": table.rows, "fields": len(table.fields)}


def _field_structure(device: Device, call: Call) -> Mapping[str, Any]:
    field = t.find_field(call.asked["table"], call.asked["field"])
    return {
        "name": field.name,
        "type": field.type,
        "size": field.size,
        "limits": field.limits,
    }


def _set_time(device: Device, call: Call) -> Mapping[str, Any]:
    _require_closed_shift(device)
    day = device.status().clock.date()
    device.till.set_clock(datetime.combine(day, call.asked["time"]))
    return {}


def _set_date(device: Device, call: Call) -> Mapping[str, Any]:
    _require_closed_shift(device)
    if call.asked["date"] is None:
        raise refusal("7D")
    device.waiting_date = call.asked["date"]
    return {}


def _confirm_date(device: Device, call: Call) -> Mapping[str, Any]:
    if device.waiting_date is None:
        raise refusal("73")
    if call.asked["date"] != device.waiting_date:
        raise refusal("7C")
    time = device.status().clock.time()
    device.till.set_clock(datetime.combine(device.waiting_date, time))
    device.waiting_date = None
    return {}


def _get_port(device: Device, call: Call) -> Mapping[str, Any]:
    return {"baud": _BAUD_115200, "timeout": _BYTE_TIMEOUT}


def _set_port(device: Device, call: Call) -> Mapping[str, Any]:
    """Taken and forgotten: a pseudo terminal has no speed."""
    return {}


def _require_closed_shift(device: Device) -> None:
    if device.status().shift_open:
        raise refusal("73")


HANDLERS: dict[Command, Handler] = {
    c.WRITE_TABLE: _write,
    c.READ_TABLE: _read,
    c.TABLE_STRUCTURE: _table_structure,
    c.FIELD_STRUCTURE: _field_structure,
    c.SET_TIME: _set_time,
    c.SET_DATE: _set_date,
    c.CONFIRM_DATE: _confirm_date,
    c.GET_PORT: _get_port,
    SET_PORT: _set_port,
}
