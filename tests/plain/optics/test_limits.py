"""The table of limits: both sides of each bound, the steps, and the settings."""

from __future__ import annotations

from typing import Any

import pytest

from optics.limits import LIMITS, Limit, adapted, check_limit, note_unusual
from optics.problems import Problems

PUBLISHED = {
    # Lowest and highest in the unit itself, as the sources write them; step; usual range.
    "sphere": ("-30", "30", "0.25", None),
    "cylinder": ("-10", "10", "0.25", None),
    "axis": ("1", "180", "1", None),
    "addition": ("0.25", "6", "0.25", ("0.75", "3.5")),
    "prism_horizontal": ("-20", "20", "0.25", ("-6", "6")),
    "prism_vertical": ("-20", "20", "0.25", ("-6", "6")),
    "acuity": ("0.001", "2", "0.001", None),
    "pd_far": ("40", "80", "0.5", None),
    "pd_near": ("38", "78", "0.5", None),
    "pd_monocular": ("20", "40", "0.5", None),
    "vertex": ("5", "25", "0.05", ("8", "16")),
    "working_distance_near": ("150", "1000", "5", ("250", "600")),
    "working_distance_intermediate": ("300", "4000", "5", ("500", "2000")),
    "fitting_height": ("8", "40", "0.5", ("14", "40")),
    "pantoscopic_tilt": ("-10", "30", "1", ("0", "20")),
    "wrap_angle": ("0", "35", "1", ("0", "15")),
    "contact_sphere": ("-30", "30", "0.25", None),
    "contact_cylinder": ("-10", "0", "0.25", None),
    "base_curve": ("6", "10", "0.01", ("8", "9.2")),
    "diameter": ("8", "24", "0.1", ("13.5", "15")),
    "lens_index": ("1.498", "1.9", "0.001", None),
    "blank_diameter": ("40", "90", "0.1", None),
    "addition_step": ("0.125", "1", "0.125", None),
    "prism_to": ("0", "20", "0.25", None),
    "frame_a": ("30", "80", "0.1", None),
    "frame_b": ("15", "70", "0.1", None),
    "frame_dbl": ("8", "30", "0.1", None),
    "frame_ed": ("30", "90", "0.1", None),
    "temple": ("90", "170", "0.1", None),
    "trace_radius": ("1", "60", "0.01", None),
    "centration_pd": ("19", "40", "0.1", None),
}


def number(limit: Limit, value: int) -> str:
    return f"{limit.unit.exact(value).normalize():f}"


def test_every_limit_is_that_of_its_source() -> None:
    table = {
        name: (
            number(limit, limit.lowest),
            number(limit, limit.highest),
            number(limit, limit.step),
            None
            if limit.usual == (limit.lowest, limit.highest)
            else tuple(number(limit, each) for each in limit.usual),
        )
        for name, limit in LIMITS.items()
    }
    assert table == PUBLISHED
    assert {limit.source for limit in LIMITS.values()} == {"D3", "D5", "D6", "own"}


@pytest.mark.parametrize("name", LIMITS)
def test_both_sides_of_each_bound(name: str) -> None:
    limit = LIMITS[name]
    assert limit.broken_by(limit.lowest) is None
    assert limit.broken_by(limit.highest) is None
    assert limit.broken_by(limit.lowest - 1) == "not_within"
    assert limit.broken_by(limit.highest + 1) == "not_within"
    assert limit.broken_by(limit.lowest + limit.step) is None
    if limit.step > 1:
        assert limit.broken_by(limit.lowest + 1) == "off_step"
        assert limit.broken_by(limit.highest - 1) == "off_step"


@pytest.mark.parametrize("name", LIMITS)
def test_both_sides_of_the_usual_range(name: str) -> None:
    limit = LIMITS[name]
    low, high = limit.usual
    assert limit.lowest <= low < high <= limit.highest
    assert limit.is_usual(low)
    assert limit.is_usual(high)
    assert not limit.is_usual(low - 1)
    assert not limit.is_usual(high + 1)


@pytest.mark.parametrize("value", [None, True, 1.0, "1", b"1"])
@pytest.mark.parametrize("name", LIMITS)
def test_only_integers(name: str, value: Any) -> None:
    assert LIMITS[name].broken_by(value) == "not_an_integer"


def test_a_broken_limit_tells_its_bounds() -> None:
    problems = Problems()
    assert not check_limit(problems, "OD", "sphere", 241, LIMITS["sphere"])
    assert not check_limit(problems, "OS", "pd_far", 403, LIMITS["pd_far"])
    assert not check_limit(problems, "", "vertex", None, LIMITS["vertex"], required=True)
    assert check_limit(problems, "", "vertex", None, LIMITS["vertex"])
    assert [str(each) for each in problems.found] == [
        "OD sphere: must be from -30.00 D to +30.00 D (got 241)",
        "OS pd_far: must be in steps of 0.5 mm, from 40.0 mm to 80.0 mm (got 403)",
        "vertex: is required (got None)",
    ]
    assert problems.found[0].params["highest"] == 240


def test_an_unusual_value_tells_the_usual_ones() -> None:
    problems = Problems()
    for value in (None, 6, 28, 4, 30):
        note_unusual(problems, "OD", "addition", value, LIMITS["addition"])
    assert [(each.value, each.rule) for each in problems.found] == [
        (4, "is usually from +0.75 D to +3.50 D"),
        (30, "is usually from +0.75 D to +3.50 D"),
    ]


@pytest.mark.parametrize(
    ("setting", "name", "value"),
    [
        ("eighths", "sphere", -3),
        ("eighths", "cylinder", 5),
        ("eighths", "addition", 9),
        ("tenths_of_mm", "pd_far", 631),
        ("tenths_of_mm", "pd_near", 599),
        ("tenths_of_mm", "pd_monocular", 314),
        ("hundredths_of_prism", "prism_horizontal", 212),
        ("hundredths_of_prism", "prism_vertical", -213),
        ("fresnel", "prism_horizontal", 4000),
        ("fresnel", "prism_vertical", -4000),
    ],
)
def test_what_a_setting_allows(setting: str, name: str, value: int) -> None:
    table = adapted(**{setting: True})
    assert LIMITS[name].broken_by(value) is not None
    assert table[name].broken_by(value) is None
    changed = {key for key in LIMITS if table[key] != LIMITS[key]}
    assert (
        changed
        == {
            "eighths": {"sphere", "cylinder", "addition"},
            "tenths_of_mm": {"pd_far", "pd_near", "pd_monocular"},
            "hundredths_of_prism": {"prism_horizontal", "prism_vertical"},
            "fresnel": {"prism_horizontal", "prism_vertical"},
        }[setting]
    )


def test_without_a_setting_the_table_is_the_same() -> None:
    assert adapted() == LIMITS


@pytest.mark.parametrize("name", ["prism_horizontal", "prism_vertical"])
def test_fresnel_prisms_end_at_forty(name: str) -> None:
    limit = adapted(fresnel=True)[name]
    assert (number(limit, limit.lowest), number(limit, limit.highest)) == ("-40", "40")
    assert limit.usual == LIMITS[name].usual
