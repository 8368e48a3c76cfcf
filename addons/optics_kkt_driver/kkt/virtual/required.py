"""Which tags a document of a format cannot lack: what an operator refuses it for.

Written off the tables of the format (order of FNS ЕД-7-20/662@), not made of our own documents:
tags with mark 1 ("always") that stand in the electronic form. What is for paper alone never
reaches an operator, and what hangs on a condition is asked for only where the condition is told
by the document itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..fiscal.tags import TAGS
from ..fiscal.vocabulary import DocumentKind, FfdVersion
from .implausible import Implausible

V1_05, V1_1, V1_2 = FfdVersion.V1_05, FfdVersion.V1_1, FfdVersion.V1_2

_EVERY = (1012, 1037, 1040, 1041, 1077, 1209)
_REPORTED = (1018, 1048, 1001, 1002, 1009, 1013, 1021, 1056, 1187, 1188, 1189)
_SETTLED = (1020, 1038, 1042, 1054)

_REGISTRATION: Mapping[FfdVersion, tuple[int, ...]] = {
    V1_05: (*_REPORTED, 1108, 1110, 1221),
    V1_1: (*_REPORTED, 1108, 1110, 1126, 1190, 1193, 1207, 1213, 1221),
    V1_2: (*_REPORTED, 1190, 1213, 1290),
}
_REQUIRED: Mapping[DocumentKind, Mapping[FfdVersion, tuple[int, ...]]] = {
    DocumentKind.REGISTRATION: _REGISTRATION,
    DocumentKind.REREGISTRATION: {**_REGISTRATION, V1_2: (*_REGISTRATION[V1_2], 1205)},
    DocumentKind.SHIFT_OPEN: dict.fromkeys(FfdVersion, (1018, 1038, 1188, 1189)),
    DocumentKind.SHIFT_CLOSE: {
        V1_05: (1018, 1038, 1111, 1118),
        V1_1: (1018, 1038, 1111, 1118, 1157, 1194, 1213),
        V1_2: (1018, 1038, 1111, 1118, 1157, 1194, 1213),
    },
    DocumentKind.SETTLEMENT_STATE: {V1_05: (1018,), V1_1: (1018, 1157), V1_2: (1018, 1157, 1213)},
    DocumentKind.DRIVE_CLOSE: {
        V1_05: (1018, 1038, 1048),
        V1_1: (1018, 1038, 1048, 1157),
        V1_2: (1018, 1038, 1048, 1009, 1157, 1187),
    },
    DocumentKind.RECEIPT: {
        V1_05: (*_SETTLED, 1059),
        V1_1: (*_SETTLED, 1059),
        V1_2: (*_SETTLED, 1009, 1059, 1187),
    },
    DocumentKind.CORRECTION: {
        V1_05: (*_SETTLED, 1174),
        V1_1: (*_SETTLED, 1059, 1174),
        # Table 120 alone would let 1173 be left out; table 147 has it always.
        V1_2: (*_SETTLED, 1009, 1059, 1173, 1174, 1187),
    },
}
"""Besides :data:`_EVERY`."""
_OF_ITEM: Mapping[FfdVersion, tuple[int, ...]] = {
    V1_05: (1030, 1043, 1079),
    V1_1: (1023, 1030, 1043, 1079),
    V1_2: (1023, 1043, 1079),
}
_VAT_TOTALS = ("nds18", "nds10", "nds0", "ndsNo", "nds18118", "nds10110")
"""Tags 1102-1107, one of which is always there."""


def check_required(
    document: Mapping[str, Any], kind: DocumentKind, version: FfdVersion, path: str
) -> None:
    """Raise :class:`.implausible.Implausible` for the first tag that is not there.

    `path` is the document's own, such as ``document``. Items are mappings in a list already.
    """
    for number in (*_EVERY, *_REQUIRED[kind][version]):
        _require(document, TAGS[number].name, path, number, version)
    for index, item in enumerate(document.get("items", [])):
        for number in _OF_ITEM[version]:
            _require(item, TAGS[number].name, f"{path}.items[{index}]", number, version)
    if kind in (DocumentKind.RECEIPT, DocumentKind.CORRECTION):
        if not any(name in document for name in _VAT_TOTALS):
            raise Implausible(f"{path}.nds0", f"one of {', '.join(_VAT_TOTALS)} is required")
    if kind is DocumentKind.CORRECTION:
        _check_grounds(document, version, path)


def _check_grounds(document: Mapping[str, Any], version: FfdVersion, path: str) -> None:
    base = document["correctionBase"]
    if not isinstance(base, Mapping):
        raise Implausible(f"{path}.correctionBase", "must be a JSON object")
    for number in _grounds(document, version):
        _require(base, TAGS[number].name, f"{path}.correctionBase", number, version)
    operation = document["operationType"]
    if version is V1_05 and operation not in (1, 3):
        raise Implausible(f"{path}.operationType", "FFD 1.05 corrects sales (1) and purchases (3)")


def _grounds(document: Mapping[str, Any], version: FfdVersion) -> Iterator[int]:
    """Tag 1178 always since 1.1; 1179 of 1.05 always, later only by a tax office's order."""
    if version is not V1_05:
        yield 1178
    if version is V1_05 or document.get("correctionType") == 1:
        yield 1179


def _require(
    values: Mapping[str, Any], name: str, path: str, number: int, version: FfdVersion
) -> None:
    if name not in values:
        raise Implausible(f"{path}.{name}", f"is required: tag {number} of FFD {version.label}")
