"""Documents and strategies that the tests of the fiscal values are made of."""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from kkt.fiscal.document import Buyer, Cashier, Item, Payments, Receipt, UserAttribute
from kkt.fiscal.money import line_sum
from kkt.fiscal.vocabulary import (
    ItemsQuantityMeasure,
    Nds,
    OperationType,
    PaymentType,
    ProductType,
    TaxationType,
)

CASHIER = Cashier("Кассир Иванова", "500100732259")
SUNGLASSES = Item.priced("Очки солнцезащитные", 500000, Nds.NDS_22)
FRAME = Item.priced("Оправа", 850000, Nds.NDS_NO)


def receipt(*items: Item, **changes: Any) -> Receipt:
    """A lawful sale for cash, with fields changed as wanted."""
    lines = items or (SUNGLASSES,)
    fields: dict[str, Any] = {
        "operation_type": OperationType.SALE,
        "applied_taxation_type": TaxationType.OSN,
        "items": lines,
        "payments": Payments(cash=sum(item.sum for item in lines)),
        "cashier": CASHIER,
    }
    return Receipt(**{**fields, **changes})


WEIRD: list[Any] = [
    *(None, True, 0, 5, -1, 1 << 70, 1.5, float("nan"), float("inf")),
    *("", "x", "\x00", "-1", "NaN", "1e999", "٣", [], [5], [None], {}, {"x": 1}),
]


def with_something_weird(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The JSON document with every value in it replaced by every weird one, one at a time."""
    for path in _places(document):
        for value in WEIRD:
            changed = copy.deepcopy(document)
            place: Any = changed
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
            yield changed


def _places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from _places(value, (*path, key))


# st.characters(codec=…), st.text() and st.from_regex() encode all of Unicode at their first draw,
# which takes seconds. These alphabets hold the same characters and cost nothing.
CP866 = bytes(range(256)).decode("cp866")
"""Every character that a drive has."""
unicode_characters = st.characters(exclude_categories=("Cs",))
"""Every character that UTF-8 has."""
texts = st.text(
    [character for character in CP866 if unicodedata.category(character) != "Cc"],
    min_size=1,
    max_size=60,
).filter(lambda text: text.strip() != "")
"""Text that a drive stores as it is."""
prices = st.integers(min_value=0, max_value=10**9)
quantities = st.one_of(
    st.integers(min_value=1, max_value=1000).map(Decimal),
    st.decimals(min_value="0.001", max_value="999.999", places=3),
)


@st.composite
def items(draw: st.DrawFn, **fixed: Any) -> Item:
    """A line of an ordinary handover."""
    price, quantity = draw(prices), draw(quantities)
    fields: dict[str, Any] = {
        "name": draw(texts),
        "price": price,
        "quantity": quantity,
        "sum": line_sum(price, quantity),
        "nds": draw(st.sampled_from(Nds)),
        "payment_type": PaymentType.FULL_PAYMENT,
        "product_type": draw(
            st.sampled_from([each for each in ProductType if not each.needs_product_code])
        ),
        "items_quantity_measure": draw(st.sampled_from(ItemsQuantityMeasure)),
        "properties_item": draw(st.none() | texts),
    }
    return Item(**{**fields, **fixed})


buyers = st.builds(
    Buyer,
    phone_or_address=st.sampled_from([None, "+79001234567", "a@b.ru"]),
    name=texts,
    inn=st.sampled_from([None, "7707083893", "500100732259"]),
    address=st.none() | texts,
    birthday=st.none() | st.dates(),
)


@st.composite
def receipts(draw: st.DrawFn) -> Receipt:
    """A lawful receipt of any operation with one to six lines."""
    lines = tuple(draw(st.lists(items(), min_size=1, max_size=6)))
    total = sum(line.sum for line in lines)
    if total == 0:
        lines = (*lines, SUNGLASSES)
        total = SUNGLASSES.sum
    cash = draw(st.integers(min_value=0, max_value=total))
    prepaid = draw(st.integers(min_value=0, max_value=total - cash))
    return Receipt(
        draw(st.sampled_from(OperationType)),
        draw(st.sampled_from(TaxationType)),
        lines,
        Payments(cash=cash, prepaid=prepaid, ecash=total - cash - prepaid),
        CASHIER,
        buyer=draw(st.none() | buyers),
        user_attribute=draw(st.none() | st.builds(UserAttribute, texts, texts)),
        properties_data=draw(st.none() | st.text("0123456789", min_size=10, max_size=10)),
    )
