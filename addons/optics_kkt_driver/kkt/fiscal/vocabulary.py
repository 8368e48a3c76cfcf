"""Enumerations of the fiscal documents' formats, with the tax service's codes.

Order of FNS ЕД-7-20/662@ of 14.09.2020 with the orders that amended it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import IntEnum, StrEnum


class DocumentKind(StrEnum):
    """What a row of the buffer is; the first block has FD numbers, the second has not."""

    REGISTRATION = "registration"
    REREGISTRATION = "reregistration"
    SHIFT_OPEN = "shift_open"
    RECEIPT = "receipt"
    CORRECTION = "correction"
    SHIFT_CLOSE = "shift_close"
    SETTLEMENT_STATE = "settlement_state"
    DRIVE_CLOSE = "drive_close"
    FOREIGN = "foreign"
    """Signed by the drive, but not asked for by us."""

    CASH_IN = "cash_in"
    CASH_OUT = "cash_out"
    X_REPORT = "x_report"
    COPY = "copy"
    """A signed document once more on paper, marked as a copy."""


SETTLEMENTS = (DocumentKind.RECEIPT, DocumentKind.CORRECTION)
CASH_OPERATIONS = (DocumentKind.CASH_IN, DocumentKind.CASH_OUT)
"""What moves the drawer's cash without an FD."""
REPRINTS = (DocumentKind.X_REPORT, DocumentKind.COPY)
"""On paper only: they sign nothing and change no counter."""


class DocumentCode(IntEnum):
    """Codes of fiscal documents: the outermost tag of each."""

    REGISTRATION = 1
    SHIFT_OPEN = 2
    RECEIPT = 3
    BSO = 4
    SHIFT_CLOSE = 5
    DRIVE_CLOSE = 6
    OPERATOR_ACK = 7
    REREGISTRATION = 11
    SETTLEMENT_STATE = 21
    CORRECTION = 31
    BSO_CORRECTION = 41

    @property
    def kind(self) -> DocumentKind | None:
        """What such a document is to us; None for an answer of the operator."""
        return _KINDS_OF_CODES.get(self)


CODES_OF_KINDS = {
    DocumentKind.REGISTRATION: DocumentCode.REGISTRATION,
    DocumentKind.REREGISTRATION: DocumentCode.REREGISTRATION,
    DocumentKind.SHIFT_OPEN: DocumentCode.SHIFT_OPEN,
    DocumentKind.RECEIPT: DocumentCode.RECEIPT,
    DocumentKind.CORRECTION: DocumentCode.CORRECTION,
    DocumentKind.SHIFT_CLOSE: DocumentCode.SHIFT_CLOSE,
    DocumentKind.SETTLEMENT_STATE: DocumentCode.SETTLEMENT_STATE,
    DocumentKind.DRIVE_CLOSE: DocumentCode.DRIVE_CLOSE,
}
_KINDS_OF_CODES = {code: kind for kind, code in CODES_OF_KINDS.items()} | {
    DocumentCode.BSO: DocumentKind.RECEIPT,
    DocumentCode.BSO_CORRECTION: DocumentKind.CORRECTION,
}


class FfdVersion(IntEnum):
    """Tag 1209, version of the fiscal documents' format."""

    V1_05 = 2
    V1_1 = 3
    V1_2 = 4

    @property
    def label(self) -> str:
        """As people write it."""
        return {2: "1.05", 3: "1.1", 4: "1.2"}[self]


class OperationType(IntEnum):
    """Tag 1054, признак расчёта."""

    SALE = 1
    SALE_RETURN = 2
    PURCHASE = 3
    PURCHASE_RETURN = 4

    @property
    def is_return(self) -> bool:
        return self in (OperationType.SALE_RETURN, OperationType.PURCHASE_RETURN)

    @property
    def money_leaves(self) -> bool:
        """Whether the shop pays: the return of a sale, and a purchase."""
        return self in (OperationType.SALE_RETURN, OperationType.PURCHASE)

    @property
    def returned(self) -> OperationType:
        """The operation that gives this one back."""
        return OperationType(self - 1 if self.is_return else self + 1)

    @property
    def label(self) -> str:
        """The words printed on the receipt."""
        return _OPERATION_LABELS[self]


_OPERATION_LABELS = {1: "Приход", 2: "Возврат прихода", 3: "Расход", 4: "Возврат расхода"}


