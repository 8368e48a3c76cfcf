"""The till's answers to several questions, put together as one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...fiscal.shift import SHIFT_LIMIT
from ..contract import DeviceStatus
from .results import ShiftCounters, integer, local_time, text

_WARNINGS = {
    "resourceExhausted": "fiscalDriveExhaustionSign",
    "needReplacement": "fiscalDriveReplaceRequiredSign",
    "memoryOverflow": "fiscalDriveMemoryExceededSign",
    "ofdTimeout": "ofdResponseTimeoutSign",
}
"""Tags 1050–1053 by the server's words; a critical error has no tag."""


def is_open(shift: Mapping[str, Any]) -> bool:
    """A shift that has lasted too long is open too."""
    return text(shift, "state") in ("opened", "expired")


def blocked_by(queue: Mapping[str, Any]) -> str:
    """Why the queue stands, by the server's word (``paperError`` …); empty when it goes."""
    return str(queue.get("blockReason") or "unknown") if queue.get("isBlocked") is True else ""


def device_status(
    *,
    info: Mapping[str, Any],
    device: Mapping[str, Any],
    shift: Mapping[str, Any],
    drive: Mapping[str, Any],
    numbers: Mapping[str, Any],
    exchange: Mapping[str, Any],
    counters: ShiftCounters,
    queue: Mapping[str, Any],
) -> DeviceStatus:
    """`deviceInfo`, `deviceStatus`, `shiftStatus`, `fnInfo`, `fnStatus`, the exchange's `status`,
    the shift's counters and the queue as one status. Raises Unreachable for what lacks.

    The server tells neither of a document left open nor when a shift began: each task cancels the
    former, and the latter is a day before the shift expires.
    """
    opened, last_fd = is_open(shift), integer(numbers, "fiscalDocumentNumber")
    undelivered = integer(exchange, "notSentCount")
    blocked = blocked_by(queue)
    return DeviceStatus(
        model=text(info, "modelName"),
        serial=text(info, "serial"),
        fn_number=text(drive, "serial"),
        fn_valid_until=local_time(drive, "validityDate"),
        last_fd=last_fd,
        shift_open=opened,
        shift_number=integer(shift, "number"),
        shift_opened_at=local_time(shift, "expiredTime") - SHIFT_LIMIT if opened else None,
        receipt_number=integer(numbers, "fiscalReceiptNumber"),
        clock=local_time(device, "currentDateTime"),
        paper=device.get("paperPresent") is True,
        cover_closed=device.get("coverOpened") is not True,
        undelivered=undelivered,
        undelivered_first_fd=integer(exchange, "notSentFirstDocNumber") if undelivered else 0,
        undelivered_since=local_time(exchange, "notSentFirstDocDateTime") if undelivered else None,
        cash_in_drawer=counters.cash_in_drawer,
        ffd_version=text(info, "ffdVersion"),
        warnings=_drive_warnings(drive),
        details={
            "firmware": info.get("firmwareVersion", ""),
            "configuration": info.get("configurationVersion", ""),
            "ffd": info.get("ffdVersion", ""),
            "fnFfd": drive.get("fnFfdVersion", ""),
            "fnPhase": drive.get("livePhase", ""),
            "queueBlocked": blocked,
            "unprintedFd": last_fd if blocked == "paperError" else 0,
            "shiftSumReports": counters.reports,
            "cashIn": counters.cash_in,
            "cashOut": counters.cash_out,
        },
    )


def _drive_warnings(drive: Mapping[str, Any]) -> tuple[str, ...]:
    told = drive.get("warnings")
    told = told if isinstance(told, Mapping) else {}
    return tuple(sign for name, sign in _WARNINGS.items() if told.get(name) is True)
