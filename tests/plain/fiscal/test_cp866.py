"""Characters that a drive lacks are replaced visibly."""

from __future__ import annotations

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
