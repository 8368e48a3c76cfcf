"""The till's answers to several questions, put together as one."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from ...fiscal.vocabulary import FfdVersion
from ..contract import DeviceStatus
from ..errors import Refused
from . import commands, reading
from .client import Till
from .state import Flag, Mode, State

WARNINGS = {
    0: "fiscalDriveReplaceRequiredSign",
    1: "fiscalDriveExhaustionSign",
    2: "fiscalDriveMemoryExceededSign",
    3: "ofdResponseTimeoutSign",
}
"""Bits of the drive's warnings, as tags 1050 to 1053."""
PHASE_CLOSED = 1 << 2
DOCUMENT_OPENING = 2
"""Type of an opening of a shift (FF0Ah)."""
LOOK_BACK = 5
"""Documents before the shift's first receipt that are looked at for its opening."""


def device_status(till: Till) -> DeviceStatus:
    """Ask everything. Raises DeviceError."""
    full, drive = till.ask(commands.FULL_STATUS), till.ask(commands.FN_STATUS)
    shift, exchange = till.ask(commands.SHIFT_PARAMETERS), till.ask(commands.OFD_STATUS)
    state = State.of(full)
    waits = bool(exchange["queue"])
    return DeviceStatus(
        model=reading.model(till),
        serial=_text(till.table(reading.TABLE_DRIVE, 1, reading.FIELD_SERIAL)),
        fn_number=drive["fn_number"],
        fn_valid_until=_midnight(till.ask(commands.FN_VALIDITY)["valid_until"]),
        last_fd=drive["last_fd"],
        shift_open=bool(shift["open"]),
        shift_number=shift["shift_number"],
        shift_opened_at=_opened_at(till, drive, shift),
        receipt_number=shift["receipt_number"],
        clock=datetime.combine(full["date"], full["time"]),
        paper=state.has_paper,
        cover_closed=Flag.COVER_OPEN not in state.flags,
        undelivered=exchange["queue"],
        undelivered_first_fd=exchange["first_fd"] if waits else 0,
        undelivered_since=exchange["first_moment"] if waits else None,
        cash_in_drawer=till.money(reading.REGISTER_DRAWER),
        ffd_version=_ffd(reading.number_in_table(till, *_FFD)),
        open_document=state.mode == Mode.DOCUMENT_OPEN or bool(drive["document"]),
        warnings=tuple(name for bit, name in WARNINGS.items() if drive["warnings"] & 1 << bit),
        details={
            "firmware": f"{full['firmware']}.{full['build']}",
            "taxMode": reading.number_in_table(till, *_TAX_MODE),
            "driveClosed": bool(drive["phase"] & PHASE_CLOSED),
            "unprintedFd": drive["last_fd"] if state.waits_for_paper else 0,
            **_registration(till),
        },
    )


_FFD = (reading.TABLE_REGIONAL, reading.FIELD_FFD)
_TAX_MODE = (reading.TABLE_MODE, reading.FIELD_TAX_MODE)


def _opened_at(till: Till, drive: dict[str, Any], shift: dict[str, Any]) -> datetime | None:
    """When the shift was opened: its document stands right before its receipts, or close to it."""
    if not shift["open"]:
        return None
    first = drive["last_fd"] - shift["receipt_number"]
    for fd_number in range(first, max(0, first - LOOK_BACK), -1):
        try:
            found = till.ask(commands.FIND_DOCUMENT, fd_number=fd_number)
        except Refused:
            return None
        if found["type"] == DOCUMENT_OPENING:
            moment: datetime | None = found["moment"]
            return moment
    return None


def _registration(till: Till) -> dict[str, int]:
    """FD of the latest report on registration: it stands before the last four bytes."""
    try:
        rest: bytes = till.ask(commands.LAST_REGISTRATION)["rest"]
    except Refused:
        return {}
    return {"registrationFd": int.from_bytes(rest[-8:-4], "little")} if len(rest) >= 8 else {}


def _ffd(told: int) -> str:
    return FfdVersion(told).label if told in tuple(FfdVersion) else ""


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time())


def _text(raw: bytes) -> str:
    return raw.decode("cp1251", "replace").split("\0")[0].strip()
