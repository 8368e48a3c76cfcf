"""Messages as a till's documents make them."""

from __future__ import annotations

from typing import Any

from kkt.ofd.message import OfdMessage

FN = "9999078900004312"


def message(fd_number: int = 12, *, kind: str = "receipt", **changes: Any) -> OfdMessage:
    """A plausible signed receipt; `changes` replace fields of its document, None takes one out."""
    document = {
        "code": 3,
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
        "operationType": 1,
        "appliedTaxationType": 1,
        "items": [{"name": "Очки", "price": 500000, "quantity": "1", "sum": 500000, "nds": 11}],
        "totalSum": 500000,
        "cashTotalSum": 0,
        "ecashTotalSum": 500000,
    }
    document.update(changes)
    return OfdMessage(
        device_code="POS-001",
        fn_number=FN,
        fd_number=fd_number,
        fpd="2434120341",
        kind=kind,
        document={name: value for name, value in document.items() if value is not None},
        key="POS-1/k1",
        tlv=b"\x03\x00",
    )


def acknowledgement(fd_number: int = 12, **more: Any) -> dict[str, Any]:
    numbers = {"fiscalDriveNumber": FN, "fiscalDocumentNumber": fd_number}
    return {"status": "accepted", **numbers, **more}
