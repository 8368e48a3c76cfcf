"""Counters of a shift add up to its receipts."""

from __future__ import annotations

import dataclasses
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from kkt.fiscal import tlv
from kkt.fiscal.document import Correction, Payments, Receipt
from kkt.fiscal.totals import OperationTotals, ShiftTotals
from kkt.fiscal.vocabulary import CorrectionType, Nds, OperationType

from .builders import FRAME, SUNGLASSES, receipt, receipts
from .golden_files import golden_json


def correction_of(document: Receipt) -> Correction:
    parts = {each.name: getattr(document, each.name) for each in dataclasses.fields(document)}
    return Correction(
        **parts,
        correction_type=CorrectionType.SELF,
        correction_document_date=date(2026, 1, 5),
    )


@given(st.lists(receipts(), max_size=8), st.data())
def test_totals_are_the_sum_of_the_documents(documents: list[Receipt], data: st.DataObject) -> None:
    corrected = [data.draw(st.booleans()) for _ in documents]
    totals = ShiftTotals()
    for document, as_correction in zip(documents, corrected, strict=True):
        totals = totals.adding(correction_of(document) if as_correction else document)
    assert totals.count == len(documents)
    for operation in OperationType:
        of_it = [each for each in documents if each.operation_type is operation]
        counter = totals.of(operation)
        assert counter.count == len(of_it)
        assert counter.total == sum(each.total_sum for each in of_it)
        assert counter.cash == sum(each.payments.cash for each in of_it)
        assert counter.ecash == sum(each.payments.ecash for each in of_it)
        assert counter.prepaid == sum(each.payments.prepaid for each in of_it)
        assert counter.total == counter.cash + counter.ecash + counter.prepaid
    assert sum(count for count, _ in totals.corrections.values()) == sum(corrected)


def test_the_golden_shift() -> None:
    sold = ShiftTotals()
    sold = sold.adding(receipt(FRAME, payments=Payments(ecash=850000)))
    sold = sold.adding(receipt(SUNGLASSES))
    assert sold.of(OperationType.SALE) == OperationTotals(
        count=2,
        total=1350000,
        cash=500000,
        ecash=850000,
        vat={Nds.NDS_NO: 850000, Nds.NDS_22: 90164},
    )
    assert sold.of(OperationType.PURCHASE) == OperationTotals()


def test_counters_are_read_as_a_drive_gives_them() -> None:
    data = golden_json("11_shift_close")["shiftSumReports"]
    totals = ShiftTotals.from_json(data)
    assert totals.count == 3
    assert totals.of(OperationType.SALE).cash == 1300000
    assert totals.of(OperationType.SALE_RETURN).vat == {Nds.NDS_20: 83333}
    assert totals.to_json() == data


def test_corrections_are_counted_apart() -> None:
    totals = ShiftTotals().adding(receipt()).adding(correction_of(receipt()))
    data = totals.to_json()
    assert data["totalReceiptBsoCount"] == 2
    assert data["receiptCorrection"] == {
        "receiptCorrectionCount": 1,
        "sellCorrection": {"receiptBsoCount": 1, "totalSum": 500000},
    }
    assert ShiftTotals.from_json(data).corrections == totals.corrections
    raw = tlv.encode_tags({"shiftSumReports": data})
    assert tlv.decode_tags(raw)["shiftSumReports"] == data
