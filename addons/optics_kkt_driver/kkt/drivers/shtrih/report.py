"""The X report as numbers: what the till's registers tell of the shift."""

from __future__ import annotations

from typing import Any

from ...fiscal.vocabulary import OperationType
from . import reading
from .client import Till

DEPARTMENTS = 16
FIRST_TURNOVER = 121
"""Turnover of this shift: four registers, one for each operation, for each department."""
FIRST_CASH = 193
"""Cash of this shift, one register for each operation."""
_OPERATIONS = {
    OperationType.SALE: (0, "sellOper"),
    OperationType.PURCHASE: (1, "buyOper"),
    OperationType.SALE_RETURN: (2, "sellReturnOper"),
    OperationType.PURCHASE_RETURN: (3, "buyReturnOper"),
}
"""Order of the registers, and FNS's name of the counter."""


def x_report(till: Till) -> dict[str, Any]:
    """Counters under the names of an X report (:class:`~..contract.Signed`); kopecks.

    Registers tell turnover and cash; the other means of payment, VAT and corrections they do not.
    """
    return {
        "shiftSumReports": dict(_turnovers(till)),
        "cashIn": _moves(till, reading.OPERATION_CASH_INS, reading.REGISTER_CASH_IN),
        "cashOut": _moves(till, reading.OPERATION_CASH_OUTS, reading.REGISTER_CASH_OUT),
        "cashInDrawer": till.money(reading.REGISTER_DRAWER),
    }


def _turnovers(till: Till) -> list[tuple[str, Any]]:
    told: list[tuple[str, Any]] = []
    for place, name in _OPERATIONS.values():
        registers = range(FIRST_TURNOVER + place, FIRST_TURNOVER + 4 * DEPARTMENTS, 4)
        total = sum(till.money(register) for register in registers)
        if total:
            told.append((name, {"totalSum": total, "cashSum": till.money(FIRST_CASH + place)}))
    return told


def _moves(till: Till, count: int, kopecks: int) -> dict[str, int]:
    return {"count": till.operations(count), "sum": till.money(kopecks)}
