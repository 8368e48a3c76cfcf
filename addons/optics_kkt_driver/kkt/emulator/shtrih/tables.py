"""The till's tables of settings: structure as data, values on disk (commands 1Eh, 1Fh, 2Dh, 2Eh).

Numbers, fields and limits are those of a desktop till of FFD 1.2. Fields that mean nothing to an
emulator are there too: makers' utilities and drivers read them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from ...drivers.codes import refusal
from ...drivers.shtrih.layout import ENCODING

DEVICE_MODE, OPERATORS, CLICHE, PAYMENTS, RATES, DEPARTMENTS = 1, 2, 4, 5, 6, 7
REGIONAL, STORAGE, OFD, INTERFACES = 17, 18, 19, 21
TAX_MODE = 14
"""Field of table 1: 0, the till computes taxes; 1, it takes those that the host tells."""
FORMAT, LONG_ANSWERS = 17, 36
"""Fields of table 17: format of fiscal documents; time in the answers of FF45 and FF4A."""


class FieldType(IntEnum):
    BINARY = 0
    TEXT = 1


@dataclass(frozen=True, slots=True)
class TableField:
    name: str
    type: FieldType
    size: int
    """Bytes."""
    least: int = 0
    most: int = 0
    """Limits of a binary field."""
    default: int | str = 0
    is_fixed: bool = False
    """It follows from the registration: writing is refused (7Ah)."""

    def encode(self, value: int | str) -> bytes:
        """Raises Refused (33h) for a value that the field cannot have."""
        if isinstance(value, str):
            raw = value.encode(ENCODING, "replace")
            if len(raw) > self.size:
                raise refusal("33", self.name)
            return raw.ljust(self.size, b"\0")
        if not self.least <= value <= self.most:
            raise refusal("33", f"{self.name}: от {self.least} до {self.most}")
        return value.to_bytes(self.size, "little")

    def decode(self, raw: bytes) -> int | str:
        if self.type is FieldType.BINARY:
            return int.from_bytes(raw, "little")
        return raw.split(b"\0")[0].decode(ENCODING, "replace")

    @property
    def limits(self) -> bytes:
        """As command 2Eh tells them; a text has none."""
        if self.type is FieldType.TEXT:
            return b""
        return b"".join(value.to_bytes(self.size, "little") for value in (self.least, self.most))


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    rows: int
    fields: Mapping[int, TableField]


def _number(
    name: str, most: int, default: int = 0, *, least: int = 0, size: int = 1, is_fixed: bool = False
) -> TableField:
    return TableField(name, FieldType.BINARY, size, least, most, default, is_fixed)


def _text(name: str, size: int, default: str = "", *, is_fixed: bool = False) -> TableField:
    return TableField(name, FieldType.TEXT, size, default=default, is_fixed=is_fixed)


def _numbered(*fields: TableField) -> dict[int, TableField]:
    return dict(enumerate(fields, 1))


def _filled(last: int, known: Mapping[int, TableField]) -> dict[int, TableField]:
    """Fields up to the last one; those that nothing here knows are reserved."""
    reserved = {number: _number(f"Резерв {number}", 255) for number in range(1, last + 1)}
    return {**reserved, **known}


_MODE = _numbered(
    _number("Номер кассы в магазине", 99, 1, least=1),
    _number("Авт. обнуление денежной наличности", 1),
    _number("Печать рекламного текста", 3, 1),
    _number("Печать необнуляемой суммы", 3),
    _number("Печать заводского номера", 1),
    _number("Работа с денежным ящиком", 1),
    _number("Отрезка чека", 2, 2),
    _number("Печатать дробное в количестве", 1),
    _number("Лог. уровень дат. денежного ящика", 1),
    _number("Длительность имп. денежного ящика", 255, 50),
    _number("Длительность паузы имп. ден. ящика", 255, 50),
    _number("Количество имп. денежного ящика", 255, 2),
    _number("Использование весовых датчиков", 1),
    _number("Начисление налогов", 1),
    _number("Автоматический перевод времени", 0),
    _number("Печать налогов", 3),
    _number("Печать заголовка", 1, 1),
    _number("Печать единичного количества", 1, 1, least=1),
    _number("Сохранять строки в буфере чека", 1, 1, least=1),
    _number("Печать чека по закрытию", 1, 1, least=1),
    _number("Промотка перед отрезкой", 1, 1),
    _number("Отрезка при открытом чеке", 1),
    _number("Запрет нулевого чека", 1),
    _number("Отступ в строке типов оплаты", 1),
    _number("Использование форматирования в чеке", 1),
    _number("Обнуление счетчика чеков", 1),
    _number("Контроль времени", 99),
    _number("Отключение звука при ошибках", 1),
    _number("Межстрочный интервал", 10, 2),
    _number("Тип суточного отчета", 1),
    _number("Сжатие шрифта на чековой ленте", 1),
    _number("Разгон при печати", 1),
    _number("Коррекция яркости", 1),
    _number("Яркость печати", 3, 1),
    _number("Печать типов оплаты", 2),
    _number("Положение принтера", 1),
    _number("Печать РНМ", 1, 1, least=1),
    _number("Укороченное клише", 1),
    _number("Печать клише после завершения док.", 1),
    _number("Скорость печати", 2),
    _number("Кодирование реквизитов чека", 1, 1),
    _number("Кодирование ссылки", 2),
    _number("Автопечать журнала", 1),
    _number("Ведение журнала", 2),
    _number("Режим низкого потребления", 1),
)
_STORAGE = _filled(
    25,
    {
        1: _text("Серийный номер", 16, is_fixed=True),
        2: _text("ИНН", 12, is_fixed=True),
        3: _text("РНМ", 20, is_fixed=True),
        4: _text("Номер ФН", 16, is_fixed=True),
        5: _number("Системы налогообложения", 63, is_fixed=True),
        6: _number("Режим работы", 255, is_fixed=True),
        7: _text("Пользователь", 128, is_fixed=True),
        8: _text("Оператор", 64),
        9: _text("Адрес расчетов", 128, is_fixed=True),
        10: _text("Наименование ОФД", 128, is_fixed=True),
        11: _text("URL ОФД", 64),
        12: _text("ИНН ОФД", 12, is_fixed=True),
        13: _text("Сайт налогового органа", 64, is_fixed=True),
        14: _text("Место расчетов", 128, is_fixed=True),
        15: _text("E-mail отправителя чека", 64),
        22: _number("Код причины перерегистрации", 0xFFFFFFFF, size=4),
        23: _text("ИНН кассира", 12),
        24: _number("Дней до блокировки ФН", 255, 30),
        25: _number("Часовая зона", 11, 2),
    },
)
_PAYMENT_NAMES = {
    1: "НАЛИЧНЫМИ",
    2: "ЭЛЕКТРОННЫМИ",
    14: "ПРЕДВАРИТЕЛЬНАЯ ОПЛАТА (АВАНС)",
    15: "ПОСЛЕДУЮЩАЯ ОПЛАТА (КРЕДИТ)",
    16: "ИНАЯ ФОРМА ОПЛАТЫ",
}
_RATES = (
    *((2000, "НДС 20%"), (1000, "НДС 10%"), (0, "НДС 0%"), (0, "БЕЗ НДС")),
    *((2000, "НДС 20/120"), (1000, "НДС 10/110"), (500, "НДС 5%"), (700, "НДС 7%")),
    *((500, "НДС 5/105"), (700, "НДС 7/107"), (2200, "НДС 22%"), (2200, "НДС 22/122")),
)
"""Hundredths of a percent."""

TABLES: Mapping[int, Table] = {
    DEVICE_MODE: Table("ТИП И РЕЖИМ КАССЫ", 1, _MODE),
    OPERATORS: Table(
        "ПАРОЛИ КАССИРОВ И АДМИНИСТРАТОРОВ",
        30,
        _numbered(
            _number("Пароль", 99_999_999, size=4), _text("Должность и фамилия оператора", 64)
        ),
    ),
    CLICHE: Table("ТЕКСТ В ЧЕКЕ", 14, _numbered(_text("Текст строки", 64))),
    PAYMENTS: Table("НАИМЕНОВАНИЯ ТИПОВ ОПЛАТЫ", 16, _numbered(_text("Тип оплаты", 64))),
    RATES: Table(
        "НАЛОГОВЫЕ СТАВКИ",
        12,
        _numbered(_number("Величина налога", 9999, size=2), _text("Наименование налога", 64)),
    ),
    DEPARTMENTS: Table("НАИМЕНОВАНИЕ ОТДЕЛОВ", 16, _numbered(_text("Наименование отдела", 64))),
    REGIONAL: Table(
        "РЕГИОНАЛЬНЫЕ НАСТРОЙКИ",
        1,
        _filled(
            71,
            {
                3: _number("Режим исчисления скидок", 2, 2),
                10: _number("Печать параметров ОФД в чеках", 1, 1),
                12: _number("Печать реквизитов пользователя", 255, 7),
                FORMAT: _number("Формат ФД", 4, least=1, is_fixed=True),
                LONG_ANSWERS: _number("Расширенные ответы команд", 1),
                38: _number("Автокоррекция НДС", 1),
                71: _number("Замена НДС 20 на 22", 1),
            },
        ),
    ),
    STORAGE: Table("ФИСКАЛЬНЫЙ НАКОПИТЕЛЬ", 1, _STORAGE),
    OFD: Table(
        "ПАРАМЕТРЫ ОФД",
        1,
        _numbered(
            _text("Сервер", 64),
            _number("Порт", 65535, 7777, size=2),
            _number("Таймаут чтения", 255, 30),
            _number("Резерв", 255),
            _text("Сервер КМ", 64),
            _number("Порт КМ", 65535, 7777, size=2),
        ),
    ),
    INTERFACES: Table(
        "СЕТЕВЫЕ ИНТЕРФЕЙСЫ",
        1,
        _numbered(
            _number("Разрешить RNDIS", 1, 1),
            _number("Режим обмена с ОФД", 2, 2),
            _number("TCP сервер", 1, 1),
            _number("TCP порт", 65535, 7778, size=2),
        ),
    ),
}


def _row_default(table: int, row: int, field: int) -> int | str | None:
    """What differs from row to row; None where nothing does."""
    match table, field:
        case 2, 1:
            return row
        case 2, 2:
            names = {29: "АДМИНИСТРАТОР", 30: "СИСТЕМНЫЙ АДМИНИСТРАТОР"}
            return names.get(row, f"ОПЕРАТОР {row}")
        case 5, 1:
            return _PAYMENT_NAMES.get(row, f"ТИП ОПЛАТЫ {row}")
        case 6, _:
            return _RATES[row - 1][field - 1]
        case 7, 1:
            return f"ОТДЕЛ {row}"
    return None


class Tables:
    """Values of all tables.

    :param written: raw values by place, as they were written before
    :param keep: keeps one that is written now
    :param fixed: what follows from the registration, by table and field
    """

    def __init__(
        self,
        written: dict[str, bytes],
        keep: Callable[[str, bytes], None],
        fixed: Callable[[], Mapping[tuple[int, int], int | str]],
    ) -> None:
        self._written = written
        self._keep = keep
        self._fixed = fixed
        self._operators: dict[int, int] | None = None

    def read(self, table: int, row: int, field: int) -> bytes:
        """The value as it lies in the till. Raises Refused (5Dh)."""
        structure = find_field(table, field, row)
        place = f"{table}.{row}.{field}"
        if structure.is_fixed:
            return structure.encode(self._fixed().get((table, field), structure.default))
        if place in self._written:
            return self._written[place]
        default = _row_default(table, row, field)
        if default is None:
            default = "" if structure.type is FieldType.TEXT and not structure.default else None
        return structure.encode(structure.default if default is None else default)

    def value(self, table: int, row: int, field: int) -> int | str:
        return find_field(table, field, row).decode(self.read(table, row, field))

    def write(self, table: int, row: int, field: int, raw: bytes) -> None:
        """Raises Refused: 5Dh, 7Ah for what is fixed, 33h for a wrong value."""
        structure = find_field(table, field, row)
        if structure.is_fixed:
            raise refusal("7A", structure.name)
        if len(raw) > structure.size:
            raise refusal("33", structure.name)
        value = structure.encode(structure.decode(raw))
        self._written[f"{table}.{row}.{field}"] = value
        self._keep(f"{table}.{row}.{field}", value)
        self._operators = None

    def operator(self, password: int) -> int:
        """Number of the operator with this password; the last one when several have it.

        Raises Refused (4Fh).
        """
        if self._operators is None:
            rows = range(1, TABLES[OPERATORS].rows + 1)
            self._operators = {int(self.value(OPERATORS, row, 1)): row for row in rows}
        if password not in self._operators:
            raise refusal("4F")
        return self._operators[password]


def find_table(table: int) -> Table:
    """Raises Refused (5Dh)."""
    if table not in TABLES:
        raise refusal("5D")
    return TABLES[table]


def find_field(table: int, field: int, row: int = 1) -> TableField:
    """Raises Refused (5Dh) for a table, row or field that there is none of."""
    structure = find_table(table)
    if field not in structure.fields or not 1 <= row <= structure.rows:
        raise refusal("5D")
    return structure.fields[field]
