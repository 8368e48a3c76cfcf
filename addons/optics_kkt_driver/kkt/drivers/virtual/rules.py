"""What a drive and its till refuse, with code and words. Pure over state, faults and document.

The till checks the document itself: whoever wrote it may have checked nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeGuard

from ...fiscal.cash import drawer_change
from ...fiscal.shift import SHIFT_LIMIT
from ...fiscal.vocabulary import DocumentKind, Nds, OperationType, TaxationType
from .compose import SETTLEMENTS
from .faults import Faults
from .refusals import refusal
from .state import DriveState, Queue

OFD_LIMIT = timedelta(days=30)

_REPRINTS = (DocumentKind.X_REPORT, DocumentKind.COPY)
"""On paper only: they change nothing, so a shift that is too old does not matter."""
_WITHOUT_FD = (DocumentKind.CASH_IN, DocumentKind.CASH_OUT, *_REPRINTS)
_ALWAYS_LET_THROUGH = (
    DocumentKind.SHIFT_CLOSE,
    DocumentKind.SETTLEMENT_STATE,
    DocumentKind.DRIVE_CLOSE,
)
"""Documents that a blocked drive still takes: a shift can always be closed (KKT.md C.5)."""
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
    taxation_types: int,
    local: datetime,
) -> None:
    """Raise :class:`~..errors.Refused` for the first rule that is broken.

    `taxation_types` are the registered bits of tag 1062, `local` the till's time.
    """
    if kind not in _KNOWN:
        raise refusal("37", str(kind))
    _check_till(state, faults)
    _check_shift(kind, state, local)
    if kind not in _WITHOUT_FD:
        _check_drive(kind, state, queue, faults, local)
    check_content(kind, content, taxation_types)
    if state.cash_in_drawer + drawer_change(kind, content) < 0:
        raise refusal("46")


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
    if overdue and kind not in (DocumentKind.SHIFT_CLOSE, *_REPRINTS):
        raise refusal("4E")


def _check_drive(
    kind: DocumentKind, state: DriveState, queue: Queue, faults: Faults, local: datetime
) -> None:
    if state.closed:
        raise refusal("02")
    if state.last_date_time is not None and local < state.last_date_time:
        raise refusal("07", f"последний документ {state.last_date_time:%d.%m.%Y %H:%M:%S}")
    if kind in _ALWAYS_LET_THROUGH:
        return
    if local.date() > state.valid_until:
        raise refusal("05")
    # Two places are kept for closing the shift and the archive.
    if faults.drive_full or state.last_fd >= state.capacity - 2:
        raise refusal("12")
    if queue.since is not None and local - queue.since >= OFD_LIMIT:
        raise refusal("14")


def check_content(kind: DocumentKind, content: Mapping[str, Any], taxation_types: int) -> None:
    """Raise :class:`~..errors.Refused` when the document itself is wrong."""
    if not _is_text(content.get("operator")):
        raise refusal("33", "кассир (1021)")
    if kind in (DocumentKind.CASH_IN, DocumentKind.CASH_OUT) and not _is_sum(content.get("sum"), 1):
        raise refusal("33", "сумма")
    if kind not in SETTLEMENTS:
        return
    if content.get("operationType") not in tuple(OperationType):
        raise refusal("33", "признак расчёта (1054)")
    _check_taxation(content, taxation_types)
    items = content.get("items")
    if not isinstance(items, list) or not items:
        raise refusal("33", "нет предметов расчёта (1059)")
    for number, item in enumerate(items, 1):
        _check_item(number, item)
    _check_sums(content, items)
    try:
        told = _vat_totals(content)
    except (AttributeError, KeyError, TypeError) as error:
        raise refusal("33", "суммы НДС") from error
    _check_vat(told, items)


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
    # The till takes the host's sum within a kopeck of price × quantity (FF46h).
    if abs(price * quantity - total) > 1:
        raise refusal("33", f"строка {number}: стоимость не равна цене на количество")


def _check_sums(content: Mapping[str, Any], items: list[Any]) -> None:
    total = content.get("totalSum")
    if total != sum(item["sum"] for item in items):
        raise refusal("33", "итог (1020) не равен сумме строк")
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


_VAT_TOTALS = {1: "nds18", 2: "nds10", 3: "nds18118", 4: "nds10110", 5: "nds0", 6: "ndsNo"}


def _vat_totals(content: Mapping[str, Any]) -> dict[int, int]:
    """VAT per code of tag 1199 as the document tells it."""
    told = {nds: content[name] for nds, name in _VAT_TOTALS.items() if name in content}
    amounts = content.get("amountsReceiptNds", {}).get("amountsNds", [])
    return told | {each["nds"]: each["ndsSum"] for each in amounts}


def _check_vat(told: Mapping[int, int], items: list[Any]) -> None:
    """VAT of the document per rate must be that of its lines (tags 1102–1107, 1115)."""
    of_lines: dict[int, int] = {}
    for item in items:
        nds = item["nds"]
        part = item["sum"] if nds in (Nds.NDS_0, Nds.NDS_NO) else item.get("ndsSum", 0)
        of_lines[nds] = of_lines.get(nds, 0) + part
    # A nought stands for a rate that no line has where FFD wants one total at least.
    if {nds: total for nds, total in told.items() if total or nds in of_lines} != of_lines:
        raise refusal("33", "суммы НДС не равны суммам строк")


def _quantity(value: Any) -> Decimal | None:
    try:
        quantity = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return None
    return quantity if quantity.is_finite() else None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_sum(value: Any, least: int = 0) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
