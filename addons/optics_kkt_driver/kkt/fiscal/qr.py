"""The text of the QR code on a receipt (tag 1196)."""

from __future__ import annotations

from datetime import datetime

from .money import from_kopecks
from .vocabulary import OperationType


def qr_text(
    *,
    date_time: datetime,
    total_sum: int,
    fn_number: str,
    fd_number: int,
    fpd: str,
    operation_type: OperationType,
) -> str:
    """``t=20260105T1407&s=1500.00&fn=9999078900004312&i=12&fp=2434120341&n=1``, tag 1196 of FFD.

    `date_time` is the till's local time (1012), `total_sum` kopecks (1020), `fpd` decimal digits;
    leading zeros of FPD are left out.
    """
    return (
        f"t={date_time:%Y%m%dT%H%M}&s={from_kopecks(total_sum)}&fn={fn_number}"
        f"&i={fd_number}&fp={int(fpd)}&n={int(operation_type)}"
    )
