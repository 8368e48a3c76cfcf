"""Our documents as tasks of ATOL Web Requests. Pure.

Names are those of ATOL's JSON tasks (DTO 10). A code that has no name here raises
:class:`~..errors.Refused`: nothing is ever sent as something else.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from ...fiscal.vat import vat_totals_from_json
from ...fiscal.vocabulary import (
    CorrectionType,
    DocumentKind,
    FfdVersion,
    ItemsQuantityMeasure,
    Nds,
    OperationType,
    PaymentType,
    ProductType,
    TaxationType,
)
from .codes import refusal
from .json_text import roubles

Task = dict[str, Any]

_RECEIPTS = {
    OperationType.SALE: "sell",
    OperationType.SALE_RETURN: "sellReturn",
    OperationType.PURCHASE: "buy",
    OperationType.PURCHASE_RETURN: "buyReturn",
}
_TAXATION = {
    TaxationType.OSN: "osn",
    TaxationType.USN_INCOME: "usnIncome",
    TaxationType.USN_INCOME_OUTCOME: "usnIncomeOutcome",
    TaxationType.ENVD: "envd",
    TaxationType.ESHN: "esn",
    TaxationType.PATENT: "patent",
}
_VAT = {
    Nds.NDS_20: "vat20",
    Nds.NDS_10: "vat10",
    Nds.NDS_20_120: "vat120",
    Nds.NDS_10_110: "vat110",
    Nds.NDS_0: "vat0",
    Nds.NDS_NO: "none",
    Nds.NDS_5: "vat5",
    Nds.NDS_7: "vat7",
    Nds.NDS_5_105: "vat105",
    Nds.NDS_7_107: "vat107",
    Nds.NDS_22: "vat22",
    Nds.NDS_22_122: "vat122",
}
_PAYMENT_METHODS = {
    PaymentType.FULL_PREPAYMENT: "fullPrepayment",
    PaymentType.PREPAYMENT: "prepayment",
    PaymentType.ADVANCE: "advance",
    PaymentType.FULL_PAYMENT: "fullPayment",
    PaymentType.PARTIAL_PAYMENT_AND_CREDIT: "partialPayment",
    PaymentType.CREDIT: "credit",
    PaymentType.CREDIT_PAYMENT: "creditPayment",
}
_PAYMENT_OBJECTS = {
    ProductType.COMMODITY: "commodity",
    ProductType.EXCISE: "excise",
    ProductType.JOB: "job",
    ProductType.SERVICE: "service",
    ProductType.GAMBLING_BET: "gamblingBet",
    ProductType.GAMBLING_PRIZE: "gamblingPrize",
    ProductType.LOTTERY_TICKET: "lottery",
    ProductType.LOTTERY_PRIZE: "lotteryPrize",
    ProductType.INTELLECTUAL_ACTIVITY: "intellectualActivity",
    ProductType.PAYMENT: "payment",
    ProductType.AGENT_COMMISSION: "agentCommission",
    ProductType.PAYOUT: "pay",
    ProductType.ANOTHER: "another",
    ProductType.PROPERTY_RIGHT: "proprietaryLaw",
    ProductType.NON_OPERATING_INCOME: "nonOperatingIncome",
    ProductType.OTHER_PAYMENT: "otherContributions",
    ProductType.SALES_TAX: "merchantTax",
    ProductType.RESORT_FEE: "resortFee",
    ProductType.DEPOSIT: "deposit",
    ProductType.EXPENSE: "consumption",
    ProductType.PENSION_INSURANCE_IP: "soleProprietorCPIContributions",
    ProductType.PENSION_INSURANCE: "cpiContributions",
    ProductType.MEDICAL_INSURANCE_IP: "soleProprietorCMIContributions",
    ProductType.MEDICAL_INSURANCE: "cmiContributions",
    ProductType.SOCIAL_INSURANCE: "csiContributions",
    ProductType.CASINO_PAYMENT: "casinoPayment",
    ProductType.CASH_WITHDRAWAL: "fundsIssuance",
    ProductType.EXCISE_WITHOUT_MARKING_CODE: "exciseWithoutMarking",
    ProductType.EXCISE_WITH_MARKING_CODE: "exciseWithMarking",
    ProductType.COMMODITY_WITHOUT_MARKING_CODE: "commodityWithoutMarking",
    ProductType.COMMODITY_WITH_MARKING_CODE: "commodityWithMarking",
}
_MEASURES = {
    ItemsQuantityMeasure.PIECE: "piece",
    ItemsQuantityMeasure.GRAM: "gram",
    ItemsQuantityMeasure.KILOGRAM: "kilogram",
    ItemsQuantityMeasure.TON: "ton",
    ItemsQuantityMeasure.CENTIMETER: "centimeter",
    ItemsQuantityMeasure.DECIMETER: "decimeter",
    ItemsQuantityMeasure.METER: "meter",
    ItemsQuantityMeasure.SQUARE_CENTIMETER: "squareCentimeter",
    ItemsQuantityMeasure.SQUARE_DECIMETER: "squareDecimeter",
    ItemsQuantityMeasure.SQUARE_METER: "squareMeter",
    ItemsQuantityMeasure.MILLILITER: "milliliter",
    ItemsQuantityMeasure.LITER: "liter",
    ItemsQuantityMeasure.CUBIC_METER: "cubicMeter",
    ItemsQuantityMeasure.KILOWATT_HOUR: "kilowattHour",
    ItemsQuantityMeasure.GIGACALORIE: "gkal",
    ItemsQuantityMeasure.DAY: "day",
    ItemsQuantityMeasure.HOUR: "hour",
    ItemsQuantityMeasure.MINUTE: "minute",
    ItemsQuantityMeasure.SECOND: "second",
    ItemsQuantityMeasure.KILOBYTE: "kilobyte",
    ItemsQuantityMeasure.MEGABYTE: "megabyte",
    ItemsQuantityMeasure.GIGABYTE: "gigabyte",
    ItemsQuantityMeasure.TERABYTE: "terabyte",
    ItemsQuantityMeasure.OTHER: "otherUnits",
}
_PAYMENTS = {
    "cashTotalSum": "cash",
    "ecashTotalSum": "electronically",
    "prepaidSum": "prepaid",
    "creditSum": "credit",
    "provisionSum": "other",
}
_PRODUCT_CODES = {
    **{name: name for name in ("undefined", "ean8", "ean13", "itf14", "gs1m")},
    **{name: name for name in ("f1", "f2", "f3", "f4", "f5", "f6")},
    "gs1": "gs10",
    "kmk": "short",
    "mi": "furs",
    "egais2": "egais20",
    "egais3": "egais30",
}
_CLIENT = {
    "buyer": "name",
    "buyerInn": "vatin",
    "buyerBirthday": "birthDate",
    "buyerCitizenship": "citizenship",
    "buyerDocumentCode": "identityDocumentCode",
    "buyerDocumentData": "identityDocumentData",
    "buyerAddress": "address",
}
_CHECK_RESULT = (
    "imcCheckFlag",
    "imcCheckResult",
    "imcStatusInfo",
    "imcEstimatedStatusCorrect",
    "ecrStandAloneFlag",
)
"""The bits of tag 2106 from the lowest up."""
_CORRECTION_TYPES = {CorrectionType.SELF: "self", CorrectionType.INSTRUCTION: "instruction"}
_PLAIN = {
    DocumentKind.SHIFT_OPEN: "openShift",
    DocumentKind.SHIFT_CLOSE: "closeShift",
    DocumentKind.SETTLEMENT_STATE: "reportOfdExchangeStatus",
    DocumentKind.X_REPORT: "reportX",
}
_CASH = {DocumentKind.CASH_IN: "cashIn", DocumentKind.CASH_OUT: "cashOut"}


def document_task(kind: DocumentKind, content: Mapping[str, Any], ffd: FfdVersion) -> Task:
    """The task that registers a document; `content` is its FNS JSON in the format `ffd`.

    Raises Refused for a kind that the server has no task for, and for codes without a name.
    """
    if kind is DocumentKind.RECEIPT:
        return _receipt(content, ffd)
    if kind is DocumentKind.CORRECTION:
        return _correction(content, ffd)
    if kind in _CASH:
        return {
            "type": _CASH[kind],
            "operator": _operator(content),
            "cashSum": roubles(content["sum"]),
        }
    if kind in _PLAIN:
        return {"type": _PLAIN[kind], "operator": _operator(content)}
    raise refusal(11, f"Эта касса не выполняет {kind}", "Воспользуйтесь утилитой изготовителя.")


def read_document(fd_number: int) -> Task:
    """Read a signed document from the drive, its bytes included."""
    return {"type": "getFnDocument", "fiscalDocumentNumber": fd_number, "withRawData": True}


def set_clock(local: datetime) -> Task:
    """Set the till's clock to its own local time."""
    return {"type": "setDateTime", "dateTime": f"{local:%Y.%m.%d %H:%M:%S}"}


