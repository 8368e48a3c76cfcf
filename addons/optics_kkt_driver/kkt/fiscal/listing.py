"""A fiscal document as lines that a person can read: tag, name, value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from . import tags
from .jsonio import quantity_from_json
from .marking import value_from_json
from .money import from_kopecks
from .problems import is_integer
from .tag_words import WORDS
from .tags import DOCUMENT, Tag, ValueType
from .vocabulary import ItemsQuantityMeasure, Nds, OperationType, PaymentType, TaxationType

_LABELS: Mapping[str, Callable[[int], str]] = {
    "operationType": lambda code: OperationType(code).label,
    "appliedTaxationType": lambda code: TaxationType(code).label,
    "paymentType": lambda code: PaymentType(code).label,
    "nds": lambda code: Nds(code).label,
    "itemsQuantityMeasure": lambda code: ItemsQuantityMeasure(code).label,
}
_WITHOUT_TAG = {"code": "Код формы документа"}
"""What FNS JSON adds to the tags of a document, as the law calls it."""
_NOT_MONEY = ("numerator", "denominator")
"""Of all numbers of variable length only these are no sums."""


@dataclass(frozen=True, slots=True)
class Line:
    depth: int
    """0 for the document itself, 1 for what stands in one of its groups."""
    tag: int | None
    """None for a name that no tag has, such as the document's code."""
    name: str
    value: str | Decimal
    """Codes with their words; nothing for the head of a group. Sums (in roubles) and quantities are
    left as numbers, for whoever knows how the reader writes them."""

    @property
    def words(self) -> str:
        """What the tag is called, or the name of what is none."""
        return WORDS.get(self.tag or 0) or _WITHOUT_TAG.get(self.name, self.name)


def listing(document: Mapping[str, Any]) -> list[Line]:
    """All that a document (FNS JSON) says, in its own order."""
    return list(_lines(DOCUMENT, document, 0))


def _lines(parent: int, data: Mapping[str, Any], depth: int) -> Iterator[Line]:
    for name, value in data.items():
        tag = tags.by_name(parent, name)
        number = tag.number if tag else None
        is_group = tag is None or tag.type is ValueType.STLV
        for each in value if isinstance(value, list) else [value]:
            if is_group and isinstance(each, Mapping):
                yield Line(depth, number, name, "")
                yield from _lines(number or DOCUMENT, each, depth + 1)
            else:
                yield Line(depth, number, name, _words(tag, name, each))


def _words(tag: Tag | None, name: str, value: Any) -> str | Decimal:
    if tag and tag.type is ValueType.PRODUCT_CODE:
        return str(value_from_json(value))
    if tag and tag.type is ValueType.VLN and name not in _NOT_MONEY and is_integer(value):
        return from_kopecks(value)
    if tag and tag.type is ValueType.FVLN:
        number = quantity_from_json(value)
        return number if isinstance(number, Decimal) and number.is_finite() else str(value)
    if name in _LABELS and (label := label_of(name, value)):
        return f"{value} – {label}"
    return str(value)


def label_of(name: str, code: Any) -> str:
    """What a code of a document is called, empty for one that is none of ours.

    `name` is the field of FNS JSON, one of those with codes.
    """
    try:
        return _LABELS[name](code)
    except ValueError:
        return ""
