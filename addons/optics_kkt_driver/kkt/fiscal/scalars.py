"""One value of a fiscal document, between bytes and JSON, by the type of its tag."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from . import cp866, marking
from .exact import is_handy, shown, told_number
from .jsonio import date_time_to_json, quantity_to_json, told_moment
from .problems import is_integer
from .tags import Tag, ValueType

_EPOCH = datetime(1970, 1, 1)
_LATEST = (1 << 32) - 1
_MAX_VLN = 8
_MAX_DECIMALS = 15
"""More decimals than eight bytes can hold digits for mean hostile or broken bytes."""

_LIMITED = (ValueType.TEXT, ValueType.PADDED, ValueType.BYTES, ValueType.PRODUCT_CODE)


class BadValue(ValueError):
    """A value that the tag cannot have; the caller knows where."""


def decode(tag: Tag, raw: bytes) -> Any:
    """The JSON form of a value; strings cannot fail, numbers raise BadValue.

    Some drives write nought in no bytes at all (seen in 1081, 1215-1217).
    """
    match tag.type:
        case ValueType.UINT:
            return _fixed(tag, raw)
        case ValueType.VLN:
            return _vln(raw, tag.size)
        case ValueType.FVLN:
            return _fvln(raw)
        case ValueType.TEXT:
            return cp866.decode(raw)
        case ValueType.PADDED:
            return cp866.decode(raw).rstrip(" ")
        case ValueType.TIME:
            _exact(tag, raw)
            return date_time_to_json(_EPOCH + timedelta(seconds=int.from_bytes(raw, "little")))
        case ValueType.PRODUCT_CODE:
            return marking.value_to_json(cp866.decode(raw))
        case ValueType.BYTES:
            return raw.hex()
    raise AssertionError(f"tag {tag.number} is no single value")


def is_too_long(tag: Tag, raw: bytes) -> bool:
    """Whether a text or raw bytes are longer than what :func:`encode` writes for the tag."""
    if tag.type is ValueType.PADDED:
        raw = raw.rstrip(b" ")
    return tag.type in _LIMITED and len(raw) > tag.size


def encode(tag: Tag, value: Any) -> bytes:
    """The bytes of a JSON value. Raises BadValue for what the tag cannot hold."""
    match tag.type:
        case ValueType.UINT:
            return _uint(value, tag.size).to_bytes(tag.size, "little")
        case ValueType.VLN:
            return _shortest(_uint(value, tag.size))
        case ValueType.FVLN:
            return _fvln_bytes(value, tag.size)
        case ValueType.TEXT:
            return _text(value, tag.size)
        case ValueType.PADDED:
            return _text(value, tag.size).ljust(tag.size)
        case ValueType.TIME:
            return _time(value)
        case ValueType.PRODUCT_CODE:
            return _text(marking.value_from_json(value), tag.size)
        case ValueType.BYTES:
            return _hexadecimal(value, tag.size)
    raise AssertionError(f"tag {tag.number} is no single value")


def decode_fiscal_sign(tag: Tag, raw: bytes) -> tuple[int, int]:
    """Tag 1077: ``(two leading bytes, the number that is printed)``. Raises BadValue."""
    _exact(tag, raw)
    return int.from_bytes(raw[:2], "big"), int.from_bytes(raw[2:], "big")


def encode_fiscal_sign(prefix: Any, sign: Any) -> bytes:
    """Inverse of :func:`decode_fiscal_sign`. Raises BadValue."""
    return _uint(prefix, 2).to_bytes(2, "big") + _uint(sign, 4).to_bytes(4, "big")


def _exact(tag: Tag, raw: bytes) -> None:
    if len(raw) != tag.size:
        raise BadValue(f"tag {tag.number} has {tag.size} bytes, not {len(raw)}")


def _fixed(tag: Tag, raw: bytes) -> int:
    if raw:
        _exact(tag, raw)
    return int.from_bytes(raw, "little")


def _vln(raw: bytes, size: int) -> int:
    if len(raw) > _MAX_VLN:
        raise BadValue(f"a number of {len(raw)} bytes")
    return _uint(int.from_bytes(raw, "little"), size)


def _fvln(raw: bytes) -> str:
    if not raw:
        return "0"
    if not 2 <= len(raw) <= _MAX_VLN:
        raise BadValue(f"a decimal of {len(raw)} bytes")
    if raw[0] > _MAX_DECIMALS:
        raise BadValue(f"a decimal with {raw[0]} decimals")
    digits = int.from_bytes(raw[1:], "little")
    return quantity_to_json(Decimal(digits).scaleb(-raw[0]))


def _uint(value: Any, size: int) -> int:
    if not is_integer(value) or not 0 <= value < 1 << (8 * size):
        raise BadValue(f"must be an integer of at most {size} bytes, not {shown(value)}")
    return int(value)


def _shortest(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "little")


def _fvln_bytes(value: Any, size: int) -> bytes:
    try:
        number = told_number(value) if isinstance(value, str) else Decimal("NaN")
    except ValueError:
        number = Decimal("NaN")
    if not is_handy(number) or number < 0:
        raise BadValue(f"must be a decimal string, not {shown(value)}")
    _, digits, exponent = number.normalize().as_tuple()
    decimals = max(0, -int(exponent))
    scaled = int(number.scaleb(decimals))
    raw = bytes([min(decimals, 255)]) + _shortest(scaled)
    if decimals > _MAX_DECIMALS or len(raw) > size:
        raise BadValue(f"{shown(value)} does not fit into {size} bytes")
    return raw


def _text(value: Any, size: int) -> bytes:
    if not isinstance(value, str):
        raise BadValue(f"must be a string, not {shown(value)}")
    raw = cp866.encode(value)
    if len(raw) > size:
        raise BadValue(f"has {len(raw)} bytes in CP866, at most {size} are allowed")
    return raw


def _time(value: Any) -> bytes:
    try:
        moment = told_moment(value)
    except (TypeError, ValueError):
        raise BadValue(f"must be YYYY-MM-DDTHH:MM:SS, not {shown(value)}") from None
    seconds = (moment - _EPOCH) // timedelta(seconds=1)
    if not 0 <= seconds <= _LATEST:
        raise BadValue(f"{value} is outside of 1970 to 2106")
    return seconds.to_bytes(4, "little")


def _hexadecimal(value: Any, size: int) -> bytes:
    try:
        raw = bytes.fromhex(value)
    except (TypeError, ValueError):
        raise BadValue(f"must be a hexadecimal string, not {shown(value)}") from None
    if len(raw) > size:
        raise BadValue(f"has {len(raw)} bytes, at most {size} are allowed")
    return raw
