"""Lines and buyers as tills have signed them, where no rule of ours would let us write them so.

A correction repeats what was signed, errors and all. What keeps the rules is read as an ordinary
value, so that only what breaks one is of the classes here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, TypeVar

from .item import Item
from .jsonio import without_none
from .money import Kopecks, line_sum
from .party import Buyer
from .problems import InvalidDocument, Problems

T = TypeVar("T")

MOST_QUANTITY_DIGITS = 16
"""Whatever they are, so many fit into seven bytes."""
_PAPERS = {"document_code", "document_data"}
"""The one says nothing without the other."""


@dataclass(frozen=True, slots=True)
class SignedItem(Item):
    """A line with a sum or a VAT sum of another till's computing, a quantity finer than ours, a
    country that is none, or marked goods without a code. Raises InvalidDocument."""

    def _most_decimals(self) -> int:
        """What tag 1023 holds: seven bytes of digits, wherever the point stands."""
        return MOST_QUANTITY_DIGITS - max(1, self.quantity.adjusted() + 1)

    def _check_country(self, problems: Problems) -> None:
        problems.text("origin_country_code", self.origin_country_code, 3)

    def _check_unmarked(self, problems: Problems) -> None:
        """A code that should have been there is an error that a correction mends."""

    def _check_sum(self, problems: Problems) -> bool:
        """Tills take a sum within a kopeck of price x quantity (Shtrih-M, FF46h)."""
        exact = line_sum(self.price, self.quantity)
        near = abs(self.sum - exact) <= 1
        told = {"total": Kopecks(exact)}
        return problems.check(near, "sum", self.sum, "not_price_by_quantity", **told)

    def _check_nds_sum(self, problems: Problems) -> None:
        """Whatever the line can hold, such as the turnover in tag 1200 of a line at 0 %."""
        if self.nds_sum is None:
            Item._check_nds_sum(self, problems)
        elif problems.kopecks("nds_sum", self.nds_sum):
            most = Kopecks(self.sum)
            problems.check(self.nds_sum <= self.sum, "nds_sum", self.nds_sum, "too_many", most=most)

    @property
    def with_a_country(self) -> Item:
        """The line without a country (1230) that is none."""
        problems = Problems()
        Item._check_country(self, problems)
        return replace(self, origin_country_code=None) if problems else self

    def to_json(self) -> dict[str, Any]:
        return {**Item.to_json(self), **without_none(ndsSum=self.nds_sum or None)}


@dataclass(frozen=True, slots=True)
class SignedBuyer(Buyer):
    """A buyer with a contact that is none, such as "none", or with papers that say too little, or
    what no papers have. Raises InvalidDocument for what the tags cannot hold."""

    told_birthday: str | None = None
    """Tag 1243 where it is no date."""

    def _check_contact(self, problems: Problems) -> None:
        problems.text("phone_or_address", self.phone_or_address, 64)

    def _check_papers(self, problems: Problems) -> None:
        problems.text("inn", self.inn, 12)
        problems.instance("birthday", self.birthday, date, required=False)
        problems.text("told_birthday", self.told_birthday, 10)
        problems.text("citizenship", self.citizenship, 3)
        problems.text("document_code", self.document_code, 2)

    @property
    def lawful(self) -> Buyer | None:
        """What a receipt of ours may say of this buyer: a good contact stays beside bad papers."""
        parts = {each.name: getattr(self, each.name) for each in fields(Buyer)}
        problems = Problems()
        problems.attempt("", lambda: Buyer(**parts))
        wrong = {name for name in parts if problems.has(name)}
        if wrong & _PAPERS:
            wrong |= _PAPERS
        if "name" in wrong:
            wrong = parts.keys() - {"phone_or_address"} | wrong
        buyer = Buyer(**{name: value for name, value in parts.items() if name not in wrong})
        return None if buyer == Buyer() else buyer

    def to_json(self) -> dict[str, Any]:
        told = Buyer.to_json(self)
        if self.told_birthday is None:
            return told
        return {
            **told,
            "buyerInformation": {
                **told.get("buyerInformation", {}),
                "buyerBirthday": self.told_birthday,
            },
        }

    @classmethod
    def _parts_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        parts = super(SignedBuyer, cls)._parts_from_json(data)
        if parts["birthday"] is None or isinstance(parts["birthday"], date):
            return parts
        return {**parts, "birthday": None, "told_birthday": parts["birthday"]}


def without_empty(data: Mapping[str, Any]) -> dict[str, Any]:
    """A document without what says nothing: texts of no character (length 0) or of blanks."""
    return {name: _dense(value) for name, value in data.items() if not _is_blank(value)}


def _dense(value: Any) -> Any:
    if isinstance(value, Mapping):
        return without_empty(value)
    return [_dense(each) for each in value] if isinstance(value, list) else value


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip(" "))


def signed_item(data: Mapping[str, Any]) -> Item:
    """A line as it was signed. Raises InvalidDocument with the problems of an ordinary one."""
    return _read(Item.from_json, SignedItem.from_json, data)


def signed_buyer(data: Mapping[str, Any]) -> Buyer | None:
    """The buyer as signed, None when none is named. Raises InvalidDocument as an ordinary one."""
    return _read(Buyer.from_json, SignedBuyer.from_json, data)


def _read(
    ordinary: Callable[[Mapping[str, Any]], T],
    signed: Callable[[Mapping[str, Any]], T],
    data: Mapping[str, Any],
) -> T:
    try:
        return ordinary(data)
    except InvalidDocument as broken:
        try:
            return signed(data)
        except InvalidDocument:
            raise broken from None
