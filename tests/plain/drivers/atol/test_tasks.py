"""Our documents as ATOL's tasks, held against JSON that was written out by hand.

Numbers are compared as they are written: ``5000.00`` is not ``5000.0``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from kkt.drivers.atol.json_text import written
from kkt.drivers.atol.tasks import document_task, print_text, read_document, set_clock
from kkt.drivers.content import content_for
from kkt.drivers.errors import Refused
from kkt.fiscal.document import Document, DriveClosing, ProductCode, ProductCodeKind
from kkt.fiscal.vocabulary import (
    DocumentKind,
    FfdVersion,
    ItemsQuantityMeasure,
    Nds,
    PaymentType,
    ProductType,
    TaxationType,
)

from .. import builders as make
from ..specimens import SCANNED, SPECIMENS, SUNGLASSES, sold

OPERATOR = '{"name": "Кассир Иванова", "vatin": "500100732259"}'
KEY = '{"type": "userAttribute", "name": "Документ", "value": "POS/0002 k1"}'
KEY_OF_CORRECTION = '{"type": "userAttribute", "name": "Документ", "value": "КОР/0002 k1"}'
FRAME = f'"taxationType": "osn", "operator": {OPERATOR}'
SUN = """{"type": "position", "name": "Очки солнцезащитные",
  "price": 5000.00, "quantity": 1, "amount": 5000.00, "measurementUnit": "piece",
  "paymentMethod": "fullPayment", "paymentObject": "commodity",
  "tax": {"type": "vat22", "sum": 901.64}}"""
SUN_1_05 = SUN.replace('"piece"', '"шт."')
GLASSES = """{"type": "position", "name": "Очки корригирующие",
  "price": 8500.00, "quantity": 1, "amount": 8500.00, "measurementUnit": "piece",
  "paymentMethod": "fullPayment", "paymentObject": "commodity", "tax": {"type": "none"}}"""
LENSES = """{"type": "position", "name": "Линза МКЛ -1.25",
  "price": 1200.00, "quantity": 2, "amount": 2400.00, "measurementUnit": "piece",
  "paymentMethod": "fullPayment", "paymentObject": "commodity", "tax": {"type": "none"}}"""
ADVANCE = """{"type": "position", "name": "Аванс",
  "price": 3000.00, "quantity": 1, "amount": 3000.00, "measurementUnit": "piece",
  "paymentMethod": "advance", "paymentObject": "payment",
  "tax": {"type": "vat122", "sum": 540.98}}"""
BY_CARD = '"payments": [{"type": "electronically", "sum": 5000.00}]'
VAT_22 = '"taxes": [{"type": "vat22", "sum": 901.64}]'
SUN_SALE = f"""{{"type": "sell", {FRAME}, {BY_CARD}, {VAT_22},
  "items": [{SUN}, {KEY}], "total": 5000.00"""
"""A sale of sunglasses by card, its brace left open for more."""


def swap(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


RATES = [
    ("НДС 20%", '{"type": "vat20", "sum": 16.67}'),
    ("НДС 10%", '{"type": "vat10", "sum": 9.09}'),
    ("НДС 20/120", '{"type": "vat120", "sum": 16.67}'),
    ("НДС 10/110", '{"type": "vat110", "sum": 9.09}'),
    ("НДС 0%", '{"type": "vat0"}'),
    ("без НДС", '{"type": "none"}'),
    ("НДС 5%", '{"type": "vat5", "sum": 4.76}'),
    ("НДС 7%", '{"type": "vat7", "sum": 6.54}'),
    ("НДС 5/105", '{"type": "vat105", "sum": 4.76}'),
    ("НДС 7/107", '{"type": "vat107", "sum": 6.54}'),
    ("НДС 22%", '{"type": "vat22", "sum": 18.03}'),
    ("НДС 22/122", '{"type": "vat122", "sum": 18.03}'),
]
EVERY_RATE = ", ".join(
    f"""{{"type": "position", "name": "Ставка {label}",
      "price": 100.00, "quantity": 1, "amount": 100.00, "measurementUnit": "piece",
      "paymentMethod": "fullPayment", "paymentObject": "commodity", "tax": {tax}}}"""
    for label, tax in RATES
)

WANTED: dict[str, str] = {
    "buyer_contact": SUN_SALE + ', "clientInfo": {"emailOrPhone": "+79001234567"}}',
    "buyer_organisation": SUN_SALE
    + """, "clientInfo": {"emailOrPhone": "shop@example.ru", "name": "ООО Альфа",
         "vatin": "7707083893"}}""",
    "buyer_person": SUN_SALE
    + """, "clientInfo": {"name": "Иванова Анна Петровна", "birthDate": "31.01.1980",
         "citizenship": "643", "identityDocumentCode": "21",
         "identityDocumentData": "4000 123456",
         "address": "Санкт-Петербург, Невский пр., 1"}}""",
    "customs": swap(
        SUN_SALE,
        (
            '"amount": 5000.00',
            '"amount": 5000.00, "countryCode": "380",'
            ' "customsDeclaration": "10702030/010126/0001234"',
        ),
    )
    + ', "clientInfo": {"name": "ООО Альфа", "vatin": "7707083893"}}',
    "line_requisites": swap(
        SUN_SALE,
        (
            '"amount": 5000.00',
            '"amount": 5000.00, "additionalAttribute": "заказ 15", "exciseSum": 1.00',
        ),
    )
    + "}",
    "marked": swap(
        SUN_SALE,
        ('"paymentObject": "commodity"', '"paymentObject": "commodityWithMarking"'),
        (
            '"amount": 5000.00',
            # 010460000000000821ABC123<GS>91EE06<GS>92 and 44 times "c"
            '"amount": 5000.00, "imcParams": {"imcType": "auto", "imcModeProcessing": 0,'
            ' "itemEstimatedStatus": "itemPieceSold", "imc":'
            ' "MDEwNDYwMDAwMDAwMDAwODIxQUJDMTIzHTkxRUUwNh05Mm'
            'NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2Nj"}',
        ),
    )
    + ', "validateMarkingCodes": true}',
    "internet": SUN_SALE
    + """, "clientInfo": {"emailOrPhone": "a@example.ru"}, "internet": true,
         "paymentsPlace": "https://optics.example.ru"}""",
    "measured": f"""{{"type": "sell", {FRAME},
        "payments": [{{"type": "electronically", "sum": 248.64}}],
        "taxes": [{{"type": "vat10", "sum": 22.60}}],
        "items": [{{"type": "position", "name": "Шнурок",
          "price": 100.50, "quantity": 2.474, "amount": 248.64, "measurementUnit": "meter",
          "paymentMethod": "fullPayment", "paymentObject": "commodity",
          "tax": {{"type": "vat10", "sum": 22.60}}}}, {KEY}],
        "total": 248.64}}""",
    "every_rate": f"""{{"type": "sell", {FRAME},
        "payments": [{{"type": "electronically", "sum": 1200.00}}],
        "taxes": [{{"type": "vat20", "sum": 16.67}}, {{"type": "vat10", "sum": 9.09}},
          {{"type": "vat0", "sum": 100.00}}, {{"type": "none", "sum": 100.00}},
          {{"type": "vat120", "sum": 16.67}}, {{"type": "vat110", "sum": 9.09}},
          {{"type": "vat5", "sum": 4.76}}, {{"type": "vat7", "sum": 6.54}},
          {{"type": "vat105", "sum": 4.76}}, {{"type": "vat107", "sum": 6.54}},
          {{"type": "vat22", "sum": 18.03}}, {{"type": "vat122", "sum": 18.03}}],
        "items": [{EVERY_RATE}, {KEY}], "total": 1200.00}}""",
    "every_payment": f"""{{"type": "sell", {FRAME},
        "payments": [{{"type": "cash", "sum": 400.00}},
          {{"type": "electronically", "sum": 2000.00}}, {{"type": "prepaid", "sum": 3000.00}},
          {{"type": "credit", "sum": 1900.00}}, {{"type": "other", "sum": 100.00}}],
        "taxes": [{{"type": "none", "sum": 2400.00}}, {{"type": "vat22", "sum": 901.64}}],
        "items": [{LENSES},
          {SUN.replace("fullPayment", "partialPayment")}, {KEY}], "total": 7400.00}}""",
    "full_prepayment": f"""{{"type": "sell", {FRAME},
        "payments": [{{"type": "electronically", "sum": 13500.00}}],
        "taxes": [{{"type": "none", "sum": 8500.00}}, {{"type": "vat122", "sum": 901.64}}],
        "items": [{GLASSES.replace("fullPayment", "fullPrepayment")},
          {SUN.replace("fullPayment", "fullPrepayment").replace("vat22", "vat122")}, {KEY}],
        "total": 13500.00}}""",
    "prepayment": f"""{{"type": "sell", {FRAME},
        "payments": [{{"type": "electronically", "sum": 13500.00}}],
        "taxes": [{{"type": "none", "sum": 8500.00}}, {{"type": "vat122", "sum": 901.64}}],
        "items": [{GLASSES.replace("fullPayment", "prepayment")},
          {SUN.replace("fullPayment", "prepayment").replace("vat22", "vat122")}, {KEY}],
        "total": 13500.00}}""",
    "advance": f"""{{"type": "sell", {FRAME},
        "payments": [{{"type": "electronically", "sum": 3000.00}}],
        "taxes": [{{"type": "vat122", "sum": 540.98}}],
        "items": [{ADVANCE}, {KEY}], "total": 3000.00}}""",
    "settled_by_prepayment": f"""{{"type": "sell", {FRAME},
        "payments": [{{"type": "electronically", "sum": 6500.00}},
          {{"type": "prepaid", "sum": 7000.00}}],
        "taxes": [{{"type": "none", "sum": 8500.00}}, {{"type": "vat22", "sum": 901.64}}],
        "items": [{GLASSES}, {SUN}, {KEY}], "total": 13500.00}}""",
    "handover_on_credit": f"""{{"type": "sell", {FRAME},
        "payments": [{{"type": "credit", "sum": 5000.00}}], {VAT_22},
        "items": [{SUN.replace("fullPayment", "credit")}, {KEY}], "total": 5000.00}}""",
    "credit_payment": f"""{{"type": "sell", {FRAME},
        "payments": [{{"type": "electronically", "sum": 3000.00}}],
        "taxes": [{{"type": "vat22", "sum": 540.98}}],
        "items": [{{"type": "position", "name": "Оплата кредита",
          "price": 3000.00, "quantity": 1, "amount": 3000.00, "measurementUnit": "piece",
          "paymentMethod": "creditPayment", "paymentObject": "payment",
          "tax": {{"type": "vat22", "sum": 540.98}}}}, {KEY}], "total": 3000.00}}""",
    "sale_return": f"""{{"type": "sellReturn", {FRAME},
        "payments": [{{"type": "electronically", "sum": 13500.00}}],
        "taxes": [{{"type": "none", "sum": 8500.00}}, {{"type": "vat22", "sum": 901.64}}],
        "items": [{SUN}, {GLASSES}, {KEY}], "total": 13500.00}}""",
    "return_of_2025": f"""{{"type": "sellReturn", {FRAME}, {BY_CARD},
        "taxes": [{{"type": "vat20", "sum": 833.33}}],
        "items": [{SUN.replace("vat22", "vat20").replace("901.64", "833.33")}, {KEY}],
        "total": 5000.00}}""",
    "return_of_an_advance": f"""{{"type": "sellReturn", {FRAME},
        "payments": [{{"type": "electronically", "sum": 3000.00}}],
        "taxes": [{{"type": "vat122", "sum": 540.98}}],
        "items": [{ADVANCE}, {KEY}], "total": 3000.00}}""",
    "purchase": f"""{{"type": "buy", {FRAME},
        "payments": [{{"type": "electronically", "sum": 8500.00}}],
        "taxes": [{{"type": "none", "sum": 8500.00}}],
        "items": [{GLASSES}, {KEY}], "total": 8500.00}}""",
    "purchase_return": f"""{{"type": "buyReturn", {FRAME},
        "payments": [{{"type": "electronically", "sum": 8500.00}}],
        "taxes": [{{"type": "none", "sum": 8500.00}}],
        "items": [{GLASSES}, {KEY}], "total": 8500.00}}""",
    "mended_receipt": f"""{{"type": "sell", {FRAME}, {BY_CARD}, {VAT_22},
        "items": [{SUN}, {KEY}, {{"type": "additionalAttribute", "value": "2434120341"}}],
        "total": 5000.00}}""",
    "correction": f"""{{"type": "sellCorrection", {FRAME},
        "correctionType": "self", "correctionBaseDate": "2026.01.05",
        "payments": [{{"type": "electronically", "sum": 13500.00}}],
        "taxes": [{{"type": "none", "sum": 8500.00}}, {{"type": "vat22", "sum": 901.64}}],
        "items": [{SUN}, {GLASSES}, {KEY_OF_CORRECTION}], "total": 13500.00}}""",
    "correction_of_a_purchase": f"""{{"type": "buyCorrection", {FRAME},
        "correctionType": "self", "correctionBaseDate": "2026.01.05",
        "payments": [{{"type": "electronically", "sum": 8500.00}}],
        "taxes": [{{"type": "none", "sum": 8500.00}}],
        "items": [{GLASSES}, {KEY_OF_CORRECTION}], "total": 8500.00}}""",
    "correction_by_order": f"""{{"type": "sellCorrection", {FRAME},
        "correctionType": "instruction", "correctionBaseDate": "2026.01.05",
        "correctionBaseNumber": "12-34/567",
        "payments": [{{"type": "electronically", "sum": 13500.00}}],
        "taxes": [{{"type": "none", "sum": 8500.00}}, {{"type": "vat22", "sum": 901.64}}],
        "items": [{SUN}, {GLASSES}, {KEY_OF_CORRECTION}], "total": 13500.00}}""",
    "correction_reverse": f"""{{"type": "sellReturnCorrection", {FRAME},
        "correctionType": "self", "correctionBaseDate": "2026.01.05",
        "payments": [{{"type": "electronically", "sum": 13500.00}}],
        "taxes": [{{"type": "none", "sum": 8500.00}}, {{"type": "vat22", "sum": 901.64}}],
        "items": [{SUN}, {GLASSES}, {KEY_OF_CORRECTION},
          {{"type": "additionalAttribute", "value": "2434120341"}}], "total": 13500.00}}""",
    "correction_right": f"""{{"type": "sellCorrection", {FRAME},
        "correctionType": "self", "correctionBaseDate": "2026.01.05",
        "payments": [{{"type": "electronically", "sum": 13500.00}}],
        "taxes": [{{"type": "none", "sum": 8500.00}}, {{"type": "vat22", "sum": 901.64}}],
        "items": [{SUN}, {GLASSES}, {KEY_OF_CORRECTION},
          {{"type": "additionalAttribute", "value": "2434120341"}}], "total": 13500.00}}""",
    "correction_of_a_purchase_return": f"""{{"type": "buyReturnCorrection", {FRAME},
        "correctionType": "self", "correctionBaseDate": "2026.01.05",
        "payments": [{{"type": "electronically", "sum": 8500.00}}],
        "taxes": [{{"type": "none", "sum": 8500.00}}],
        "items": [{GLASSES}, {KEY_OF_CORRECTION}], "total": 8500.00}}""",
}

WANTED_1_05: dict[str, str] = {
    "buyer_organisation": f"""{{"type": "sell", {FRAME}, {BY_CARD}, {VAT_22},
        "items": [{SUN_1_05}, {KEY}], "total": 5000.00,
        "clientInfo": {{"emailOrPhone": "shop@example.ru", "name": "ООО Альфа",
          "vatin": "7707083893"}}}}""",
    "marked": f"""{{"type": "sell", {FRAME}, {BY_CARD}, {VAT_22},
        "items": [{SUN_1_05}, {KEY}], "total": 5000.00}}""",
    "internet": f"""{{"type": "sell", {FRAME}, {BY_CARD}, {VAT_22},
        "items": [{SUN_1_05}, {KEY}], "total": 5000.00,
        "clientInfo": {{"emailOrPhone": "a@example.ru"}},
        "paymentsPlace": "https://optics.example.ru"}}""",
    "correction_by_order": f"""{{"type": "sellCorrection", {FRAME},
        "correctionType": "instruction", "correctionBaseDate": "2026.01.05",
        "correctionBaseNumber": "12-34/567",
        "payments": [{{"type": "electronically", "sum": 13500.00}}],
        "taxes": [{{"type": "none", "sum": 8500.00}}, {{"type": "vat22", "sum": 901.64}}]}}""",
}

PLAIN = {
    "shift_open": (make.opening(), f'{{"type": "openShift", "operator": {OPERATOR}}}'),
    "shift_close": (make.closing(), f'{{"type": "closeShift", "operator": {OPERATOR}}}'),
    "x_report": (make.x_report(), f'{{"type": "reportX", "operator": {OPERATOR}}}'),
    "settlement_state": (
        make.settlement_state(),
        f'{{"type": "reportOfdExchangeStatus", "operator": {OPERATOR}}}',
    ),
    "cash_in": (
        make.cash_in(70_000),
        f'{{"type": "cashIn", "operator": {OPERATOR}, "cashSum": 700.00}}',
    ),
    "cash_out": (
        make.cash_out(1),
        f'{{"type": "cashOut", "operator": {OPERATOR}, "cashSum": 0.01}}',
    ),
}


def task_of(document: Document, ffd: FfdVersion = FfdVersion.V1_2) -> Any:
    task = document_task(document.kind, content_for(document, ffd), ffd)
    return by_hand(written(task))


def by_hand(text: str) -> Any:
    """JSON with its broken numbers as they are written."""
    return json.loads(text, parse_float=str)


@pytest.mark.parametrize("name", SPECIMENS)
def test_every_specimen_becomes_the_task_written_by_hand(name: str) -> None:
    assert task_of(SPECIMENS[name]) == by_hand(WANTED[name])


@pytest.mark.parametrize("name", WANTED_1_05)
def test_a_till_of_ffd_1_05_is_asked_in_its_own_words(name: str) -> None:
    assert task_of(SPECIMENS[name], FfdVersion.V1_05) == by_hand(WANTED_1_05[name])


@pytest.mark.parametrize("name", PLAIN)
def test_documents_without_lines(name: str) -> None:
    document, wanted = PLAIN[name]
    assert task_of(document) == by_hand(wanted)


def test_tasks_of_our_own() -> None:
    assert read_document(7) == {
        "type": "getFnDocument",
        "fiscalDocumentNumber": 7,
        "withRawData": True,
    }
    moment = datetime(2026, 3, 2, 9, 5, 7)
    assert set_clock(moment) == {"type": "setDateTime", "dateTime": "2026.03.02 09:05:07"}
    assert by_hand(written(print_text(["КОПИЯ", "строка"]))) == by_hand(
        """{"type": "nonFiscal", "items": [
          {"type": "text", "text": "КОПИЯ", "alignment": "center", "doubleWidth": true},
          {"type": "text", "text": "строка", "alignment": "left"}]}"""
    )


def test_a_code_whose_check_is_known_is_not_checked_again() -> None:
    checked = sold(
        replace(
            SUNGLASSES,
            product_type=ProductType.COMMODITY_WITH_MARKING_CODE,
            marking_code=SCANNED,
            checking_prod_information_result=0b10011,
        )
    )
    task = task_of(checked)
    assert "validateMarkingCodes" not in task
    assert task["items"][0]["imcParams"]["itemInfoCheckResult"] == {
        "imcCheckFlag": True,
        "imcCheckResult": True,
        "imcStatusInfo": False,
        "imcEstimatedStatusCorrect": False,
        "ecrStandAloneFlag": True,
    }


def test_a_product_code_that_nobody_scanned() -> None:
    known = replace(SUNGLASSES, product_code=ProductCode(ProductCodeKind.EAN13, "4600000000008"))
    assert task_of(sold(known))["items"][0]["productCodes"] == {"ean13": "4600000000008"}


@pytest.mark.parametrize(
    ("enum", "field"),
    [
        (Nds, "nds"),
        (PaymentType, "paymentType"),
        (ProductType, "productType"),
        (ItemsQuantityMeasure, "itemsQuantityMeasure"),
    ],
)
def test_every_code_of_a_line_has_a_name(enum: Any, field: str) -> None:
    content = content_for(sold(SUNGLASSES), FfdVersion.V1_2)
    names = set()
    for code in enum:
        line = {**content["items"][0], field: int(code)}
        task = document_task(DocumentKind.RECEIPT, {**content, "items": [line]}, FfdVersion.V1_2)
        names.add(written(task["items"][0]))
    assert len(names) == len(enum)


@pytest.mark.parametrize(
    ("path", "code"),
    [("nds", 13), ("paymentType", 8), ("productType", 34), ("itemsQuantityMeasure", 99)],
)
def test_an_unknown_code_is_refused_and_never_sent_as_another(path: str, code: int) -> None:
    content = content_for(sold(SUNGLASSES), FfdVersion.V1_2)
    line = {**content["items"][0], path: code}
    with pytest.raises(Refused, match=str(code)):
        document_task(DocumentKind.RECEIPT, {**content, "items": [line]}, FfdVersion.V1_2)


def test_every_tax_system_has_a_name() -> None:
    content = content_for(sold(SUNGLASSES), FfdVersion.V1_2)
    told = {
        document_task(
            DocumentKind.RECEIPT, {**content, "appliedTaxationType": int(each)}, FfdVersion.V1_2
        )["taxationType"]
        for each in TaxationType
    }
    assert told == {"osn", "usnIncome", "usnIncomeOutcome", "envd", "esn", "patent"}
    with pytest.raises(Refused, match="1055"):
        document_task(DocumentKind.RECEIPT, {**content, "appliedTaxationType": 3}, FfdVersion.V1_2)


def test_a_drive_is_closed_by_its_makers_utility() -> None:
    with pytest.raises(Refused) as refused:
        task_of(DriveClosing(make.CASHIER))
    assert refused.value.remedy
