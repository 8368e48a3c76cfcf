"""One cell of a report as a value, whoever wrote it: a cabinet, a program, a spreadsheet."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from ..fiscal.exact import number_from
from ..fiscal.money import to_kopecks
from ..fiscal.problems import MOST_KOPECKS
from ..fiscal.vocabulary import DocumentCode, DocumentKind, OperationType
from .layout import Layout
from .problems import BadCell

FN_DIGITS = 16
MOST_NUMBER = (1 << 32) - 1
"""FD and FPD have four bytes."""
LONGEST_CELL = 1000
"""Nothing that is read here is longer."""
_NOTHING = frozenset({"", "-", "–", "—", "null", "none"})
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eEеЕ]\+?[0-9]+|[0-9]{16,}\.0")
_QUOTED = re.compile(r"=?\"(.*)\"|'(.*)", re.DOTALL)
_CURRENCY = re.compile(r"(?:₽|руб\.?|р\.)$", re.IGNORECASE)
_COMMA = re.compile(
    r"[+-]?(?![1-9][0-9]{0,2}\.[0-9]{3}\Z)"
    r"(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+(?=,))(?:[.,][0-9]+)?"
)
"""``1.000`` is no sum: it may be a thousand as well as one."""
_POINT = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_DAY = r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{2}|[0-9]{4})"
_CLOCK = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?"
_MOMENT = re.compile(rf"{_DAY}(?:(?:T|,? +){_CLOCK} *(Z|[+-][0-9]{{2}}:?[0-9]{{2}})?)?")
_TIME = re.compile(_CLOCK)
_EPOCH = datetime(1970, 1, 1)
_SECONDS = re.compile(r"[0-9]{9,10}")


def text_of(value: object) -> str:
    """A cell as text: trimmed, without what keeps spreadsheets from reading a number in it."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value) if abs(value) < 10**15 else repr(value)
    text = str(value).strip()
    if len(text) > LONGEST_CELL:
        raise BadCell("too_long")
    if text[:1] in ("=", '"', "'") and (quoted := _QUOTED.fullmatch(text)):
        return str(quoted[1] or quoted[2] or "").strip()
    return "" if text.lower() in _NOTHING else text


def fn_from(value: object) -> str:
    """A drive's number of 16 digits; zeros that a spreadsheet has lost come back."""
    text = "".join(text_of(value).split())
    if not text:
        raise BadCell("empty")
    # A spreadsheet keeps fifteen digits of a number: the rest of this one is nowhere.
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell("spreadsheet_destroyed")
    if not (text.isascii() and text.isdigit() and len(text) <= FN_DIGITS):
        raise BadCell("not_fn")
    return text.zfill(FN_DIGITS)


def whole_from(value: object) -> int | None:
    """FD or FPD; None of an empty cell."""
    text = "".join(text_of(value).split())
    if not text:
        return None
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell("spreadsheet_destroyed")
    if not (text.isascii() and text.isdigit() and len(text) <= FN_DIGITS):
        raise BadCell("not_whole")
    number = int(text)
    if number > MOST_NUMBER:
        raise BadCell("not_whole")
    return number


def fd_from(value: object) -> int:
    """The number of a fiscal document, 1 or more."""
    number = whole_from(value)
    if number is None:
        raise BadCell("empty")
    if not number:
        raise BadCell("not_whole")
    return number


def sum_from(value: object, layout: Layout) -> int | None:
    """A sum in kopecks, as exactly as it is told; None of an empty cell."""
    try:
        number = _decimal(value, layout)
        if number is None:
            return None
        kopecks = to_kopecks(number / 100 if layout.kopecks else number)
    except BadCell:
        raise
    except ValueError:
        raise BadCell("not_sum") from None
    if abs(kopecks) > MOST_KOPECKS:
        raise BadCell("not_sum")
    return kopecks


def _decimal(value: object, layout: Layout) -> Decimal | None:
    if isinstance(value, float):
        # What a spreadsheet has computed is off by less than it shows.
        return number_from(repr(round(value, 6)))
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return number_from(value)
    text = _CURRENCY.sub("", "".join(text_of(value).split()).replace("−", "-").replace("'", ""))
    if not text:
        return None
    if layout.decimal_comma:
        if not _COMMA.fullmatch(text):
            raise BadCell("not_sum")
        whole, comma, rest = text.partition(",")
        return number_from(f"{whole.replace('.', '')}.{rest}" if comma else text)
    if not _POINT.fullmatch(text):
        raise BadCell("not_sum")
    return number_from(text.replace(",", ""))