class TaxationType(IntEnum):
    """Tag 1055, the tax system applied: one bit. Tag 1062 is a union of these bits."""

    OSN = 1
    USN_INCOME = 2
    USN_INCOME_OUTCOME = 4
    ENVD = 8
    """Abolished on 2021-01-01; only old documents have it."""
    ESHN = 16
    PATENT = 32

    @property
    def label(self) -> str:
        """The words printed on the receipt."""
        return _TAXATION_LABELS[self]


_TAXATION_LABELS = {
    1: "ОСН",
    2: "УСН доход",
    4: "УСН доход - расход",
    8: "ЕНВД",
    16: "ЕСХН",
    32: "ПСН",
}


class Nds(IntEnum):
    """Tag 1199, VAT rate: codes 1-6 of FFD 1.05, 7-10 since 2025, 11-12 since 2026-01-05.

    Sources: orders of FNS ЕД-7-20/236@ of 26.03.2025 and ЕД-7-20/1050@ of 08.12.2025.
    """

    NDS_20 = 1
    NDS_10 = 2
    NDS_20_120 = 3
    NDS_10_110 = 4
    NDS_0 = 5
    NDS_NO = 6
    NDS_5 = 7
    NDS_7 = 8
    NDS_5_105 = 9
    NDS_7_107 = 10
    NDS_22 = 11
    NDS_22_122 = 12

    @property
    def rate(self) -> int:
        """Percent: 22 for both 22 % and 22/122; 0 for 0 % and for "no VAT"."""
        return _RATES[self]

    @property
    def is_calculated(self) -> bool:
        """True for the form rate/(100+rate), "расчётная ставка"."""
        return self in _PLAIN_OF

    @property
    def calculated(self) -> Nds:
        """The form for prepayments and advances: 22 gives 22/122, 0 and none stay."""
        return _CALCULATED_OF.get(self, self)

    @property
    def plain(self) -> Nds:
        """The form for handover: 22/122 gives 22."""
        return _PLAIN_OF.get(self, self)

    @property
    def label(self) -> str:
        """The words printed on the receipt."""
        if self is Nds.NDS_NO:
            return "без НДС"
        return f"НДС {self.short}" if self.is_calculated else f"НДС {self.short}%"

    @property
    def short(self) -> str:
        """As programs tell it: ``22``, ``22/122``, ``none``."""
        if self is Nds.NDS_NO:
            return "none"
        return f"{self.rate}/{100 + self.rate}" if self.is_calculated else f"{self.rate}"

    @classmethod
    def parse(cls, value: str | int | float | Decimal) -> Nds:
        """Read a rate as people and programs write it.

        ``22``, ``"22"``, ``"22%"``, ``22.0`` is 22 %; ``"22/122"`` the calculated form; ``"none"``,
        ``"no"``, ``"без НДС"`` no VAT; ``0`` is 0 %. It reads percents, not codes of tag 1199.
        Raises ValueError for anything else, None too: no rate told is not "no VAT".
        """
        if value is None:
            raise ValueError(f"unknown VAT rate {value!r}")
        text = str(value).strip().lower().removesuffix("%").strip()
        if text in ("none", "no", "без ндс"):
            return cls.NDS_NO
        found = _RATE_TEXT.fullmatch(text)
        if found and not isinstance(value, bool):
            rate, divisor = int(found["rate"]), found["divisor"]
            for each in cls:
                wanted = str(100 + each.rate) if each.is_calculated else None
                if each is not cls.NDS_NO and each.rate == rate and divisor == wanted:
                    return each
        raise ValueError(f"unknown VAT rate {value!r}")


_RATE_TEXT = re.compile(r"(?P<rate>[0-9]{1,2})(?:\.0+)?(?:/(?P<divisor>[0-9]{3}))?")
_RATES = {1: 20, 2: 10, 3: 20, 4: 10, 5: 0, 6: 0, 7: 5, 8: 7, 9: 5, 10: 7, 11: 22, 12: 22}
_CALCULATED_OF = {
    Nds.NDS_20: Nds.NDS_20_120,
    Nds.NDS_10: Nds.NDS_10_110,
    Nds.NDS_5: Nds.NDS_5_105,
    Nds.NDS_7: Nds.NDS_7_107,
    Nds.NDS_22: Nds.NDS_22_122,
}
_PLAIN_OF = {calculated: plain for plain, calculated in _CALCULATED_OF.items()}


