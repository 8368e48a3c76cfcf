"""What a prescription asks of a lens, by the purpose of the glasses."""

from __future__ import annotations

from typing import Any

import pytest

from optics.need import LensNeed, lens_need
from optics.prescription import EyePrescription, Prescription
from optics.prism import Prism
from optics.refraction import Refraction
from optics.vocabulary import Eye, EyeState, Purpose

FAR, NEAR = Refraction(-16, -8, 20), Refraction(0, -8, 20)
RIGHT = EyePrescription(EyeState.POWERED, -16, -8, 20, 16, prism_horizontal=200)
SEVERAL = [Purpose.BIFOCAL, Purpose.PROGRESSIVE, Purpose.OFFICE]


def prescription(purpose: Purpose, od: EyePrescription = RIGHT, **shared: Any) -> Prescription:
    return Prescription(purpose, od, EyePrescription(sphere=0, addition=16), **shared)


@pytest.mark.parametrize(
    ("purpose", "refraction", "addition", "pd"),
    [
        (Purpose.DISTANCE, FAR, None, 320),
        (Purpose.NEAR, NEAR, None, 300),
        # 64 · 800 / 827 = 61.9; half of it 30.95, to the even tenth.
        (Purpose.INTERMEDIATE, NEAR, None, 310),
        *((each, FAR, 16, 320) for each in SEVERAL),
    ],
)
def test_purposes(purpose: Purpose, refraction: Refraction, addition: int | None, pd: int) -> None:
    told = prescription(purpose, pd_far=640, pd_near=600, working_distance_intermediate=800)
    single = purpose not in SEVERAL
    assert lens_need(told, Eye.OD) == LensNeed(
        Eye.OD, refraction, addition, Prism(200, 0), pd, single
    )


@pytest.mark.parametrize("purpose", [Purpose.NEAR, Purpose.INTERMEDIATE])
def test_near_told_as_the_power_itself(purpose: Purpose) -> None:
    told = prescription(purpose, EyePrescription(sphere=8))
    need = lens_need(told, Eye.OD)
    assert need == LensNeed(Eye.OD, Refraction(8))


def test_an_eyes_own_distance() -> None:
    def pds(purpose: Purpose, **shared: Any) -> list[int | None]:
        eyes = [EyePrescription(sphere=8, addition=8, pd_monocular=each) for each in (330, 310)]
        need = [lens_need(Prescription(purpose, *eyes, **shared), eye) for eye in Eye]
        return [each and each.pd for each in need]

    assert pds(Purpose.DISTANCE) == [330, 310]
    assert pds(Purpose.DISTANCE, pd_far=640) == [330, 310]
    # 60 · 33 / 64 and 60 · 31 / 64
    assert pds(Purpose.NEAR, pd_near=600) == [309, 291]
    assert pds(Purpose.NEAR) == [None, None]
    assert pds(Purpose.INTERMEDIATE, pd_far=640) == [None, None]


@pytest.mark.parametrize("prescribed", SEVERAL)
def test_other_glasses_of_a_prescription_with_addition(prescribed: Purpose) -> None:
    told = prescription(prescribed, pd_far=640, pd_near=600)

    def refraction(purpose: Purpose) -> Refraction | None:
        need = lens_need(told, Eye.OD, purpose)
        return need and need.refraction

    assert refraction(Purpose.DISTANCE) == FAR
    assert refraction(Purpose.NEAR) == NEAR
    assert {refraction(each) for each in SEVERAL} == {FAR}
    assert refraction(Purpose.INTERMEDIATE) is None
    assert refraction(Purpose.CONTACT_LENSES) is None
    without = prescription(prescribed, EyePrescription(sphere=-8))
    assert lens_need(without, Eye.OD, Purpose.NEAR) is None


@pytest.mark.parametrize("prescribed", [Purpose.DISTANCE, Purpose.NEAR, Purpose.INTERMEDIATE])
def test_other_glasses_of_a_prescription_for_one_power(prescribed: Purpose) -> None:
    told = prescription(prescribed)
    made = {each for each in Purpose if lens_need(told, Eye.OD, each) is not None}
    assert made == {prescribed}


def test_contact_lenses_ask_for_nothing() -> None:
    assert lens_need(prescription(Purpose.CONTACT_LENSES), Eye.OD) is None


@pytest.mark.parametrize("state", [each for each in EyeState if not each.has_power])
def test_an_eye_without_a_power(state: EyeState) -> None:
    need = lens_need(prescription(Purpose.PROGRESSIVE, EyePrescription(state)), Eye.OD)
    assert (need and need.refraction) == (Refraction(0) if state is EyeState.PLANO else None)
