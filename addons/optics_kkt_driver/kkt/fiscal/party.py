"""Who sells, who buys, and the one free requisite of a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from . import identity
from .cp866 import is_exact, printable
from .jsonio import date_from_json, json_object, without_none
from .problems import Problems

_PHONE = re.compile(r"\+[0-9]{10,15}")
_ATTRIBUTE_SIZE = 320 - 2 * 4
"""Tag 1084 has at most 320 bytes, and its two members have a header of four each."""
DOCUMENT_CODES = frozenset(
    {
        *("21", "22", "26", "27", "28"),
        *("31", "32", "33", "34", "35", "36", "37", "38", "40"),
    }
)
"""Tag 1245, kinds of papers: those of a citizen (2x), of a foreigner (31, 32), of others."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Cashier:
    """The person at the till: position and surname (54-FZ art. 4.7 p. 1), INN when there is one."""

    operator: str
    """Tag 1021, such as ``"Кассир Иванова"``."""
    operator_inn: str | None = None
    """Tag 1203, 12 digits."""

    def __post_init__(self) -> None:
        problems = Problems()
        problems.text("operator", self.operator, 64, required=True)
        if problems.text("operator_inn", self.operator_inn, 12) and self.operator_inn:
            holds = identity.is_person_inn(self.operator_inn)
            problems.check(holds, "operator_inn", self.operator_inn, "wrong_inn_of_person")
        problems.raise_any()

    def to_json(self) -> dict[str, Any]:
        return without_none(operator=self.operator, operatorInn=self.operator_inn)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Cashier:
        """Read the cashier of a document; INN may be padded. Raises InvalidDocument."""
        return cls(data.get("operator", ""), stripped(data.get("operatorInn")))


def is_email(text: str) -> bool:
    """Whether tags 1008 and 1117 take it as an e-mail address: 64 characters of CP866."""
    return len(text) <= 64 and bool(_EMAIL.fullmatch(text)) and is_exact(text)


STAND_IN = Cashier("-")
"""Takes the place of a cashier that was refused while the rest of a document is checked."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """The buyer, as far as the receipt must name them."""

    phone_or_address: str | None = None
    """Tag 1008: ``+79001234567`` or an e-mail address."""
    name: str | None = None
    """Tag 1227: organisation, or surname, name and patronymic."""
    inn: str | None = None
    """Tag 1228."""
    birthday: date | None = None
    """Tag 1243."""
    citizenship: str | None = None
    """Tag 1244: three digits of the country code (ОКСМ)."""
    document_code: str | None = None
    """Tag 1245: two digits."""
    document_data: str | None = None
    """Tag 1246."""
    address: str | None = None
    """Tag 1254."""

    def __post_init__(self) -> None:
        problems = Problems()
        self._check_contact(problems)
        problems.text("name", self.name, 256)
        problems.text("document_data", self.document_data, 64)
        problems.text("address", self.address, 256)
        self._check_papers(problems)
        problems.raise_any()

    def _check_contact(self, problems: Problems) -> None:
        contact = self.phone_or_address
        if problems.address("phone_or_address", contact, 64) and contact is not None:
            holds = bool(_PHONE.fullmatch(contact) or _EMAIL.fullmatch(contact))
            problems.check(holds, "phone_or_address", contact, "wrong_contact")

    def _check_papers(self, problems: Problems) -> None:
        """What tag 1256 tells of a person goes with a name; papers are of a listed kind, and
        kind (1245) and data (1246) go together."""
        if problems.text("inn", self.inn, 12) and self.inn is not None:
            problems.check(identity.is_inn(self.inn), "inn", self.inn, "wrong_inn")
        problems.instance("birthday", self.birthday, date, required=False)
        if problems.digits("citizenship", self.citizenship, 3):
            is_one = self.citizenship != "000"
            problems.check(is_one, "citizenship", self.citizenship, "no_country")
        if problems.digits("document_code", self.document_code, 2):
            listed = self.document_code is None or self.document_code in DOCUMENT_CODES
            told = {"codes": tuple(sorted(DOCUMENT_CODES))}
            problems.check(listed, "document_code", self.document_code, "unknown_papers", **told)
        if (self.document_code is None) != (self.document_data is None):
            lacking = "document_code" if self.document_code is None else "document_data"
            problems.add(lacking, None, "papers_required")
        if self.name is None and self._has_details():
            problems.add("name", None, "buyer_name_required")

    def _has_details(self) -> bool:
        details = (self.inn, self.birthday, self.citizenship, self.document_code)
        return any((*details, self.document_data, self.address))

    def to_json(self) -> dict[str, Any]:
        information = without_none(
            buyer=self.name,
            buyerInn=self.inn,
            buyerBirthday=None if self.birthday is None else _day_first(self.birthday),
            buyerCitizenship=self.citizenship,
            buyerDocumentCode=self.document_code,
            buyerDocumentData=self.document_data,
            buyerAddress=self.address,
        )
        return without_none(
            buyerPhoneOrAddress=self.phone_or_address, buyerInformation=information or None
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Buyer | None:
        """Read the buyer of a document, of FFD 1.2 or 1.05; None when it names none.

        Raises InvalidDocument.
        """
        buyer = cls(**cls._parts_from_json(data))
        return None if buyer == cls() else buyer

    @classmethod
    def _parts_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Constructor arguments, not judged yet."""
        information = data.get("buyerInformation")
        details = data if information is None else json_object(information, "information")
        return {
            "phone_or_address": data.get("buyerPhoneOrAddress"),
            "name": details.get("buyer"),
            "inn": stripped(details.get("buyerInn")),
            "birthday": date_from_json(details.get("buyerBirthday"), "%d.%m.%Y"),
            "citizenship": details.get("buyerCitizenship"),
            "document_code": details.get("buyerDocumentCode"),
            "document_data": details.get("buyerDocumentData"),
            "address": details.get("buyerAddress"),
        }


@dataclass(frozen=True, slots=True)
class UserAttribute:
    """Tag 1084, the one free requisite of a document; printed on paper."""

    name: str
    """Tag 1085."""
    value: str
    """Tag 1086."""

    def __post_init__(self) -> None:
        problems = Problems()
        problems.text("name", self.name, 64, required=True)
        problems.text("value", self.value, 256, required=True)
        if not problems and len(printable(self.name) + printable(self.value)) > _ATTRIBUTE_SIZE:
            problems.add("value", self.value, "too_long_with_name", longest=_ATTRIBUTE_SIZE)
        problems.raise_any()

    def to_json(self) -> dict[str, Any]:
        return {"propertyName": self.name, "propertyValue": self.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> UserAttribute:
        return cls(data.get("propertyName", ""), data.get("propertyValue", ""))


def _day_first(day: date) -> str:
    """``dd.mm.yyyy``; strftime does not pad early years."""
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


def stripped(value: Any) -> Any:
    """Take the padding off a fixed-width string such as an INN."""
    return value.strip() if isinstance(value, str) else value
