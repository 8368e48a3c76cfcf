"""The receipt: FD code 3, and what it shares with the correction receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, ClassVar, Self

from .as_signed import SignedBuyer, SignedItem, signed_buyer, signed_item
from .base import Document
from .item import Item
from .jsonio import code_from_json, flag_from_json, json_object, raw, without_none
from .money import Kopecks, vat_of
from .party import Buyer, Cashier, UserAttribute
from .payments import Payments
from .problems import Problems, is_integer
from .vat import vat_totals, vat_totals_from_json, vat_totals_to_json
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
    stated_total: int | None = None
    """Tag 1020 where it is not the sum of the lines: some tills round it to the rouble."""
    stated_vat: tuple[tuple[Nds, int], ...] | None = None
    """Kopecks per rate where they are not the lines' sums: some tills take a rate's total."""

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
        if self.stated_total is not None:
            return self.stated_total
        return sum(item.sum for item in self.items)

    @property
    def vat_totals(self) -> dict[Nds, int]:
        """Kopecks per rate, see :func:`.vat.vat_totals`."""
        return vat_totals(self.items) if self.stated_vat is None else dict(self.stated_vat)

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
        if problems:
            cls._check_parts(problems, parts)
        problems.raise_any()
        return cls(**parts)

    @classmethod
    def _parts_from_json(cls, data: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
        """Constructor arguments; a part that is wrong in itself is told and becomes None."""
        attribute = data.get("properties")
        online = flag_from_json(data.get("internetPayment"))
        items = cls._items_from_json(problems, data.get("items"))
        return {
            "operation_type": code_from_json(OperationType, data.get("operationType")),
            "applied_taxation_type": code_from_json(TaxationType, data.get("appliedTaxationType")),
            "items": items,
            "payments": problems.attempt("payments", lambda: Payments.from_json(data)),
            "cashier": problems.attempt("cashier", lambda: Cashier.from_json(data)),
            "buyer": problems.attempt("buyer", lambda: cls._buyer_from_json(data)),
            "user_attribute": problems.attempt(
                "user_attribute", lambda: UserAttribute.from_json(json_object(attribute))
            )
            if attribute is not None
            else None,
            "properties_data": raw(data, "propertiesData"),
            "internet_payment": online,
            "retail_place": raw(data, "retailPlace") if online is True else None,
            "stated_total": _other_total(data.get("totalSum"), items),
            "stated_vat": _other_vat(data, items),
        }

    @classmethod
    def _item_from_json(cls, data: Mapping[str, Any]) -> Item:
        return signed_item(data)

    @classmethod
    def _buyer_from_json(cls, data: Mapping[str, Any]) -> Buyer | None:
        return signed_buyer(data)

    @classmethod
    def _items_from_json(cls, problems: Problems, data: Any) -> tuple[Item, ...] | None:
        if not isinstance(data, list):
            problems.add("items", data, "required" if data is None else "not_a_list")
            return None
        items = [
            problems.attempt(f"items[{index}]", partial(cls._item_from_json, each))
            for index, each in enumerate(data)
        ]
        good = tuple(item for item in items if item is not None)
        return good if len(good) == len(items) else None

    @classmethod
    def _check_parts(cls, problems: Problems, parts: dict[str, Any]) -> None:
        """Judge constructor arguments; a part that was refused before is None here."""
        _check_settlement(problems, parts)
        _check_internet(problems, parts)
        if parts["items"] is not None or not problems.has("items"):
            _check_items(problems, parts["items"], parts["payments"], parts["stated_total"])


@dataclass(frozen=True, slots=True)
class Receipt(Settlement):
    """A receipt (FD code 3): sale, purchase, or the return of one. Nothing in it may be wrong."""

    kind: ClassVar[DocumentKind] = DocumentKind.RECEIPT

    @classmethod
    def _parts_from_json(cls, data: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
        parts = super(Receipt, cls)._parts_from_json(data, problems)
        return {**parts, "stated_vat": None}

    @classmethod
    def _item_from_json(cls, data: Mapping[str, Any]) -> Item:
        return Item.from_json(data)

    @classmethod
    def _buyer_from_json(cls, data: Mapping[str, Any]) -> Buyer | None:
        return Buyer.from_json(data)

    @classmethod
    def _check_parts(cls, problems: Problems, parts: dict[str, Any]) -> None:
        super(Receipt, cls)._check_parts(problems, parts)
        operation, items = parts["operation_type"], parts["items"]
        _check_internet_sale(problems, parts)
        _check_as_computed(problems, parts)
        if _are_items(items):
            _check_generic(problems, items)
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
    place, online = parts["retail_place"], parts["internet_payment"]
    problems.address("retail_place", place, 256)
    if place is not None and online is False:
        problems.add("retail_place", place, "place_of_another_sale")


def _check_internet_sale(problems: Problems, parts: dict[str, Any]) -> None:
    """What 1125 needs: somewhere to send the receipt, and the site."""
    if parts["internet_payment"] is not True:
        return
    contact = isinstance(parts["buyer"], Buyer) and parts["buyer"].phone_or_address
    if not contact and not problems.has("buyer"):
        problems.add("buyer.phone_or_address", None, "contact_required")
    if parts["retail_place"] is None:
        problems.add("retail_place", None, "site_required")


def _check_items(problems: Problems, items: Any, payments: Any, stated: Any) -> None:
    if not _are_items(items):
        problems.add("items", items, "no_items")
        return
    total = of_lines = sum(item.sum for item in items)
    if stated is not None:
        told = {"total": Kopecks(of_lines)}
        rounded = is_integer(stated) and is_rounded(stated, of_lines)
        if not problems.check(rounded, "total_sum", stated, "not_the_lines", **told):
            return
        total = stated
    problems.check(total > 0, "total_sum", total, "not_positive")
    if isinstance(payments, Payments):
        paid = payments.total
        told = {"total": Kopecks(total)}
        problems.check(paid == total, "payments", paid, "payments_not_the_total", **told)


def _are_items(items: Any) -> bool:
    good = isinstance(items, tuple) and all(isinstance(item, Item) for item in items)
    return good and bool(items)


def _check_as_computed(problems: Problems, parts: dict[str, Any]) -> None:
    """A receipt's own total is that of its lines, and its parts keep their rules."""
    stated, items, buyer = parts["stated_total"], parts["items"], parts["buyer"]
    if stated is not None and not problems.has("total_sum") and _are_items(items):
        total = Kopecks(sum(item.sum for item in items))
        problems.add("total_sum", stated, "not_the_lines", total=total)
    for index, item in enumerate(items or ()):
        if isinstance(item, SignedItem):
            problems.attempt(f"items[{index}]", partial(Item.from_json, item.to_json()))
    if isinstance(buyer, SignedBuyer):
        problems.attempt("buyer", partial(Buyer.from_json, buyer.to_json()))


