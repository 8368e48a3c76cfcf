"""Numbers from outside: a huge one is refused at once, wherever it comes in."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from time import process_time
from typing import Any

import pytest

from kkt.fiscal.correcting import check_numbers
from kkt.fiscal.exact import TooLarge, is_handy, json_fraction, number_from, shown
from kkt.fiscal.item import Item
from kkt.fiscal.jsonio import MOST_LEVELS, check_outside, json_members, quantity_from_json
from kkt.fiscal.money import to_kopecks
from kkt.fiscal.problems import InvalidDocument, Problem
from kkt.fiscal.scalars import BadValue, encode
from kkt.fiscal.tags import DOCUMENT, by_name
from kkt.fiscal.vocabulary import Nds
from kkt.virtual.rules import _quantity

HUGE = ["1e10000000", "1E+999999", "1" + "0" * 5000, "-1e10000000", "0e10000000"]
TINY = ["1e-10000000", "1." + "0" * 100_000 + "1"]


def in_no_time(act: Callable[[], Any]) -> Any:
    begun = process_time()
    try:
        return act()
    finally:
        assert process_time() - begun < 0.2


@pytest.mark.parametrize("text", HUGE)
def test_a_huge_number_is_told_to_be_too_large(text: str) -> None:
    for value in (text, Decimal(text)):
        with pytest.raises(TooLarge, match="more than 400 digits"):
            in_no_time(lambda value=value: number_from(value))
        with pytest.raises(TooLarge):
            in_no_time(lambda value=value: to_kopecks(value))


@pytest.mark.parametrize("exponent", ["9" * 18, "9" * 19, "9" * 5000])
def test_no_exponent_of_json_is_an_error_of_its_own(exponent: str) -> None:
    for text in (f"1e{exponent}", f"-1.5E+{exponent}", f"0e{exponent}", f"7e-{exponent}"):
        number = in_no_time(lambda text=text: json_fraction(text))
        assert not is_handy(number)
        assert number.is_signed() == text.startswith("-")


def test_a_field_that_is_told_twice_is_named() -> None:
    text = '{"items": [{"price": 1, "quantity": 10, "quantity": 1}]}'
    told = json.loads(text, object_pairs_hook=json_members)
    with pytest.raises(InvalidDocument) as refused:
        check_outside(told)
    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == ("items[0].quantity", "told_twice")


@pytest.mark.parametrize("text", TINY)
def test_a_number_with_too_many_decimals_is_refused(text: str) -> None:
    for value in (text, Decimal(text)):
        with pytest.raises(ValueError, match="more than 400 decimals"):
            in_no_time(lambda value=value: to_kopecks(value))


@pytest.mark.parametrize(
    "text", ["1_0", "_1_", "٢", " 1", "1\n", "", ".", "1e", "NaN", "9" * 100_000 + "x"]
)
def test_a_number_is_told_in_plain_digits(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        in_no_time(lambda: number_from(text))
    assert quantity_from_json(text) is text


def test_every_float_is_within() -> None:
    assert is_handy(Decimal(str(1.7976931348623157e308)))
    assert is_handy(Decimal("5e-324"))
    assert to_kopecks("1e300") == 10**302


@pytest.mark.parametrize("text", [*HUGE, *TINY])
def test_no_quantity_is_computed_with_before_it_is_judged(text: str) -> None:
    def tell(make: Callable[[], object]) -> list[str]:
        with pytest.raises(InvalidDocument) as refused:
            in_no_time(make)
        return [each.field for each in refused.value.problems]

    quantity = Decimal(text)
    assert tell(lambda: Item.priced("Линзы", 100, Nds.NDS_22, quantity)) == ["quantity"]
    line = {"name": "Линзы", "price": 100, "quantity": text, "sum": 100, "nds": 11}
    codes = {"paymentType": 4, "productType": 1}
    assert tell(lambda: Item.from_json({**line, **codes})) == ["quantity"]
    assert _quantity(text) is None


def test_an_integer_of_thousands_of_digits_is_no_quantity() -> None:
    assert quantity_from_json(10**5000) == 10**5000


@pytest.mark.parametrize("text", ["1e10000000", "1e-10000000"])
def test_a_tag_of_a_document_is_no_door_either(text: str) -> None:
    quantity = by_name(1059, "quantity")
    assert quantity is not None
    with pytest.raises(BadValue, match="decimal string"):
        in_no_time(lambda: encode(quantity, text))


def test_a_whole_number_beyond_its_bytes_is_quoted_without_an_error() -> None:
    number = by_name(DOCUMENT, "fiscalDocumentNumber")
    assert number is not None
    with pytest.raises(BadValue, match="at most 4 bytes, not <int>"):
        encode(number, 10**5000)


def test_values_are_quoted_whatever_they_are() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    assert (shown(10**5000), shown(nested), shown("a")) == ("<int>", "<list>", "'a'")
    assert len(shown("a" * 1000)) == 201
    assert str(Problem("total", 10**5000, "not_an_amount")).endswith("(got <int>)")


@pytest.mark.parametrize(
    "fd_number", [0, 1 << 31, pytest.param(10**5000, id="thousands of digits"), True, "7"]
)
def test_the_number_of_a_document_has_limits(fd_number: object) -> None:
    with pytest.raises(InvalidDocument, match="fd_number: must be a whole number from 1 to 214748"):
        check_numbers("9999078902004312", fd_number, "1234567890")


@pytest.mark.parametrize(
    ("data", "field", "code"),
    [
        ({"items": [{"name": "a\0b"}]}, "items[0].name", "control_characters"),
        ({"customer": {"name": "\ud800"}}, "customer.name", "control_characters"),
        ({"customer": {"\udfff": 1}}, "customer", "control_characters"),
        ({"\0": 1}, "", "control_characters"),
        ({"": {"name": "\udc00"}}, "", "unnamed_field"),
        ({"customer": {"": 1}}, "customer", "unnamed_field"),
    ],
)
def test_what_no_database_stores_is_named(data: Any, field: str, code: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        check_outside(data)
    assert [(each.field, each.code) for each in refused.value.problems] == [(field, code)]


def test_parts_within_parts_end_somewhere() -> None:
    data: Any = "text"
    for _ in range(MOST_LEVELS):
        data = [data]
    check_outside(data)
    with pytest.raises(InvalidDocument, match="not be nested deeper than 20 levels"):
        check_outside({"total": data})
