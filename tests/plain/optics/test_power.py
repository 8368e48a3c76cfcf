"""Powers: what opticians type, what is shown, and rounding."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.power import dioptres, parse_power, rounded, show_power
from optics.problems import UnreadableEntry
from optics.units import Unit

eighths = st.integers(-320, 320)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-1,25", -10),
        ("−1.25", -10),
        ("–1.25", -10),
        ("- 1,25", -10),
        (" +2 ", 16),
        ("2", 16),
        ("12", 96),
        ("-125", -10),
        ("−1250", -100),
        ("125", 10),
        ("050", 4),
        ("012", 1),
        ("-037", -3),
        ("0,12", 1),
        ("0.125", 1),
        ("0.1250", None),
        ("1,37", 11),
        ("1.375", 11),
        ("-,62", -5),
        ("0,87", 7),
        (".5", 4),
        ("1,5", 12),
        ("30.00", 240),
        ("0", 0),
        ("-0,00", 0),
        ("000", 0),
        ("пл", 0),
        ("Пл.", 0),
        ("PLANO", 0),
        ("pl", 0),
    ],
)
def test_parse(text: str, value: int | None) -> None:
    if value is None:
        with pytest.raises(UnreadableEntry):
            parse_power(text)
    else:
        assert parse_power(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "+", "-", ",", "1,", "+-1", "--1", "1-", "1,2,3", "1e2", "NaN", "inf", "0x8"),
        *("12345", "-125,5", "100.00", "sph", "+пл", "1 25", "½", "١", "²", "1.25D", "1\n2", None),
        *(1, 1.25, True, b"1"),
    ],
)
def test_no_power(text: object) -> None:
    with pytest.raises(UnreadableEntry) as caught:
        parse_power(text)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.value) == ("not_a_power", text)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("0,13", 1, 2),
        ("0,1", 0, 1),
        ("-0,1", -1, 0),
        ("1.20", 9, 10),
        ("-1.20", -10, -9),
        ("-130", -11, -10),
        ("0,38", 3, 4),
        ("2,126", 17, 18),
    ],
)
def test_between_two_eighths(text: str, lower: int, upper: int) -> None:
    with pytest.raises(UnreadableEntry) as caught:
        parse_power(text)
    assert caught.value.code == "not_an_eighth"
    assert caught.value.params == {"lower": lower, "upper": upper, "unit": Unit.EIGHTH_DIOPTRE}


def test_a_refusal_names_the_neighbours_in_english() -> None:
    with pytest.raises(UnreadableEntry, match=r"-1\.25 D or -1\.12 D"):
        parse_power("-1,20")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0,00"),
        (1, "+0,12"),
        (-1, "-0,12"),
        (2, "+0,25"),
        (3, "+0,37"),
        (-5, "-0,62"),
        (7, "+0,87"),
        (-10, "-1,25"),
        (16, "+2,00"),
        (240, "+30,00"),
    ],
)
def test_show(value: int, text: str) -> None:
    assert show_power(value) == text
    assert show_power(value, decimal_comma=False) == text.replace(",", ".")


@given(eighths, st.booleans())
def test_what_is_shown_is_read_again(value: int, decimal_comma: bool) -> None:
    assert parse_power(show_power(value, decimal_comma)) == value


@given(eighths)
def test_exact_decimals_and_bare_hundredths_are_read(value: int) -> None:
    exact = Unit.EIGHTH_DIOPTRE.exact(value)
    assert exact * 8 == value
    assert parse_power(str(exact)) == value
    assert parse_power(show_power(value).replace(",", "")) == value


@given(st.integers(0, 40_000))
def test_only_eighths_are_read(thousandths: int) -> None:
    text = f"{thousandths // 1000}.{thousandths % 1000:03}"
    if thousandths % 125 == 0:
        assert parse_power(text) == thousandths // 125
    else:
        with pytest.raises(UnreadableEntry):
            parse_power(text)


@given(st.text(alphabet="+-−0123456789,. плPl", max_size=8))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        value = parse_power(text)
    except UnreadableEntry as refused:
        assert refused.value == text
    else:
        assert parse_power(show_power(value)) == value


@given(st.fractions(-40, 40, max_denominator=1000), st.sampled_from([1, 2, 4, 8]))
def test_rounding_goes_to_the_nearest_step(power: Fraction, step: int) -> None:
    value = rounded(power, step)
    assert value % step == 0
    assert abs(dioptres(value) - power) <= dioptres(step) / 2


@pytest.mark.parametrize(
    ("power", "step", "value"),
    [
        (Fraction(1, 8), 2, 2),
        (Fraction(-1, 8), 2, 0),
        (Fraction(-11, 8), 2, -10),
        (Fraction(-1, 16), 1, 0),
        (Fraction(1, 16), 1, 1),
    ],
)
def test_the_middle_goes_to_more_plus(power: Fraction, step: int, value: int) -> None:
    assert rounded(power, step) == value


@pytest.mark.parametrize("step", [0, -2])
def test_no_step(step: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        rounded(Fraction(1), step)
