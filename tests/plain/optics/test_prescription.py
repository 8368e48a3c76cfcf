"""The whole prescription: what can be built, and that all problems are told at once."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.contact_lens import ContactLens
from optics.limits import LIMITS, adapted
from optics.prescription import EyePrescription, Prescription
from optics.prism import Imbalance, Prism
from optics.refraction import Refraction
from optics.vocabulary import (
    AcuityWord,
    AdditionLevel,
    Eye,
    EyeState,
    LensDesign,
    Purpose,
)

from .strategies import axes, problems_of, told

SPHERE = EyePrescription(sphere=-10)
TORIC = EyePrescription(sphere=-16, cylinder=-8, axis=20, addition=16)
POWERLESS = [state for state in EyeState if state is not EyeState.POWERED]
SHARED = ("pd_far", "pd_near", "vertex", "working_distance_near", "working_distance_intermediate")
OF_EYE = (
    *("sphere", "cylinder", "addition", "prism_horizontal", "prism_vertical"),
    *("acuity", "pd_monocular"),
)


def glasses(
    od: EyePrescription = SPHERE,
    os: EyePrescription = SPHERE,
    purpose: Purpose = Purpose.DISTANCE,
    **rest: Any,
) -> Prescription:
    return Prescription(purpose, od, os, **rest)


def lenses(od: EyePrescription, os: EyePrescription = SPHERE, **rest: Any) -> Prescription:
    return glasses(od, os, Purpose.CONTACT_LENSES, **rest)


def eye(name: str, value: Any) -> EyePrescription:
    """A right eye but for the one field; a cylinder has its axis."""
    axis = 90 if name == "cylinder" and value else None
    return replace(EyePrescription(sphere=0, axis=axis), **{name: value})


@pytest.mark.parametrize("purpose", Purpose)
def test_a_sphere_alone_is_a_prescription(purpose: Purpose) -> None:
    one = glasses(purpose=purpose)
    assert one.od.refraction == Refraction(-10)
    assert one.od.near_refraction is None
    assert one.unusual() == ()


def test_a_full_one() -> None:
    one = Prescription(
        Purpose.PROGRESSIVE,
        replace(TORIC, prism_vertical=100, acuity=1000, pd_monocular=320),
        replace(SPHERE, prism_horizontal=50, acuity=AcuityWord.HAND_MOVEMENT, pd_monocular=315),
        pd_far=635,
        pd_near=600,
        vertex=1375,
        working_distance_near=400,
        working_distance_intermediate=700,
    )
    assert one.od.refraction == Refraction(-16, -8, 20)
    assert one.od.near_refraction == Refraction(0, -8, 20)
    assert one.od.prism == Prism(0, 100)
    assert one.imbalance == Imbalance(50, 100)
    assert [each for each, _ in one.eyes()] == [Eye.OD, Eye.OS]
    assert one.unusual() == ()
    with pytest.raises(FrozenInstanceError):
        one.vertex = 1200  # type: ignore[misc]


@pytest.mark.parametrize("name", OF_EYE)
@pytest.mark.parametrize("side", Eye)
def test_bounds_of_each_field_of_an_eye(side: Eye, name: str) -> None:
    def build(value: Any) -> Prescription:
        return glasses(**{side.lower(): eye(name, value)})

    limit = LIMITS[name]
    for value in (limit.lowest, limit.highest):
        assert getattr(getattr(build(value), side.lower()), name) == value
    for value in (limit.lowest - limit.step, limit.highest + limit.step):
        (problem,) = problems_of(lambda value=value: build(value))
        assert (problem.eye, problem.field, problem.value) == (side, name, value)
        assert problem.code == "not_within"
        assert problem.params == limit.params
    if limit.step > 1:
        assert told(lambda: build(limit.highest - 1)) == {(side, name, "off_step")}
    assert told(lambda: build("5")) == {(side, name, "not_an_integer")}


@pytest.mark.parametrize("name", SHARED)
def test_bounds_of_each_shared_field(name: str) -> None:
    limit = LIMITS[name]
    for value in (limit.lowest, limit.highest):
        assert getattr(glasses(**{name: value}), name) == value
    for value in (limit.lowest - limit.step, limit.highest + limit.step):
        assert told(lambda value=value: glasses(**{name: value})) == {("", name, "not_within")}
    if limit.step > 1:
        assert told(lambda: glasses(**{name: limit.lowest + 1})) == {("", name, "off_step")}


def test_settings_reach_the_prescription() -> None:
    eighth = EyePrescription(sphere=-3, cylinder=-1, axis=5, addition=9)
    assert told(lambda: glasses(eighth)) == {
        ("OD", "sphere", "off_step"),
        ("OD", "cylinder", "off_step"),
        ("OD", "addition", "off_step"),
    }
    assert glasses(eighth, table=adapted(eighths=True)).od == eighth
    assert glasses(pd_far=631, table=adapted(tenths_of_mm=True)).pd_far == 631
    strong = replace(SPHERE, prism_vertical=3000)
    assert glasses(strong, table=adapted(fresnel=True)).od.prism == Prism(0, 3000)
    with pytest.raises(ValueError, match="off|steps"):
        replace(glasses(eighth, table=adapted(eighths=True)), vertex=1200)


def test_all_problems_at_once() -> None:
    od = EyePrescription(sphere=300, cylinder=-4, addition=50, pd_monocular=100, acuity=0)
    os = EyePrescription(EyeState.PROSTHESIS, sphere=-8, pd_monocular=320)
    assert told(
        lambda: Prescription("sun", od, os, pd_far=640, pd_near=645, vertex=400)  # type: ignore[arg-type]
    ) == {
        ("", "purpose", "unknown_choice"),
        ("OD", "sphere", "not_within"),
        ("OD", "axis", "axis_missing"),
        ("OD", "addition", "not_within"),
        ("OD", "acuity", "not_within"),
        ("OD", "pd_monocular", "not_within"),
        ("OS", "sphere", "power_of_no_lens"),
        ("", "pd_near", "near_beyond_far"),
        ("", "vertex", "not_within"),
    }


def test_distances_of_both_eyes_are_compared() -> None:
    od, os = replace(SPHERE, pd_monocular=320), replace(SPHERE, pd_monocular=330)
    assert told(lambda: glasses(od, os, pd_far=640)) == {("", "pd_far", "not_the_sum")}
    assert glasses(od, os, pd_far=645).pd_far == 645


@pytest.mark.parametrize(
    ("entered", "code"),
    [
        (EyePrescription(sphere=0, cylinder=-4), "axis_missing"),
        (EyePrescription(sphere=0, axis=90), "axis_without_cylinder"),
        (EyePrescription(sphere=0, cylinder=-4, axis=181), "not_within"),
        (EyePrescription(sphere=0, cylinder=-4, axis=-1), "not_within"),
    ],
)
def test_axis_goes_with_a_cylinder(entered: EyePrescription, code: str) -> None:
    assert told(lambda: glasses(SPHERE, entered)) == {("OS", "axis", code)}


@given(axes)
def test_axis_is_kept(axis: int) -> None:
    assert glasses(EyePrescription(sphere=0, cylinder=4, axis=axis)).od.axis == axis


def test_axis_nought_is_180() -> None:
    assert glasses(EyePrescription(sphere=0, cylinder=4, axis=0)).od.axis == 180


def test_a_powered_eye_needs_its_powers() -> None:
    empty: Any = None
    entered = EyePrescription(cylinder=empty, prism_vertical=empty)
    assert told(lambda: glasses(entered)) == {
        ("OD", "sphere", "required"),
        ("OD", "cylinder", "required"),
        ("OD", "prism_vertical", "required"),
    }
    assert EyePrescription().refraction is None


@pytest.mark.parametrize("state", POWERLESS)
def test_a_state_without_power_carries_none(state: EyeState) -> None:
    plain = EyePrescription(state, acuity=100, pd_monocular=320)
    assert glasses(plain).od.refraction is None
    assert glasses(plain).od.near_refraction is None
    assert glasses(replace(plain, sphere=0)).od.refraction is None
    full = EyePrescription(
        state,
        sphere=-8,
        cylinder=-4,
        axis=90,
        addition=16,
        prism_horizontal=100,
        prism_vertical=-100,
        contact_lens=ContactLens(),
    )
    found = problems_of(lambda: glasses(SPHERE, full, Purpose.CONTACT_LENSES))
    assert {(each.eye, each.code, each.params["state"]) for each in found} == {
        ("OS", "power_of_no_lens", state)
    }
    assert {each.field for each in found} == {
        *("sphere", "cylinder", "axis", "addition"),
        *("prism_horizontal", "prism_vertical", "contact_lens"),
    }
    assert f"not with {state}" in found[0].rule


def test_an_unknown_state() -> None:
    entered = EyePrescription("glass", sphere=0)  # type: ignore[arg-type]
    assert told(lambda: glasses(entered)) == {("OD", "state", "unknown_choice")}


LENS = ContactLens(base_curve=860, diameter=142)


def test_a_contact_lens() -> None:
    multifocal = replace(LENS, addition_level=AdditionLevel.LOW, design=LensDesign.DOMINANT)
    od = EyePrescription(sphere=-10, cylinder=-6, axis=10, contact_lens=multifocal)
    os = EyePrescription(
        sphere=-10, addition=12, contact_lens=replace(LENS, design=LensDesign.NON_DOMINANT)
    )
    assert lenses(od, os).od.contact_lens == multifocal
    assert lenses(od, os).unusual() == ()
    assert told(lambda: glasses(od, os)) == {
        ("OD", "contact_lens", "only_contact_lenses"),
        ("OS", "contact_lens", "only_contact_lenses"),
    }


@pytest.mark.parametrize("name", ["base_curve", "diameter"])
def test_bounds_of_a_contact_lens(name: str) -> None:
    def build(value: int) -> Prescription:
        return lenses(replace(SPHERE, contact_lens=replace(LENS, **{name: value})))

    limit = LIMITS[name]
    for value in (limit.lowest, limit.highest):
        (problem,) = build(value).unusual()
        assert (problem.eye, problem.field, problem.code) == ("OD", name, "unusual")
    for value in (limit.lowest - 1, limit.highest + 1):
        assert told(lambda value=value: build(value)) == {("OD", name, "not_within")}


@pytest.mark.parametrize(
    ("entered", "field", "code"),
    [
        (EyePrescription(sphere=0, cylinder=2, axis=10), "cylinder", "not_within"),
        (EyePrescription(sphere=0, cylinder=-82, axis=10), "cylinder", "not_within"),
        (EyePrescription(sphere=-1), "sphere", "off_step"),
        (EyePrescription(sphere=242), "sphere", "not_within"),
        (EyePrescription(sphere=-242), "sphere", "not_within"),
        (
            EyePrescription(
                sphere=0, addition=8, contact_lens=ContactLens(addition_level=AdditionLevel.HIGH)
            ),
            "addition_level",
            "two_additions",
        ),
        (
            EyePrescription(sphere=0, contact_lens=ContactLens(design=LensDesign.DOMINANT)),
            "design",
            "design_without_addition",
        ),
        (
            EyePrescription(
                sphere=0,
                contact_lens=ContactLens(addition_level="much"),  # type: ignore[arg-type]
            ),
            "addition_level",
            "unknown_choice",
        ),
    ],
)
def test_what_no_contact_lens_is(entered: EyePrescription, field: str, code: str) -> None:
    # Eighths are a setting of spectacles: no contact lens is made in them.
    assert told(lambda: lenses(entered, table=adapted(eighths=True))) == {("OD", field, code)}


@pytest.mark.parametrize(
    ("sphere", "neighbours"),
    [(-48, None), (-50, (-52, -48)), (100, None), (102, (100, 104)), (108, (104, 112))],
)
def test_off_the_standard_is_unusual(sphere: int, neighbours: tuple[int, int] | None) -> None:
    found = lenses(EyePrescription(sphere=sphere)).unusual()
    assert [(each.code, each.params["lower"], each.params["upper"]) for each in found] == (
        [("off_standard_step", *neighbours)] if neighbours else []
    )
    assert glasses(EyePrescription(sphere=sphere)).unusual() == ()


@given(st.sampled_from(["addition", "prism_horizontal", "prism_vertical"]), st.data())
def test_unusual_values_of_an_eye(name: str, data: st.DataObject) -> None:
    limit = LIMITS[name]
    steps = st.integers(-(-limit.lowest // limit.step), limit.highest // limit.step)
    value = data.draw(steps) * limit.step
    found = [(each.eye, each.field, each.code) for each in glasses(eye(name, value)).unusual()]
    low, high = limit.usual
    assert found == ([] if low <= value <= high else [("OD", name, "unusual")])


@pytest.mark.parametrize(
    ("name", "usual", "unusual"),
    [
        ("vertex", (800, 1600), (795, 1605)),
        ("working_distance_near", (250, 600), (245, 605)),
        ("working_distance_intermediate", (500, 2000), (495, 2005)),
    ],
)
def test_unusual_shared_values(name: str, usual: tuple[int, int], unusual: tuple[int, int]) -> None:
    for value in usual:
        assert glasses(**{name: value}).unusual() == ()
    for value in unusual:
        assert [each.field for each in glasses(**{name: value}).unusual()] == [name]
