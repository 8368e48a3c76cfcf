"""Slips of the pen are asked about, right prescriptions are not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.prescription import EyePrescription, Prescription
from optics.refraction import Refraction
from optics.traps import CODES, Question, distance, questions, usual_addition, usual_distance
from optics.vocabulary import Eye, EyeState, Purpose

AGAINST_LAST = {
    *("eyes_swapped", "sign_flipped", "cylinder_flipped", "axis_turned", "mirror_lost"),
    *("decimal_slipped", "jump", "one_eye_changed", "near_weaker", "near_addition_of_age"),
    *("addition_changed", "addition_gone", "addition_new", "pd_changed"),
    *("eyes_identical", "columns_exchanged", "axis_digits"),
    *("axis_mirrored", "pd_monocular_changed", "pd_unlike_last"),
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
READERS = replace(VARIFOCAL, purpose=Purpose.NEAR)
"""Told as the power for distance and the addition."""
NEAR = glasses(eye(6), eye(6), Purpose.NEAR)
"""The same glasses, told as the power for near."""

BALANCE = EyePrescription(EyeState.BALANCE)
READ_NEAR = replace(NEAR, pd_far=None, pd_near=570)


def each_eye(right: int, left: int) -> Prescription:
    """Distances from the nose."""
    eyes = eye(pd_monocular=right), eye(pd_monocular=left)
    return glasses(*eyes, pd_far=right + left)


SLIPS = [
    ("eyes_swapped", glasses(eye(-8), eye(-24)), glasses(eye(-24), eye(-8)), 30),
    ("eyes_swapped", TORIC, glasses(eye(-24, -8, 20), eye(-16, -8, 160)), 30),
    ("eyes_swapped", glasses(os=BALANCE), glasses(od=BALANCE), 30),
    ("eyes_swapped", glasses(os=eye(-10, -4, 15)), glasses(od=eye(-10, -4, 15)), 30),
    (
        "eyes_swapped",
        glasses(eye(-10, -4, 85), eye(-10, -4, 100)),
        glasses(eye(-6, -4, 100), eye(-6, -4, 85)),
        30,
    ),
    ("eyes_swapped", each_eye(300, 325), each_eye(325, 300), 30),
    ("eyes_identical", glasses(eye(-8), eye(-12)), glasses(eye(-8), eye(-8)), 30),
    ("eyes_identical", None, glasses(eye(-8, -6, 35), eye(-8, -6, 35)), 30),
    ("eyes_identical", glasses(os=eye(-8, -4, 35)), glasses(*2 * [eye(-8, -4, 35)]), 30),
    ("OD sign_flipped", glasses(eye(-10), eye(-8)), glasses(eye(10), eye(-8)), 30),
    ("OS sign_flipped", glasses(eye(-10), eye(8)), glasses(eye(-10), eye(-8)), 30),
    ("OD cylinder_flipped", TORIC, replace(TORIC, od=eye(-16, 8, 20)), 30),
    ("OD columns_exchanged", glasses(eye(-12, -4, 35)), glasses(eye(-4, -12, 35)), 30),
    ("OS axis_digits", glasses(os=eye(-10, -4, 58)), glasses(os=eye(-10, -4, 85)), 30),
    ("OS axis_mirrored", glasses(os=eye(-10, -4, 160)), glasses(os=eye(-10, -4, 20)), 30),
    ("OS axis_turned", TORIC, replace(TORIC, os=eye(-24, -8, 70)), 30),
    ("mirror_lost", TORIC, replace(TORIC, os=eye(-24, -8, 20)), 30),
    ("OD decimal_slipped", glasses(eye(-10)), glasses(eye(-100)), 30),
    ("OS decimal_slipped", glasses(os=eye(-80)), glasses(os=eye(-8)), 30),
    ("OD jump", glasses(eye(-10)), glasses(eye(-20)), 30),
    ("one_eye_changed", glasses(eye(-10)), glasses(eye(-20)), 30),
    ("OD near_addition_of_age", glasses(), glasses(eye(20), eye(4), Purpose.NEAR), 50),
    ("OS near_weaker", glasses(), glasses(eye(2), eye(-12), Purpose.NEAR), 50),
    ("spheres_differ", None, glasses(eye(-10), eye(6)), 30),
    ("cylinders_differ", None, glasses(eye(-10, -4, 90), eye(-10, 4, 90)), 30),
    ("anisometropia", None, glasses(eye(-4), eye(-22)), 30),
    ("addition_missing", None, glasses(purpose=Purpose.BIFOCAL), 50),
    ("addition_missing", None, replace(VARIFOCAL, os=eye()), 52),
    ("addition_for_distance", None, glasses(eye(addition=8), eye(addition=8)), 50),
    ("additions_differ", None, replace(VARIFOCAL, os=eye(addition=14)), 52),
    ("additions_differ", READERS, replace(READERS, os=eye()), 52),
    ("additions_differ", None, glasses(eye(addition=8), eye(), Purpose.INTERMEDIATE), 52),
    ("addition_gone", READERS, NEAR, 52),
    ("addition_new", NEAR, replace(NEAR, od=eye(6, addition=16), os=eye(6, addition=16)), 52),
    ("OS jump", NEAR, replace(NEAR, od=eye(6, addition=16), os=eye(6, addition=16)), 52),
    ("OS jump", glasses(), replace(READERS, os=eye(6, addition=16)), 52),
    ("OD addition_of_age", None, VARIFOCAL, 41),
    ("OD addition_of_age", None, READERS, 41),
    ("OS addition_of_age", None, replace(VARIFOCAL, od=eye(addition=12), os=eye(addition=12)), 72),
    ("OD addition_changed", VARIFOCAL, replace(VARIFOCAL, od=eye(addition=12)), 52),
    ("OS addition_changed", VARIFOCAL, replace(VARIFOCAL, os=eye(addition=22)), 52),
    ("OS addition_changed", VARIFOCAL, replace(READERS, os=eye(addition=22)), 52),
    ("pd_missing", None, glasses(pd_far=None), 30),
    ("pd_missing", None, replace(VARIFOCAL, pd_far=None, pd_near=590), 52),
    ("pd_changed", glasses(), glasses(pd_far=645), 30),
    ("pd_changed", glasses(), glasses(pd_far=645), None),
    ("pd_changed", glasses(pd_far=540), glasses(pd_far=510), 12),
    ("pd_changed", glasses(pd_near=590), glasses(pd_near=555), 50),
    ("OD pd_monocular_changed", each_eye(300, 320), each_eye(320, 320), 30),
    ("pd_unlike_last", READ_NEAR, glasses(pd_far=690), 52),
    ("pd_unlike_last", glasses(), replace(READ_NEAR, pd_near=630), 52),
    ("pd_of_age", None, glasses(pd_far=760), 30),
    ("pd_of_age", None, glasses(pd_far=660), 5),
    ("pd_near_unlikely", None, glasses(pd_near=620), 50),
    ("pd_near_unlikely", None, glasses(pd_near=555), 50),
]
RIGHT = [
    ("the same again", TORIC, TORIC, 30),
    ("in the other form", TORIC, glasses(eye(-24, 8, 110), eye(-32, 8, 70)), 30),
    ("a year's change", glasses(eye(-10), eye(-12)), glasses(eye(-14), eye(-16)), 14),
    ("a small sign", glasses(eye(-4), eye(-4)), glasses(eye(4), eye(4)), 30),
    ("an axis of a small cylinder", glasses(eye(-10, -2, 10)), glasses(eye(-10, -2, 100)), 30),
    ("varifocals of an age", VARIFOCAL, VARIFOCAL, 52),
    ("an age that nobody knows", None, VARIFOCAL, None),
    ("eyes that were far apart before", *2 * [glasses(eye(-10), eye(14))], 30),
    ("additions that differed before", *2 * [replace(VARIFOCAL, os=eye(addition=14))], 52),
    ("an addition that is usual for her", *2 * [replace(VARIFOCAL, purpose=Purpose.BIFOCAL)], 41),
    ("a wide face, as before", *2 * [glasses(pd_far=760)], 30),
    ("near as the last varifocals had it", VARIFOCAL, NEAR, 52),
    ("near with the addition of the last varifocals", VARIFOCAL, READERS, 52),
    ("near beside distance", glasses(), NEAR, 55),
    ("near beside distance, with its addition", glasses(), READERS, 52),
    ("a child's face has grown", glasses(pd_far=540), glasses(pd_far=565), 12),
    ("one eye", None, glasses(os=EyePrescription(EyeState.PROSTHESIS)), 30),
    (
        "distances of each eye",
        None,
        glasses(eye(pd_monocular=310), eye(pd_monocular=315), pd_far=None),
        30,
    ),
    ("far as near had it", READ_NEAR, glasses(), 52),
    ("near as far had it", glasses(), READ_NEAR, 52),
    (
        "a desk's distance",
        None,
        replace(VARIFOCAL, purpose=Purpose.OFFICE, pd_far=None, pd_near=590),
        52,
    ),
    ("each eye's distance has grown", each_eye(270, 275), each_eye(290, 285), 12),
    ("the same axis, its own mirror", None, glasses(*2 * [eye(-8, -6, 180)]), 30),
    ("the same axis, as before", *2 * [glasses(*2 * [eye(-8, -6, 35)])], 30),
    ("the same now, nearly before", glasses(eye(-8), eye(-10)), glasses(eye(-8), eye(-8)), 30),
    ("an axis near its mirror", glasses(eye(-10, -4, 175)), glasses(eye(-10, -4, 5)), 30),
    ("digits of a weak cylinder", glasses(eye(-10, -2, 58)), glasses(eye(-10, -2, 85)), 30),
    ("the same balance lens", *2 * [glasses(os=BALANCE)], 30),
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


def test_each_question_has_a_slip_here() -> None:
    assert {code.split()[-1] for code, *_case in SLIPS} == set(CODES)


def test_years_explain_a_change() -> None:
    """Eight years of age: −0.43 D a year are usual, and no year is."""
    last, new = glasses(), glasses(eye(-22), eye(-22))
    assert {each.code for each in questions(new, last, 8)} == set()
    assert {each.code for each in questions(new, last, 8, 0.5)} == {"jump"}
    assert {each.code for each in questions(new, last, 40, 2.0)} == {"jump"}


def test_years_raise_an_addition() -> None:
    new = replace(VARIFOCAL, od=eye(addition=20), os=eye(addition=20))
    assert "OD addition_changed" not in asked(new, VARIFOCAL, 52)
    assert {each.code for each in questions(new, VARIFOCAL, 70)} == {"addition_changed"}


def test_a_slip_against_glasses_of_the_other_purpose() -> None:
    """Cylinder, axis and the difference of both eyes are the same for far and near."""
    near = glasses(eye(0, -8, 20), eye(-8, -8, 160), Purpose.NEAR)
    assert asked(near, TORIC, 50) == set()
    assert "OS axis_turned" in asked(replace(near, os=eye(-8, -8, 70)), TORIC, 50)
    assert "one_eye_changed" in asked(replace(near, os=eye(8, -8, 160)), TORIC, 50)


def test_other_purposes_are_not_compared() -> None:
    assert not asked(glasses(), NEAR) & AGAINST_LAST


def test_contact_lenses_are_not_compared_with_glasses() -> None:
    lenses = glasses(eye(-80), eye(-40), Purpose.CONTACT_LENSES, pd_far=None)
    worn = glasses(eye(-90), eye(-50))
    assert not asked(lenses, worn) & AGAINST_LAST
    assert not asked(worn, lenses) & AGAINST_LAST


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
        (65, 2.5),
        (99, 2.5),
    ],
)
def test_the_usual_addition_of_an_age(age: int | None, addition: float | None) -> None:
    assert usual_addition(age) == addition


@pytest.mark.parametrize(("age", "far"), [(0, 530), (5, 530), (6, 560), (19, 620), (20, 635)])
def test_the_usual_distance_of_an_age(age: int, far: int) -> None:
    assert usual_distance(age) == far


@given(PRESCRIPTIONS, st.none() | PRESCRIPTIONS, AGES, st.none() | st.floats(0, 20))
def test_each_code_is_listed(
    new: Prescription, last: Prescription | None, age: int | None, years: float | None
) -> None:
    for question in questions(new, last, age, years):
        assert set(question.params) == set(CODES[question.code])
