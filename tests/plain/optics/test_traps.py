"""Slips of the pen are asked about, right prescriptions are not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.prescription import EyePrescription, Prescription
from optics.refraction import Refraction
from optics.traps import RULES, Question, distance, questions, usual_addition
from optics.vocabulary import Eye, EyeState, Purpose

AGAINST_LAST = {
    *("eyes_swapped", "sign_flipped", "cylinder_flipped", "axis_turned", "mirror_lost"),
    *("decimal_slipped", "jump", "near_weaker", "pd_changed"),
}


def eye(
    sphere: int = -10, cylinder: int = 0, axis: int | None = None, **more: int
) -> EyePrescription:
    return EyePrescription(sphere=sphere, cylinder=cylinder, axis=axis, **more)


def glasses(
    od: EyePrescription | None = None,
    os: EyePrescription | None = None,
    purpose: Purpose = Purpose.DISTANCE,
    pd_far: int | None = 620,
    **more: int,
) -> Prescription:
    return Prescription(purpose, od or eye(), os or eye(), pd_far=pd_far, **more)


def asked(new: Prescription, last: Prescription | None = None, age: int | None = 30) -> set[str]:
    return {f"{each.eye} {each.code}".strip() for each in questions(new, last, age)}


TORIC = glasses(eye(-16, -8, 20), eye(-24, -8, 160))
VARIFOCAL = glasses(eye(addition=16), eye(addition=16), Purpose.PROGRESSIVE)

SLIPS = [
    ("eyes_swapped", glasses(eye(-8), eye(-24)), glasses(eye(-24), eye(-8)), 30),
    ("OD sign_flipped", glasses(eye(-10), eye(-8)), glasses(eye(10), eye(-8)), 30),
    ("OS sign_flipped", glasses(eye(-10), eye(8)), glasses(eye(-10), eye(-8)), 30),
    ("OD cylinder_flipped", TORIC, replace(TORIC, od=eye(-16, 8, 20)), 30),
    ("OS axis_turned", TORIC, replace(TORIC, os=eye(-24, -8, 70)), 30),
    ("mirror_lost", TORIC, replace(TORIC, os=eye(-24, -8, 20)), 30),
    ("OD decimal_slipped", glasses(eye(-10)), glasses(eye(-100)), 30),
    ("OS decimal_slipped", glasses(os=eye(-80)), glasses(os=eye(-8)), 30),
    ("OD jump", glasses(eye(-10)), glasses(eye(-20)), 30),
    ("OS near_weaker", glasses(), glasses(eye(2), eye(-12), Purpose.NEAR), 50),
    ("spheres_differ", None, glasses(eye(-10), eye(6)), 30),
    ("cylinders_differ", None, glasses(eye(-10, -4, 90), eye(-10, 4, 90)), 30),
    ("anisometropia", None, glasses(eye(-4), eye(-22)), 30),
    ("addition_missing", None, glasses(purpose=Purpose.BIFOCAL), 50),
    ("addition_missing", None, replace(VARIFOCAL, os=eye()), 52),
    ("addition_for_distance", None, glasses(eye(addition=8), eye(addition=8)), 50),
    ("additions_differ", None, replace(VARIFOCAL, os=eye(addition=14)), 52),
    ("OD addition_of_age", None, VARIFOCAL, 41),
    ("OS addition_of_age", None, replace(VARIFOCAL, od=eye(addition=12), os=eye(addition=12)), 72),
    ("pd_missing", None, glasses(pd_far=None), 30),
    ("pd_changed", glasses(), glasses(pd_far=645), 30),
    ("pd_changed", glasses(), glasses(pd_far=645), None),
]
RIGHT = [
    ("the same again", TORIC, TORIC, 30),
    ("in the other form", TORIC, glasses(eye(-24, 8, 110), eye(-32, 8, 70)), 30),
    ("a year's change", glasses(eye(-10), eye(-12)), glasses(eye(-14), eye(-16)), 14),
    ("a small sign", glasses(eye(-4), eye(-4)), glasses(eye(4), eye(4)), 30),
    ("an axis of a small cylinder", glasses(eye(-10, -2, 10)), glasses(eye(-10, -2, 100)), 30),
    ("varifocals of an age", VARIFOCAL, VARIFOCAL, 52),
    ("an age that nobody knows", None, VARIFOCAL, None),
    ("near beside distance", glasses(), glasses(eye(6), eye(6), Purpose.NEAR), 55),
    ("a child's face has grown", glasses(pd_far=540), glasses(pd_far=565), 12),
    ("one eye", None, glasses(os=EyePrescription(EyeState.PROSTHESIS)), 30),
    (
        "distances of each eye",
        None,
        glasses(eye(pd_monocular=310), eye(pd_monocular=315), pd_far=None),
        30,
    ),
    ("alike eyes change places", glasses(eye(-10), eye(-12)), glasses(eye(-12), eye(-10)), 30),
]


@pytest.mark.parametrize(("code", "last", "new", "age"), SLIPS)
def test_a_slip_is_asked_about(
    code: str, last: Prescription | None, new: Prescription, age: int | None
) -> None:
    assert code in asked(new, last, age)


@pytest.mark.parametrize(("what", "last", "new", "age"), RIGHT)
def test_what_is_right_is_not(
    what: str, last: Prescription | None, new: Prescription, age: int | None
) -> None:
    assert asked(new, last, age) == set(), what


def test_each_rule_has_a_slip_here() -> None:
    """Rules that ask several things have one for each; see the questions' codes."""
    seen = {f"_ask_{code.split()[-1]}" for code, *_case in SLIPS}
    several = {"_ask_addition", "_ask_distance"}
    assert {rule.__name__ for rule in RULES} - several <= seen


