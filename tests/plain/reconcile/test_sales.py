"""No difference between receipts and sales is left without a name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkt.reconcile.sales import (
    PAYMENTS,
    TOTAL,
    Code,
    Finding,
    Place,
    Role,
    Sale,
    SignedReceipt,
    Source,
    Sums,
    added,
    compare,
)

FIRST, SECOND = date(2026, 11, 1), date(2026, 11, 2)
NEXT_MONTH = date(2026, 12, 1)
HERE = Place(1, FIRST)
SUMS = {TOTAL: 500000, "ecash": 500000, "nds_22": 90164}


def counts(place: Place) -> bool:
    return place.day < NEXT_MONTH


def compared(receipts: list[SignedReceipt], sales: list[Sale]) -> list[Finding]:
    return list(compare(receipts, sales, counts))


def codes(receipts: list[SignedReceipt], sales: list[Sale]) -> list[str]:
    return [each.code.value for each in compared(receipts, sales)]


def receipt(changes: dict[str, int] | None = None, **told: Any) -> SignedReceipt:
    sums = SUMS | (changes or {})
    return SignedReceipt(**{"id": 1, "place": HERE, "sums": sums, "sale": 1, **told})


def sale(changes: dict[str, int] | None = None, **told: Any) -> Sale:
    return Sale(**{"id": 1, "place": HERE, "sums": SUMS | (changes or {}), **told})


BACK = {name: -kopecks for name, kopecks in SUMS.items()}


@pytest.mark.parametrize(
    ("receipts", "sales", "wanted"),
    [
        ([receipt()], [sale()], []),
        ([], [sale()], ["no_receipt"]),
        ([], [sale(BACK)], ["refund_no_receipt"]),
        ([], [sale(decided=True)], ["decided"]),
        ([], [sale(paid=False)], []),
        ([], [sale(place=Place(1, NEXT_MONTH))], []),
        ([], [sale(dict.fromkeys(SUMS, 0))], []),
        ([receipt()], [sale(paid=False)], ["not_paid"]),
        ([receipt(BACK, role=Role.RETURNS)], [], ["return_no_order"]),
        ([receipt(sale=None, source=Source.API)], [], ["no_order_api"]),
        ([receipt(sale=None, source=Source.FOREIGN)], [], ["no_order_foreign"]),
        ([receipt(sale=None)], [], ["no_order_backend"]),
        ([receipt(sale=None, place=Place(1, NEXT_MONTH))], [], []),
        ([receipt({TOTAL: 499900, "ecash": 499900})], [sale()], ["total"]),
        ([receipt({TOTAL: 499900})], [sale(rounding=-100)], ["cash_rounding"]),
        ([receipt({TOTAL: 499900, "nds_22": 90146})], [sale(rounding=-100)], ["cash_rounding"]),
        ([receipt({TOTAL: 499900, "nds_22": 0})], [sale(rounding=-100)], ["total"]),
        ([receipt({"ecash": 0, "cash": 500000})], [sale()], ["payment_kind"]),
        ([receipt()], [sale({"nds_22": 0, "nds_20": 83333})], ["vat_rate"]),
        ([receipt()], [sale({"nds_22": 0, "nds_no": 500000})], ["vat_rate"]),
        ([receipt({"nds_22": 90163})], [sale()], ["vat_rounding"]),
        ([receipt({"nds_22": 90162})], [sale()], ["vat_rate"]),
        ([receipt({"nds_22": 90162})], [sale(lines=2)], ["vat_rounding"]),
        ([receipt({"nds_22": 90162}, lines=2)], [sale()], ["vat_rounding"]),
        ([receipt(place=Place(1, SECOND))], [sale()], ["another_day"]),
        ([receipt(place=Place(1, NEXT_MONTH))], [sale()], ["another_day"]),
        (
            [receipt({"ecash": 0, "cash": 500000}, place=Place(1, SECOND))],
            [sale({"nds_22": 0, "nds_20": 83333})],
            ["another_day", "payment_kind", "vat_rate"],
        ),
    ],
)
def test_each_code(receipts: list[SignedReceipt], sales: list[Sale], wanted: list[str]) -> None:
    assert codes(receipts, sales) == wanted


def test_a_correction_that_sets_right_on_the_same_day_leaves_nothing() -> None:
    wrong = {"ecash": 0, "cash": 500000}
    back = {TOTAL: -500000, "cash": -500000, "ecash": 0, "nds_22": -90164}
    corrections = [receipt(back, role=Role.CORRECTS), receipt(role=Role.CORRECTS)]
    assert not compared([receipt(wrong), *corrections], [sale()])
    later = [receipt(each.sums, role=Role.CORRECTS, place=Place(1, SECOND)) for each in corrections]
    (found,) = compared([receipt(wrong), *later], [sale()])
    assert found.code is Code.CORRECTED
    assert not difference(found.by_receipts, found.by_sales)
    assert codes([receipt(), *corrections[:1]], [sale()]) == ["corrected"]


def test_only_the_sums_that_differ_are_told() -> None:
    (found,) = compared([receipt({"ecash": 0, "cash": 500000})], [sale()])
    assert found.by_receipts == {"ecash": 0, "cash": 500000}
    assert found.by_sales == {"ecash": 500000, "cash": 0}


places = st.builds(Place, st.integers(1, 2), st.sampled_from([FIRST, SECOND, NEXT_MONTH]))
sums = st.dictionaries(
    st.sampled_from([TOTAL, *PAYMENTS, "nds_22", "nds_20", "nds_no"]), st.integers(-3, 3)
)
sales_drawn = st.lists(
    st.builds(
        Sale,
        st.integers(1, 4),
        places,
        sums,
        st.booleans(),
        st.booleans(),
        st.integers(-1, 1),
        st.integers(1, 2),
    ),
    unique_by=lambda each: each.id,
)
receipts_drawn = st.lists(
    st.builds(
        SignedReceipt,
        st.integers(1, 99),
        places,
        sums,
        st.sampled_from(Source),
        st.none() | st.integers(1, 6),
        st.sampled_from(Role),
    ),
    max_size=6,
)


def difference(receipts: Sums, sales: Sums) -> dict[str, int]:
    names = {*receipts, *sales}
    told = {name: receipts.get(name, 0) - sales.get(name, 0) for name in names}
    return {name: kopecks for name, kopecks in told.items() if kopecks}


@given(receipts_drawn, sales_drawn)
def test_the_findings_add_up_to_the_difference(
    receipts: list[SignedReceipt], sales: list[Sale]
) -> None:
    found = compared(receipts, sales)
    by_receipts = added(each.sums for each in receipts if counts(each.place))
    by_sales = added(each.sums for each in sales if each.paid and counts(each.place))
    assert difference(
        added(each.by_receipts for each in found), added(each.by_sales for each in found)
    ) == difference(by_receipts, by_sales)


@given(sales_drawn)
def test_what_every_sale_says_agrees(sales: list[Sale]) -> None:
    paid = [each for each in sales if each.paid]
    signed = [SignedReceipt(each.id, each.place, each.sums, sale=each.id) for each in paid]
    assert not compared(signed, paid)
