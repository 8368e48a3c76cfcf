"""Matrices and lists of barcodes as spreadsheets have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.matrix_sheet import (
    UnreadableSheet,
    read_grid,
    read_list,
    written_grid,
    written_list,
)
from optics.problems import InvalidPrescription
from optics.stock_power import StockPower


def power(sphere, cylinder, addition):
    try:
        return StockPower(sphere, cylinder, addition or None)
    except InvalidPrescription:
        return StockPower(0)


powers = st.builds(
    power, st.integers(-240, 240), st.integers(-80, 0), st.sampled_from([0, 2, 8, 12, 48])
)
EANS = (
    st.integers(0, 10**12 - 1)
    .map(lambda number: f"{number:012d}")
    .map(
        lambda body: body + str(-sum(int(d) * (3 if p % 2 else 1) for p, d in enumerate(body)) % 10)
    )
)


@given(st.dictionaries(powers, st.integers(0, 9999), min_size=1))
def test_what_is_written_is_read_again(counts):
    assert read_grid(written_grid(counts)) == counts


@given(st.dictionaries(EANS, powers))
def test_a_list_of_barcodes_is_read_again(power_of):
    told = sorted((power, barcode) for barcode, power in power_of.items())
    assert read_list(written_list(told)) == told


@given(
    st.lists(
        st.lists(st.none() | st.text(max_size=6) | st.integers() | st.floats() | st.booleans()),
        max_size=6,
    )
)
def test_any_sheet_is_read_or_refused_by_its_cells(rows):
    for read in (read_grid, read_list):
        try:
            read(rows)
        except UnreadableSheet as error:
            assert error.problems
            assert str(error)


def problems(read, rows):
    with pytest.raises(UnreadableSheet) as caught:
        read(rows)
    return [(each.cell, each.code) for each in caught.value.problems]


def test_a_sheet_as_a_spreadsheet_has_it():
    rows = [
        ["SPH", 0, -0.25, "-0,50"],
        [0.25, 3, None, 1.0],
        ["−1,25", "2", 0, ""],
        [None, None],
        ["add 2,00", "0,00"],
        ["пл", 7],
    ]
    assert read_grid(rows) == {
        StockPower(2): 3,
        StockPower(2, -4): 1,
        StockPower(-10): 2,
        StockPower(-10, -2): 0,
        StockPower(0, 0, 16): 7,
    }


def test_plus_cylinders_are_the_same_lenses():
    assert read_grid([["", "+1.00"], ["-3.00", 4]]) == {StockPower(-16, -8): 4}


def test_a_lens_in_both_forms_is_told_twice():
    rows = [["", "-1.00", "+1.00"], ["-2.00", 4, ""], ["-3.00", "", 5]]
    assert problems(read_grid, rows) == [("C3", "told_twice")]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (["wide", 1], [("A2", "not_a_power")]),
        (["0.30", 1], [("A2", "not_a_power")]),
        (["-31", 1], [("B2", "power_beyond")]),
        (["1", -1], [("B2", "not_a_count")]),
        (["1", 1.5], [("B2", "not_a_count")]),
        (["1", 10000], [("B2", "not_a_count")]),
        (["1", "many"], [("B2", "not_a_count")]),
    ],
)
def test_bad_cells_are_named(row, found):
    assert problems(read_grid, [["", 0], row]) == found


def test_all_bad_cells_at_once():
    rows = [["", "x", 0], [0, 1, "y"], ["z", "", 2]]
    assert problems(read_grid, rows) == [
        ("B1", "not_a_power"),
        ("C2", "not_a_count"),
        ("A3", "not_a_power"),
    ]


def test_an_empty_sheet_holds_no_grid():
    assert problems(read_grid, []) == [("A1", "no_grid")]
    assert problems(read_grid, [["SPH", 0], [1, ""]]) == [("A1", "no_grid")]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], [("A1", "not_a_list")]),
        ([["SPH", "CYL", "EAN"]], [("A1", "not_a_list")]),
        ([["SPH", "CYL", "ADD", "EAN"], [1, 0, "", ""]], [("D2", "not_a_barcode")]),
        ([["SPH", "CYL", "ADD", "EAN"], [1, 0, "", "4600051000058"]], [("D2", "wrong_digit")]),
        ([["SPH", "CYL", "ADD", "EAN"], ["", 0, "", "A-1"]], [("A2", "not_a_power")]),
        (
            [["SPH", "CYL", "ADD", "EAN"], [1, 0, "", "A-1"], [2, 0, "", "A-1"]],
            [("D3", "told_twice")],
        ),
    ],
)
def test_bad_lists(rows, found):
    assert problems(read_list, rows) == found


def test_numbers_and_gaps_of_a_list():
    rows = [
        ["sph", "cyl", "add", "ean"],
        [-1.25, None, None, 4600051000057.0],
        [],
        [1, 0, 2, "A-1"],
    ]
    assert read_list(rows) == [(StockPower(-10), "4600051000057"), (StockPower(8, 0, 16), "A-1")]
