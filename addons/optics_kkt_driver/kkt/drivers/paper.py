"""A signed document as lines of text: how a copy looks on paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any

from ..fiscal.money import from_kopecks
from ..fiscal.vat import vat_totals_from_json
from ..fiscal.vocabulary import DocumentCode, Nds, OperationType, PaymentType, TaxationType

COPY_HEADING = "КОПИЯ"
"""Stands above what is repeated, so that nobody takes it for the document itself."""

_TITLES = {
    DocumentCode.REGISTRATION: "Отчёт о регистрации",
    DocumentCode.REREGISTRATION: "Отчёт об изменении параметров регистрации",
    DocumentCode.SHIFT_OPEN: "Отчёт об открытии смены",
    DocumentCode.RECEIPT: "Кассовый чек",
    DocumentCode.BSO: "Бланк строгой отчётности",
    DocumentCode.SHIFT_CLOSE: "Отчёт о закрытии смены",
    DocumentCode.DRIVE_CLOSE: "Отчёт о закрытии фискального накопителя",
    DocumentCode.SETTLEMENT_STATE: "Отчёт о текущем состоянии расчётов",
    DocumentCode.CORRECTION: "Кассовый чек коррекции",
    DocumentCode.BSO_CORRECTION: "Бланк строгой отчётности коррекции",
}
_PAYMENTS = {
    "cashTotalSum": "Наличными",
    "ecashTotalSum": "Безналичными",
    "prepaidSum": "Предоплатой (аванс)",
    "creditSum": "Постоплатой (кредит)",
    "provisionSum": "Встречным предоставлением",
}
_NUMBERS = {
    "shiftNumber": "Смена №",
    "requestNumber": "Чек №",
    "operator": "Кассир",
    "buyerPhoneOrAddress": "Эл. адрес покупателя",
    "userInn": "ИНН",
    "kktRegId": "РН ККТ",
    "fiscalDriveNumber": "ФН №",
    "fiscalDocumentNumber": "ФД №",
}


def copy_lines(document: Mapping[str, Any], width: int) -> list[str]:
    """The lines of a copy, the heading first; none longer than `width` characters."""
    lines = [COPY_HEADING, *_body(document)]
    return [part for line in lines for part in wrap(line, width) or [""]]


def _body(document: Mapping[str, Any]) -> Iterator[str]:
    yield _TITLES[DocumentCode(document["code"])]
    for name in ("user", "retailPlaceAddress", "retailPlace"):
        if name in document:
            yield str(document[name])
    if "operationType" in document:
        yield from _settlement(document)
    for name, label in _NUMBERS.items():
        if name in document:
            yield f"{label} {document[name]}"
    yield f"ФП {document['fiscalSign']:010d}"
    yield str(document["dateTime"]).replace("T", " ")


def _settlement(document: Mapping[str, Any]) -> Iterator[str]:
    yield OperationType(document["operationType"]).label
    for item in document.get("items", []):
        yield from _item(item)
    yield f"ИТОГ {_money(document['totalSum'])}"
    for name, label in _PAYMENTS.items():
        if document.get(name):
            yield f"{label} {_money(document[name])}"
    for nds, total in vat_totals_from_json(document).items():
        if total:
            yield f"Сумма {Nds(nds).label} {_money(total)}"
    yield f"СНО {TaxationType(document['appliedTaxationType']).label}"


def _item(item: Mapping[str, Any]) -> Iterator[str]:
    yield str(item["name"])
    yield f"{item['quantity']} x {_money(item['price'])} = {_money(item['sum'])}"
    yield f"{PaymentType(item['paymentType']).label}, {Nds(item['nds']).label}"


def _money(kopecks: int) -> str:
    return str(from_kopecks(kopecks))