def print_text(lines: list[str]) -> Task:
    """Print lines that are no document; the first one is the heading."""
    heading, *rest = lines
    texts: list[Task] = [
        {"type": "text", "text": heading, "alignment": "center", "doubleWidth": True}
    ]
    texts += [{"type": "text", "text": line, "alignment": "left"} for line in rest]
    return {"type": "nonFiscal", "items": texts}


CONTINUE_PRINT: Task = {"type": "continuePrint"}
HARMLESS: Task = {"type": "getFnStatus"}
"""A task that does nothing: it takes a number, so that no other request can have it."""


def _receipt(content: Mapping[str, Any], ffd: FfdVersion) -> Task:
    task: Task = {
        "type": _operation(content),
        **_settlement(content),
        "items": [*_positions(content, ffd), *_attributes(content)],
        "total": roubles(content["totalSum"]),
    }
    # The till asks about the codes whose state nobody has told us.
    if any(
        "imcParams" in each and "itemInfoCheckResult" not in each["imcParams"]
        for each in task["items"]
    ):
        task["validateMarkingCodes"] = True
    return task


def _correction(content: Mapping[str, Any], ffd: FfdVersion) -> Task:
    """FFD 1.05 corrects sums alone: no lines, no requisites of ours."""
    base = content["correctionBase"]
    day = datetime.fromisoformat(base["correctionDocumentDate"])
    grounds: Task = {
        "correctionType": _name(_CORRECTION_TYPES, content["correctionType"], "1173"),
        "correctionBaseDate": f"{day:%Y.%m.%d}",
    }
    if "correctionDocumentNumber" in base:
        grounds["correctionBaseNumber"] = base["correctionDocumentNumber"]
    task = _settlement(content) if ffd is FfdVersion.V1_05 else _receipt(content, ffd)
    return {**task, **grounds, "type": f"{_operation(content)}Correction"}


