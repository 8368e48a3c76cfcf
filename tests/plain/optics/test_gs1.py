"""Codes on boxes: what they say, in whichever way a scanner writes it, and what is refused."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.gs1 import FNC1, Gs1Code, as_typed, forms_of_gtin, is_gtin, parse_gs1
from optics.problems import UnreadableEntry

TODAY = date(2026, 11, 30)
GTIN = "04600000000015"
QWERTY = "qwertyuiop[]asdfghjkl;'zxcvbnm,.QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>"
RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"

prefixes = st.sampled_from(("]C1", "]d2", FNC1, "]d2" + FNC1))
lots = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/.", min_size=1).map(
    lambda text: text[:20]
)
dates = st.dates(TODAY - timedelta(days=365 * 40), TODAY + timedelta(days=365 * 40))


def with_check_digit(digits: str) -> str:
    """The check digit by the words of the specification: odd places from the right weigh three."""
    total = sum(int(each) * 3 for each in digits[::-1][::2])
    total += sum(int(each) for each in digits[::-1][1::2])
    return f"{digits}{-total % 10}"


gtins = st.integers(1, 10**13 - 1).map(lambda number: with_check_digit(f"{number:013d}"))


@given(prefixes, gtins, dates, lots, lots)
def test_what_is_written_is_read(
    prefix: str, gtin: str, expiry: date, lot: str, serial: str
) -> None:
    text = f"{prefix}01{gtin}17{expiry:%y%m%d}10{lot}{FNC1}21{serial}"
    assert parse_gs1(text, TODAY) == Gs1Code(gtin, expiry, lot, serial)


@given(gtins, dates, lots, lots)
def test_the_order_of_elements_does_not_matter(
    gtin: str, expiry: date, lot: str, serial: str
) -> None:
    text = f"]C110{lot}{FNC1}21{serial}{FNC1}17{expiry:%y%m%d}01{gtin}"
    assert parse_gs1(text, TODAY) == Gs1Code(gtin, expiry, lot, serial)


@given(gtins, dates, lots)
def test_a_russian_keyboard_and_a_lost_control_key(gtin: str, expiry: date, lot: str) -> None:
    text = f"]d201{gtin}10{lot}]17{expiry:%y%m%d}"
    # A full stop stands on another key there; a lot that has one is read as it was typed.
    typed = text.translate(str.maketrans(QWERTY.replace(".", ""), RUSSIAN.replace("ю", "")))
    assert as_typed(typed) == text
    assert parse_gs1(typed, TODAY) == Gs1Code(gtin, expiry, lot)


def test_as_boxes_have_it() -> None:
    # A box of contact lenses; a tube without FNC1; one with elements that nobody asks for here.
    box = parse_gs1("]d20104600000000015172712311021ABC123", TODAY)
    assert box == Gs1Code(GTIN, date(2027, 12, 31), "21ABC123")
    assert parse_gs1("0104600000000015172712001021", TODAY) == Gs1Code(
        GTIN, date(2027, 12, 31), "21"
    )
    more = f"]C10104600000000015112501013102001234{FNC1}240-2.00{FNC1}10L1{FNC1}91EE07{FNC1}92abc="
    assert parse_gs1(more, TODAY) == Gs1Code(GTIN, None, "L1")


@given(st.integers(0, 99), st.integers(1, 12))
def test_the_day_00_is_the_last_of_its_month_in_the_nearest_century(year: int, month: int) -> None:
    code = parse_gs1(f"]C117{year:02d}{month:02d}00", TODAY)
    assert code and code.expiry
    assert code.expiry.day == monthrange(code.expiry.year, month)[1]
    assert code.expiry.year % 100 == year
    assert -49 <= code.expiry.year - TODAY.year <= 50


@pytest.mark.parametrize("text", ["", "4600000000015", "04600000000015", "460", "OBTVALI", "0104"])
def test_what_is_no_gs1_code(text: str) -> None:
    assert parse_gs1(text, TODAY) is None


@pytest.mark.parametrize(
    "text",
    [
        "]C10104600000000016",  # the check digit
        "]C1010460000000001",  # breaks off
        "]C1010460000000001A",
        "]d20104600000000015172713",
        "]d201046000000000151727133110L",  # the month
        "]d201046000000000151702293010L",
        "]d20104600000000015170000001021",
        "]d217²71231",
        "]C110",
        f"]C110{'L' * 21}",
        "]C1XX12",
        f"17{FNC1}",
    ],
)
def test_what_is_damaged(text: str) -> None:
    with pytest.raises(UnreadableEntry) as caught:
        parse_gs1(text, TODAY)
    assert caught.value.code == "gs1_damaged"


@given(st.text())
def test_whatever_is_scanned_has_an_answer(text: str) -> None:
    for prefix in ("", "]C1", "01"):
        try:
            parse_gs1(prefix + text, TODAY)
        except UnreadableEntry as error:
            assert error.code == "gs1_damaged"


@given(gtins, st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_is_seen(gtin: str, place: int, by: int) -> None:
    assert is_gtin(gtin)
    wrong = (int(gtin[place]) + by) % 10
    assert not is_gtin(f"{gtin[:place]}{wrong}{gtin[place + 1 :]}")


def test_forms_of_a_gtin() -> None:
    assert forms_of_gtin("4600000000015") == ("04600000000015", "4600000000015")
    assert forms_of_gtin("012345678905") == ("00012345678905", "0012345678905", "012345678905")
    assert forms_of_gtin("14600000000012") == ("14600000000012",)
    assert forms_of_gtin("96385074") == (
        *("00000096385074", "0000096385074", "000096385074"),
        "96385074",
    )
    assert is_gtin("96385074") and is_gtin("012345678905") and not is_gtin("123")
