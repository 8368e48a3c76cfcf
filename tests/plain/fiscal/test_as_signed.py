"""A wrong receipt may be wrong: what other tills sign can be taken back as it was signed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kkt.fiscal.as_signed import SignedBuyer, SignedItem
from kkt.fiscal.correcting import Basis, Wrong, as_signed, correct_error
from kkt.fiscal.document import Buyer, Correction, InvalidDocument, Receipt, document_from_json
from kkt.fiscal.ffd import in_format
from kkt.fiscal.vocabulary import DocumentKind, FfdVersion, ItemsQuantityMeasure, TaxationType
from tests.plain.drivers import builders as make
from tests.plain.drivers.test_virtual_rules import Till
from tests.plain.ofd.test_checks import refused_field, signed

from .builders import FRAME, SUNGLASSES, receipt

BASIS = Basis(date(2026, 2, 3))


def line(**changes: Any) -> dict[str, Any]:
    return {**SUNGLASSES.to_json(), **changes}


MANY = [line(price=101, sum=101, ndsSum=18)] * 22
"""22 x 0.18 = 3.96, and 22/122 of 22.22 is 4.01."""

WRONG: dict[str, dict[str, Any]] = {
    "advance_of_goods": {
        "items": [line(paymentType=3, productType=1, nds=12)],
        "amountsReceiptNds": {"amountsNds": [{"nds": 12, "ndsSum": 90_164}]},
    },
    "credit_payment_of_goods": {"items": [line(paymentType=7, productType=1)]},
    "total_in_roubles": {
        "items": [line(price=500_049, sum=500_049, ndsSum=90_173)],
        "totalSum": 500_000,
        "cashTotalSum": 500_000,
        "amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 90_173}]},
    },
    "turnover_as_vat": {
        "items": [line(nds=5, ndsSum=500_000)],
        "nds0": 500_000,
        "amountsReceiptNds": None,
    },
    "vat_of_the_total": {
        "items": MANY,
        "totalSum": 2_222,
        "cashTotalSum": 2_222,
        "amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 401}]},
    },
    "vat_of_nought": {
        "items": [line(ndsSum=0)],
        "amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 0}]},
    },
    "vat_of_one_kopeck": {
        "items": [line(ndsSum=1)],
        "amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 1}]},
    },
    "vat_right_in_the_total_alone": {
        "items": [line(ndsSum=1)],
        "amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 90_164}]},
    },
    "half_a_kopeck_and_one_more": {
        "items": [line(price=33, quantity="0.5", sum=18, ndsSum=3)],
        "totalSum": 18,
        "cashTotalSum": 18,
        "amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 3}]},
    },
    "no_cashier": {"operator": None, "operatorInn": None},
    "contact_none": {"buyerPhoneOrAddress": "none"},
    "a_kopeck_off": {
        "items": [line(sum=500_001, ndsSum=90_164)],
        "totalSum": 500_001,
        "cashTotalSum": 500_001,
    },
    "papers_of_no_kind": {
        "buyerInformation": {"buyerDocumentCode": "99", "buyerDocumentData": "4000 123456"}
    },
    "internet_without_a_site": {"internetPayment": 1},
    "inn_of_noughts": {"buyerInformation": {"buyer": "ООО", "buyerInn": "0000000000"}},
    "inn_too_short": {"buyerInformation": {"buyer": "ООО", "buyerInn": "77"}},
    "citizen_of_no_country": {"buyerInformation": {"buyer": "Я", "buyerCitizenship": "64"}},
    "papers_in_letters": {"buyerInformation": {"buyer": "Я", "buyerDocumentCode": "AB"}},
    "no_such_birthday": {"buyerInformation": {"buyer": "Я", "buyerBirthday": "31.02.1980"}},
    "birthday_year_first": {"buyerInformation": {"buyerBirthday": "1980-01-31"}},
    "country_of_noughts": {"items": [line(originCountryCode="000")]},
    "country_of_two_digits": {"items": [line(originCountryCode="64")]},
    "marked_without_a_code": {"items": [line(productType=33)]},
    "excise_without_a_code": {"items": [line(productType=31)]},
    "quantity_of_many_decimals": {"items": [line(quantity="1.0000000000001")]},
}
"""What differs from a lawful receipt of 5000.00; None is absent."""


def document(changes: dict[str, Any]) -> dict[str, Any]:
    told = {**receipt().to_json(), **changes}
    return {name: value for name, value in told.items() if value is not None}


def reverse_of(told: dict[str, Any]) -> dict[str, Any]:
    """The document that takes it back, once through a database's JSON."""
    wrong = Wrong("9960440300000001", 17, "123456789", as_signed(told))
    reverse, _right = correct_error(wrong, receipt(FRAME), BASIS, FfdVersion.V1_2)
    again = document_from_json(DocumentKind.CORRECTION, reverse.to_json())
    assert again == reverse
    return reverse.to_json()


