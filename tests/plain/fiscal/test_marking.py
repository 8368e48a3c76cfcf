"""GS1 DataMatrix, generic: 01, 21, 91, 92, 93 and what else stands on goods."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
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
    ("element", "is_fixed"),
    [
        (("3103", "000350"), True),  # a piece of cheese: its weight
        (("3353", "030000"), True),  # a keg: its volume
        (("414", "4600000000008"), True),
        (("16", "261231"), True),
        (("7003", "2612311200"), False),  # milk: usable until a minute
        (("8005", "012900"), False),  # cigarettes: the highest price
        (("8008", "26110912"), False),
        (("37", "12"), False),
        (("241", "K-5"), False),
    ],
)
def test_what_else_marked_goods_tell(element: tuple[str, str], is_fixed: bool) -> None:
    start = f"01{GTIN}21AB{SEPARATOR}"
    code = f"{start}{''.join(element)}{'' if is_fixed else SEPARATOR}93dGVz"
    assert parse(code).elements == (("01", GTIN), ("21", "AB"), element, ("93", "dGVz"))
    assert parse(code).text == code


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
        (f"01{'0' * 14}21X", "zeros"),
        (f"01{GTIN}21X{SEPARATOR}21Y", "twice"),
        (f"01{GTIN}21Ж", "ASCII"),
        (f"01{GTIN}21A B{SEPARATOR}93dGVz", "set 82"),
        (f"01{GTIN}21A#B{SEPARATOR}93dGVz", "'#'"),
        (f"01{GTIN}21A~93dGVz", "set 82"),
        (f"01{GTIN}21X{SEPARATOR}{SEPARATOR}93a", "no application identifier"),
    ],
)
def test_malformed(text: str, words: str) -> None:
    with pytest.raises(MalformedCode, match=words):
        parse(text)


@pytest.mark.parametrize("character", "!\"%&'()*+,-./:;<=>?_")
def test_serials_have_the_signs_of_set_82(character: str) -> None:
    assert parse(f"01{GTIN}21A{character}{SEPARATOR}93dGVz").serial == f"A{character}"


SET_82 = string.ascii_letters + string.digits + "!\"%&'()*+,-./:;<=>?_"
BASE_64 = string.ascii_letters + string.digits + "+/="
serials = st.text(SET_82, min_size=1, max_size=20)
keys = st.text(SET_82, min_size=4, max_size=4)
signatures = st.sampled_from((44, 88)).flatmap(
    lambda length: st.text(BASE_64, min_size=length, max_size=length)
)
tails = st.one_of(
    st.tuples(keys.map("91{}".format), signatures.map("92{}".format)),
    st.tuples(keys.map("93{}".format)),
)
SUBSTITUTES = ["\xe8", " ", "|", "^", "␝", "↔", r"\x1d", r"\x1D", r"\u001d", "{GS}", "[GS]"]


@given(serials, tails)
def test_codes_survive(serial: str, tail: tuple[str, ...]) -> None:
    text = SEPARATOR.join((f"01{GTIN}21{serial}", *tail))
    code = parse(text)
    assert (code.serial, code.signature, code.text) == (serial, tail[-1][2:], text)


@given(serials, tails, st.lists(st.sampled_from([SEPARATOR, *SUBSTITUTES]), min_size=3, max_size=3))
def test_a_substitute_is_read_as_the_separator(
    serial: str, tail: tuple[str, ...], separators: list[str]
) -> None:
    parts = (f"01{GTIN}21{serial}", *tail)
    scanned = separators[0] + parts[0]
    for separator, part in zip(separators[1:], parts[1:], strict=False):
        scanned += separator + part
    assert parse(scanned).text == SEPARATOR.join(parts)
    assert parse(scanned + separators[-1]) == parse(scanned)


@given(serials, tails, st.data())
def test_no_tail_is_taken_into_a_serial(
    serial: str, tail: tuple[str, ...], data: st.DataObject
) -> None:
    lost = data.draw(st.lists(st.sampled_from(["", "<GS>", SEPARATOR]), min_size=2, max_size=2))
    assume(lost[: len(tail)] != [SEPARATOR] * len(tail))
    parts = (f"01{GTIN}21{serial}", *tail)
    scanned = parts[0]
    for separator, part in zip(lost, parts[1:], strict=False):
        scanned += separator + part
    with pytest.raises(MalformedCode, match="drops the separator"):
        parse(scanned)


TAIL = f"91EE0592{'s' * 44}"


@pytest.mark.parametrize(
    "after_gtin",
    [
        *(f"21{'5' * length}{TAIL}" for length in (1, 6, 13, 20)),
        *(f"21{'5' * length}93dGVz" for length in (1, 6, 13, 14, 15, 20)),
        "215ABC91EE0592c2hvcnQ",  # short enough for a serial as a whole
        f"215ABC{SEPARATOR}{TAIL}",
        f"215ABC91EE05{SEPARATOR}92{'s' * 44}",
        f"215ABC<GS>91EE05<GS>92{'s' * 44}",
        "215ABC<GS>93dGVz",
        f"215ABC93dGVz{SEPARATOR}10LOT",
        f"21AB91CDEF93dGVz{SEPARATOR}",
    ],
)
def test_a_lost_separator_is_told(after_gtin: str) -> None:
    with pytest.raises(MalformedCode, match="drops the separator") as caught:
        parse(f"01{GTIN}{after_gtin}")
    assert caught.value.code == "gs1_lost_separator"


@pytest.mark.parametrize("serial", ["AB93WXYZ", "A91BBBB92CC", "5A91EE05", "93", "91EE05", "92"])
@pytest.mark.parametrize("tail", [f"91EE05{SEPARATOR}92{'s' * 44}", "93dGVz"])
def test_serials_may_hold_what_looks_like_a_tail(serial: str, tail: str) -> None:
    assert parse(f"01{GTIN}21{serial}{SEPARATOR}{tail}").serial == serial


@pytest.mark.parametrize("serial", ["AB93WXY", "93dGVz", "A91BBBB", "9293"])
def test_codes_without_a_tail_are_read(serial: str) -> None:
    code = parse(f"01{GTIN}21{serial}")
    assert (code.serial, code.signature) == (serial, None)


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


@pytest.mark.parametrize(
    "code",
    [
        f"01{GTIN}21abc12348005123456{SEPARATOR}93abcd",  # a block of cigarettes: its price
        f"01{GTIN}21ABCDEF{SEPARATOR}93abcd3103001234",  # a piece of cheese: its weight
        f"01{GTIN}215abc93abcd3103001234",
        f"01{GTIN}21ABCDEF93abcd3103001234",
        f"01{GTIN}21{'x' * 13}93abcd",
        f"01{GTIN}21{'x' * 13}92{'s' * 44}",
    ],
)
def test_what_ran_into_its_neighbour(code: str) -> None:
    with pytest.raises(MalformedCode) as refused:
        parse(code)
    assert refused.value.code == "gs1_lost_separator"


def test_a_serial_number_may_look_like_a_price_beside_one() -> None:
    code = f"01{GTIN}21abc12348005123456{SEPARATOR}8005012900{SEPARATOR}93abcd"
    assert parse(code).serial == "abc12348005123456"
