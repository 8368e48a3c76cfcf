"""Settlements that have, between them, every requisite that this project can put into one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from kkt.fiscal.document import (
    Buyer,
    Correction,
    Document,
    Item,
    Payments,
    Receipt,
    Settlement,
    UserAttribute,
)
from kkt.fiscal.ffd import to_ffd_1_05
from kkt.fiscal.vocabulary import (
    CorrectionType,
    DocumentKind,
    ItemsQuantityMeasure,
    Nds,
    OperationType,
    PaymentType,
    ProductType,
    TaxationType,
)

from .builders import CASHIER

WRONG_FPD = "2434120341"
SCANNED = "010460000000000821ABC123\x1d91EE06\x1d92" + "c" * 44
"""A marking code with its key and crypto tail, as a scanner gives it."""

LENSES = Item.priced("Линза МКЛ -1.25", 120_000, Nds.NDS_NO, 2)
GLASSES = Item.priced("Очки корригирующие", 850_000, Nds.NDS_NO)
SUNGLASSES = Item.priced("Очки солнцезащитные", 500_000, Nds.NDS_22)
ADVANCE = Item.priced(
    "Аванс",
    300_000,
    Nds.NDS_22_122,
    payment_type=PaymentType.ADVANCE,
    product_type=ProductType.PAYMENT,
)
CREDIT_PAYMENT = Item.priced(
    "Оплата кредита",
    300_000,
    Nds.NDS_22,
    payment_type=PaymentType.CREDIT_PAYMENT,
    product_type=ProductType.PAYMENT,
)


def sold(
    *items: Item,
    payments: Payments | None = None,
    operation: OperationType = OperationType.SALE,
    **more: Any,
) -> Receipt:
    """A receipt over `items`, by card unless told otherwise."""
    total = sum(item.sum for item in items)
    return Receipt(
        operation,
        TaxationType.OSN,
        items,
        payments or Payments(ecash=total),
        CASHIER,
        user_attribute=UserAttribute("Документ", "POS/0002 k1"),
        **more,
    )


def prepaid(payment_type: PaymentType) -> Receipt:
    """Part of the price of an order whose goods are known, exempt and taxed ones."""
    return sold(
        replace(GLASSES, payment_type=payment_type),
        replace(SUNGLASSES, payment_type=payment_type, nds=Nds.NDS_22_122, nds_sum=None),
    )


def corrected(
    operation: OperationType = OperationType.SALE, *items: Item, **more: Any
) -> Correction:
    lines = items or (SUNGLASSES, GLASSES)
    return Correction(
        operation_type=operation,
        applied_taxation_type=TaxationType.OSN,
        items=lines,
        payments=Payments(ecash=sum(item.sum for item in lines)),
        cashier=CASHIER,
        user_attribute=UserAttribute("Документ", "КОР/0002 k1"),
        correction_document_date=date(2026, 1, 5),
        **{"correction_type": CorrectionType.SELF, **more},
    )


SPECIMENS: dict[str, Settlement] = {
    "buyer_contact": sold(SUNGLASSES, buyer=Buyer("+79001234567")),
    "buyer_organisation": sold(
        SUNGLASSES, buyer=Buyer("shop@example.ru", name="ООО Альфа", inn="7707083893")
    ),
    "buyer_person": sold(
        SUNGLASSES,
        buyer=Buyer(
            name="Иванова Анна Петровна",
            birthday=date(1980, 1, 31),
            citizenship="643",
            document_code="21",
            document_data="4000 123456",
            address="Санкт-Петербург, Невский пр., 1",
        ),
    ),
    "customs": sold(
        replace(SUNGLASSES, origin_country_code="380", custom_entry_num="10702030/010126/0001234"),
        buyer=Buyer(name="ООО Альфа", inn="7707083893"),
    ),
    "line_requisites": sold(replace(SUNGLASSES, properties_item="заказ 15", excise_duty=100)),
    "marked": sold(
        replace(
            SUNGLASSES,
            product_type=ProductType.COMMODITY_WITH_MARKING_CODE,
            marking_code=SCANNED,
        )
    ),
    "internet": sold(
        SUNGLASSES,
        buyer=Buyer("a@example.ru"),
        internet_payment=True,
        retail_place="https://optics.example.ru",
    ),
    "measured": sold(
        Item.priced(
            "Шнурок",
            10_050,
            Nds.NDS_10,
            Decimal("2.474"),
            items_quantity_measure=ItemsQuantityMeasure.METER,
        )
    ),
    "every_rate": sold(*(Item.priced(f"Ставка {nds.label}", 10_000, nds) for nds in Nds)),
    "every_payment": sold(
        LENSES,
        replace(SUNGLASSES, payment_type=PaymentType.PARTIAL_PAYMENT_AND_CREDIT),
        payments=Payments(
            cash=40_000, ecash=200_000, prepaid=300_000, credit=190_000, provision=10_000
        ),
    ),
    "full_prepayment": prepaid(PaymentType.FULL_PREPAYMENT),
    "prepayment": prepaid(PaymentType.PREPAYMENT),
    "advance": sold(ADVANCE),
    "settled_by_prepayment": sold(
        GLASSES, SUNGLASSES, payments=Payments(ecash=650_000, prepaid=700_000)
    ),
    "handover_on_credit": sold(
        replace(SUNGLASSES, payment_type=PaymentType.CREDIT), payments=Payments(credit=500_000)
    ),
    "credit_payment": sold(CREDIT_PAYMENT),
    "sale_return": sold(SUNGLASSES, GLASSES, operation=OperationType.SALE_RETURN),
    "return_of_2025": sold(
        Item.priced("Очки солнцезащитные", 500_000, Nds.NDS_20),
        operation=OperationType.SALE_RETURN,
    ),
    "return_of_an_advance": sold(ADVANCE, operation=OperationType.SALE_RETURN),
    "purchase": sold(GLASSES, operation=OperationType.PURCHASE),
    "purchase_return": sold(GLASSES, operation=OperationType.PURCHASE_RETURN),
    "mended_receipt": sold(SUNGLASSES, properties_data=WRONG_FPD),
    "correction": corrected(),
    "correction_of_a_purchase": corrected(OperationType.PURCHASE, GLASSES),
    "correction_by_order": corrected(
        correction_type=CorrectionType.INSTRUCTION, correction_document_number="12-34/567"
    ),
    "correction_reverse": corrected(OperationType.SALE_RETURN, properties_data=WRONG_FPD),
    "correction_right": corrected(properties_data=WRONG_FPD),
    "correction_of_a_purchase_return": corrected(OperationType.PURCHASE_RETURN, GLASSES),
}


def asked(document: Document, ffd_version: str) -> dict[str, Any]:
    """What a till of this format is asked to sign. Raises InvalidDocument where it cannot be."""
    content = document.to_json()
    for item in content.get("items", []):
        item.pop("markingCode", None)
    return to_ffd_1_05(document.kind, content) if ffd_version == "1.05" else content


def tag_by_tag(content: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a document with its path, such as ``items[0].nds``."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from tag_by_tag(value, f"{path}.{name}" if path else name)
    elif isinstance(content, list):
        for index, value in enumerate(content):
            yield from tag_by_tag(value, f"{path}[{index}]")
    else:
        yield path, content


def carries_tag(document: Document, ffd_version: str) -> bool:
    """Recovery can know this document by our key in it."""
    return ffd_version != "1.05" or document.kind is not DocumentKind.CORRECTION