# The totals of VAT of an ordinary receipt are computed, whatever is told.
@pytest.mark.parametrize("name", sorted(WRONG.keys() - {"vat_of_the_total"}))
def test_no_receipt_of_ours_may_be_so(name: str) -> None:
    with pytest.raises(InvalidDocument):
        Receipt.from_json(document(WRONG[name]))


@pytest.mark.parametrize("name", list(WRONG))
def test_it_is_taken_back_as_it_was_signed(tmp_path: Path, name: str) -> None:
    told = document(WRONG[name])
    reverse = reverse_of(told)
    of_others = {"operationType", "operator", "operatorInn"}
    assert {key: reverse[key] for key in told.keys() - of_others} == {
        key: told[key] for key in told.keys() - of_others
    }
    till = Till(tmp_path / "till.sqlite")
    till.do(make.opening())
    printed = till.do_json(DocumentKind.CORRECTION, reverse)
    assert (printed["operationType"], printed["totalSum"]) == (2, told["totalSum"])
    assert refused_field(signed(printed)) == ""
    till.till.close()


UNSAID: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "operator_empty": ({"operator": ""}, {}),
    "operator_blank": ({"operator": " "}, {}),
    "operator_of_another_inn": ({"operatorInn": "000000000000"}, {}),
    "operator_of_an_organisation": ({"operatorInn": "7707083893"}, {}),
    "operator_inn_empty": ({"operatorInn": ""}, {}),
    "properties_empty": ({"properties": {}}, {}),
    "properties_without_a_value": ({"properties": {"propertyName": "x"}}, {}),
    "contact_empty": ({"buyerPhoneOrAddress": ""}, {}),
    "buyer_empty": ({"buyerInformation": {"buyer": "", "buyerInn": "", "buyerAddress": " "}}, {}),
    "buyer_empty_ffd_1_05": ({"buyer": "", "buyerInn": ""}, {}),
    "line_of_empty_texts": (
        {"items": [line(propertiesItem="", originCountryCode="", customEntryNum="")]},
        {"items": [line()]},
    ),
    "line_without_1212_and_1214": (
        {"items": [{k: v for k, v in line().items() if k not in ("productType", "paymentType")}]},
        {"items": [line()]},
    ),
}
"""What says nothing, or what no reverse repeats; beside it, what the reverse says instead."""


@pytest.mark.parametrize("name", list(UNSAID))
def test_what_says_nothing_keeps_no_receipt_from_being_taken_back(
    tmp_path: Path, name: str
) -> None:
    changes, instead = UNSAID[name]
    reverse = reverse_of(document({**receipt().to_json(), **changes}))
    assert reverse == reverse_of(document(instead))
    till = Till(tmp_path / "till.sqlite")
    till.do(make.opening())
    assert refused_field(signed(till.do_json(DocumentKind.CORRECTION, reverse))) == ""
    till.till.close()


