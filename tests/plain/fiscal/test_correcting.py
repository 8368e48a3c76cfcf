"""What corrects a settlement: one document or two, tag by tag."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkt.fiscal.correcting import Basis, Wrong, correct_error, without_kkt
from kkt.fiscal.document import (
    Buyer,
    Cashier,
    Correction,
    InvalidDocument,
    Item,
    Payments,
    Receipt,
    Settlement,
    UserAttribute,
)
from kkt.fiscal.money import vat_of
from kkt.fiscal.returned import ReturnedLine, returned_lines
from kkt.fiscal.totals import ShiftTotals
from kkt.fiscal.vocabulary import (
    CorrectionType,
    FfdVersion,
    Nds,
    OperationType,
    PaymentType,
    TaxationType,
)

from .builders import FRAME, SUNGLASSES, receipt, receipts

DAY_2025, DAY_2026 = date(2025, 12, 30), date(2026, 2, 3)
OLD_CASHIER = Cashier("Кассир Петрова")
FPD = "0123456789"


def at_20(item: Item) -> Item:
    return dataclasses.replace(item, nds=Nds.NDS_20, nds_sum=None)


def wrong(signed: Settlement, **changes: Any) -> Wrong:
    fields = {"fn_number": "9960440300000001", "fd_number": 17, "fpd": "123456789"}
    return Wrong(**{**fields, "settlement": signed, **changes})


def problems_of(call: Any) -> list[str]:
    with pytest.raises(InvalidDocument) as caught:
        call()
    return [problem.field for problem in caught.value.problems]


def test_a_settlement_without_a_till_takes_one_correction() -> None:
    settled = receipt(SUNGLASSES, FRAME)
    correction = without_kkt(settled, Basis(DAY_2026), FfdVersion.V1_2)
    data = correction.to_json()
    assert data.pop("correctionType") == 0
    assert data.pop("correctionBase") == {"correctionDocumentDate": "2026-02-03T00:00:00"}
    assert data == settled.to_json(), "no 1192: there is no wrong receipt"


def test_a_correction_by_order_names_the_order() -> None:
    basis = Basis(DAY_2026, CorrectionType.INSTRUCTION, "12-07/5")
    data = without_kkt(receipt(), basis, FfdVersion.V1_2).to_json()
    assert data["correctionType"] == 1
    assert data["correctionBase"]["correctionDocumentNumber"] == "12-07/5"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"correction_type": CorrectionType.INSTRUCTION}, "order_number"),
        ({"order_number": "5"}, "order_number"),
        ({"settled_on": datetime(2026, 2, 3, 12)}, "settled_on"),
        ({"settled_on": None}, "settled_on"),
        ({"correction_type": 0, "order_number": "5" * 33}, "correction_type order_number"),
    ],
)
def test_bases_that_are_none(changes: dict[str, Any], field: str) -> None:
    fields = {"settled_on": DAY_2026, **changes}
    assert problems_of(lambda: Basis(**fields)) == field.split()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fn_number": "996"}, "fn_number"),
        ({"fn_number": None}, "fn_number"),
        ({"fd_number": 0}, "fd_number"),
        ({"fpd": "12345678901"}, "fpd"),
        ({"fpd": "4294967296"}, "fpd"),
        ({"fpd": ""}, "fpd"),
        ({"fpd": "12a"}, "fpd"),
        ({"settlement": None}, "settlement"),
        ({"fn_number": "", "fd_number": -1, "fpd": ""}, "fn_number fd_number fpd"),
    ],
)
def test_documents_that_nobody_can_have_signed(changes: dict[str, Any], field: str) -> None:
    assert problems_of(lambda: wrong(receipt(), **changes)) == field.split()


def test_an_error_takes_a_reverse_and_a_right_correction() -> None:
    signed = receipt(
        at_20(SUNGLASSES),
        FRAME,
        payments=Payments(cash=350000, ecash=1000000),
        cashier=OLD_CASHIER,
        buyer=Buyer("a@b.ru"),
        user_attribute=UserAttribute("Документ", "S1 KEY"),
    )
    right = receipt(SUNGLASSES, FRAME, payments=Payments(cash=350000, ecash=1000000))
    reverse, again = correct_error(wrong(signed), right, Basis(DAY_2026), FfdVersion.V1_2)
    assert isinstance(reverse, Correction)
    assert isinstance(again, Correction)
    expected = {
        **signed.to_json(),
        **right.cashier.to_json(),
        "operationType": 2,
        "propertiesData": FPD,
        "correctionType": 0,
        "correctionBase": {"correctionDocumentDate": "2026-02-03T00:00:00"},
    }
    del expected["properties"]  # by its key recovery would take the reverse for the wrong one
    assert reverse.to_json() == expected
    assert again.to_json() == {
        **right.to_json(),
        "propertiesData": FPD,
        "correctionType": 0,
        "correctionBase": {"correctionDocumentDate": "2026-02-03T00:00:00"},
    }


@given(receipts(), st.sampled_from(FfdVersion))
def test_the_reverse_takes_all_of_the_wrong_one_back(signed: Receipt, ffd: FfdVersion) -> None:
    """The lines, the money and the VAT of both come to nought; whatever was wrong in them."""
    if ffd is FfdVersion.V1_05 and signed.operation_type.is_return:
        return  # a receipt again, with the rules of one
    reverse, _right = correct_error(wrong(signed), receipt(), Basis(DAY_2026), ffd)
    assert reverse.operation_type is signed.operation_type.returned
    assert reverse.items == signed.items
    assert reverse.payments == signed.payments
    assert reverse.vat_totals == signed.vat_totals
    assert reverse.applied_taxation_type is signed.applied_taxation_type
    assert reverse.properties_data == FPD
    totals = ShiftTotals().adding(signed).adding(reverse)
    of_both = [totals.of(each) for each in (signed.operation_type, reverse.operation_type)]
    assert of_both[0].total == of_both[1].total


def test_what_breaks_the_rules_of_receipts_can_be_taken_back() -> None:
    """Another program has signed a prepayment at a plain rate: that is the error."""
    line = dataclasses.replace(SUNGLASSES, payment_type=PaymentType.PREPAYMENT)
    signed = receipt(line, operation_type=OperationType.SALE_RETURN).to_json()
    broken = Settlement.from_json({**signed, "operationType": 1})
    reverse, _right = correct_error(wrong(broken), receipt(), Basis(DAY_2026), FfdVersion.V1_2)
    assert reverse.items == (line,)


def test_the_last_part_of_a_line_is_taken_back_with_its_own_kopeck_of_vat() -> None:
    line = Item.priced("Шнур", 1001, Nds.NDS_22, Decimal("1.5"))
    earlier = [ReturnedLine(1, Decimal("0.5"))] * 2
    (last,) = returned_lines(receipt(line), earlier, None)[1]
    assert (last.sum, last.vat, vat_of(last.sum, last.nds)) == (500, 91, 90)
    back = receipt(last, operation_type=OperationType.SALE_RETURN)
    for document in correct_error(wrong(back), back, Basis(DAY_2026), FfdVersion.V1_2):
        assert [(item.sum, item.vat) for item in document.items] == [(500, 91)]


def test_an_error_in_a_correction_is_mended_alike() -> None:
    correction = without_kkt(receipt(), Basis(DAY_2026), FfdVersion.V1_2)
    reverse, _right = correct_error(
        wrong(correction), receipt(FRAME), Basis(DAY_2026), FfdVersion.V1_2
    )
    assert (reverse.operation_type, reverse.items) == (OperationType.SALE_RETURN, correction.items)


def test_a_receipt_of_2025_is_mended_at_its_own_rate() -> None:
    signed = receipt(at_20(SUNGLASSES), payments=Payments(cash=500000))
    right = receipt(at_20(SUNGLASSES), payments=Payments(ecash=500000))
    for ffd in (FfdVersion.V1_2, FfdVersion.V1_05):
        pair = correct_error(wrong(signed), right, Basis(DAY_2025), ffd)
        assert [each.items[0].nds for each in pair] == [Nds.NDS_20, Nds.NDS_20]


@pytest.mark.parametrize(
    ("nds", "payment_type", "operation", "day", "fits"),
    [
        (Nds.NDS_20, PaymentType.FULL_PAYMENT, OperationType.SALE, DAY_2025, True),
        (Nds.NDS_20, PaymentType.FULL_PAYMENT, OperationType.SALE, DAY_2026, False),
        (Nds.NDS_20_120, PaymentType.PREPAYMENT, OperationType.SALE, DAY_2026, False),
        (Nds.NDS_20, PaymentType.FULL_PAYMENT, OperationType.SALE_RETURN, DAY_2026, True),
        (Nds.NDS_22, PaymentType.FULL_PAYMENT, OperationType.SALE, DAY_2025, False),
        (Nds.NDS_22_122, PaymentType.PREPAYMENT, OperationType.SALE, DAY_2025, False),
        (Nds.NDS_22, PaymentType.FULL_PAYMENT, OperationType.SALE_RETURN, DAY_2025, False),
        (Nds.NDS_22, PaymentType.FULL_PAYMENT, OperationType.SALE, DAY_2026, True),
        (Nds.NDS_NO, PaymentType.FULL_PAYMENT, OperationType.SALE, DAY_2025, True),
    ],
)
def test_the_right_rate_is_that_of_the_settlements_date(
    nds: Nds, payment_type: PaymentType, operation: OperationType, day: date, fits: bool
) -> None:
    line = dataclasses.replace(SUNGLASSES, nds=nds, nds_sum=None, payment_type=payment_type)
    right = receipt(FRAME, line, operation_type=operation)
    for call in (
        lambda: without_kkt(right, Basis(day), FfdVersion.V1_2),
        lambda: correct_error(wrong(receipt()), right, Basis(day), FfdVersion.V1_2),
    ):
        if fits:
            call()
        else:
            assert problems_of(call) == ["items[1].nds"]


@pytest.mark.parametrize("operation", OperationType)
def test_corrections_of_1_05_know_only_sales_and_purchases(operation: OperationType) -> None:
    settled = receipt(operation_type=operation)
    if operation.is_return:
        call = lambda: without_kkt(settled, Basis(DAY_2026), FfdVersion.V1_05)  # noqa: E731
        assert problems_of(call) == ["operation_type"]
    else:
        without_kkt(settled, Basis(DAY_2026), FfdVersion.V1_05)
    without_kkt(settled, Basis(DAY_2026), FfdVersion.V1_2)


def test_in_1_05_an_error_takes_an_ordinary_return_and_a_new_receipt() -> None:
    signed = receipt(at_20(SUNGLASSES), cashier=OLD_CASHIER)
    right = receipt(SUNGLASSES, applied_taxation_type=TaxationType.USN_INCOME)
    pair = correct_error(wrong(signed), right, Basis(DAY_2026), FfdVersion.V1_05)
    assert [type(each) for each in pair] == [Receipt, Receipt]
    assert [each.to_json() for each in pair] == [
        {
            **signed.to_json(),
            **right.cashier.to_json(),
            "operationType": 2,
            "propertiesData": FPD,
        },
        {**right.to_json(), "propertiesData": FPD},
    ]


def test_in_1_05_an_error_is_not_mended_by_order() -> None:
    by_order = Basis(DAY_2026, CorrectionType.INSTRUCTION, "5")
    call = lambda: correct_error(wrong(receipt()), receipt(), by_order, FfdVersion.V1_05)  # noqa: E731
    assert problems_of(call) == ["correction_type"]
