"""Every rule of the documents, one row each: what breaks it and where it is told."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkt.fiscal.document import (
    Buyer,
    Cashier,
    CashIn,
    Correction,
    Item,
    Payments,
    ProductCode,
    ProductCodeKind,
    ShiftOpening,
    UserAttribute,
    document_from_json,
)
from kkt.fiscal.money import Kopecks
from kkt.fiscal.problems import MOST_KOPECKS, InvalidDocument, Problem, Problems
from kkt.fiscal.rates import SellerRegime, SellerVat
from kkt.fiscal.vocabulary import (
    CorrectionType,
    DocumentKind,
    Nds,
    OperationType,
    PaymentType,
    ProductType,
    TaxationType,
)

from .builders import CASHIER, SUNGLASSES, receipt, unicode_characters, with_something_weird
from .golden_files import golden_json

CODE = "010460000000000821ABC123\x1d91EE05\x1d92" + "x" * 44


def problems_of(build: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(InvalidDocument) as caught:
        build()
    return {problem.field: problem.rule for problem in caught.value.problems}


def item(**changes: Any) -> Item:
    fields: dict[str, Any] = {
        "name": "Очки",
        "price": 100,
        "quantity": Decimal(1),
        "sum": 100,
        "nds": Nds.NDS_22,
    }
    return Item(**{**fields, **changes})


ITEM_RULES = [
    ({"name": ""}, "name", "required"),
    ({"name": None}, "name", "required"),
    ({"name": 5}, "name", "string"),
    ({"name": "a" * 129}, "name", "128"),
    ({"name": "…" * 43}, "name", "128"),  # three dots each: 129 characters on the drive
    ({"name": "a\nb"}, "name", "control"),
    ({"name": "\u200b"}, "name", "printable"),
    ({"price": -1, "sum": 0}, "price", "at least 0"),
    ({"price": 1.0}, "price", "integer"),
    ({"price": True}, "price", "integer"),
    ({"price": 1 << 48}, "price", "at most"),
    ({"sum": 101}, "sum", "price x quantity"),
    ({"sum": None}, "sum", "integer"),
    ({"quantity": Decimal(0)}, "quantity", "more than 0"),
    ({"quantity": Decimal(-1)}, "quantity", "more than 0"),
    ({"quantity": Decimal("NaN")}, "quantity", "more than 0"),
    ({"quantity": Decimal("Infinity")}, "quantity", "more than 0"),
    ({"quantity": Decimal(10**9)}, "quantity", "less than"),
    ({"quantity": Decimal("1.0000001")}, "quantity", "6 decimals"),
    ({"quantity": 1}, "quantity", "Decimal"),
    ({"quantity": 1.5}, "quantity", "Decimal"),
    ({"nds": 11}, "nds", "one of Nds"),
    ({"nds": None}, "nds", "required"),
    ({"nds_sum": 16}, "nds_sum", "must be the VAT"),
    ({"nds_sum": 1, "nds": Nds.NDS_NO}, "nds_sum", "must be the VAT"),
    ({"payment_type": 4}, "payment_type", "one of PaymentType"),
    ({"product_type": 99}, "product_type", "one of ProductType"),
    ({"items_quantity_measure": 5}, "items_quantity_measure", "one of ItemsQuantityMeasure"),
    ({"origin_country_code": "15"}, "origin_country_code", "3 digits"),
    ({"origin_country_code": "RUS"}, "origin_country_code", "3 digits"),
    ({"origin_country_code": "000"}, "origin_country_code", "no country"),
    ({"name": "日本"}, "name", "something printable"),
    ({"name": " ? 語?"}, "name", "something printable"),
    ({"custom_entry_num": "1" * 33}, "custom_entry_num", "32"),
    ({"properties_item": "1" * 65}, "properties_item", "64"),
    ({"excise_duty": -1}, "excise_duty", "at least 0"),
    ({"product_type": ProductType.COMMODITY_WITH_MARKING_CODE}, "marking_code", "required"),
    ({"marking_code": "0104600000000008"}, "marking_code", "GS1"),
    ({"marking_code": CODE, "quantity": Decimal(2), "sum": 200}, "quantity", "each piece"),
    ({"marking_code": 5}, "marking_code", "a str"),
    ({"product_code": "010"}, "product_code", "ProductCode"),
    ({"checking_prod_information_result": 256}, "checking_prod_information_result", "one byte"),
]


@pytest.mark.parametrize(("changes", "field", "rule"), ITEM_RULES)
def test_rules_of_an_item(changes: dict[str, Any], field: str, rule: str) -> None:
    told = problems_of(lambda: item(**changes))
    assert list(told) == [field]
    assert rule in told[field]


def test_a_kopeck_of_rounding_is_granted_to_a_line_of_another_till() -> None:
    assert [item(nds_sum=each).vat for each in (17, 18, 19)] == [17, 18, 19]


def test_marking_code_gives_the_product_code() -> None:
    marked = item(product_type=ProductType.COMMODITY_WITH_MARKING_CODE, marking_code=CODE)
    assert marked.product_code == ProductCode(ProductCodeKind.GS1M, "010460000000000821ABC123")
    assert marked.to_json()["labelCodeProcesMode"] == 0
    assert Item.from_json(marked.to_json()) == marked


def test_the_till_is_given_the_code_with_its_separators() -> None:
    assert item(marking_code="]d2" + CODE.replace("\x1d", "|")).marking_code == CODE


def test_codes_that_are_signed_already_are_read() -> None:
    kept = item(marking_code=CODE).to_json()
    kept["markingCode"] = kept["markingCode"].replace("\x1d", "")
    kept["productCodeNew"] = {"gs1m": {"rawProductCode": "010000000000000021A B93dGVz"}}
    assert Item.from_json(kept).to_json()["markingCode"] == kept["markingCode"]
    pair = receipt(*[Item.from_json(kept)] * 2)
    assert document_from_json(DocumentKind.RECEIPT, pair.to_json()) == pair


def test_a_prepayment_for_a_marked_good_needs_no_code_yet() -> None:
    ordered = item(
        product_type=ProductType.COMMODITY_WITH_MARKING_CODE,
        payment_type=PaymentType.PREPAYMENT,
        nds=Nds.NDS_22_122,
    )
    assert ordered.product_code is None


PARTY_RULES: list[tuple[Callable[[], object], str, str]] = [
    (lambda: Cashier(""), "operator", "required"),
    (lambda: Cashier("К" * 65), "operator", "64"),
    (lambda: Cashier("К", "7707083893"), "operator_inn", "12 digits"),
    (lambda: Cashier("К", "500100732258"), "operator_inn", "check digits"),
    (lambda: Buyer("89001234567"), "phone_or_address", "e-mail"),
    (lambda: Buyer("a b@c.ru"), "phone_or_address", "e-mail"),
    (lambda: Buyer("a@" + "b" * 60 + ".ru"), "phone_or_address", "64"),
    (lambda: Buyer("anna@b\u00f3br.pl"), "phone_or_address", "cannot store"),
    (lambda: Buyer("用户@b.ru"), "phone_or_address", "cannot store"),
    (lambda: Buyer("a\u2014b@c.ru"), "phone_or_address", "cannot store"),
    (lambda: Buyer("\u0456van@c.ru"), "phone_or_address", "cannot store"),
    (lambda: Buyer(name="А", inn="0" * 10), "inn", "check digits"),
    (lambda: Buyer(name="А", inn="7707083894"), "inn", "check digits"),
    (lambda: Buyer(inn="7707083893"), "name", "required"),
    (lambda: Buyer(name="А", citizenship="64"), "citizenship", "3 digits"),
    (lambda: Buyer(document_code="21", document_data="4000 123456"), "name", "required"),
    (lambda: Buyer(name="А", document_data="4000 123456"), "document_code", "go together"),
    (lambda: Buyer(name="А", document_code="21"), "document_data", "go together"),
    (lambda: Buyer(name="А", citizenship="000"), "citizenship", "no country"),
    (lambda: Buyer(name="А", document_code="2", document_data="1"), "document_code", "2 digits"),
    (lambda: Buyer(name="А", document_code="23", document_data="1"), "document_code", "21, 22"),
    (lambda: Buyer(name="А", birthday="01.01.2000"), "birthday", "a date"),  # type: ignore[arg-type]
    (lambda: UserAttribute("", "x"), "name", "required"),
    (lambda: UserAttribute("n" * 65, "x"), "name", "64"),
    (lambda: UserAttribute("n", "x" * 257), "value", "256"),
    (lambda: UserAttribute("n" * 60, "x" * 253), "value", "312"),
    (lambda: Payments(cash=-1), "cash", "at least 0"),
    (lambda: Payments(ecash=1.5), "ecash", "integer"),  # type: ignore[arg-type]
    (lambda: CashIn(0, CASHIER), "sum", "at least 1"),
    (lambda: CashIn(1, None), "cashier", "required"),  # type: ignore[arg-type]
    (lambda: ShiftOpening("Иванова"), "cashier", "Cashier"),  # type: ignore[arg-type]
    (lambda: ProductCode(ProductCodeKind.EAN13, "4" * 14), "value", "13"),
    (lambda: ProductCode("gs2", "1"), "kind", "one of"),  # type: ignore[arg-type]
    (
        lambda: SellerRegime(date(2026, 1, 1), TaxationType.PATENT, SellerVat.GENERAL),
        "vat",
        "exempt",
    ),
    (
        lambda: SellerRegime(date(2026, 1, 1), TaxationType.ENVD, SellerVat.EXEMPT),
        "taxation_type",
        "ОСН",
    ),
]


@pytest.mark.parametrize(("build", "field", "rule"), PARTY_RULES)
def test_rules_of_parties(build: Callable[[], object], field: str, rule: str) -> None:
    told = problems_of(build)
    assert list(told) == [field]
    assert rule in told[field]


def like(**changes: Any) -> Item:
    return dataclasses.replace(SUNGLASSES, nds_sum=None, **changes)


ADVANCE = like(
    payment_type=PaymentType.ADVANCE, nds=Nds.NDS_22_122, product_type=ProductType.PAYMENT
)
ON_CREDIT = like(payment_type=PaymentType.CREDIT)
PART_CREDIT = like(payment_type=PaymentType.PARTIAL_PAYMENT_AND_CREDIT)

RECEIPT_RULES: list[tuple[Callable[[], object], str, str]] = [
    (lambda: receipt(operation_type=1), "operation_type", "one of"),
    (lambda: receipt(applied_taxation_type=3), "applied_taxation_type", "one of"),
    (lambda: receipt(items=()), "items", "at least one"),
    (lambda: receipt(items=(SUNGLASSES, "x")), "items", "at least one"),
    (lambda: receipt(payments=Payments(cash=499999)), "payments", "add up to the total"),
    (lambda: receipt(payments=None), "payments", "required"),
    (lambda: receipt(Item.priced("Подарок", 0, Nds.NDS_22)), "total_sum", "more than zero"),
    (lambda: receipt(cashier=None), "cashier", "required"),
    (lambda: receipt(buyer="a@b.ru"), "buyer", "Buyer"),
    (lambda: receipt(user_attribute=("a", "b")), "user_attribute", "UserAttribute"),
    (lambda: receipt(properties_data="1" * 17), "properties_data", "16"),
    (
        lambda: receipt(retail_place="1" * 257, internet_payment=True, buyer=Buyer("+79001234567")),
        "retail_place",
        "256",
    ),
    (lambda: receipt(retail_place="https://a.example"), "retail_place", "Internet"),
    (lambda: receipt(internet_payment=1), "internet_payment", "bool"),
    (
        lambda: receipt(internet_payment=True, retail_place="https://a.example"),
        "buyer.phone_or_address",
        "Internet",
    ),
    (
        lambda: receipt(internet_payment=True, buyer=Buyer("+79001234567")),
        "retail_place",
        "site",
    ),
    (
        lambda: receipt(
            internet_payment=True, retail_place="https://a.example", buyer=Buyer(name="А")
        ),
        "buyer.phone_or_address",
        "Internet",
    ),
    (
        lambda: receipt(dataclasses.replace(ADVANCE, product_type=ProductType.COMMODITY)),
        "items[0].product_type",
        "must be 10",
    ),
    (
        lambda: receipt(like(payment_type=PaymentType.CREDIT_PAYMENT)),
        "items[0].product_type",
        "must be 10",
    ),
    (lambda: receipt(like(payment_type=PaymentType.PREPAYMENT)), "items[0].nds", "code 12"),
    (lambda: receipt(ON_CREDIT), "payments.credit", "must be 500000"),
    (lambda: receipt(payments=Payments(credit=500000)), "payments.credit", "must be 0"),
    (lambda: receipt(PART_CREDIT), "payments.credit", "more than 0"),
    (
        lambda: receipt(PART_CREDIT, payments=Payments(credit=500000)),
        "payments.credit",
        "less than 500000",
    ),
]


@pytest.mark.parametrize(("build", "field", "rule"), RECEIPT_RULES)
def test_rules_of_a_receipt(build: Callable[[], object], field: str, rule: str) -> None:
    told = problems_of(build)
    assert list(told) == [field]
    assert rule in told[field]


@pytest.mark.parametrize(
    "lawful",
    [
        lambda: receipt(ADVANCE),
        lambda: receipt(like(payment_type=PaymentType.PREPAYMENT, nds=Nds.NDS_NO)),
        lambda: receipt(like(payment_type=PaymentType.FULL_PREPAYMENT, nds=Nds.NDS_0)),
        lambda: receipt(ON_CREDIT, payments=Payments(credit=500000)),
        lambda: receipt(PART_CREDIT, payments=Payments(prepaid=1, credit=499999)),
        lambda: receipt(ON_CREDIT, SUNGLASSES, payments=Payments(cash=500000, credit=500000)),
        lambda: receipt(payments=Payments(prepaid=500000)),
        lambda: receipt(
            internet_payment=True, retail_place="https://a.example", buyer=Buyer("+79001234567")
        ),
        # a return may repeat what an earlier, wrong receipt had
        lambda: receipt(
            like(payment_type=PaymentType.PREPAYMENT), operation_type=OperationType.SALE_RETURN
        ),
    ],
)
def test_lawful_receipts(lawful: Callable[[], object]) -> None:
    lawful()


def correction(**changes: Any) -> Correction:
    fields: dict[str, Any] = {
        "correction_type": CorrectionType.SELF,
        "correction_document_date": date(2025, 12, 30),
    }
    plain = receipt()
    parts = {each.name: getattr(plain, each.name) for each in dataclasses.fields(plain)}
    return Correction(**{**parts, **fields, **changes})


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"correction_type": 0}, "correction_type", "one of"),
        ({"correction_document_date": None}, "correction_document_date", "required"),
        ({"correction_document_date": datetime(2025, 12, 30)}, "correction_document_date", "time"),
        ({"correction_document_number": "5"}, "correction_document_number", "by order"),
        (
            {"correction_type": CorrectionType.INSTRUCTION},
            "correction_document_number",
            "required",
        ),
        (
            {
                "correction_type": CorrectionType.INSTRUCTION,
                "correction_document_number": "1" * 33,
            },
            "correction_document_number",
            "32",
        ),
    ],
)
def test_rules_of_a_correction(changes: dict[str, Any], field: str, rule: str) -> None:
    told = problems_of(lambda: correction(**changes))
    assert list(told) == [field]
    assert rule in told[field]


def test_a_correction_may_repeat_what_was_wrong() -> None:
    wrong = like(payment_type=PaymentType.PREPAYMENT)
    assert correction(items=(wrong,)).items == (wrong,)


def test_all_problems_of_a_json_document_at_once() -> None:
    data = receipt(SUNGLASSES, SUNGLASSES, buyer=Buyer("a@b.ru")).to_json()
    data["items"][0].update(nds=99, quantity="-1")
    data["items"].insert(1, 7)
    data.update(
        operatorInn="1",
        appliedTaxationType=3,
        cashTotalSum=-4,
        buyerPhoneOrAddress="?",
        propertiesData=5,
        properties={"propertyName": "n"},
    )
    assert set(problems_of(lambda: document_from_json("receipt", data))) == {
        "items[0].quantity",
        "items[0].nds",
        "items[1]",
        "payments.cash",
        "cashier.operator_inn",
        "buyer.phone_or_address",
        "user_attribute.value",
        "applied_taxation_type",
        "properties_data",
    }


@pytest.mark.parametrize(
    ("kind", "data", "fields"),
    [
        ("receipt", [], {""}),
        (
            "receipt",
            {"items": {}},
            {"items", "operation_type", "applied_taxation_type", "cashier.operator"},
        ),
        ("cash_in", {"sum": "1"}, {"sum", "cashier.operator"}),
        ("shift_open", {"operator": 5}, {"cashier.operator"}),
        ("xreport", {}, {"kind"}),
    ],
)
def test_rubbish_is_named(kind: str, data: Any, fields: set[str]) -> None:
    assert set(problems_of(lambda: document_from_json(kind, data))) == fields


def test_a_stated_total_must_be_right() -> None:
    data = {**receipt().to_json(), "totalSum": 500001}
    assert list(problems_of(lambda: document_from_json("receipt", data))) == ["total_sum"]


def test_a_grounds_object_must_be_one() -> None:
    data = {**correction().to_json(), "correctionBase": 5}
    told = problems_of(lambda: document_from_json("correction", data))
    assert set(told) == {"correction_base", "correction_document_date"}


def test_problems_say_field_rule_and_value() -> None:
    problems = Problems()
    assert problems.attempt("items[2]", lambda: item(price=-1, sum=0)) is None
    problems.add("total", 5, "not_the_items", total=Kopecks(700))
    with pytest.raises(InvalidDocument) as caught:
        problems.raise_any()
    assert caught.value.problems == (
        Problem(
            "items[2].price", -1, "sum_too_small", least=Kopecks(0), most=Kopecks(MOST_KOPECKS)
        ),
        Problem("total", 5, "not_the_items", total=Kopecks(700)),
    )
    assert str(caught.value).endswith("total: must be the sum of the items, 7.00 (got 5)")


short_texts = st.text(unicode_characters, max_size=5)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | short_texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(short_texts, inner, max_size=2),
    max_leaves=5,
)
FULL = {
    "receipt": receipt(
        dataclasses.replace(
            SUNGLASSES,
            product_type=ProductType.COMMODITY_WITH_MARKING_CODE,
            marking_code=CODE,
            origin_country_code="156",
            excise_duty=1,
        ),
        buyer=Buyer("a@b.ru", name="ООО А", inn="7707083893", birthday=date(2000, 1, 1)),
        user_attribute=UserAttribute("Документ", "S1"),
        properties_data="2434120341",
        internet_payment=True,
        retail_place="https://a.example",
    ).to_json(),
    "correction": correction().to_json(),
    "cash_in": CashIn(1, CASHIER).to_json(),
    "shift_open": ShiftOpening(CASHIER).to_json(),
    "registration": golden_json("12_registration"),
}


@pytest.mark.parametrize("kind", FULL)
def test_anything_anywhere_is_read_or_refused(kind: str) -> None:
    tried = 0
    for document in with_something_weird(FULL[kind]):
        tried += 1
        try:
            read = document_from_json(kind, document)
        except InvalidDocument as invalid:
            assert invalid.problems
        else:
            assert document_from_json(kind, read.to_json()) == read
    assert tried >= 40


@given(st.sampled_from(DocumentKind), json_values)
def test_rubbish_is_refused(kind: DocumentKind, data: Any) -> None:
    with pytest.raises(InvalidDocument):
        document_from_json(kind, data)