def _check_generic(problems: Problems, items: tuple[Item, ...]) -> None:
    for index, item in enumerate(items):
        if item.payment_type in GENERIC_PAYMENT_TYPES:
            kind, path = item.product_type, f"items[{index}].product_type"
            problems.check(kind is ProductType.PAYMENT, path, kind, "generic_product_type")


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


def is_rounded(total: int, of_lines: int) -> bool:
    """Whether it is the sum of the lines, kopecks, rounded to the rouble as some tills do."""
    return total % 100 == 0 and abs(total - of_lines) < 100


def _other_total(stated: Any, items: tuple[Item, ...] | None) -> Any:
    """Tag 1020 as told; None where the lines say the same, or are not known."""
    if stated is None or items is None or _is_sum_of(stated, items):
        return None
    return stated


def _is_sum_of(stated: Any, items: tuple[Item, ...]) -> bool:
    return is_integer(stated) and bool(stated == sum(item.sum for item in items))


def _other_vat(
    data: Mapping[str, Any], items: tuple[Item, ...] | None
) -> tuple[tuple[Nds, int], ...] | None:
    """The totals of VAT as told, where they are a rate's total's and not the lines' sums.

    None for any others, told or not: they are computed then.
    """
    try:
        told = {nds: part for nds, part in vat_totals_from_json(data).items() if part}
    except (AttributeError, KeyError, TypeError):
        return None
    of_lines = {nds: part for nds, part in vat_totals(items or ()).items() if part}
    if not told or told == of_lines or told.keys() != of_lines.keys():
        return None
    sums = {nds: sum(item.sum for item in items or () if item.nds is nds) for nds in of_lines}
    by_rate = {nds: vat_of(sums[nds], nds) if nds.rate else sums[nds] for nds in of_lines}
    return tuple(sorted(by_rate.items())) if told == by_rate else None