@pytest.mark.parametrize(
    ("unit", "measure"),
    [("кг", 11), ("КГ.", 11), ("кв.м", 32), ("шт", 0), ("пара", 255), (None, 0)],
)
def test_the_unit_of_ffd_1_05_is_the_measure_of_its_reverse(unit: str | None, measure: int) -> None:
    told = {name: each for name, each in line().items() if name != "itemsQuantityMeasure"}
    told |= {} if unit is None else {"unit": unit}
    reverse = reverse_of(document({"items": [told]}))
    assert reverse["items"][0]["itemsQuantityMeasure"] == measure
    older = in_format(DocumentKind.RECEIPT, {"items": reverse["items"]}, FfdVersion.V1_05)
    assert older["items"][0]["unit"] == ItemsQuantityMeasure(measure).label


def test_a_tax_system_that_was_left_out_is_the_tills() -> None:
    told = document({"appliedTaxationType": None})
    assert as_signed(told, TaxationType.PATENT).applied_taxation_type is TaxationType.PATENT
    assert as_signed(document({}), TaxationType.PATENT).applied_taxation_type is TaxationType.OSN
    with pytest.raises(InvalidDocument, match="applied_taxation_type"):
        as_signed(told)


@pytest.mark.parametrize(
    ("signed", "lawful"),
    [
        ({"phone_or_address": "none"}, None),
        ({"phone_or_address": "a@b.ru", "inn": "77"}, {"phone_or_address": "a@b.ru"}),
        ({"phone_or_address": "none", "name": "А"}, {"name": "А"}),
        ({"name": "А", "inn": "77", "citizenship": "643"}, {"name": "А", "citizenship": "643"}),
        ({"name": "А", "document_code": "99", "document_data": "1"}, {"name": "А"}),
        ({"name": "А", "document_data": "1"}, {"name": "А"}),
        ({"phone_or_address": "a@b.ru", "citizenship": "643"}, {"phone_or_address": "a@b.ru"}),
        ({"name": "А", "told_birthday": "1980-01-31"}, {"name": "А"}),
    ],
)
def test_the_good_part_of_a_buyer_stays(
    signed: dict[str, Any], lawful: dict[str, Any] | None
) -> None:
    assert SignedBuyer(**signed).lawful == (lawful and Buyer(**lawful))


def test_what_keeps_the_rules_is_an_ordinary_value() -> None:
    settlement = as_signed(document({"buyerPhoneOrAddress": "a@b.ru"}))
    assert not isinstance(settlement.items[0], SignedItem)
    assert not isinstance(settlement.buyer, SignedBuyer)
    assert (settlement.stated_total, settlement.stated_vat) == (None, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"totalSum": 499_999, "cashTotalSum": 499_999}, "total_sum"),
        ({"totalSum": 499_900, "cashTotalSum": 499_900}, "total_sum"),
        ({"totalSum": "500000"}, "total_sum"),
        ({"items": [line(sum=500_002)]}, "items[0].sum"),
        ({"items": [line(ndsSum=500_001)]}, "items[0].nds_sum"),
        ({"buyerPhoneOrAddress": "x" * 65}, "buyer.phone_or_address"),
        ({"items": []}, "items"),
        ({"buyerInformation": {"buyer": "Я", "buyerInn": "7" * 13}}, "buyer.inn"),
        ({"buyerInformation": {"buyerBirthday": "31 февраля 1980"}}, "buyer.birthday"),
        ({"items": [line(originCountryCode="0064")]}, "items[0].origin_country_code"),
        ({"items": [line(quantity="1." + "0" * 15 + "1")]}, "items[0].quantity"),
    ],
)
def test_what_no_till_signs_stays_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        as_signed(document(changes))
    assert field in {problem.field for problem in caught.value.problems}


def test_strange_totals_of_vat_are_computed_anew() -> None:
    nought = {"amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 1}]}}
    assert as_signed(document(nought)).vat_totals == receipt().vat_totals


def test_a_till_does_not_round_a_receipt(tmp_path: Path) -> None:
    till = Till(tmp_path / "till.sqlite")
    till.do(make.opening())
    rounded = document(WRONG["total_in_roubles"])
    assert till.refuses_json(DocumentKind.RECEIPT, rounded) == "33"
    assert isinstance(document_from_json(DocumentKind.CORRECTION, reverse_of(rounded)), Correction)
    till.till.close()