def moment_from(value: object, at: time | None, layout: Layout) -> datetime | date | None:
    """When a document was signed: aware where a zone is told, a date where no time is.

    :param at: the time of the day, where that has a column of its own
    """
    if isinstance(value, datetime):
        # A spreadsheet knows no date without a time.
        moment: datetime | date = value.date() if value.time() == time() else value
    elif isinstance(value, date):
        moment = value
    else:
        text = text_of(value)
        if not text:
            return None
        moment = _moment(text, layout.month_first)
    if at is None or isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, at)


def _moment(text: str, month_first: bool) -> datetime | date:
    try:
        if found := _MOMENT.fullmatch(text):
            return _day_first(*found.groups(), month_first=month_first)
        if _SECONDS.fullmatch(text):
            # FNS counts the seconds of the place's own clock.
            return _EPOCH + timedelta(seconds=int(text))
        return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    except ValueError:
        raise BadCell("not_date") from None


def _day_first(*parts: str | None, month_first: bool) -> datetime | date:
    day, month, year, hour, minute, second, zone = parts
    if month_first:
        day, month = month, day
    century = "20" if len(year or "") == 2 else ""
    on = date(int(f"{century}{year}"), int(month or 0), int(day or 0))
    if hour is None:
        return on
    moment = datetime.combine(on, time(int(hour), int(minute or 0), int(second or 0)))
    return datetime.fromisoformat(f"{moment.isoformat()}{zone}") if zone else moment


def time_from(value: object) -> time | None:
    """A time of the day; None of an empty cell."""
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, time):
        return value
    text = text_of(value)
    if not text:
        return None
    if not (found := _TIME.fullmatch(text)):
        raise BadCell("not_time")
    hour, minute, second = found.groups("0")
    try:
        return time(int(hour), int(minute), int(second))
    except ValueError:
        raise BadCell("not_time") from None


# Words ----------------------------------------------------------------------------------------

_KINDS = (
    (("коррекц", "correction"), DocumentKind.CORRECTION),
    (("накопит", "архив", "закрытие фн", "закрытии фн", "archive"), DocumentKind.DRIVE_CLOSE),
    (("открыт", "openshift"), DocumentKind.SHIFT_OPEN),
    (("закрыт", "z-от", "closeshift"), DocumentKind.SHIFT_CLOSE),
    (("состояни", "currentstate"), DocumentKind.SETTLEMENT_STATE),
    (("перерегистр", "изменен", "fiscalreportcorr"), DocumentKind.REREGISTRATION),
    (("регистр", "fiscalreport"), DocumentKind.REGISTRATION),
    (("чек", "бсо", "бланк", "receipt", "bso"), DocumentKind.RECEIPT),
)
"""By the first stem that stands in the words; the more telling ones come first."""


@lru_cache(maxsize=1024)
def kind_of(words: str) -> DocumentKind | None:
    """What the words of an operator, FNS's name or code of a document say it is."""
    said = words.lower().replace("ё", "е")
    if said.isascii() and said.isdigit() and len(said) < 3 and int(said) in set(DocumentCode):
        return DocumentCode(int(said)).kind
    if said in set(DocumentKind):
        return DocumentKind(said)
    if "fiscalreportcorr" in said:
        return DocumentKind.REREGISTRATION
    return next((kind for stems, kind in _KINDS if any(stem in said for stem in stems)), None)


@lru_cache(maxsize=1024)
def operation_of(words: str) -> OperationType | None:
    """Which settlement the words or the code of tag 1054 say it is."""
    said = words.lower().replace("ё", "е")
    if said in ("1", "2", "3", "4"):
        return OperationType(int(said))
    if "приход" in said or "продаж" in said or "sale" in said or "sell" in said:
        operation = OperationType.SALE
    elif "расход" in said or "покупк" in said or "purchase" in said or "buy" in said:
        operation = OperationType.PURCHASE
    else:
        return None
    back = "возврат" in said or "return" in said or "refund" in said
    return operation.returned if back else operation


def kind_and_operation(
    kind: object, operation: object
) -> tuple[DocumentKind | None, OperationType | None]:
    """What the two columns say together: operators write either one's words into the other."""
    said_kind, said_operation = text_of(kind), text_of(operation)
    found_kind = kind_of(said_kind) if said_kind else None
    found = operation_of(said_operation) if said_operation else None
    of_other = kind_of(said_operation) if said_operation and not said_operation.isdigit() else None
    if said_operation and not found and not of_other:
        raise BadCell("unknown_operation")
    as_operation = operation_of(said_kind) if said_kind and not said_kind.isdigit() else None
    if said_kind and not found_kind and not as_operation:
        raise BadCell("unknown_kind")
    return found_kind or of_other, found or as_operation
