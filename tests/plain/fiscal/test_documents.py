"""Documents as values: what they compute, and their JSON both ways."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkt.fiscal.correction import FNS_CORRECTION_BASE
from kkt.fiscal.document import (
    Buyer,
    Cashier,
    CashIn,
    CashOut,
    Correction,
    Document,
    DriveClosing,
    Item,
    Payments,
    Receipt,
    SettlementState,
    ShiftClosing,
    ShiftOpening,
    UserAttribute,
    XReport,
    document_from_json,
)
from kkt.fiscal.problems import InvalidDocument
from kkt.fiscal.vocabulary import CorrectionType, DocumentKind, Nds, PaymentType

from .builders import CASHIER, FRAME, SUNGLASSES, receipt, receipts


def through_json(document: Document) -> Document:
    return document_from_json(document.kind, json.loads(json.dumps(document.to_json())))


@given(receipts())
def test_receipts_survive_json(document: Receipt) -> None:
    assert through_json(document) == document


@given(
    receipts(),
    st.dates(min_value=date(2017, 1, 1), max_value=date(2100, 1, 1)),
    st.none() | st.just("12-07/5"),
)
def test_corrections_survive_json(document: Receipt, day: date, order: str | None) -> None:
    fields = {each.name: getattr(document, each.name) for each in dataclasses.fields(document)}
    correction = Correction(
        **fields,
        correction_type=CorrectionType.INSTRUCTION if order else CorrectionType.SELF,
        correction_document_date=day,
        correction_document_number=order,
    )
    assert through_json(correction) == correction


@pytest.mark.parametrize(
    "document",
    [
        *(ShiftOpening(CASHIER), ShiftClosing(Cashier("Админ")), XReport(CASHIER)),
        *(SettlementState(CASHIER), DriveClosing(CASHIER)),
        *(CashIn(1, CASHIER), CashOut(10**9, CASHIER)),
    ],
)
def test_the_rest_survives_json(document: Document) -> None:
    assert through_json(document) == document


def test_every_kind_but_foreign_can_be_read() -> None:
    for kind in DocumentKind:
        with pytest.raises(InvalidDocument) as caught:
            document_from_json(kind, {})
        named = {problem.field for problem in caught.value.problems}
        assert ("kind" in named) == (kind is DocumentKind.FOREIGN)


def test_names_of_a_sale() -> None:
    document = receipt(
        SUNGLASSES,
        FRAME,
        payments=Payments(cash=350000, ecash=1000000),
        buyer=Buyer("a@b.ru", name="ООО «Ромашка»", inn="7707083893"),
        user_attribute=UserAttribute("Документ", "S0001 k7"),
        properties_data="2434120341",
        internet_payment=True,
        retail_place="https://optika.example",
    )
    assert document.to_json() == {
        "operationType": 1,
        "appliedTaxationType": 1,
        "buyerPhoneOrAddress": "a@b.ru",
        "buyerInformation": {"buyer": "ООО «Ромашка»", "buyerInn": "7707083893"},
        "items": [
            {
                "name": "Очки солнцезащитные",
                "price": 500000,
                "quantity": "1",
                "sum": 500000,
                "nds": 11,
                "ndsSum": 90164,
                "paymentType": 4,
                "productType": 1,
                "itemsQuantityMeasure": 0,
            },
            {
                "name": "Оправа",
                "price": 850000,
                "quantity": "1",
                "sum": 850000,
                "nds": 6,
                "paymentType": 4,
                "productType": 1,
                "itemsQuantityMeasure": 0,
            },
        ],
        "totalSum": 1350000,
        "cashTotalSum": 350000,
        "ecashTotalSum": 1000000,
        "prepaidSum": 0,
        "creditSum": 0,
        "provisionSum": 0,
        "ndsNo": 850000,
        "amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 90164}]},
        "operator": "Кассир Иванова",
        "operatorInn": "500100732259",
        "retailPlace": "https://optika.example",
        "internetPayment": 1,
        "properties": {"propertyName": "Документ", "propertyValue": "S0001 k7"},
        "propertiesData": "2434120341",
    }


def test_1104_is_zero_when_1115_would_stand_alone() -> None:
    assert receipt(SUNGLASSES).to_json()["nds0"] == 0
    assert "nds0" not in receipt(FRAME).to_json()


def test_vat_per_rate_is_the_sum_of_the_lines() -> None:
    lines = [
        Item.priced("a", 100, Nds.NDS_22),
        Item.priced("b", 100, Nds.NDS_22),
        Item.priced("c", 100, Nds.NDS_10),
        Item.priced("d", 100, Nds.NDS_0),
        Item.priced("e", 300, Nds.NDS_NO),
    ]
    # 100 x 22/122 = 18.03: two lines give 36, and not the 36.07 of their sum rounded anew.
    assert receipt(*lines).vat_totals == {
        Nds.NDS_10: 9,
        Nds.NDS_0: 100,
        Nds.NDS_NO: 300,
        Nds.NDS_22: 36,
    }


@given(receipts())
def test_vat_and_turnover_make_the_whole(document: Receipt) -> None:
    assert sum(document.vat_totals.values()) == sum(
        item.vat if item.nds.rate else item.sum for item in document.items
    )
    assert document.payments.total == document.total_sum


def test_numbers_of_other_writers_are_read() -> None:
    data = json.loads('{"quantity": 2.474, "price": 9999, "sum": 24738}')
    item = Item.from_json({**SUNGLASSES.to_json(), **data, "ndsSum": 4461})
    assert item.quantity == Decimal("2.474")
    whole = Item.from_json({**SUNGLASSES.to_json(), "quantity": 1})
    assert whole == SUNGLASSES


def test_padded_numbers_are_read() -> None:
    assert Cashier.from_json({"operator": "Кассир", "operatorInn": "500100732259  "}) == Cashier(
        "Кассир", "500100732259"
    )


def test_what_the_drive_adds_is_left_alone() -> None:
    document = receipt()
    added = {"code": 3, "user": "ООО", "fiscalSign": 1, "shiftNumber": 2, "retailPlace": "Касса 1"}
    signed = {**document.to_json(), **added}
    assert document_from_json("receipt", signed) == document


def test_fns_spelling_of_the_grounds_is_read() -> None:
    data = {**receipt().to_json(), "correctionType": 0}
    data[FNS_CORRECTION_BASE] = {"correctionDocumentDate": "2025-12-30T00:00:00"}
    read = document_from_json("correction", data)
    assert isinstance(read, Correction)
    assert read.correction_document_date == date(2025, 12, 30)
    assert "correctionBase" in read.to_json()


def test_values_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        SUNGLASSES.price = 1  # type: ignore[misc]
    with pytest.raises((AttributeError, TypeError)):
        receipt().unknown = 1  # type: ignore[attr-defined]


def test_a_list_of_items_is_taken_as_a_tuple() -> None:
    assert receipt(items=[SUNGLASSES]) == receipt()


def test_a_return_keeps_rate_and_kinds_and_may_pay_out_cash() -> None:
    sold = dataclasses.replace(SUNGLASSES, nds=Nds.NDS_20, nds_sum=None)
    returned = receipt(sold, operation_type=receipt().operation_type.returned)
    assert returned.vat_totals == {Nds.NDS_20: 83333}
    credit = dataclasses.replace(SUNGLASSES, payment_type=PaymentType.CREDIT)
    assert receipt(credit, operation_type=returned.operation_type).payments.cash == 500000
