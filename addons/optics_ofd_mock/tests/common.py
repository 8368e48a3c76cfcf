"""What the emulator is sent in these tests, and where it may be."""

import os
from contextlib import contextmanager
from unittest.mock import patch

FN = "9999078900001234"


@contextmanager
def switched(value, development=True):
    """Have the environment say so, on a developer's own server or on a shop's."""
    # Not by dev_mode itself: it would let calls in without a key.
    is_development = "odoo.addons.optics_ofd_mock.settings.is_development"
    with patch.dict(os.environ, OFD_EMULATOR=value), patch(is_development, lambda: development):
        yield


OF_KIND = {
    "receipt": {"code": 3},
    "shift_open": {"code": 2, "kktVersion": "1.0", "documentKktVersion": 4},
}


def message(fd_number=1, total=500000, kind="receipt", **document):
    """Return the body of one call: a receipt of `total` kopecks paid by card."""
    sold = {"name": "Очки корригирующие", "price": total, "quantity": "1", "sum": total, "nds": 6}
    return {
        "device": "POS-001",
        "key": f"key-{fd_number}",
        "kind": kind,
        "fiscalDriveNumber": FN,
        "fiscalDocumentNumber": fd_number,
        "fiscalSign": "2188030493",
        "tlv": "",
        "document": {
            **OF_KIND[kind],
            "fiscalDocumentFormatVer": 4,
            "fiscalDriveNumber": FN,
            "fiscalDocumentNumber": fd_number,
            "fiscalSign": 2188030493,
            "dateTime": "2026-11-23T12:00:00",
            "kktRegId": "0000000001012345",
            "userInn": "7800000010",
            "retailPlaceAddress": "Невский 1",
            "retailPlace": "Касса 1",
            "shiftNumber": 1,
            "requestNumber": 1,
            "operationType": 1,
            "appliedTaxationType": 1,
            "totalSum": total,
            "ecashTotalSum": total,
            "ndsNo": total,
            "items": [sold],
            **document,
        },
    }
