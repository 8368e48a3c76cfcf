"""Visual acuity: decimals and words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.acuity import Acuity, parse_acuity
from optics.problems import UnreadableEntry
from optics.vocabulary import AcuityWord


@pytest.mark.parametrize(
    ("text", "acuity"),
    [
        ("0,8", 800),
        ("1.0", 1000),
        (" 1 ", 1000),
        (",05", 50),
        ("0.001", 1),
        ("2", 2000),
        ("0", AcuityWord.NONE),
        ("0,00", AcuityWord.NONE),
        ("Счёт  пальцев", AcuityWord.FINGER_COUNTING),
        ("счет пальцев", AcuityWord.FINGER_COUNTING),
        ("CF", AcuityWord.FINGER_COUNTING),
        ("движение руки", AcuityWord.HAND_MOVEMENT),
        ("hm", AcuityWord.HAND_MOVEMENT),
        ("светоощущение", AcuityWord.LIGHT_PERCEPTION),
        ("LP", AcuityWord.LIGHT_PERCEPTION),
        ("NLP", AcuityWord.NONE),
    ],
)
def test_parse(text: str, acuity: Acuity) -> None:
    assert parse_acuity(text) == acuity


@pytest.mark.parametrize(
    "text", ["", " ", ",", "1,", "-1", "20/20", "10", "0.0001", "пальцы", "1e0", None, 1, 0.8]
)
def test_no_acuity(text: object) -> None:
    with pytest.raises(UnreadableEntry) as caught:
        parse_acuity(text)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.value) == ("not_an_acuity", text)


@given(st.integers(1, 9999))
def test_every_thousandth_is_read(thousandths: int) -> None:
    assert parse_acuity(f"{thousandths // 1000},{thousandths % 1000:03}") == thousandths
