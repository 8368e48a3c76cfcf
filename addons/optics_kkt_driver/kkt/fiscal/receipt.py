"""The receipt: FD code 3, and what it shares with the correction receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, ClassVar, Self

from .base import Document
from .item import Item
from .jsonio import code_from_json, flag_from_json, json_object, raw, without_none
from .money import Kopecks
from .party import Buyer, Cashier, UserAttribute
from .payments import Payments
from .problems import Problems, is_integer
from .vat import vat_totals, vat_totals_to_json
from .vocabulary import DocumentKind, Nds, OperationType, PaymentType, ProductType, TaxationType

GENERIC_PAYMENT_TYPES = (PaymentType.ADVANCE, PaymentType.CREDIT_PAYMENT)
"""Ways of settling that pay no goods of their own: 1212 must be 10 (`docs/FISCAL.md`, rules)."""


@dataclass(frozen=True, slots=True)
class Settlement(Document):
    """A document about money for items. Raises InvalidDocument with all problems at once."""

    operation_type: OperationType
    """Tag 1054."""
    applied_taxation_type: TaxationType
    """Tag 1055."""
    items: tuple[Item, ...]
    """Tags 1059."""
    payments: Payments
    cashier: Cashier
    buyer: Buyer | None = None
    user_attribute: UserAttribute | None = None
    """Tag 1084."""
    properties_data: str | None = None
    """Tag 1192: FPD of the receipt that is corrected, 10 digits."""
    internet_payment: bool = False
    """Tag 1125: settled on the Internet. Needs the buyer's contact, and a site in 1187."""
    retail_place: str | None = None
    """Tag 1187, the site of a settlement on the Internet; else the till names its own place."""

    def __post_init__(self) -> None:
        if isinstance(self.items, list):
            object.__setattr__(self, "items", tuple(self.items))
        problems = Problems()
        self._check(problems)
        problems.raise_any()

    def _check(self, problems: Problems) -> None:
        self._check_parts(problems, {each.name: getattr(self, each.name) for each in fields(self)})

    @property
    def total_sum(self) -> int:
        """Tag 1020, in kopecks."""
        return sum(item.sum for item in self.items)

    @property
    def vat_totals(self) -> dict[Nds, int]:
        """Kopecks per rate, see :func:`.vat.vat_totals`."""
        return vat_totals(self.items)

    def to_json(self) -> dict[str, Any]:
        buyer, attribute = self.buyer, self.user_attribute
        return {
            "operationType": int(self.operation_type),
            "appliedTaxationType": int(self.applied_taxation_type),
            **(buyer.to_json() if buyer else {}),
            "items": [item.to_json() for item in self.items],
            "totalSum": self.total_sum,
            **self.payments.to_json(),
            **vat_totals_to_json(self.vat_totals),
            **self.cashier.to_json(),
            **without_none(
                retailPlace=self.retail_place,
                internetPayment=1 if self.internet_payment else None,
                properties=attribute.to_json() if attribute else None,
                propertiesData=self.properties_data,
            ),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        problems = Problems()
        parts = cls._parts_from_json(json_object(data), problems)
        _check_stated_total(problems, data, parts["items"])
        if problems:
            cls._check_parts(problems, parts)
        problems.raise_any()
        return cls(**parts)

    @classmethod
    def _parts_from_json(cls, data: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
        """Constructor arguments; a part that is wrong in itself is told and becomes None."""
        attribute = data.get("properties")
        online = flag_from_json(data.get("internetPayment"))
        return {
            "operation_type": code_from_json(OperationType, data.get("operationType")),
            "applied_taxation_type": code_from_json(TaxationType, data.get("appliedTaxationType")),
            "items": _items_from_json(problems, data.get("items")),
            "payments": problems.attempt("payments", lambda: Payments.from_json(data)),
            "cashier": problems.attempt("cashier", lambda: Cashier.from_json(data)),
            "buyer": problems.attempt("buyer", lambda: Buyer.from_json(data)),
            "user_attribute": problems.attempt(
                "user_attribute", lambda: UserAttribute.from_json(json_object(attribute))
            )
            if attribute is not None
            else None,
            "properties_data": raw(data, "propertiesData"),
            "internet_payment": online,
            "retail_place": raw(data, "retailPlace") if online is True else None,
        }

    @classmethod
    def _check_parts(cls, problems: Problems, parts: dict[str, Any]) -> None:
        """Judge constructor arguments; a part that was refused before is None here."""
        _check_settlement(problems, parts)
        _check_internet(problems, parts)
        if parts["items"] is not None or not problems.has("items"):
            _check_items(problems, parts["items"], parts["payments"])


@dataclass(frozen=True, slots=True)
class Receipt(Settlement):
    """A receipt (FD code 3): sale, purchase, or the return of one."""

    kind: ClassVar[DocumentKind] = DocumentKind.RECEIPT

    @classmethod
    def _check_parts(cls, problems: Problems, parts: dict[str, Any]) -> None:
        super(Receipt, cls)._check_parts(problems, parts)
        operation, items = parts["operation_type"], parts["items"]
        forward = isinstance(operation, OperationType) and not operation.is_return
        if forward and _are_items(items):
            _check_prepayment_rates(problems, items)
            if isinstance(parts["payments"], Payments):
                _check_credit(problems, items, parts["payments"])


def _check_settlement(problems: Problems, parts: dict[str, Any]) -> None:
    for name, wanted in (
        ("operation_type", OperationType),
        ("applied_taxation_type", TaxationType),
        ("payments", Payments),
        ("cashier", Cashier),
        ("internet_payment", bool),
    ):
        problems.instance(name, parts[name], wanted, required=not problems.has(name))
    problems.instance("buyer", parts["buyer"], Buyer, required=False)
    problems.instance("user_attribute", parts["user_attribute"], UserAttribute, required=False)
    problems.text("properties_data", parts["properties_data"], 16)


def _check_internet(problems: Problems, parts: dict[str, Any]) -> None:
    place, buyer, online = parts["retail_place"], parts["buyer"], parts["internet_payment"]
    problems.address("retail_place", place, 256)
    if place is not None and online is False:
        problems.add("retail_place", place, "place_of_another_sale")
    contact = isinstance(buyer, Buyer) and buyer.phone_or_address
    if online is True and not contact and not problems.has("buyer"):
        problems.add("buyer.phone_or_address", None, "contact_required")


def _check_items(problems: Problems, items: Any, payments: Any) -> None:
    if not _are_items(items):
        problems.add("items", items, "no_items")
        return
    for index, item in enumerate(items):
        path = f"items[{index}]"
        if item.payment_type in GENERIC_PAYMENT_TYPES:
            kind, path = item.product_type, f"{path}.product_type"
            problems.check(kind is ProductType.PAYMENT, path, kind, "generic_product_type")
    total = sum(item.sum for item in items)
    problems.check(total > 0, "total_sum", total, "not_positive")
    if isinstance(payments, Payments):
        paid = payments.total
        told = {"total": Kopecks(total)}
        problems.check(paid == total, "payments", paid, "payments_not_the_total", **told)


def _are_items(items: Any) -> bool:
    good = isinstance(items, tuple) and all(isinstance(item, Item) for item in items)
    return good and bool(items)


def _check_prepayment_rates(problems: Problems, items: tuple[Item, ...]) -> None:
    for index, item in enumerate(items):
        if item.payment_type.is_prepayment:
            rate = item.nds.calculated
            path = f"items[{index}].nds"
            problems.check(item.nds is rate, path, item.nds, "prepayment_rate", rate=rate)


def _check_credit(problems: Problems, items: tuple[Item, ...], payments: Payments) -> None:
    """What leaves on credit (1214 = 6) is unpaid in full, what leaves under 5 in part."""
    whole = sum(item.sum for item in items if item.payment_type is PaymentType.CREDIT)
    part = sum(
        item.sum for item in items if item.payment_type is PaymentType.PARTIAL_PAYMENT_AND_CREDIT
    )
    path, credit = "payments.credit", payments.credit
    if part:
        holds = whole < credit < whole + part
        told = {"more_than": Kopecks(whole), "less_than": Kopecks(whole + part)}
        problems.check(holds, path, credit, "wrong_part_of_credit", **told)
    else:
        problems.check(credit == whole, path, credit, "wrong_credit", credit=Kopecks(whole))


def _check_stated_total(
    problems: Problems, data: Mapping[str, Any], items: tuple[Item, ...] | None
) -> None:
    stated = data.get("totalSum")
    if stated is None or items is None:
        return
    total = sum(item.sum for item in items)
    holds = is_integer(stated) and stated == total
    problems.check(holds, "total_sum", stated, "not_the_lines", total=Kopecks(total))


def _items_from_json(problems: Problems, data: Any) -> tuple[Item, ...] | None:
    if not isinstance(data, list):
        problems.add("items", data, "required" if data is None else "not_a_list")
        return None
    items = [
        problems.attempt(f"items[{index}]", partial(Item.from_json, each))
        for index, each in enumerate(data)
    ]
    good = tuple(item for item in items if item is not None)
    return good if len(good) == len(items) else None
