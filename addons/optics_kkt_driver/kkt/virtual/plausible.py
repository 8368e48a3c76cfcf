"""Is what arrived a fiscal document at all? The checks an operator makes before storing."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from typing import Any

from ..fiscal.exact import shown
from ..fiscal.jsonio import check_outside, told_moment
from ..fiscal.problems import InvalidDocument
from ..fiscal.vocabulary import SETTLEMENTS, DocumentCode, DocumentKind, FfdVersion
from .agreement import check_agreement
from .implausible import Implausible
from .required import check_required
from .sums import check_sums, is_sum
from .values import check_values

__all__ = ["Implausible", "check_arrival"]

_UINT32 = 1 << 32
_FN = re.compile(r"[0-9]{16}", re.ASCII)
_FPD = re.compile(r"[0-9]{10}", re.ASCII)


def check_arrival(payload: Any, idempotency_key: str = "") -> None:
    """Check one call's body. Raises :class:`Implausible` at the first field that is wrong.

    Without TLV there is nothing to compare the JSON with, and it is judged alone.
    """
    if not isinstance(payload, Mapping):
        raise Implausible("body", "must be a JSON object")
    _check_outside(payload)
    _check(payload, _ENVELOPE)
    document = payload["document"]
    kind = _kind(payload["kind"], document)
    _check(document, _REQUIRED[kind], "document.")
    if "items" in document:
        _check(document, _ITEMS, "document.")
    _check_same(payload, document)
    named = f"{payload['fiscalDriveNumber']}:{payload['fiscalDocumentNumber']}"
    if idempotency_key and idempotency_key != named:
        raise Implausible("Idempotency-Key", f"must be {named}")
    version = FfdVersion(document["fiscalDocumentFormatVer"])
    _check_content(document, kind, version, "document")
    if payload["tlv"]:
        written = check_agreement(document, b64decode(payload["tlv"]))
        _check_content(written, kind, version, "tlv")


def _check_outside(payload: Mapping[str, Any]) -> None:
    """What no store takes, in a name or a text, or nested too deep."""
    try:
        check_outside(payload)
    except InvalidDocument as invalid:
        (problem,) = invalid.problems
        raise Implausible(problem.field or "body", problem.rule) from invalid


def _check_content(
    document: Mapping[str, Any], kind: DocumentKind, version: FfdVersion, path: str
) -> None:
    """What a document must say by itself: what only its bytes say is not compared with anything."""
    check_required(document, kind, version, path)
    check_values(document, path)
    if kind not in SETTLEMENTS:
        return
    try:
        check_sums(document)
    except Implausible as problem:
        field = problem.field.replace("document", path, 1)
        raise Implausible(field, problem.rule) from problem


def _kind(told: str, document: Mapping[str, Any]) -> DocumentKind:
    """What the document is by its code. The envelope calls it so, or "foreign": not asked for."""
    if told not in (*_REQUIRED, DocumentKind.FOREIGN):
        raise Implausible("kind", f"no document of an FD: {shown(told)}")
    _check(document, _CODED, "document.")
    kind = DocumentCode(document["code"]).kind
    if kind is None or told not in (kind, DocumentKind.FOREIGN):
        raise Implausible("document.code", f"is of another kind than {told}")
    return kind


def _check(values: Mapping[str, Any], rules: Mapping[str, _Rule], path: str = "") -> None:
    for name, (holds, words) in rules.items():
        if name not in values:
            raise Implausible(path + name, "is required")
        if not holds(values[name]):
            raise Implausible(path + name, f"must be {words}")


def _check_same(payload: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    """Envelope and document must name the same drive, number and sign."""
    for name in ("fiscalDriveNumber", "fiscalDocumentNumber"):
        if document[name] != payload[name]:
            raise Implausible(f"document.{name}", f"is not the envelope's {payload[name]}")
    if int(document["fiscalSign"]) != int(payload["fiscalSign"]):
        raise Implausible("document.fiscalSign", f"is not the envelope's {payload['fiscalSign']}")


def _is_int(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_uint32(value: Any) -> bool:
    return _is_int(value, 1, _UINT32 - 1)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_fpd(value: Any) -> bool:
    return isinstance(value, str) and bool(_FPD.fullmatch(value)) and int(value) < _UINT32


def _is_sign(value: Any) -> bool:
    """In a document the sign is a number; some writers make it a string."""
    return _is_int(value, 0, _UINT32 - 1) or (
        isinstance(value, str) and value.isascii() and value.isdigit() and int(value) < _UINT32
    )


def _is_moment(value: Any) -> bool:
    """FNS JSON has local time to the second or, from some operators, seconds of the epoch."""
    if not isinstance(value, str):
        return _is_uint32(value)
    try:
        told_moment(value)
    except ValueError:
        return False
    return True


def _is_base64(value: Any) -> bool:
    try:
        b64decode(value, validate=True)
    except (Base64Error, TypeError, ValueError):
        return False
    return True


def _are_items(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(i, Mapping) for i in value)


_Rule = tuple[Callable[[Any], bool], str]
_DRIVE: _Rule = (
    lambda value: isinstance(value, str) and bool(_FN.fullmatch(value)),
    "a drive's number of 16 digits",
)
_NUMBER: _Rule = (_is_uint32, "a number from 1 to 4294967295")
_SUM: _Rule = (is_sum, "a sum in kopecks")
_TEXT: _Rule = (_is_text, "a text that is not empty")

_ENVELOPE: dict[str, _Rule] = {
    "device": _TEXT,
    "key": _TEXT,
    "kind": _TEXT,
    "fiscalDriveNumber": _DRIVE,
    "fiscalDocumentNumber": _NUMBER,
    "fiscalSign": (_is_fpd, "ten decimal digits below 2^32"),
    "tlv": (_is_base64, "base64"),
    "document": (lambda value: isinstance(value, Mapping), "a JSON object"),
}
_ANY_DOCUMENT: dict[str, _Rule] = {
    "fiscalDriveNumber": _DRIVE,
    "fiscalDocumentNumber": _NUMBER,
    "fiscalSign": (_is_sign, "a number below 2^32"),
    "dateTime": (_is_moment, "a moment"),
    "kktRegId": _TEXT,
    "fiscalDocumentFormatVer": (lambda value: _is_int(value, 2, 4), "2, 3 or 4: FFD 1.05 to 1.2"),
}
_CODED: dict[str, _Rule] = {
    "code": (
        lambda value: _is_int(value, 1, 41) and value in list(DocumentCode),
        "the code of a document",
    )
}
_IN_SHIFT = {**_ANY_DOCUMENT, "shiftNumber": _NUMBER}
_RECEIPT: dict[str, _Rule] = {
    **_IN_SHIFT,
    "requestNumber": _NUMBER,
    "operationType": (lambda value: _is_int(value, 1, 4), "1, 2, 3 or 4"),
    "totalSum": _SUM,
}
_ITEMS: dict[str, _Rule] = {"items": (_are_items, "a list of at least one item")}
_REQUIRED: dict[DocumentKind, dict[str, _Rule]] = {
    # Of every format; what one of them has more is of .required.
    DocumentKind.REGISTRATION: _ANY_DOCUMENT,
    DocumentKind.REREGISTRATION: _ANY_DOCUMENT,
    DocumentKind.SETTLEMENT_STATE: _ANY_DOCUMENT,
    DocumentKind.DRIVE_CLOSE: _ANY_DOCUMENT,
    DocumentKind.SHIFT_OPEN: _IN_SHIFT,
    DocumentKind.SHIFT_CLOSE: _IN_SHIFT,
    DocumentKind.RECEIPT: _RECEIPT,
    DocumentKind.CORRECTION: _RECEIPT,
}
