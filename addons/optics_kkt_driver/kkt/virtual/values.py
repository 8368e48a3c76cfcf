"""Can the requisites of a document have these values: of their type and size, codes of a list?"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from re import fullmatch
from typing import Any

from ..fiscal import scalars, tags
from ..fiscal.exact import shown
from ..fiscal.tags import DOCUMENT, Tag, ValueType
from ..fiscal.vocabulary import (
    CorrectionType,
    ItemsQuantityMeasure,
    PaymentType,
    ProductType,
    TaxationType,
)
from .agreement import bytes_of
from .implausible import Implausible

_LISTS: Mapping[int, type[IntEnum]] = {
    1055: TaxationType,
    1173: CorrectionType,
    1212: ProductType,
    1214: PaymentType,
    2108: ItemsQuantityMeasure,
}
"""Codes by tag. Of VAT rates the sums know more, and the operation is asked for before."""
_NEVER_BLANK = (1018,)


def check_values(data: Mapping[str, Any], path: str, parent: int = DOCUMENT) -> None:
    """Raise :class:`.implausible.Implausible` for the first value that its tag cannot have.

    The sign was looked at before. Names that no tag has say nothing to an operator, but a tag's
    bytes that were carried under ``tag<number>`` are longer than the tag allows.
    """
    for name, value in data.items():
        here = f"{path}.{name}"
        tag = tags.by_name(parent, name)
        if tag is None:
            _check_carried(parent, name, here)
        elif not tag.repeated:
            _check(tag, value, here)
        elif not isinstance(value, list):
            raise Implausible(here, f"must be a list, not {shown(value)}")
        else:
            for index, each in enumerate(value):
                _check(tag, each, f"{here}[{index}]")


def _check(tag: Tag, value: Any, path: str) -> None:
    if tag.type is ValueType.STLV:
        if not isinstance(value, Mapping):
            raise Implausible(path, f"must be a JSON object, not {shown(value)}")
        check_values(value, path, tag.number)
    elif tag.type is not ValueType.FISCAL_SIGN:
        _check_scalar(tag, value, path)


def _check_scalar(tag: Tag, value: Any, path: str) -> None:
    try:
        bytes_of(tag, value)
    except scalars.BadValue as error:
        raise Implausible(path, str(error)) from None
    codes = [int(each) for each in _LISTS.get(tag.number, ())]
    if codes and value not in codes:
        raise Implausible(path, f"must be one of {codes}, not {shown(value)}")
    if tag.number in _NEVER_BLANK and not value.strip():
        raise Implausible(path, "must be a text that is not empty")


def _check_carried(parent: int, name: str, path: str) -> None:
    found = fullmatch(r"tag([0-9]{1,5})", name)
    if found and tags.by_number(parent, int(found[1])):
        raise Implausible(path, "is longer than its tag may be")