class PaymentType(IntEnum):
    """Tag 1214, признак способа расчёта."""

    FULL_PREPAYMENT = 1
    PREPAYMENT = 2
    ADVANCE = 3
    FULL_PAYMENT = 4
    PARTIAL_PAYMENT_AND_CREDIT = 5
    CREDIT = 6
    CREDIT_PAYMENT = 7

    @property
    def is_prepayment(self) -> bool:
        """Money before the goods: taxed at the calculated rate of the day of payment."""
        return self <= PaymentType.ADVANCE

    @property
    def is_handover(self) -> bool:
        """The goods leave: taxed at the rate of that day."""
        return self.FULL_PAYMENT <= self <= self.CREDIT

    @property
    def label(self) -> str:
        """The words printed on the receipt."""
        return _PAYMENT_LABELS[self]


_PAYMENT_LABELS = {
    1: "Предоплата 100%",
    2: "Предоплата",
    3: "Аванс",
    4: "Полный расчёт",
    5: "Частичный расчёт и кредит",
    6: "Передача в кредит",
    7: "Оплата кредита",
}


class ProductType(IntEnum):
    """Tag 1212, признак предмета расчёта."""

    COMMODITY = 1
    EXCISE = 2
    JOB = 3
    SERVICE = 4
    GAMBLING_BET = 5
    GAMBLING_PRIZE = 6
    LOTTERY_TICKET = 7
    LOTTERY_PRIZE = 8
    INTELLECTUAL_ACTIVITY = 9
    PAYMENT = 10
    AGENT_COMMISSION = 11
    PAYOUT = 12
    ANOTHER = 13
    PROPERTY_RIGHT = 14
    NON_OPERATING_INCOME = 15
    OTHER_PAYMENT = 16
    SALES_TAX = 17
    RESORT_FEE = 18
    DEPOSIT = 19
    EXPENSE = 20
    PENSION_INSURANCE_IP = 21
    PENSION_INSURANCE = 22
    MEDICAL_INSURANCE_IP = 23
    MEDICAL_INSURANCE = 24
    SOCIAL_INSURANCE = 25
    CASINO_PAYMENT = 26
    CASH_WITHDRAWAL = 27
    EXCISE_WITHOUT_MARKING_CODE = 30
    EXCISE_WITH_MARKING_CODE = 31
    COMMODITY_WITHOUT_MARKING_CODE = 32
    COMMODITY_WITH_MARKING_CODE = 33

    @property
    def needs_product_code(self) -> bool:
        return self in (
            ProductType.EXCISE_WITH_MARKING_CODE,
            ProductType.COMMODITY_WITH_MARKING_CODE,
        )


class ItemsQuantityMeasure(IntEnum):
    """Tag 2108, мера количества предмета расчёта (FFD 1.2)."""

    PIECE = 0
    GRAM = 10
    KILOGRAM = 11
    TON = 12
    CENTIMETER = 20
    DECIMETER = 21
    METER = 22
    SQUARE_CENTIMETER = 30
    SQUARE_DECIMETER = 31
    SQUARE_METER = 32
    MILLILITER = 40
    LITER = 41
    CUBIC_METER = 42
    KILOWATT_HOUR = 50
    GIGACALORIE = 51
    DAY = 70
    HOUR = 71
    MINUTE = 72
    SECOND = 73
    KILOBYTE = 80
    MEGABYTE = 81
    GIGABYTE = 82
    TERABYTE = 83
    OTHER = 255

    @property
    def label(self) -> str:
        """The short unit printed on the receipt, and tag 1197 of FFD 1.05."""
        return _MEASURE_LABELS[self]

    @classmethod
    def of_unit(cls, unit: object) -> ItemsQuantityMeasure:
        """The measure that tag 1197 of FFD 1.05 names, in whatever letters and with a point or
        without; pieces where it names none, OTHER where it is none of ours."""
        if unit is None:
            return cls.PIECE
        told = _plain_unit(str(unit))
        return next((each for each in cls if _plain_unit(each.label) == told), cls.OTHER)


def _plain_unit(unit: str) -> str:
    return unit.casefold().replace(".", " ").replace(" ", "")


_MEASURE_LABELS = {
    0: "шт.",
    10: "г",
    11: "кг",
    12: "т",
    20: "см",
    21: "дм",
    22: "м",
    30: "кв. см",
    31: "кв. дм",
    32: "кв. м",
    40: "мл",
    41: "л",
    42: "куб. м",
    50: "кВт ч",
    51: "Гкал",
    70: "сутки",
    71: "час",
    72: "мин",
    73: "с",
    80: "Кбайт",
    81: "Мбайт",
    82: "Гбайт",
    83: "Тбайт",
    255: "ед.",
}


class CorrectionType(IntEnum):
    """Tag 1173, тип коррекции."""

    SELF = 0
    INSTRUCTION = 1
