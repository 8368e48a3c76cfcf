"""What the server says of one task, and of the till: checked before anybody relies on it.

Whatever lacks a value that is needed, or has another type, raises
:class:`~..errors.Unreachable`: a question that was not answered.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ...fiscal.elements import Element, join
from ...fiscal.vocabulary import DocumentCode
from ..errors import Unreachable
from .json_text import kopecks


class Status(StrEnum):
    WAIT = "wait"
    IN_PROGRESS = "inProgress"
    BLOCKED = "blocked"
    """The server does not know yet what became of it: it waits for the till or for paper."""
    READY = "ready"
    ERROR = "error"
    INTERRUPTED = "interrupted"
    CANCELED = "canceled"

    @property
    def is_pending(self) -> bool:
        """It may still be executed, or just is."""
        return self in (Status.WAIT, Status.IN_PROGRESS, Status.BLOCKED)


@dataclass(frozen=True, slots=True)
class TaskResult:
    """How one task stands; `code` and `description` are those of its error."""

    status: Status
    code: int
    description: str
    result: Mapping[str, Any]
    """What the task gave; empty while it has given nothing."""

    @classmethod
    def from_answer(cls, answer: Mapping[str, Any]) -> TaskResult:
        """The result of a request's only task."""
        results = answer.get("results")
        if not isinstance(results, list) or len(results) != 1:
            raise Unreachable("the server's answer has not one result")
        told = results[0]
        try:
            status = Status(text(told, "status"))
        except ValueError:
            raise Unreachable(f"unknown status {told['status']!r}") from None
        error = told.get("error") or {}
        result = told.get("result")
        return cls(
            status=status,
            code=integer(error, "code") if "code" in error else 0,
            description=text(error, "description") if "description" in error else "",
            result=result if isinstance(result, Mapping) else {},
        )

    @property
    def fd_number(self) -> int | None:
        """FD of the document that the task signed; None when it tells of none."""
        if not isinstance(self.result.get("fiscalParams"), Mapping):
            return None
        return integer(self.result, "fiscalParams", "fiscalDocumentNumber")

    @property
    def is_recovered(self) -> bool:
        """The server lost the till and found an FD later: it may be another host's."""
        return "fiscalDocumentSign" not in self.result.get("fiscalParams", {})

    @property
    def is_printed(self) -> bool:
        warnings = self.result.get("warnings")
        return not (isinstance(warnings, Mapping) and warnings.get("notPrinted") is True)


_DOCUMENT_CODES = {
    "registration": DocumentCode.REGISTRATION,
    "changeRegistrationParameters": DocumentCode.REREGISTRATION,
    "openShift": DocumentCode.SHIFT_OPEN,
    "receipt": DocumentCode.RECEIPT,
    "bso": DocumentCode.BSO,
    "closeShift": DocumentCode.SHIFT_CLOSE,
    "closeArchive": DocumentCode.DRIVE_CLOSE,
    "ofdExchangeStatus": DocumentCode.SETTLEMENT_STATE,
    "receiptCorrection": DocumentCode.CORRECTION,
    "bsoCorrection": DocumentCode.BSO_CORRECTION,
}


def document_tlv(result: Mapping[str, Any]) -> bytes:
    """The drive's document of ``getFnDocument``: the server gives its tags without the outermost.

    Raises Unreachable.
    """
    name = text(result, "documentTLV", "fiscalDocumentType")
    if name not in _DOCUMENT_CODES:
        raise Unreachable(f"unknown type of document {name!r}")
    try:
        inner = b64decode(text(result, "rawData"), validate=True)
    except ValueError as error:
        raise Unreachable(f"the document is no base64: {error}") from error
    return join([Element(int(_DOCUMENT_CODES[name]), inner)])


@dataclass(frozen=True, slots=True)
class ShiftCounters:
    """The till's counters of a shift (``shiftTotals``), kopecks."""

    shift_number: int
    cash_in_drawer: int
    cash_in: Mapping[str, int]
    cash_out: Mapping[str, int]
    """``count`` and ``sum``."""
    reports: Mapping[str, Any]
    """As ``shiftSumReports`` of a Z report, as far as the till tells it."""

    @classmethod
    def from_answer(cls, answer: Mapping[str, Any]) -> ShiftCounters:
        totals = members(answer, "shiftTotals")
        return cls(
            shift_number=integer(totals, "shiftNumber"),
            cash_in_drawer=amount(totals, "cashDrawer", "sum"),
            cash_in=_moved(totals, "income"),
            cash_out=_moved(totals, "outcome"),
            reports=_reports(members(totals, "receipts")),
        )

    @property
    def operation_number(self) -> int:
        """A number that grows with each cash operation: the till gives none of its own."""
        return self.shift_number * 10_000 + self.cash_in["count"] + self.cash_out["count"]


_OPERATIONS = {
    "sell": "sellOper",
    "sellReturn": "sellReturnOper",
    "buy": "buyOper",
    "buyReturn": "buyReturnOper",
}
_SUMS = {
    "cash": "cashSum",
    "electronically": "ecashSum",
    "prepaid": "prepaidSum",
    "credit": "creditSum",
    "other": "provisionSum",
}


def _reports(receipts: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: receipts[name] for name in _OPERATIONS if name in receipts}
    counts = {name: integer(each, "count") for name, each in told.items()}
    reports: dict[str, Any] = {"totalReceiptBsoCount": sum(counts.values())}
    for name, each in told.items():
        if counts[name]:
            payments = each.get("payments", {})
            reports[_OPERATIONS[name]] = {
                "receiptBsoCount": counts[name],
                "totalSum": amount(each, "sum"),
                **{
                    ours: amount(payments, name) for name, ours in _SUMS.items() if name in payments
                },
            }
    return reports


def _moved(totals: Mapping[str, Any], name: str) -> dict[str, int]:
    return {"count": integer(totals, name, "count"), "sum": amount(totals, name, "sum")}


def text(data: Any, *path: str) -> str:
    """The text at a path of names."""
    found = _at(data, path)
    if not isinstance(found, str):
        raise _unusable(path)
    return found


def integer(data: Any, *path: str) -> int:
    """The whole number at a path of names."""
    found = _at(data, path)
    if not isinstance(found, int) or isinstance(found, bool):
        raise _unusable(path)
    return found


def members(data: Any, *path: str) -> Mapping[str, Any]:
    """The object at a path of names."""
    found = _at(data, path)
    if not isinstance(found, Mapping):
        raise _unusable(path)
    return found


def amount(data: Any, *path: str) -> int:
    """Kopecks at a path of names."""
    try:
        return kopecks(_at(data, path))
    except ValueError as error:
        raise _unusable(path) from error


def local_time(data: Any, *path: str) -> datetime:
    """The wall time that stands at a path of names: naive, the till's own, whole seconds."""
    try:
        moment = datetime.fromisoformat(text(data, *path))
    except ValueError as error:
        raise _unusable(path) from error
    return moment.replace(tzinfo=None, microsecond=0)


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def _unusable(path: tuple[str, ...]) -> Unreachable:
    return Unreachable(f"the server's answer has no usable {'.'.join(path)}")
