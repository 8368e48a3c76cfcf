"""Which column of a report holds what, as told or as guessed from its headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Field(StrEnum):
    """What a column may hold. Sums of VAT are called as ours are."""

    FN = "fn"
    FD = "fd"
    FPD = "fpd"
    DATE_TIME = "date_time"
    TIME = "time"
    """Of the day, where the date has a column of its own."""
    KIND = "kind"
    OPERATION = "operation"
    TOTAL = "total"
    CASH = "cash"
    ECASH = "ecash"
    NDS_SUM = "nds_sum"
    NDS_22 = "nds_22"
    NDS_22_122 = "nds_22_122"
    NDS_20 = "nds_20"
    NDS_20_120 = "nds_20_120"
    NDS_10 = "nds_10"
    NDS_10_110 = "nds_10_110"
    NDS_7 = "nds_7"
    NDS_7_107 = "nds_7_107"
    NDS_5 = "nds_5"
    NDS_5_105 = "nds_5_105"
    NDS_0 = "nds_0"
    NDS_NO = "nds_no"


NEEDED = (Field.FN, Field.FD, Field.TOTAL)
"""Without these nothing can be held against anything."""
SUMS = tuple(list(Field)[list(Field).index(Field.CASH) :])
"""Sums beside the total."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a report is laid out; its order of columns does not matter."""

    columns: Mapping[Field, str]
    """The heading of each field's column, word for word."""
    kopecks: bool = False
    """Sums are whole kopecks, not roubles."""
    decimal_comma: bool = True
    """``1.234,56`` and not ``1,234.56``; a point before two last digits is read either way."""
    month_first: bool = False
    """``11/30/2026``; dates that begin with the year are read either way."""

    def missing(self, headings: Iterable[str]) -> tuple[Field, ...]:
        """Needed fields that have no column among the headings."""
        there = set(headings)
        return tuple(each for each in NEEDED if self.columns.get(each) not in there)


@dataclass(frozen=True, slots=True)
class Missing:
    """What no heading was found for, though it is needed, and what was found."""

    fields: tuple[Field, ...]
    columns: Mapping[Field, str]


_WORDS: Mapping[Field, tuple[str, ...]] = {
    Field.FN: (
        *("фн", "номер фн", "фн номер", "заводской номер фн", "зн фн", "серийный номер фн"),
        *("номер фискального накопителя", "заводской номер фискального накопителя"),
        *("фискальный накопитель", "fn", "fn number", "fiscal drive number", "fiscal drive"),
    ),
    Field.FD: (
        *("фд", "номер фд", "фд номер", "порядковый номер фд", "номер фискального документа"),
        *("порядковый номер фискального документа", "номер документа", "фискальный документ"),
        *("fd", "fd number", "fiscal document number", "document number"),
    ),
    Field.FPD: (
        *("фпд", "фп", "фпс", "номер фпд", "номер фп", "фискальный признак"),
        *("фискальный признак документа", "фискальный признак чека"),
        *("фискальный признак сообщения", "fpd", "fp", "fiscal sign", "fiscal document sign"),
    ),
    Field.DATE_TIME: (
        *("дата", "дата время", "дата и время", "дата чека", "дата документа", "дата фд"),
        *("дата и время чека", "дата и время документа", "дата и время фд", "дата операции"),
        *("дата время чека", "дата время фд", "дата формирования", "дата и время формирования"),
        *("дата расчета", "дата и время расчета", "date", "date time", "datetime"),
    ),
    Field.TIME: ("время", "время чека", "время документа", "время фд", "time"),
    Field.KIND: (
        *("тип документа", "вид документа", "тип фд", "вид фд", "тип фискального документа"),
        *("вид фискального документа", "наименование документа", "форма документа"),
        *("document type", "doc type", "kind", "code", "document code", "receipt code"),
    ),
    Field.OPERATION: (
        *("тип чека", "вид чека", "признак расчета", "тип операции", "вид операции", "операция"),
        *("приход возврат прихода", "тип расчета", "вид расчета", "operation type", "operation"),
    ),
    Field.TOTAL: (
        *("сумма", "итого", "итог", "всего", "сумма чека", "сумма по чеку", "сумма документа"),
        *("сумма фд", "сумма расчета", "итоговая сумма", "сумма итого", "сумма операции"),
        *("общая сумма", "сумма с ндс", "total", "total sum", "amount", "sum"),
    ),
    Field.CASH: (
        *("наличными", "наличные", "нал", "сумма наличными", "сумма по чеку наличными"),
        *("оплата наличными", "наличная оплата", "cash", "cash total sum", "cash sum"),
    ),
    Field.ECASH: (
        *("безналичными", "безналичные", "безнал", "электронными", "электронные", "электронно"),
        *("сумма безналичными", "сумма электронными", "оплата безналичными"),
        *("сумма по чеку безналичными", "сумма по чеку электронными", "безналичная оплата"),
        *("ecash", "ecash total sum", "ecash sum", "e cash", "cashless", "electronic"),
    ),
}
_FIELDS = {words: field for field, each in _WORDS.items() for words in each}
_RATES = {
    "".join(filter(str.isdigit, each)): each
    for each in Field
    if each.startswith("nds_") and each[-1].isdigit()
} | {
    # FNS has never renamed tags 1102 and 1106, though they hold 20 % since 2019.
    "18": Field.NDS_20,
    "18118": Field.NDS_20_120,
}
_VAT = frozenset({"ндс", "nds", "vat"})
_UNITS = frozenset({"р", "руб", "рублей", "рублях", "коп", "копеек", "копейках", "rub"})
_WORD = re.compile(r"[a-zа-я]+|[0-9]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def guess(headings: Iterable[str]) -> Layout | Missing:
    """The layout that the words of Russian operators and FNS's JSON names tell.

    Of several headings for a field the first one counts.
    """
    columns: dict[Field, str] = {}
    for heading in headings:
        if field := _field_of(heading):
            columns.setdefault(field, heading)
    if missing := tuple(each for each in NEEDED if each not in columns):
        return Missing(missing, MappingProxyType(columns))
    total = columns[Field.TOTAL]
    # FNS's JSON has kopecks; so has whoever copied its names.
    return Layout(MappingProxyType(columns), kopecks=total == "totalSum" or "коп" in total.lower())


def _field_of(heading: str) -> Field | None:
    words = _words(heading)
    units_at_the_end = words and words[-1] in _UNITS
    while units_at_the_end:
        words.pop()
        units_at_the_end = words and words[-1] in (*_UNITS, "в")
    return _FIELDS.get(" ".join(words)) or _vat_of(words)


def _words(heading: str) -> list[str]:
    spaced = _CAMEL.sub(" ", heading.replace("№", " номер "))
    return _WORD.findall(spaced.lower().replace("ё", "е"))


def _vat_of(words: list[str]) -> Field | None:
    if not _VAT & set(words) or "ставка" in words:
        return None
    if "без" in words or "no" in words:
        return Field.NDS_NO
    if digits := "".join(filter(str.isdigit, words)):
        return _RATES.get(digits)
    return Field.NDS_SUM
