"""Quantities of any unit as they stand in a file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.entry import parse_entry
from optics.problems import UnreadableEntry
from optics.units import Unit


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("-1,25", Unit.EIGHTH_DIOPTRE, -10),
        ("-125", Unit.EIGHTH_DIOPTRE, -10),
        ("−1,37", Unit.HUNDREDTH_DIOPTRE, -137),
        ("-137", Unit.HUNDREDTH_DIOPTRE, -137),
        ("12", Unit.HUNDREDTH_DIOPTRE, 1200),
        ("пл", Unit.HUNDREDTH_DIOPTRE, 0),
        (" 62,5 ", Unit.TENTH_MM, 625),
        ("62", Unit.TENTH_MM, 620),
        ("13.75", Unit.HUNDREDTH_MM, 1375),
        (",5", Unit.HUNDREDTH_PRISM, 50),
        ("- 1.5", Unit.HUNDREDTH_PRISM, -150),
        ("180", Unit.DEGREE, 180),
        ("90.0", Unit.DEGREE, 90),
        ("400", Unit.MM, 400),
    ],
)
def test_what_is_read(text: str, unit: Unit, value: int) -> None:
    assert parse_entry(text, unit) == value


@pytest.mark.parametrize(
    ("text", "unit", "code"),
    [
        ("пл", Unit.TENTH_MM, "not_a_number"),
        ("62,5 мм", Unit.TENTH_MM, "not_a_number"),
        ("", Unit.DEGREE, "not_a_number"),
        ("+", Unit.DEGREE, "not_a_number"),
        (".", Unit.DEGREE, "not_a_number"),
        ("½", Unit.DEGREE, "not_a_number"),
        ("1e3", Unit.HUNDREDTH_DIOPTRE, "not_a_power"),
        ("-1,2,5", Unit.HUNDREDTH_DIOPTRE, "not_a_power"),
        ("-1,2", Unit.EIGHTH_DIOPTRE, "not_an_eighth"),
        ("62,55", Unit.TENTH_MM, "too_fine"),
        ("1,255", Unit.HUNDREDTH_DIOPTRE, "too_fine"),
        ("90,5", Unit.DEGREE, "too_fine"),
    ],
)
def test_what_is_refused(text: str, unit: Unit, code: str) -> None:
    with pytest.raises(UnreadableEntry) as refused:
        parse_entry(text, unit)
    assert refused.value.code == code


@given(st.integers(-9999, 9999), st.sampled_from(Unit))
def test_a_number_that_a_file_was_given_comes_back(value: int, unit: Unit) -> None:
    # As exported, in the unit's range: a power has two digits before the point.
    kept = value % 241 if unit is Unit.EIGHTH_DIOPTRE else value
    assert parse_entry(str(float(unit.exact(kept))), unit) == kept
