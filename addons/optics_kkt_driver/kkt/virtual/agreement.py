"""Do the two forms of one document say the same: its JSON, and the bytes of the drive?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ..fiscal import scalars, tags
from ..fiscal.elements import MalformedTlv
from ..fiscal.exact import shown
from ..fiscal.jsonio import date_time_to_json
from ..fiscal.tags import DOCUMENT, Tag, ValueType
from ..fiscal.tlv import decode_document
from .implausible import Implausible


def check_agreement(document: Mapping[str, Any], raw: bytes) -> dict[str, Any]:
    """Compare all that both say; give the JSON of the bytes.

    Values are the same when they make the same bytes: a quantity of 1 and of ``"1.0"``, an INN with
    and without its padding, quotation marks that CP866 lacks. Raises
    :class:`.implausible.Implausible` naming the JSON's field, or ``tlv`` when it cannot be read.
    """
    try:
        written = decode_document(raw)
    except MalformedTlv as error:
        raise Implausible("tlv", f"is no fiscal document: {error}") from None
    _compare(DOCUMENT, document, written, "document")
    return written


def _compare(parent: int, said: Mapping[str, Any], written: Mapping[str, Any], path: str) -> None:
    for name, value in written.items():
        if name in said:
            here = f"{path}.{name}"
            tag = tags.by_name(parent, name)
            if tag is None:
                _demand(said[name] == value, here, value)
            elif tag.repeated:
                _compare_lists(tag, said[name], value, here)
            else:
                _compare_values(tag, said[name], value, here)


def _compare_lists(tag: Tag, said: Any, written: list[Any], path: str) -> None:
    if not isinstance(said, list) or len(said) != len(written):
        raise Implausible(path, f"the TLV has {len(written)} of them")
    for index, (one, other) in enumerate(zip(said, written, strict=True)):
        _compare_values(tag, one, other, f"{path}[{index}]")


def _compare_values(tag: Tag, said: Any, written: Any, path: str) -> None:
    if tag.type is ValueType.STLV:
        if not isinstance(said, Mapping):
            raise Implausible(path, "must be a JSON object, as in the TLV")
        _compare(tag.number, said, written, path)
    else:
        _demand(_is_same(tag, said, written), path, written)


def _is_same(tag: Tag, said: Any, written: Any) -> bool:
    try:
        if tag.type is ValueType.FISCAL_SIGN:
            return int(said) == int(written)
        return bytes_of(tag, said) == scalars.encode(tag, written)
    except (TypeError, ValueError):
        return False


def bytes_of(tag: Tag, said: Any) -> bytes:
    """The bytes of a value in any form that JSON has it in. Raises :class:`.scalars.BadValue`."""
    try:
        return scalars.encode(tag, _as_written(tag, said))
    except (OverflowError, TypeError):
        raise scalars.BadValue(f"cannot be {shown(said)}") from None


def _as_written(tag: Tag, said: Any) -> Any:
    """Other forms of JSON, as our own has them."""
    if isinstance(said, bool) or not isinstance(said, int | float):
        return said
    if tag.type is ValueType.FVLN:
        return str(said)
    if tag.type is ValueType.TIME and isinstance(said, int):
        # Seconds of the epoch count the place's own clock, in JSON as in bytes.
        return date_time_to_json(datetime(1970, 1, 1) + timedelta(seconds=said))
    return said


def _demand(holds: bool, path: str, written: Any) -> None:
    if not holds:
        raise Implausible(path, f"the TLV has {shown(written)}")
