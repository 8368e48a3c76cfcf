"""A till's counters beside ours: equal for equal documents, and every difference has a name."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkt.fiscal.counters import (
    CounterName,
    CounterPair,
    ShiftCounters,
    differences,
    side_by_side,
)
from kkt.fiscal.document import CashIn, CashOut, Document, DocumentKind, Payments, Receipt
from kkt.fiscal.tlv import decode_document, encode_document
from kkt.fiscal.totals import OperationTotals, ShiftTotals
from kkt.fiscal.vocabulary import DocumentCode, Nds, OperationType

from .builders import (
    CASHIER,
    FRAME,
    SUNGLASSES,
    receipt,
    receipts,
    with_something_weird,
)
from .golden_files import golden_json
from .test_totals import correction_of

kopecks = st.integers(min_value=1, max_value=10**9)
documents = st.one_of(
    receipts(),
    receipts().map(correction_of),
    st.builds(CashIn, kopecks, st.just(CASHIER)),
    st.builds(CashOut, kopecks, st.just(CASHIER)),
)
days = st.lists(documents, max_size=8)


def counted(documents: list[Any], drawer: int | None = 0) -> ShiftCounters:
    counters = ShiftCounters.beginning(drawer)
    for document in documents:
        counters = counters.adding(document.kind, document.to_json())
    return counters


def without_vat(pairs: tuple[CounterPair, ...]) -> set[tuple[Any, CounterName]]:
    return {(pair.operation, pair.name) for pair in pairs if pair.name is not CounterName.VAT}


@given(days)
def test_signed_documents_count_as_their_values_do(day: list[Document]) -> None:
    totals = ShiftTotals()
    for document in day:
        if document.kind in (DocumentKind.RECEIPT, DocumentKind.CORRECTION):
            totals = totals.adding(document)  # type: ignore[arg-type]
    ours = counted(day)
    assert not differences(replace(ours, totals=totals), ours)
    assert ours.totals.count == totals.count


@given(days, st.none() | kopecks)
def test_counters_survive_json(day: list[Document], drawer: int | None) -> None:
    ours = replace(counted(day), drawer=drawer)
    read = ShiftCounters.from_json(json.loads(json.dumps(ours.to_json())))
    assert not differences(read, ours)
    assert not without_vat(differences(ours, read)), "only VAT of later codes has no name"
    assert (read.cash_in, read.cash_out, read.drawer) == (ours.cash_in, ours.cash_out, drawer)


@given(days, documents)
def test_a_lost_document_is_noticed_to_the_kopeck(day: list[Document], lost: Document) -> None:
    till, ours = counted([*day, lost]), counted(day)
    found = differences(till, ours)
    assert found
    money = [pair for pair in found if pair.name in (CounterName.TOTAL, CounterName.DRAWER)]
    for pair in money:
        whole = counted([lost])
        expected = whole.drawer
        if pair.operation is not None:
            expected = whole.totals.of(pair.operation).total
        assert pair.difference == expected
    assert without_vat(differences(ours, till)) == without_vat(found)


def test_the_difference_says_what_and_both_numbers() -> None:
    card = receipt(FRAME, payments=Payments(ecash=850000))
    cash = receipt(SUNGLASSES, operation_type=OperationType.SALE_RETURN)
    assert differences(counted([card, cash]), counted([card])) == (
        CounterPair(OperationType.SALE_RETURN, CounterName.COUNT, 1, 0),
        CounterPair(OperationType.SALE_RETURN, CounterName.TOTAL, 500000, 0),
        CounterPair(OperationType.SALE_RETURN, CounterName.CASH, 500000, 0),
        CounterPair(OperationType.SALE_RETURN, CounterName.VAT, 90164, 0, Nds.NDS_22),
        CounterPair(None, CounterName.DRAWER, -500000, 0),
    )


def test_what_the_till_does_not_tell_is_no_difference() -> None:
    day = [receipt(SUNGLASSES), CashIn(10000, CASHIER)]
    ours = counted(day, drawer=None)
    z_report = ShiftCounters.from_json({"shiftSumReports": ours.totals.to_json()})
    pairs = {(pair.name, pair.nds): pair for pair in side_by_side(z_report, ours)}
    assert not [pair for pair in pairs.values() if pair.differs]
    assert pairs[CounterName.VAT, Nds.NDS_22].device is None
    assert pairs[CounterName.VAT, Nds.NDS_22].ours == 90164
    assert pairs[CounterName.CASH_IN_SUM, None].device is None
    assert pairs[CounterName.DRAWER, None].ours is None


def test_vat_that_the_till_tells_is_compared() -> None:
    exempt = receipt(FRAME)
    ours = counted([exempt])
    sale = replace(ours.totals.of(OperationType.SALE), vat={Nds.NDS_NO: 849999})
    till = replace(ours, totals=ShiftTotals({OperationType.SALE: sale}))
    (pair,) = differences(till, ours)
    assert (pair.name, pair.nds, pair.difference) == (CounterName.VAT, Nds.NDS_NO, -1)


def test_a_correction_moves_no_cash_and_is_counted_apart() -> None:
    ours = counted([correction_of(receipt(SUNGLASSES))], drawer=100)
    assert ours.drawer == 100
    names = {pair.name: pair.device for pair in side_by_side(ours, ours)}
    assert names[CounterName.CORRECTION_COUNT] == 1
    assert names[CounterName.CORRECTION_TOTAL] == 500000
    assert not CounterName.CORRECTION_COUNT.is_money
    assert CounterName.CORRECTION_TOTAL.is_money


def test_the_golden_z_report_beside_the_day_it_closes() -> None:
    told = ShiftCounters.from_json(golden_json("11_shift_close"))
    assert told.totals.of(OperationType.SALE).cash == 1300000
    assert (told.cash_in, told.drawer) == (None, None)
    lost = {pair.operation for pair in differences(told, counted([]))}
    assert lost == {OperationType.SALE, OperationType.SALE_RETURN}


def test_what_our_rules_refuse_is_counted_as_it_was_signed() -> None:
    strange = {"operationType": 1, "totalSum": 100, "cashTotalSum": 100, "nds0": 0}
    ours = ShiftCounters().adding(DocumentKind.RECEIPT, strange)
    assert ours.totals.of(OperationType.SALE) == OperationTotals(count=1, total=100, cash=100)


def test_codes_of_settlements_are_known() -> None:
    kinds = {code: code.kind for code in DocumentCode}
    assert kinds[DocumentCode.BSO] is kinds[DocumentCode.RECEIPT] is Receipt.kind
    assert kinds[DocumentCode.BSO_CORRECTION] is DocumentKind.CORRECTION
    assert kinds[DocumentCode.OPERATOR_ACK] is None


def test_a_z_report_without_counters_differs_in_nothing() -> None:
    """FFD 1.05: its report tells how many receipts there were, and no sums."""
    ours = counted([receipt()])
    told = ShiftCounters.from_json({"receiptQuantity": 1})
    assert ShiftCounters.from_json(json.loads(json.dumps(told.to_json()))) == told
    assert not told.told and not differences(told, ours)
    assert {pair.device for pair in side_by_side(told, ours)} == {None}


@pytest.mark.parametrize("row", [{"nds": 11}, {"nds": 13, "ndsSum": 1}, {"ndsSum": 1}, {}])
def test_a_row_of_vat_that_tells_nothing_keeps_no_receipt_from_being_counted(
    row: dict[str, int],
) -> None:
    """Storing the Z report of such a shift counts it."""
    base = golden_json("02_sale_by_card")
    rows = base["amountsReceiptNds"]["amountsNds"]
    odd = decode_document(
        encode_document({**base, "amountsReceiptNds": {"amountsNds": [*rows, row]}})
    )
    even = ShiftCounters.beginning(0).adding(DocumentKind.RECEIPT, base)
    assert ShiftCounters.beginning(0).adding(DocumentKind.RECEIPT, odd) == even


def test_what_says_no_operation_or_no_sum_is_not_counted() -> None:
    empty = ShiftCounters.beginning(0)
    for weird in with_something_weird(receipt().to_json()):
        empty.adding(DocumentKind.RECEIPT, weird)
    for lacking in ("operationType", "totalSum"):
        told = {name: each for name, each in receipt().to_json().items() if name != lacking}
        assert empty.adding(DocumentKind.RECEIPT, told) == empty
    assert empty.adding(DocumentKind.CASH_IN, {}) == empty
