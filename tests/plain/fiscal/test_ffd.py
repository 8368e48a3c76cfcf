"""FFD 1.05: what it lacks is omitted or said otherwise."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from kkt.fiscal import tlv
from kkt.fiscal.document import Buyer, InvalidDocument, Item, UserAttribute
from kkt.fiscal.ffd import CorrectionWithoutItems, to_ffd_1_05
from kkt.fiscal.registration import UsageCondition
from kkt.fiscal.totals import ShiftTotals
from kkt.fiscal.vocabulary import (
    DocumentKind,
    ItemsQuantityMeasure,
    Nds,
    OperationType,
    ProductType,
)

from .builders import FRAME, SUNGLASSES, receipt
from .golden_files import golden_json
from .test_totals import correction_of

CODE = "010460000000000821ABC123"


def test_a_receipt_of_1_05() -> None:
    marked = dataclasses.replace(
        SUNGLASSES, product_type=ProductType.COMMODITY_WITH_MARKING_CODE, marking_code=CODE
    )
    cord = Item.priced("Шнур", 100, Nds.NDS_22, items_quantity_measure=ItemsQuantityMeasure.METER)
    document = receipt(
        marked,
        cord,
        buyer=Buyer("a@b.ru", name="ООО А", inn="7707083893", address="Невский 1"),
        internet_payment=True,
        retail_place="https://a.example",
        user_attribute=UserAttribute("Документ", "S1"),
    )
    data = to_ffd_1_05(DocumentKind.RECEIPT, {"fiscalDocumentFormatVer": 4, **document.to_json()})
    assert data["fiscalDocumentFormatVer"] == 2
    assert data["buyer"] == "ООО А"
    assert data["buyerInn"] == "7707083893"
    assert data["buyerPhoneOrAddress"] == "a@b.ru"
    assert data["properties"] == {"propertyName": "Документ", "propertyValue": "S1"}
    assert "buyerInformation" not in data
    assert "internetPayment" not in data
    plain = {"nds": 11, "paymentType": 4, "productType": 1, "quantity": "1"}
    assert data["items"] == [
        {"name": "Очки солнцезащитные", "price": 500000, "sum": 500000, "ndsSum": 90164}
        | plain
        | {"unit": "шт."},
        {"name": "Шнур", "price": 100, "sum": 100, "ndsSum": 18} | plain | {"unit": "м"},
    ]
    assert data["amountsReceiptNds"] == document.to_json()["amountsReceiptNds"]
    assert tlv.decode_tags(tlv.encode_tags(data)) == data


@pytest.mark.parametrize(
    ("product", "older"), [(30, 2), (31, 2), (32, 1), (33, 1), (27, 13), (10, 10), (26, 26)]
)
def test_product_types_of_1_05(product: int, older: int) -> None:
    data = to_ffd_1_05(DocumentKind.RECEIPT, {"items": [{"productType": product}]})
    assert data["items"][0]["productType"] == older


def test_a_document_of_1_05_is_left_alone() -> None:
    golden = golden_json("14_sale_ffd_1_05")
    assert to_ffd_1_05(DocumentKind.RECEIPT, golden) == golden


def test_a_correction_of_1_05_has_no_items() -> None:
    correction = correction_of(
        receipt(user_attribute=UserAttribute("Документ", "S1"), buyer=Buyer("a@b.ru"))
    )
    data = to_ffd_1_05(DocumentKind.CORRECTION, correction.to_json())
    assert not {"items", "properties", "buyerPhoneOrAddress"} & data.keys()
    assert data["totalSum"] == 500000
    assert data["correctionBase"] == {
        "correctionDocumentDate": "2026-01-05T00:00:00",
        "correctionDocumentNumber": "б/н",
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"operation_type": OperationType.SALE_RETURN}, "operation_type"),
        ({"operation_type": OperationType.PURCHASE_RETURN}, "operation_type"),
        ({"properties_data": "2434120341"}, "properties_data"),
    ],
)
def test_corrections_that_1_05_does_not_know(changes: dict[str, Any], field: str) -> None:
    data = correction_of(receipt(**changes)).to_json()
    with pytest.raises(InvalidDocument) as caught:
        to_ffd_1_05(DocumentKind.CORRECTION, data)
    assert [problem.field for problem in caught.value.problems] == [field]


def test_counters_see_a_correction_without_items_as_the_one_with_them() -> None:
    correction = correction_of(receipt(SUNGLASSES, FRAME))
    older = CorrectionWithoutItems.from_json(to_ffd_1_05(correction.kind, correction.to_json()))
    assert older.vat_totals == correction.vat_totals
    assert ShiftTotals().adding(older) == ShiftTotals().adding(correction)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"operationType": 4}, "operation_type"),
        ({"correctionType": 2}, "correction_type"),
        ({"correctionBase": {"correctionDocumentNumber": "1"}}, "correction_document_date"),
        (
            {"correctionBase": {"correctionDocumentDate": "2026-01-05T00:00:00"}},
            "correction_document_number",
        ),
        ({"cashTotalSum": -1}, "payments.cash"),
    ],
)
def test_a_correction_without_items_is_checked(changes: dict[str, Any], field: str) -> None:
    correction = correction_of(receipt())
    data = {**to_ffd_1_05(correction.kind, correction.to_json()), **changes}
    with pytest.raises(InvalidDocument) as caught:
        CorrectionWithoutItems.from_json(data)
    assert [problem.field for problem in caught.value.problems] == [field]


def test_conditions_become_flags() -> None:
    conditions = UsageCondition.SERVICES_ONLY | UsageCondition.MARKED_GOODS
    data = to_ffd_1_05(DocumentKind.REGISTRATION, {"usageConditionSigns": int(conditions)})
    assert data == {
        "printInMachineSign": 0,
        "bsoSign": 0,
        "internetSign": 0,
        "exciseDutyProductSign": 0,
        "serviceSign": 1,
        "gamblingSign": 0,
        "lotterySign": 0,
    }
