"""Building, validating and encoding a receipt of 20 lines, beside json.dumps of the same data."""

from __future__ import annotations

import json

from kkt.fiscal.document import Cashier, Item, Payments, Receipt, UserAttribute
from kkt.fiscal.tlv import encode_document
from kkt.fiscal.vocabulary import Nds, OperationType, TaxationType
from tests.bench.timing import interleaved, show

LINES = 20
REPETITIONS = 300
OF_THE_TILL = {
    "code": 3,
    "fiscalDocumentFormatVer": 4,
    "fiscalDriveNumber": "9999078900000001",
    "fiscalDocumentNumber": 1,
    "kktRegId": "0000000001000001",
    "userInn": "7800000009",
}
"""What a till adds before it signs; TLV needs to know the document's kind."""


def build() -> Receipt:
    items = tuple(
        Item.priced(f"Очки солнцезащитные {number}", 500_000 + number, Nds.NDS_22)
        for number in range(LINES)
    )
    return Receipt(
        operation_type=OperationType.SALE,
        applied_taxation_type=TaxationType.OSN,
        items=items,
        payments=Payments(ecash=sum(item.sum for item in items)),
        cashier=Cashier("Кассир Иванова", "500100732259"),
        user_attribute=UserAttribute("Документ", "00001-001-0001 ABCDEFGH"),
    )


def run() -> None:
    receipt = build()
    data = receipt.to_json()
    signed = {**OF_THE_TILL, **data}
    medians = interleaved(
        {
            "json.dumps of the same data (1.0)": lambda: json.dumps(data, ensure_ascii=False),
            "build and validate": build,
            "encode as JSON (to_json and dumps)": lambda: json.dumps(
                receipt.to_json(), ensure_ascii=False
            ),
            "encode as TLV": lambda: encode_document(signed),
        },
        REPETITIONS,
    )
    base, *ours = medians.values()
    show(
        f"A receipt of {LINES} lines ({len(json.dumps(data, ensure_ascii=False))} characters)",
        [
            *((name, f"{spent:.3f} ms  × {spent / base:.1f}") for name, spent in medians.items()),
            ("all three together", f"{sum(ours):.3f} ms  × {sum(ours) / base:.1f}"),
        ],
    )
