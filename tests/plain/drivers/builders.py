"""Documents, intents and clocks that the drivers' tests are made of."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from kkt.device.contract import Driver, Intent
from kkt.fiscal.document import (
    Cashier,
    CashIn,
    CashOut,
    Copy,
    Correction,
    Item,
    Payments,
    Receipt,
    SettlementState,
    ShiftClosing,
    ShiftOpening,
    UserAttribute,
    XReport,
)
from kkt.fiscal.vocabulary import CorrectionType, Nds, OperationType, TaxationType

CASHIER = Cashier("Кассир Иванова", "500100732259")


class FakeClock:
    """Stands still until somebody sleeps or sets it."""

    def __init__(self, now: datetime = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)) -> None:
        self.moment = now
        self.slept = 0.0

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.slept += seconds
            self.pass_by(timedelta(seconds=seconds))

    def pass_by(self, time: timedelta) -> None:
        self.moment += time


def opening() -> ShiftOpening:
    return ShiftOpening(CASHIER)


def closing() -> ShiftClosing:
    return ShiftClosing(CASHIER)


def x_report() -> XReport:
    return XReport(CASHIER)


def copy(fd_number: int) -> Copy:
    return Copy(fd_number, CASHIER)


def settlement_state() -> SettlementState:
    return SettlementState(CASHIER)


def cash_in(kopecks: int) -> CashIn:
    return CashIn(kopecks, CASHIER)


def cash_out(kopecks: int) -> CashOut:
    return CashOut(kopecks, CASHIER)


def receipt(
    key: str | None,
    *,
    card: int = 500_000,
    cash: int = 0,
    operation: OperationType = OperationType.SALE,
    nds: Nds = Nds.NDS_22,
    lines: int = 1,
) -> Receipt:
    """A receipt over `card` + `cash` kopecks; `key` goes into tag 1084, None leaves it out."""
    total = cash + card
    prices = [total - (lines - 1), *[1] * (lines - 1)]
    return Receipt(
        operation,
        TaxationType.OSN,
        tuple(Item.priced(f"Очки {number}", price, nds) for number, price in enumerate(prices)),
        Payments(cash=cash, ecash=card),
        CASHIER,
        user_attribute=None if key is None else UserAttribute("Документ", f"POS/0001 {key}"),
    )


def correction(key: str, kopecks: int) -> Correction:
    return Correction(
        operation_type=OperationType.SALE,
        applied_taxation_type=TaxationType.OSN,
        items=(Item.priced("Оправа", kopecks, Nds.NDS_NO),),
        payments=Payments(cash=kopecks),
        cashier=CASHIER,
        user_attribute=UserAttribute("Документ", f"КОР/0001 {key}"),
        correction_type=CorrectionType.SELF,
        correction_document_date=date(2026, 3, 1),
    )


def intent(
    driver: Driver, now: datetime, key: str = "k1", *, seconds: float | None = None
) -> Intent:
    """An intent as the flow journals it: baseline just asked for, the driver's own deadline."""
    limit = driver.execution_limit if seconds is None else timedelta(seconds=seconds)
    return Intent(
        key=key, task_id=str(uuid4()), baseline=driver.baseline(), fence=1, deadline=now + limit
    )
