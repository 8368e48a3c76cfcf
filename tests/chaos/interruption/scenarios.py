"""What is registered while the link breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kkt.fiscal.document import (
    Cashier,
    Document,
    Item,
    Payments,
    Receipt,
    ShiftClosing,
    ShiftOpening,
    UserAttribute,
)
from kkt.fiscal.vocabulary import Nds, OperationType, PaymentType, ProductType, TaxationType

CASHIER = Cashier("Кассир Иванова", "500100732259")
SUNGLASSES = Item.priced("Очки солнцезащитные", 500_000, Nds.NDS_22)
LENSES = Item.priced("Линза МКЛ -1.25", 120_000, Nds.NDS_NO, 2)
ADVANCE = Item.priced(
    "Аванс",
    300_000,
    Nds.NDS_22_122,
    payment_type=PaymentType.ADVANCE,
    product_type=ProductType.PAYMENT,
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One document on a prepared till."""

    name: str
    build: Callable[[str], Document]
    """Makes the document that carries this key, where its kind carries one."""
    in_open_shift: bool = True


def _receipt(*items: Item, operation: OperationType = OperationType.SALE) -> Callable[..., Receipt]:
    return lambda key: Receipt(
        operation,
        TaxationType.OSN,
        items,
        Payments(ecash=sum(item.sum for item in items)),
        CASHIER,
        user_attribute=UserAttribute("Документ", f"POS/0001 {key}"),
    )


SCENARIOS = {
    each.name: each
    for each in (
        Scenario("sale", _receipt(SUNGLASSES, LENSES)),
        Scenario("return", _receipt(SUNGLASSES, operation=OperationType.SALE_RETURN)),
        Scenario("prepayment", _receipt(ADVANCE)),
        Scenario("opening", lambda _key: ShiftOpening(CASHIER), in_open_shift=False),
        Scenario("closing", lambda _key: ShiftClosing(CASHIER)),
    )
}