def _settlement(content: Mapping[str, Any]) -> Task:
    task: Task = {
        "taxationType": _name(_TAXATION, content["appliedTaxationType"], "1055"),
        "operator": _operator(content),
        "payments": [
            {"type": name, "sum": roubles(content[field])}
            for field, name in _PAYMENTS.items()
            if content.get(field)
        ],
        "taxes": [
            {"type": _name(_VAT, nds, "1199"), "sum": roubles(total)}
            for nds, total in vat_totals_from_json(content).items()
            if total
        ],
    }
    if client := _client(content):
        task["clientInfo"] = client
    if content.get("internetPayment"):
        task["internet"] = True
    if "retailPlace" in content:
        task["paymentsPlace"] = content["retailPlace"]
    return task


def _operation(content: Mapping[str, Any]) -> str:
    return _name(_RECEIPTS, content["operationType"], "1054")


def _operator(content: Mapping[str, Any]) -> Task:
    operator: Task = {"name": content["operator"]}
    if "operatorInn" in content:
        operator["vatin"] = content["operatorInn"]
    return operator


def _client(content: Mapping[str, Any]) -> Task:
    """The buyer, whose details stand in 1256 of FFD 1.2 and beside the lines in 1.05."""
    details = content.get("buyerInformation", content)
    client: Task = {name: details[field] for field, name in _CLIENT.items() if field in details}
    if "buyerPhoneOrAddress" in content:
        client["emailOrPhone"] = content["buyerPhoneOrAddress"]
    return client


