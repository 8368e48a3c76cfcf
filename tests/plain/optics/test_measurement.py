"""Measurements: columns by kind, both sides of each limit, and the powers derived from them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.measurement import (
    COLUMNS,
    MEASURED,
    Dominance,
    EyeMeasurement,
    Kind,
    Measurement,
    corneal_power,
    derived,
)
from optics.prescription import Prescription
from optics.problems import InvalidPrescription
from optics.units import Unit
from optics.vocabulary import Eye, EyeState, Purpose

from .strategies import axes, problems_of, told

BOUNDS: dict[str, tuple[Kind, int, int, int]] = {
    # Kind, lowest, highest and step, in the integers that are kept.
    "sphere": (Kind.OBJECTIVE, -3000, 3000, 1),
    "cylinder": (Kind.CYCLOPLEGIC, -1200, 1200, 1),
    "addition": (Kind.SUBJECTIVE, 25, 600, 1),
    "prism_horizontal": (Kind.HABITUAL, -2000, 2000, 1),
    "prism_vertical": (Kind.HABITUAL, -2000, 2000, 1),
    "pd_monocular": (Kind.OBJECTIVE, 200, 400, 1),
    "k1_radius": (Kind.KERATOMETRY, 500, 1200, 1),
    "k2_radius": (Kind.KERATOMETRY, 500, 1200, 1),
    "iop": (Kind.PRESSURE, 0, 800, 1),
}
PAIR_BOUNDS = {"pd_far": (400, 800, 1), "pd_near": (380, 780, 1), "vertex": (500, 2500, 5)}


def refracted(**values: Any) -> EyeMeasurement:
    return EyeMeasurement(measured=True, **values)


def of_kind(kind: Kind, **values: Any) -> Measurement:
    """A measurement of both eyes; of a kind without a refraction with something told of OS."""
    if "sphere" in COLUMNS[kind]:
        axis = 10 if values.get("cylinder") else None
        return Measurement(kind=kind, od=refracted(axis=axis, **values), os=refracted())
    beside = {Kind.KERATOMETRY: {"k1_radius": 780}, Kind.PRESSURE: {"iop": 150}}[kind]
    return Measurement(kind=kind, od=EyeMeasurement(**values), os=EyeMeasurement(**beside))


@pytest.mark.parametrize("name", BOUNDS)
def test_both_sides_of_each_bound(name: str) -> None:
    kind, lowest, highest, step = BOUNDS[name]
    for value in (lowest, highest):
        assert getattr(of_kind(kind, **{name: value}).od, name) == value
    for value in (lowest - step, highest + step):
        (problem,) = problems_of(lambda value=value: of_kind(kind, **{name: value}))  # type: ignore[misc]
        assert (problem.eye, problem.field, problem.value) == ("OD", name, value)
        assert problem.code == "not_within"


@pytest.mark.parametrize("name", PAIR_BOUNDS)
def test_both_sides_of_the_pairs_bounds(name: str) -> None:
    lowest, highest, step = PAIR_BOUNDS[name]
    for value, holds in (
        (lowest, True),
        (highest, True),
        (lowest - step, False),
        (highest + step, False),
    ):
        try:
            Measurement(kind=Kind.OBJECTIVE, od=refracted(), **{name: value})  # type: ignore[arg-type]
            assert holds
        except InvalidPrescription:
            assert not holds


def test_every_limit_tells_its_source() -> None:
    assert {limit.source for limit in MEASURED.values()} == {"D3", "D5", "D6", "own"}


def test_every_column_of_the_table_exists_and_every_column_is_of_a_kind() -> None:
    existing = {each.name for part in (EyeMeasurement, Measurement) for each in fields(part)}
    assert set().union(*COLUMNS.values()) == existing - {"kind", "od", "os"}
    assert set(COLUMNS) == set(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_what_is_of_another_kind_is_empty(kind: Kind) -> None:
    values: dict[str, Any] = {
        **{"measured": True, "sphere": -25, "cylinder": -25, "axis": 10, "addition": 100},
        **{"prism_horizontal": 25, "prism_vertical": 25, "pd_monocular": 310},
        **{"k1_radius": 780, "k1_axis": 10, "k2_radius": 770, "k2_axis": 100, "iop": 150},
    }
    acuities = {name: "1,0" for name in set().union(*COLUMNS.values()) if "acuity" in name}
    pair: dict[str, Any] = {
        **{"pd_far": 620, "pd_near": 590, "vertex": 1200},
        **{"dominance": Dominance.OD, "iop_method": "Маклаков"},
    }
    eye = EyeMeasurement(**values, **acuities)
    expected = {
        *((each, name) for each in Eye for name in {*values, *acuities} - COLUMNS[kind]),
        *(("", name) for name in {*pair, *acuities} - COLUMNS[kind]),
    }
    found = told(lambda: Measurement(kind=kind, od=eye, os=eye, **pair, **acuities))
    assert found == {(where, name, "not_of_kind") for where, name in expected}


@pytest.mark.parametrize("kind", Kind)
def test_something_is_measured(kind: Kind) -> None:
    assert told(lambda: Measurement(kind=kind)) == {("", "kind", "nothing_measured")}


def test_one_eye_or_one_value_is_enough() -> None:
    Measurement(kind=Kind.OBJECTIVE, os=refracted())
    Measurement(kind=Kind.ACUITY, acuity_corrected_far="1,0")
    Measurement(kind=Kind.DOMINANCE, dominance=Dominance.NONE)
    Measurement(kind=Kind.PRESSURE, os=EyeMeasurement(iop=155))


def test_an_eye_that_is_not_measured_has_no_powers() -> None:
    left = EyeMeasurement(sphere=-25, cylinder=-50, axis=10, pd_monocular=310)
    assert told(lambda: Measurement(kind=Kind.SUBJECTIVE, od=refracted(), os=left)) == {
        ("OS", name, "eye_not_measured") for name in ("sphere", "cylinder", "axis")
    }


def test_axes() -> None:
    assert refracted(cylinder=-1, axis=0).axis == 180
    assert EyeMeasurement(k1_axis=0, k2_axis=90).k1_axis == 180
    wrong = {
        "axis_missing": refracted(cylinder=-25),
        "axis_without_cylinder": refracted(axis=5),
        "not_within": refracted(cylinder=-25, axis=181),
    }
    for code, eye in wrong.items():
        found = told(lambda eye=eye: Measurement(kind=Kind.OBJECTIVE, os=eye))  # type: ignore[misc]
        assert found == {("OS", "axis", code)}
    cornea = EyeMeasurement(k1_radius=780, k1_axis=181, k2_axis=90)
    assert told(lambda: Measurement(kind=Kind.KERATOMETRY, od=cornea)) == {
        ("OD", "k1_axis", "not_within"),
        ("OD", "k2_axis", "axis_without_radius"),
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, None) for text in ("0,001", "2.0", "счёт пальцев", "0")),
        ("2,001", "not_within"),
        ("good", "not_an_acuity"),
    ],
)
def test_acuities_are_read(text: str, code: str | None) -> None:
    def build() -> Measurement:
        eye = EyeMeasurement(acuity_pinhole_near=text)
        return Measurement(kind=Kind.ACUITY, od=eye, acuity_uncorrected_far=text)

    if code is None:
        assert build().od.acuity_pinhole_near == text
    else:
        assert told(build) == {
            ("OD", "acuity_pinhole_near", code),
            ("", "acuity_uncorrected_far", code),
        }


def test_all_problems_are_told_at_once() -> None:
    right = refracted(sphere=9999, acuity_corrected_far="good", pd_monocular=300)
    left = refracted(cylinder=-25, iop=150, pd_monocular=300)
    assert told(
        lambda: Measurement(kind=Kind.SUBJECTIVE, od=right, os=left, pd_far=640, vertex=1)
    ) == {
        ("OD", "sphere", "not_within"),
        ("OD", "acuity_corrected_far", "not_an_acuity"),
        ("OS", "axis", "axis_missing"),
        ("OS", "iop", "not_of_kind"),
        ("", "vertex", "not_within"),
        ("", "pd_far", "not_the_sum"),
    }


def test_choices() -> None:
    assert told(lambda: Measurement(kind="guess")) == {("", "kind", "unknown_choice")}  # type: ignore[arg-type]
    wrong: Any = "left"
    assert told(lambda: Measurement(kind=Kind.DOMINANCE, dominance=wrong)) == {
        ("", "dominance", "unknown_choice")
    }


@pytest.mark.parametrize(
    ("radius", "power"), [(780, 4327), (750, 4500), (500, 6750), (1200, 2813), (843, 4004)]
)
def test_corneal_power(radius: int, power: int) -> None:
    assert corneal_power(radius) == power


def test_no_radius_has_no_power() -> None:
    with pytest.raises(ValueError, match="positive"):
        corneal_power(0)


def test_units_of_devices_are_shown() -> None:
    assert Unit.HUNDREDTH_DIOPTRE.shown(-137) == "-1,37"
    assert Unit.HUNDREDTH_DIOPTRE.shown(4) == "+0,04"
    assert Unit.TENTH_MMHG.shown(155) == "15,5"
    assert Unit.TENTH_MMHG.symbol == "mmHg"


@pytest.mark.parametrize(
    ("measured", "eighths"),
    [(-137, -10), (-138, -12), (137, 10), (138, 12), (-12, 0), (12, 0), (13, 2), (-13, -2)],
)
def test_powers_go_to_the_nearest_quarter(measured: int, eighths: int) -> None:
    eye = refracted(sphere=measured, cylinder=measured, axis=20)
    power = derived(Measurement(kind=Kind.OBJECTIVE, od=eye))[Eye.OD]
    assert (power.sphere, power.cylinder) == (eighths, eighths)
    assert power.axis == (20 if eighths else None)


def test_what_else_is_derived() -> None:
    right = refracted(
        sphere=-3, addition=187, prism_horizontal=-113, prism_vertical=12, pd_monocular=312
    )
    left = EyeMeasurement(pd_monocular=310)
    both = derived(Measurement(kind=Kind.SUBJECTIVE, od=right, os=left))
    od, os = both[Eye.OD], both[Eye.OS]
    assert (od.sphere, od.addition, od.prism_horizontal, od.prism_vertical, od.pd_monocular) == (
        *(0, 14, -125, 0),
        312,
    )
    assert (os.state, os.sphere, os.pd_monocular) == (EyeState.BALANCE, None, 310)


@given(
    sphere=st.integers(-3000, 3000),
    cylinder=st.integers(-1000, 1000).filter(bool),
    axis=axes,
    addition=st.none() | st.integers(25, 600),
    prism=st.integers(-2000, 2000),
)
def test_what_is_derived_is_a_prescription_near_the_measurement(
    sphere: int, cylinder: int, axis: int, addition: int | None, prism: int
) -> None:
    eye = refracted(
        sphere=sphere, cylinder=cylinder, axis=axis, addition=addition, prism_vertical=prism
    )
    eyes = derived(Measurement(kind=Kind.SUBJECTIVE, od=eye))
    od = Prescription(Purpose.DISTANCE, eyes[Eye.OD], eyes[Eye.OS]).od
    assert od.sphere is not None
    told = [(od.sphere, sphere), (od.cylinder, cylinder), (od.addition or 0, addition or 0)]
    for eighths, hundredths in told:
        assert abs(Unit.EIGHTH_DIOPTRE.exact(eighths) * 100 - hundredths) <= 12
    assert abs(od.prism_vertical - prism) <= 12
