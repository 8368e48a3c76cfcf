"""Messages as a till's documents make them."""

from __future__ import annotations

from typing import Any

from kkt.fiscal.tlv import EncodingError, encode_document
from kkt.ofd.message import OfdMessage

FN = "9999078900004312"

COUNTED = {"totalReceiptBsoCount": 0}
OF_KIND: dict[str, dict[str, Any]] = {
    "receipt": {"code": 3},
    "correction": {
        "code": 31,
        "correctionType": 0,
        "correctionBase": {"correctionDocumentDate": "2026-03-01T00:00:00"},
    },
    "shift_open": {"code": 2, "kktVersion": "1.0", "documentKktVersion": 4},
    "shift_close": {
        "code": 5,
        "receiptQuantity": 0,
        "documentsQuantity": 2,
        "fdKeyResource": 400,
        "shiftSumReports": COUNTED,
        "fiscalDriveSumReports": COUNTED,
    },
}
"""What a document of a kind has besides what all of these have."""


def message(fd_number: int = 12, *, kind: str = "receipt", **changes: Any) -> OfdMessage:
    """A plausible signed document, a receipt with it where the kind has none.

    `changes` replace fields of the document, None takes one out. The bytes say the same, unless no
    bytes can: then there are none.
    """
    document = {
        **OF_KIND[kind],
        "fiscalDocumentFormatVer": 4,
        "user": "ООО «Оптика»",
        "userInn": "7707083893",
        "kktRegId": "0000000001045633",
        "fiscalDriveNumber": FN,
        "fiscalDocumentNumber": fd_number,
        "fiscalSign": 2434120341,
        "dateTime": "2026-03-02T09:00:00",
        "shiftNumber": 3,
        "requestNumber": 1,
        "retailPlaceAddress": "Невский 1",
        "retailPlace": "Касса 1",
        "operationType": 1,
        "appliedTaxationType": 1,
        "items": [item()],
        "totalSum": 500000,
        "cashTotalSum": 0,
        "ecashTotalSum": 500000,
        "nds0": 0,
        "amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 90164}]},
    }
    document.update(changes)
    document = {name: value for name, value in document.items() if value is not None}
    return OfdMessage(
        device_code="POS-001",
        fn_number=FN,
        fd_number=fd_number,
        fpd="2434120341",
        kind=kind,
        document=document,
        key="POS-1/k1",
        tlv=_bytes(document),
    )


def item(**changes: Any) -> dict[str, Any]:
    line = {"name": "Очки", "price": 500000, "quantity": "1", "sum": 500000, "nds": 11}
    return {name: value for name, value in {**line, **changes}.items() if value is not None}


def _bytes(document: dict[str, Any]) -> bytes:
    try:
        return encode_document(document)
    except EncodingError:
        return b""


def acknowledgement(fd_number: int = 12, **more: Any) -> dict[str, Any]:
    numbers = {"fiscalDriveNumber": FN, "fiscalDocumentNumber": fd_number}
    return {"status": "accepted", **numbers, **more}