def _positions(content: Mapping[str, Any], ffd: FfdVersion) -> Iterator[Task]:
    operation = OperationType(content["operationType"])
    for item in content["items"]:
        yield _position(item, operation, ffd)


def _position(item: Mapping[str, Any], operation: OperationType, ffd: FfdVersion) -> Task:
    tax: Task = {"type": _name(_VAT, item["nds"], "1199")}
    if "ndsSum" in item:
        tax["sum"] = roubles(item["ndsSum"])
    position: Task = {
        "type": "position",
        "name": item["name"],
        "price": roubles(item["price"]),
        "quantity": Decimal(item["quantity"]),
        "amount": roubles(item["sum"]),
        "paymentMethod": _name(_PAYMENT_METHODS, item["paymentType"], "1214"),
        "paymentObject": _name(_PAYMENT_OBJECTS, item["productType"], "1212"),
        "tax": tax,
    }
    if ffd is FfdVersion.V1_05:
        position["measurementUnit"] = item["unit"]
    else:
        position["measurementUnit"] = _name(_MEASURES, item["itemsQuantityMeasure"], "2108")
    for field, name in (
        ("propertiesItem", "additionalAttribute"),
        ("originCountryCode", "countryCode"),
        ("customEntryNum", "customsDeclaration"),
    ):
        if field in item:
            position[name] = item[field]
    if "exciseDuty" in item:
        position["exciseSum"] = roubles(item["exciseDuty"])
    return {**position, **_product_code(item, operation)}


def _product_code(item: Mapping[str, Any], operation: OperationType) -> Task:
    """The scanned code for the till to check, or a product code that nobody scanned."""
    if "markingCode" in item:
        return {"imcParams": _marking(item, operation)}
    if "productCodeNew" not in item:
        return {}
    ((kind, value),) = item["productCodeNew"].items()
    return {"productCodes": {_name(_PRODUCT_CODES, kind, "1163"): value["rawProductCode"]}}


def _marking(item: Mapping[str, Any], operation: OperationType) -> Task:
    # Tag 2003: a purchase brings the good back to the seller, its return takes it away again.
    leaves = operation in (OperationType.SALE, OperationType.PURCHASE_RETURN)
    piece = item["itemsQuantityMeasure"] == ItemsQuantityMeasure.PIECE
    sold, returned = (
        ("itemPieceSold", "itemPieceReturn") if piece else ("itemDryForSale", "itemDryReturn")
    )
    marking: Task = {
        "imcType": "auto",
        "imc": b64encode(item["markingCode"].encode()).decode(),
        "itemEstimatedStatus": sold if leaves else returned,
        "imcModeProcessing": 0,
    }
    result = item.get("checkingProdInformationResult")
    if result is not None:
        marking["itemInfoCheckResult"] = {
            name: bool(result >> bit & 1) for bit, name in enumerate(_CHECK_RESULT)
        }
    return marking


def _attributes(content: Mapping[str, Any]) -> Iterator[Task]:
    """Tags 1084, which carries our key, and 1192."""
    if "properties" in content:
        properties = content["properties"]
        yield {
            "type": "userAttribute",
            "name": properties["propertyName"],
            "value": properties["propertyValue"],
        }
    if "propertiesData" in content:
        yield {"type": "additionalAttribute", "value": content["propertiesData"]}


def _name(names: Mapping[Any, str], code: Any, tag: str) -> str:
    try:
        return names[code]
    except KeyError:
        raise refusal(13, f"Код {code!r} реквизита {tag} неизвестен этой кассе") from None
