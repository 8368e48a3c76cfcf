"""Characters that a drive lacks are replaced visibly."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkt.fiscal import cp866

from .builders import CP866, unicode_characters


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Очки Ray-Ban №5", "Очки Ray-Ban №5"),
        ("ООО «Оптика» — Невский", 'ООО "Оптика" - Невский'),
        ("1 500 ₽", "1 500 руб."),
        ("Essilor® Crizal™", "Essilor(R) Crizal(TM)"),
        ("Café Noël", "Cafe Noel"),
        ("50×20…", "50x20..."),
        ("漢字", "??"),
        ("👓", "?"),
        ("мяг\u00adкий\u200b", "мягкий"),
        ("1\u00a0000\u202f₽", "1\u00a0000 руб."),
        ("Ёжик ёж", "Ёжик ёж"),
        ("½ диоптрии", "1/2 диоптрии"),
        ("ﬁ", "fi"),
        ("мои\u0306", "мой"),
        ("за\u0301мок", "замок"),
    ],
)
def test_replacements(text: str, printed: str) -> None:
    assert cp866.printable(text) == printed
    assert cp866.decode(cp866.encode(text)) == printed


@given(st.text(unicode_characters))
def test_printable_is_idempotent_and_encodable(text: str) -> None:
    printed = cp866.printable(text)
    assert cp866.printable(printed) == printed
    assert cp866.decode(cp866.encode(text)) == printed


@given(st.text(CP866))
def test_what_the_drive_has_stays(text: str) -> None:
    assert cp866.printable(text) == text


@given(st.binary())
def test_any_bytes_are_text(raw: bytes) -> None:
    assert cp866.encode(cp866.decode(raw)) == raw


def test_every_replacement_is_needed_and_possible() -> None:
    for character, replacement in cp866.REPLACEMENTS.items():
        assert cp866.printable(character) == replacement
        assert cp866.printable(replacement) == replacement
        with pytest.raises(UnicodeEncodeError):
            character.encode("cp866")


@pytest.mark.parametrize(
    "text", ["anna@optika.ru", "анна@почта.рф", "https://оптика.рф/заказ?№=1", "и\u0306"]
)
def test_what_programs_read_is_stored_as_it_is(text: str) -> None:
    assert cp866.is_exact(text)


@pytest.mark.parametrize(
    "text", ["b\u00f3br.pl", "用户", "a\u2014b", "\u0456", "1 \u20bd", "a\u00ad"]
)
def test_what_would_become_another_address_is_told(text: str) -> None:
    assert not cp866.is_exact(text)


@given(st.text(), st.integers(0, 40))
def test_what_fits_fits_as_it_is_stored(text: str, longest: int) -> None:
    fits = cp866.fitting(text, longest)
    assert len(cp866.printable(fits)) <= longest
    whole = unicodedata.normalize("NFC", text)
    assert whole.startswith(fits)
    rest = whole[len(fits) :]
    assert not rest or len(cp866.printable(fits)) + len(cp866.printable(rest[0])) > longest


def test_a_long_name_is_cut_after_its_replacement() -> None:
    assert cp866.fitting("a" * 127 + "…", 128) == "a" * 127
    assert cp866.fitting("₽" * 128, 128) == "₽" * 32
