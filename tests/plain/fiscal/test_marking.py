"""GS1 DataMatrix, generic: 01, 21, 91, 92, 93 and what else stands on goods."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkt.fiscal.document import InvalidDocument, ProductCode, ProductCodeKind
from kkt.fiscal.marking import SEPARATOR, MalformedCode, is_gtin, parse

from .builders import unicode_characters

GTIN = "04600000000008"
FULL = f"01{GTIN}215ABC<de&fgh12{SEPARATOR}91EE05{SEPARATOR}92{'s' * 44}"
SHORT = f"01{GTIN}215ABCDE{SEPARATOR}93dGVz"


def test_full_code() -> None:
    code = parse(FULL)
    assert (code.gtin, code.serial) == (GTIN, "5ABC<de&fgh12")
    assert (code.key, code.signature) == ("EE05", "s" * 44)
    assert code.text == FULL
    assert code.product_code == ProductCode(ProductCodeKind.GS1M, f"01{GTIN}215ABC<de&fgh12")


def test_short_code() -> None:
    code = parse(SHORT)
    assert (code.key, code.signature) == (None, "dGVz")


@pytest.mark.parametrize("prefix", ["]d2", "\xe8", SEPARATOR, "]d2" + SEPARATOR])
def test_what_scanners_put_before_is_taken_off(prefix: str) -> None:
    assert parse(prefix + FULL).text == FULL


def test_other_elements_are_kept() -> None:
    code = parse(f"01{GTIN}17261231101LOT{SEPARATOR}21XYZ")
    assert code.elements == (("01", GTIN), ("17", "261231"), ("10", "1LOT"), ("21", "XYZ"))
    assert code.text == f"01{GTIN}17261231101LOT{SEPARATOR}21XYZ"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "required"),
        ("hello", "no application identifier"),
        (f"01{GTIN}", "required"),
        (f"21X{SEPARATOR}", "required"),
        ("0104600000000", "14 digits"),
        ("01046000000000AB21X", "14 digits"),
        ("0104600000000009" + "21X", "check digit"),
        (f"01{GTIN}21{'x' * 21}", "1 to 20"),
        (f"01{GTIN}21{SEPARATOR}", "1 to 20"),
        (f"01{GTIN}215ABC<de&fgh1291EE0592{'s' * 44}", "1 to 20"),  # separators lost
        (f"01{GTIN}21X{SEPARATOR}21Y", "twice"),
        (f"01{GTIN}21Ж", "ASCII"),
        (f"01{GTIN}21X{SEPARATOR}{SEPARATOR}93a", "no application identifier"),
    ],
)
def test_malformed(text: str, words: str) -> None:
    with pytest.raises(MalformedCode, match=words):
        parse(text)


serials = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)


@given(serials, st.none() | serials)
def test_codes_survive(serial: str, signature: str | None) -> None:
    text = f"01{GTIN}21{serial}" + (f"{SEPARATOR}92{signature}" if signature else "")
    code = parse(text)
    assert (code.serial, code.signature, code.text) == (serial, signature, text)


@given(st.text(unicode_characters, max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert parse(text).gtin
    except MalformedCode as error:
        assert str(error)


@pytest.mark.parametrize("gtin", [GTIN, "4600000000008", "96385074"])
def test_right_check_digit(gtin: str) -> None:
    assert is_gtin(gtin)


@pytest.mark.parametrize("gtin", ["04600000000007", "460000000000", "4600000OOOOO8", ""])
def test_wrong_check_digit(gtin: str) -> None:
    assert not is_gtin(gtin)


def test_json_of_a_product_code() -> None:
    code = ProductCode(ProductCodeKind.GS1M, f"01{GTIN}21ABC123")
    data = code.to_json()
    assert data == {
        "gs1m": {"rawProductCode": f"01{GTIN}21ABC123", "gtin": GTIN, "sernum": "ABC123"}
    }
    assert ProductCode.from_json(data) == code
    assert ProductCode.from_json({"ean13": "4600000000008"}).kind is ProductCodeKind.EAN13


@pytest.mark.parametrize("data", [{}, {"gs1m": "1", "ean13": "2"}, {"gs2": "1"}, {"gs1m": {}}, "x"])
def test_json_that_is_no_product_code(data: object) -> None:
    with pytest.raises(InvalidDocument):
        ProductCode.from_json(data)
