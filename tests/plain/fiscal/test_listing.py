"""A document as lines for people: every tag once, sums in roubles, codes with their words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kkt.fiscal.listing import Line, listing
from kkt.fiscal.tag_words import WORDS
from kkt.fiscal.tags import TAGS

from .builders import with_something_weird
from .golden_files import NAMES, golden_json

RECEIPT = {
    "code": 3,
    "fiscalDriveNumber": "9999078900004312",
    "operationType": 1,
    "items": [
        {"name": "Оправа", "price": 100000, "quantity": "2", "nds": 6},
        {"name": "Футляр", "price": 5, "quantity": "1", "nds": 11},
    ],
    "totalSum": 200005,
    "tag65000": "ff",
}


def test_groups_are_indented_and_repeated() -> None:
    lines = listing(RECEIPT)
    assert lines[:3] == [
        Line(0, None, "code", "3"),
        Line(0, 1041, "fiscalDriveNumber", "9999078900004312"),
        Line(0, 1054, "operationType", "1 – Приход"),
    ]
    assert [line for line in lines if line.name == "items"] == [Line(0, 1059, "items", "")] * 2
    assert Line(1, 1030, "name", "Футляр") in lines
    assert Line(1, 1199, "nds", "6 – без НДС") in lines


def test_sums_are_roubles() -> None:
    values = {(line.name, line.value) for line in listing(RECEIPT)}
    assert ("totalSum", Decimal("2000.05")) in values
    assert ("price", Decimal("0.05")) in values
    assert ("quantity", Decimal(2)) in values


def test_every_tag_has_words_and_other_names_stand_for_themselves() -> None:
    assert WORDS.keys() == TAGS.keys()
    assert Line(0, 1020, "totalSum", "").words == "Сумма расчёта"
    assert Line(0, None, "code", "3").words == "Код формы документа"


def test_unknown_tags_and_codes_are_shown_as_they_are() -> None:
    lines = listing({"tag65000": "ff", "operationType": 9})
    assert lines == [Line(0, None, "tag65000", "ff"), Line(0, 1054, "operationType", "9")]


@pytest.mark.parametrize("name", NAMES)
def test_documents_written_out_by_hand_are_listed(name: str) -> None:
    assert len(listing(golden_json(name))) >= len(golden_json(name))


def test_a_marking_code_is_shown_as_it_was_signed() -> None:
    lines = listing(golden_json("15_marked_and_measured"))
    assert Line(1, 1163, "productCodeNew", "") in lines
    assert Line(2, 1305, "gs1m", "010460000000000821ABC123") in lines


def test_nonsense_is_listed_as_it_was_told() -> None:
    """Documents are read by whoever wants to see what is wrong with them."""
    for weird in with_something_weird(golden_json("02_sale_by_card")):
        assert listing(weird)
    lines = listing({"totalSum": "much", "items": [{"quantity": None, "nds": 13}]})
    assert [line.value for line in lines] == ["much", "", "None", "13"]