def test_other_purposes_are_not_compared() -> None:
    near = glasses(eye(6), eye(6), Purpose.NEAR)
    assert not asked(glasses(), near) & AGAINST_LAST


EYES = st.builds(
    lambda sphere, cylinder, axis, addition: EyePrescription(
        sphere=2 * sphere,
        cylinder=2 * cylinder,
        axis=axis if cylinder else None,
        addition=2 * addition or None,
    ),
    st.integers(-60, 60),
    st.integers(-20, 20),
    st.integers(1, 180),
    st.integers(0, 12),
)
PRESCRIPTIONS = st.builds(
    glasses,
    EYES,
    EYES,
    st.sampled_from([each for each in Purpose if each is not Purpose.CONTACT_LENSES]),
    st.sampled_from([None, *range(500, 705, 5)]),
)
AGES = st.none() | st.integers(3, 95)


@given(PRESCRIPTIONS, AGES)
def test_nothing_has_changed(prescription: Prescription, age: int | None) -> None:
    assert not asked(prescription, prescription, age) & AGAINST_LAST


@given(PRESCRIPTIONS, st.none() | PRESCRIPTIONS, AGES)
def test_both_eyes_are_asked_alike(
    new: Prescription, last: Prescription | None, age: int | None
) -> None:
    """What is asked of the right eye is asked of the left, where they change places."""

    def crossed(prescription: Prescription) -> Prescription:
        return replace(prescription, od=prescription.os, os=prescription.od)

    def told(found: tuple[Question, ...]) -> set[tuple[str, str]]:
        return {(each.code, each.eye) for each in found}

    other = {Eye.OD: Eye.OS, Eye.OS: Eye.OD, "": ""}
    mirrored = questions(crossed(new), last and crossed(last), age)
    assert told(questions(new, last, age)) == {(code, other[at]) for code, at in told(mirrored)}


@given(PRESCRIPTIONS)
def test_the_form_of_the_cylinder_changes_no_distance(prescription: Prescription) -> None:
    right, left = prescription.od.refraction, prescription.os.refraction
    assert right and left
    assert distance(right, right.transposed()) == pytest.approx(0, abs=1e-9)
    assert distance(right, left) == pytest.approx(distance(left.transposed(), right), abs=1e-9)


def test_distance_is_in_dioptres() -> None:
    assert distance(Refraction(-8), Refraction(-16)) == pytest.approx(1.0)
    # Two cylinders of 1 D at right angles: half a dioptre to either side of the same equivalent.
    assert distance(Refraction(0, -8, 180), Refraction(0, -8, 90)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("age", "addition"),
    [
        (None, None),
        (39, None),
        (40, 0.75),
        (44, 0.75),
        (45, 1.25),
        (64, 2.5),
        (65, 2.75),
        (99, 2.75),
    ],
)
def test_the_usual_addition_of_an_age(age: int | None, addition: float | None) -> None:
    assert usual_addition(age) == addition
