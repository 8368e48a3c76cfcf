"""One line of a receipt: tag 1059."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from . import marking
from .exact import is_handy
from .jsonio import (
    code_from_json,
    json_object,
    quantity_from_json,
    quantity_to_json,
    raw,
    without_none,
)
from .marking import ProductCode
from .money import Kopecks, line_sum, vat_of
from .problems import Problems, is_integer
from .vocabulary import ItemsQuantityMeasure, Nds, PaymentType, ProductType

MAX_QUANTITY_DECIMALS = 6
"""The finest a till takes: Shtrih-M's FF46 counts in millionths."""
MAX_QUANTITY = 10**9


@dataclass(frozen=True, slots=True)
class Item:
    """What is paid for. Money is integer kopecks, VAT included.

    `sum` must be price x quantity rounded half up; a line whose sum was discounted needs a price
    that gives it, see :func:`.money.split_line`. Raises InvalidDocument.
    """

    name: str
    """Tag 1030, at most 128 characters."""
    price: int
    """Tag 1079, of one unit, discounts taken off."""
    quantity: Decimal
    """Tag 1023."""
    sum: int
    """Tag 1043."""
    nds: Nds
    """Tag 1199."""
    payment_type: PaymentType = PaymentType.FULL_PAYMENT
    """Tag 1214."""
    product_type: ProductType = ProductType.COMMODITY
    """Tag 1212."""
    items_quantity_measure: ItemsQuantityMeasure = ItemsQuantityMeasure.PIECE
    """Tag 2108."""
    nds_sum: int | None = None
    """Tag 1200, always an int after construction: computed when not given."""
    properties_item: str | None = None
    """Tag 1191, additional requisite of the line."""
    origin_country_code: str | None = None
    """Tag 1230, three digits of ОКСМ."""
    custom_entry_num: str | None = None
    """Tag 1231, number of the customs declaration."""
    excise_duty: int | None = None
    """Tag 1229."""
    marking_code: str | None = None
    """The whole code, for the till to check; no tag of the signed document.

    Given as scanned; once read, it has GS where a substitute stood, and nothing before it.
    """
    product_code: ProductCode | None = None
    """Tag 1163; follows from `marking_code` when that is a GS1 code."""
    checking_prod_information_result: int | None = None
    """Tag 2106, bits of the check's result; known after the till has checked the code."""

    def __post_init__(self) -> None:
        problems = Problems()
        problems.text("name", self.name, 128, required=True)
        sums = problems.kopecks("price", self.price) and problems.kopecks("sum", self.sum)
        if self._check_quantity(problems) and sums:
            sums = self._check_sum(problems)
        if problems.instance("nds", self.nds, Nds) and sums:
            self._check_nds_sum(problems)
        problems.instance("payment_type", self.payment_type, PaymentType)
        problems.instance("product_type", self.product_type, ProductType)
        problems.instance(
            "items_quantity_measure", self.items_quantity_measure, ItemsQuantityMeasure
        )
        self._check_optional(problems)
        self._check_marking(problems)
        problems.raise_any()

    def _check_quantity(self, problems: Problems) -> bool:
        value = self.quantity
        if not problems.instance("quantity", value, Decimal):
            return False
        if not _is_in_range(value):
            problems.add("quantity", value, "wrong_quantity", limit=MAX_QUANTITY)
            return False
        most = self._most_decimals()
        holds = is_handy(value) and value == round(value, most)
        return problems.check(holds, "quantity", value, "too_many_decimals", most=most)

    def _most_decimals(self) -> int:
        return MAX_QUANTITY_DECIMALS

    def _check_sum(self, problems: Problems) -> bool:
        exact = line_sum(self.price, self.quantity)
        told = {"total": Kopecks(exact)}
        return problems.check(self.sum == exact, "sum", self.sum, "not_price_by_quantity", **told)

    def _check_nds_sum(self, problems: Problems) -> None:
        exact = vat_of(self.sum, self.nds)
        if self.nds_sum is None:
            object.__setattr__(self, "nds_sum", exact)
        elif problems.kopecks("nds_sum", self.nds_sum):
            near = abs(self.nds_sum - exact) <= (1 if self.nds.rate else 0)
            problems.check(near, "nds_sum", self.nds_sum, "wrong_vat", vat=Kopecks(exact))

    def _check_optional(self, problems: Problems) -> None:
        problems.text("properties_item", self.properties_item, 64)
        self._check_country(problems)
        problems.address("custom_entry_num", self.custom_entry_num, 32)
        if self.excise_duty is not None:
            problems.kopecks("excise_duty", self.excise_duty)

    def _check_country(self, problems: Problems) -> None:
        if problems.digits("origin_country_code", self.origin_country_code, 3):
            is_one = self.origin_country_code != "000"
            problems.check(is_one, "origin_country_code", self.origin_country_code, "no_country")

    def _check_marking(self, problems: Problems) -> None:
        problems.instance("product_code", self.product_code, ProductCode, required=False)
        result = self.checking_prod_information_result
        if result is not None:
            holds = is_integer(result) and 0 <= result < 256
            problems.check(holds, "checking_prod_information_result", result, "not_a_byte")
        if self.marking_code is not None:
            self._read_marking_code(problems)
        if self.product_code is None and self.marking_code is None:
            self._check_unmarked(problems)

    def _check_unmarked(self, problems: Problems) -> None:
        told = {"product_type": self.product_type}
        marked = self._is_marked_handover()
        problems.check(not marked, "marking_code", None, "marking_code_required", **told)

    def _is_marked_handover(self) -> bool:
        known = isinstance(self.product_type, ProductType) and isinstance(
            self.payment_type, PaymentType
        )
        return known and self.product_type.needs_product_code and self.payment_type.is_handover

    def _read_marking_code(self, problems: Problems) -> None:
        if not problems.instance("marking_code", self.marking_code, str):
            return
        if self.product_code is None:
            try:
                code = marking.parse(self.marking_code or "")
            except marking.MalformedCode as error:
                problems.add("marking_code", self.marking_code, error.code, **error.params)
                return
            object.__setattr__(self, "product_code", code.product_code)
            object.__setattr__(self, "marking_code", code.text)
        piece = self.items_quantity_measure is ItemsQuantityMeasure.PIECE
        if piece and self.quantity != 1:
            problems.add("quantity", self.quantity, "not_one_piece")

    @classmethod
    def priced(
        cls, name: str, price: int, nds: Nds, quantity: Decimal | int = 1, **rest: Any
    ) -> Item:
        """An item whose sum follows from price (kopecks) and quantity.

        `rest` are further fields of the class. Raises InvalidDocument.
        """
        exact = Decimal(quantity) if isinstance(quantity, int) else quantity
        problems = Problems()
        if not problems.kopecks("price", price) or not problems.instance(
            "quantity", exact, Decimal
        ):
            problems.raise_any()
        total = line_sum(price, exact) if _is_in_range(exact) and is_handy(exact) else 0
        return cls(name, price, exact, total, nds, **rest)

    @property
    def vat(self) -> int:
        """Tag 1200 as an int, in kopecks."""
        return self.nds_sum or 0

    def to_json(self) -> dict[str, Any]:
        return without_none(
            name=self.name,
            price=self.price,
            quantity=quantity_to_json(self.quantity),
            sum=self.sum,
            nds=int(self.nds),
            ndsSum=self.nds_sum if self.nds.rate else None,
            paymentType=int(self.payment_type),
            productType=int(self.product_type),
            itemsQuantityMeasure=int(self.items_quantity_measure),
            propertiesItem=self.properties_item,
            originCountryCode=self.origin_country_code,
            customEntryNum=self.custom_entry_num,
            exciseDuty=self.excise_duty,
            markingCode=self.marking_code,
            productCodeNew=self.product_code.to_json() if self.product_code else None,
            labelCodeProcesMode=0 if self.product_code and self.product_code.is_marked else None,
            checkingProdInformationResult=self.checking_prod_information_result,
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Item:
        """Read an object of the array ``items``, of FFD 1.2 or 1.05. Raises InvalidDocument."""
        data = json_object(data)
        of_unit = ItemsQuantityMeasure.of_unit(data.get("unit"))
        measure = data.get("itemsQuantityMeasure", of_unit)
        code = data.get("productCodeNew")
        return cls(
            name=data.get("name", ""),
            price=raw(data, "price"),
            quantity=quantity_from_json(data.get("quantity")),
            sum=raw(data, "sum"),
            nds=code_from_json(Nds, data.get("nds")),
            payment_type=code_from_json(PaymentType, data.get("paymentType")),
            product_type=code_from_json(ProductType, data.get("productType")),
            items_quantity_measure=code_from_json(ItemsQuantityMeasure, measure),
            nds_sum=data.get("ndsSum"),
            properties_item=data.get("propertiesItem"),
            origin_country_code=data.get("originCountryCode"),
            custom_entry_num=data.get("customEntryNum"),
            excise_duty=data.get("exciseDuty"),
            marking_code=data.get("markingCode"),
            product_code=None if code is None else ProductCode.from_json(code),
            checking_prod_information_result=data.get("checkingProdInformationResult"),
        )


def _is_in_range(quantity: Decimal) -> bool:
    return quantity.is_finite() and 0 < quantity < MAX_QUANTITY
