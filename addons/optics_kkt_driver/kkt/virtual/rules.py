"""What a drive and its till refuse, with code and words. Pure over state, faults and document.

The till checks the document itself: whoever wrote it may have checked nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeGuard

from ..device.refusals import NO_CASH, SHIFT_OVER, refusal
from ..fiscal.cash import drawer_change
from ..fiscal.exact import is_handy
from ..fiscal.ffd import in_format
from ..fiscal.money import line_sum, vat_of
from ..fiscal.problems import InvalidDocument
from ..fiscal.receipt import is_rounded
from ..fiscal.shift import SHIFT_LIMIT
from ..fiscal.vat import vat_totals_from_json
from ..fiscal.vocabulary import (
    CASH_OPERATIONS,
    REPRINTS,
    SETTLEMENTS,
    DocumentKind,
    FfdVersion,
    Nds,
    OperationType,
    TaxationType,
)
from .faults import Faults
from .registration import TillRegistration
from .state import DriveState, Queue

OFD_LIMIT = timedelta(days=30)
CLOCK_LIMIT = 300
"""Seconds that the till's clock and the drive's may differ."""

_WITHOUT_FD = (*CASH_OPERATIONS, *REPRINTS)
_CLOSINGS = (DocumentKind.SHIFT_CLOSE, DocumentKind.DRIVE_CLOSE)
"""What a full drive still takes: a place is kept for each."""
_ALWAYS_LET_THROUGH = (*_CLOSINGS, DocumentKind.SETTLEMENT_STATE)
"""What a drive still takes that is expired, or blocked for want of the OFD: a shift can always be
closed."""
_KNOWN = (
    DocumentKind.SHIFT_OPEN,
    *SETTLEMENTS,
    *_ALWAYS_LET_THROUGH,
    *_WITHOUT_FD,
)


def check(
    kind: DocumentKind,
    content: Mapping[str, Any],
    state: DriveState,
    queue: Queue,
    faults: Faults,
    registration: TillRegistration,
    local: datetime,
) -> None:
    """Raise :class:`~..device.errors.Refused` for the first rule that is broken.

    `local` is the till's time.
    """
    if kind not in _KNOWN:
        raise refusal("37", str(kind))
    _check_till(state, faults)
    if state.closed and kind is not DocumentKind.COPY:
        raise refusal("02")
    _check_shift(kind, state, local)
    if kind not in _WITHOUT_FD:
        _check_drive(kind, state, queue, faults, local)
    check_content(kind, content, registration)
    if state.cash_in_drawer + drawer_change(kind, content) < 0:
        raise refusal(NO_CASH)


def check_replacement(state: DriveState, faults: Faults) -> None:
    """Raise :class:`~..device.errors.Refused` when no new drive can be registered now."""
    _check_till(state, faults)
    if state.shift_open:
        raise refusal("3C")
    _check_clock(faults)


def _check_till(state: DriveState, faults: Faults) -> None:
    if state.open_document:
        raise refusal("4A")
    if state.unprinted_fd:
        raise refusal("58")
    if faults.cover_open:
        raise refusal("7B", "открыта крышка")
    if not faults.paper:
        raise refusal("6B")


def _check_shift(kind: DocumentKind, state: DriveState, local: datetime) -> None:
    if kind is DocumentKind.SHIFT_OPEN:
        if state.shift_open:
            raise refusal("3C")
        return
    if kind is DocumentKind.DRIVE_CLOSE and state.shift_open:
        raise refusal("3C")
    if kind in (*SETTLEMENTS, DocumentKind.SHIFT_CLOSE) and not state.shift_open:
        raise refusal("3D")
    opened_at = state.shift_opened_at
    overdue = opened_at is not None and local - opened_at >= SHIFT_LIMIT
    if overdue and kind not in (DocumentKind.SHIFT_CLOSE, *REPRINTS):
        raise refusal(SHIFT_OVER)


def _check_drive(
    kind: DocumentKind, state: DriveState, queue: Queue, faults: Faults, local: datetime
) -> None:
    if state.last_date_time is not None and local < state.last_date_time:
        raise refusal("07", f"последний документ {state.last_date_time:%d.%m.%Y %H:%M:%S}")
    if kind is not DocumentKind.SHIFT_CLOSE:
        _check_clock(faults)
    if kind not in _ALWAYS_LET_THROUGH and local.date() > state.valid_until:
        raise refusal("05")
    if _is_full(kind, state, faults):
        raise refusal("12")
    stuck = queue.since is not None and local - queue.since >= OFD_LIMIT
    if kind not in _ALWAYS_LET_THROUGH and stuck:
        raise refusal("14")


def _is_full(kind: DocumentKind, state: DriveState, faults: Faults) -> bool:
    if kind in _CLOSINGS:
        return state.last_fd >= state.capacity
    return faults.drive_full or state.last_fd >= state.capacity - len(_CLOSINGS)


def _check_clock(faults: Faults) -> None:
    if abs(faults.clock_offset) > CLOCK_LIMIT:
        raise refusal("17", f"на {abs(faults.clock_offset):.0f} с")


def check_content(
    kind: DocumentKind, content: Mapping[str, Any], registration: TillRegistration
) -> None:
    """Raise :class:`~..device.errors.Refused` when the document itself is wrong."""
    if not _is_text(content.get("operator")):
        raise refusal("33", "кассир (1021)")
    if kind in CASH_OPERATIONS and not _is_sum(content.get("sum"), 1):
        raise refusal("33", "сумма")
    if kind is DocumentKind.COPY and not _is_sum(content.get("fiscalDocumentNumber"), 1):
        raise refusal("33", "номер документа (1040)")
    if kind not in SETTLEMENTS:
        return
    if content.get("operationType") not in tuple(OperationType):
        raise refusal("33", "признак расчёта (1054)")
    _check_taxation(content, registration.taxation_types)
    _check_format(kind, content, registration.ffd)
    if kind is DocumentKind.CORRECTION and registration.ffd is FfdVersion.V1_05:
        _check_payments(content)
        _check_vat_alone(_vat_totals(content), content["totalSum"])
    else:
        _check_lines(kind, content)


def _check_format(kind: DocumentKind, content: Mapping[str, Any], ffd: FfdVersion) -> None:
    """A till takes no requisite that its format lacks."""
    try:
        strange = content != in_format(kind, content, ffd)
    except (InvalidDocument, AttributeError, TypeError, ValueError) as error:
        raise refusal("37", str(error)) from error
    if strange:
        raise refusal("37", f"в документе есть реквизиты не из ФФД {ffd.label}")


def _check_lines(kind: DocumentKind, content: Mapping[str, Any]) -> None:
    items = content.get("items")
    if not isinstance(items, list) or not items:
        raise refusal("33", "нет предметов расчёта (1059)")
    for number, item in enumerate(items, 1):
        _check_item(number, item)
    of_lines = sum(item["sum"] for item in items)
    total = content.get("totalSum")
    # A correction repeats what other tills have signed: some round the total to the rouble.
    repeats = kind is DocumentKind.CORRECTION and _is_sum(total) and is_rounded(total, of_lines)
    if total != of_lines and not repeats:
        raise refusal("33", "итог (1020) не равен сумме строк")
    _check_payments(content)
    _check_vat(_vat_totals(content), items)


def _check_taxation(content: Mapping[str, Any], taxation_types: int) -> None:
    applied = content.get("appliedTaxationType")
    if applied not in tuple(TaxationType) or not taxation_types & int(applied):
        raise refusal("35", "система налогообложения (1055)")


def _check_item(number: int, item: Any) -> None:
    if not isinstance(item, Mapping) or not _is_text(item.get("name")):
        raise refusal("33", f"строка {number}: наименование (1030)")
    if item.get("nds") not in tuple(Nds):
        raise refusal("33", f"строка {number}: ставка НДС (1199) {item.get('nds')!r}")
    price, total = item.get("price"), item.get("sum")
    if not _is_sum(price) or not _is_sum(total):
        raise refusal("33", f"строка {number}: цена или стоимость")
    quantity = _quantity(item.get("quantity"))
    if quantity is None or quantity <= 0:
        raise refusal("33", f"строка {number}: количество (1023)")
    # The till takes the host's sum within a kopeck of price × quantity as it rounds it (FF46h).
    if abs(line_sum(price, quantity) - total) > 1:
        raise refusal("33", f"строка {number}: стоимость не равна цене на количество")


def _check_payments(content: Mapping[str, Any]) -> None:
    total = content.get("totalSum")
    if not _is_sum(total):
        raise refusal("33", "итог (1020)")
    if total == 0:
        raise refusal("8E")
    cash = content.get("cashTotalSum", 0)
    names = ("ecashTotalSum", "prepaidSum", "creditSum", "provisionSum")
    others = [content.get(name, 0) for name in names]
    if not all(_is_sum(each) for each in (cash, *others)):
        raise refusal("33", "суммы оплат")
    if sum(others) > total:
        raise refusal("4D")
    if cash + sum(others) < total:
        raise refusal("45")
    if cash + sum(others) > total:
        raise refusal("33", "сумма оплат больше итога")


def _vat_totals(content: Mapping[str, Any]) -> dict[int, Any]:
    """VAT per code of tag 1199 as the document tells it."""
    try:
        return vat_totals_from_json(content)
    except (AttributeError, KeyError, TypeError) as error:
        raise refusal("33", "суммы НДС") from error


def _check_vat_alone(told: Mapping[int, Any], total: int) -> None:
    """VAT of a document without lines: rates that there are, and sums that can be."""
    for nds, part in told.items():
        if nds not in tuple(Nds) or not _is_sum(part) or part > total:
            raise refusal("33", f"суммы НДС: ставка (1199) {nds!r}, {part!r}")


def _check_vat(told: Mapping[int, int], items: list[Any]) -> None:
    """VAT of the document per rate must be that of its lines (tags 1102–1107, 1115).

    Tills add up the lines' VAT or take it from the lines' sum: the one or the other, all through.
    """
    of_lines: dict[int, int] = {}
    sums: dict[int, int] = {}
    for item in items:
        nds = item["nds"]
        part = item["sum"] if nds in (Nds.NDS_0, Nds.NDS_NO) else item.get("ndsSum", 0)
        of_lines[nds] = of_lines.get(nds, 0) + part
        sums[nds] = sums.get(nds, 0) + item["sum"]
    of_sums = {nds: vat_of(each, Nds(nds)) if Nds(nds).rate else each for nds, each in sums.items()}
    # A nought stands for a rate that no line has where FFD wants one total at least.
    if {nds: total for nds, total in told.items() if total or nds in of_lines} not in (
        of_lines,
        of_sums,
    ):
        raise refusal("33", "суммы НДС не равны суммам строк")


def _quantity(value: Any) -> Decimal | None:
    try:
        quantity = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return None
    return quantity if is_handy(quantity) else None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_sum(value: Any, least: int = 0) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
