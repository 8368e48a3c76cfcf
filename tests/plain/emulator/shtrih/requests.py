"""A document as the requests that tell it to a till, for tests of what is signed in the end."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from kkt.fiscal.document import Settlement
from kkt.fiscal.ffd import to_ffd_1_05
from kkt.fiscal.tlv import encode_tags
from kkt.fiscal.vocabulary import DocumentKind, Nds

PASSWORD = struct.pack("<I", 30)
RATES = {
    Nds.NDS_20: 0x01,
    Nds.NDS_10: 0x02,
    Nds.NDS_20_120: 0x10,
    Nds.NDS_10_110: 0x20,
    Nds.NDS_0: 0x04,
    Nds.NDS_NO: 0x08,
    Nds.NDS_5: 0x81,
    Nds.NDS_7: 0x82,
    Nds.NDS_5_105: 0x84,
    Nds.NDS_7_107: 0x88,
    Nds.NDS_22: 0xCB,
    Nds.NDS_22_122: 0xCC,
}
RECEIPT_TYPES = {1: 0, 2: 2, 3: 1, 4: 3}
"""By tag 1054."""
SLOTS = ("nds18", "nds10", "nds0", "ndsNo", "nds18118", "nds10110")
NOT_GIVEN = b"\xff" * 5
IN_ITEM_COMMAND = {
    *("name", "price", "quantity", "sum", "nds", "ndsSum", "paymentType", "productType"),
    *("markingCode", "productCodeNew", "labelCodeProcesMode"),
}
"""What FF46h and FF67h tell of a line; the rest goes by FF4Dh."""
IN_COMMANDS = {
    *("operationType", "appliedTaxationType", "items", "totalSum"),
    *("cashTotalSum", "ecashTotalSum", "prepaidSum", "creditSum", "provisionSum"),
    *SLOTS,
}


def requests(document: Settlement, ffd_version: str = "1.2") -> Iterator[bytes]:
    """DATA of the frames, in order. Raises InvalidDocument for what the format lacks."""
    content = document.to_json()
    if ffd_version == "1.05":
        content = to_ffd_1_05(document.kind, content)
    if "items" not in content:
        yield from _correction_without_items(content)
        return
    for item in content["items"]:
        if code := item.get("markingCode", "").encode():
            yield b"\xff\x61" + PASSWORD + bytes((1, 0, len(code), 0)) + code
            yield b"\xff\x69" + PASSWORD + b"\x01"
    correction = 0x80 if document.kind is DocumentKind.CORRECTION else 0
    kind = RECEIPT_TYPES[content["operationType"]]
    yield b"\x8d" + PASSWORD + bytes((correction | kind,))
    for item in content["items"]:
        yield from _line(content["operationType"], item)
    yield from _document_tags(content, {*IN_COMMANDS, "amountsReceiptNds"})
    sums = [content["cashTotalSum"], content["ecashTotalSum"], *[0] * 11]
    sums += [content[name] for name in ("prepaidSum", "creditSum", "provisionSum")]
    yield (
        b"\xff\x45"
        + PASSWORD
        + b"".join(map(_sum, sums))
        + bytes(1 + 6 * 5)
        + bytes((content["appliedTaxationType"],))
    )


def _line(operation: int, item: Mapping[str, Any]) -> Iterator[bytes]:
    yield (
        b"\xff\x46"
        + PASSWORD
        + bytes((operation,))
        + int(Decimal(item["quantity"]) * 1_000_000).to_bytes(6, "little")
        + _sum(item["price"])
        + _sum(item["sum"])
        + NOT_GIVEN
        + bytes((RATES[Nds(item["nds"])], 1, item["paymentType"], item["productType"]))
        + item["name"].encode("cp1251")
    )
    if code := item.get("markingCode", "").encode():
        yield b"\xff\x67" + PASSWORD + bytes((len(code),)) + code
    rest = {name: value for name, value in item.items() if name not in IN_ITEM_COMMAND}
    if rest:
        # Without tag and length of 1059 itself.
        yield b"\xff\x4d" + PASSWORD + encode_tags({"items": [rest]})[4:]


def _document_tags(content: Mapping[str, Any], known: set[str]) -> Iterator[bytes]:
    for name, value in content.items():
        if name not in known:
            yield b"\xff\x0c" + PASSWORD + encode_tags({name: value})


def _correction_without_items(content: Mapping[str, Any]) -> Iterator[bytes]:
    yield b"\xff\x35" + PASSWORD
    yield from _document_tags(content, {*IN_COMMANDS, "correctionType"})
    kinds = ("cashTotalSum", "ecashTotalSum", "prepaidSum", "creditSum", "provisionSum")
    yield (
        b"\xff\x4a"
        + PASSWORD
        + bytes((content["correctionType"], content["operationType"]))
        + _sum(content["totalSum"])
        + b"".join(_sum(content[name]) for name in kinds)
        + b"".join(_sum(content.get(name, 0)) for name in SLOTS)
        + bytes((content["appliedTaxationType"],))
    )


def _sum(kopecks: int) -> bytes:
    return int(kopecks).to_bytes(5, "little")
