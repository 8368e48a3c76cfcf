"""Pairs of good prescriptions, last and new, of people as an optician's shop sees them.

An eye is a power vector (M, J0, J45; Thibos 1997), for only so do both eyes, the years and the
uncertainty of a refraction add up; what is written on paper comes from it by rounding.
Contact lenses are left out. Shares without a source are clinical plausibility.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atan2, degrees, hypot
from random import Random
from typing import NamedTuple

from optics.prescription import EyePrescription, Prescription
from optics.refraction import Refraction
from optics.vocabulary import EyeState, Purpose

_FAR_ONLY = (Purpose.DISTANCE, Purpose.NEAR, Purpose.INTERMEDIATE)
_WITH_ADDITION = (Purpose.PROGRESSIVE, Purpose.BIFOCAL, Purpose.OFFICE)
# Additions for 40 cm as prescribed by age (textbook tables, e.g. Elliott, Clinical Procedures).
_ADDITIONS = ((40, 0.75), (45, 1.0), (50, 1.6), (55, 2.0), (60, 2.3), (65, 2.5), (91, 2.75))


class Vector(NamedTuple):
    """Dioptres: spherical equivalent, Jackson cylinders at 180° and at 45°."""

    m: float
    j0: float
    j45: float

    def moved(self, m: float, j0: float = 0, j45: float = 0) -> Vector:
        return Vector(self.m + m, self.j0 + j0, self.j45 + j45)


@dataclass(frozen=True, slots=True)
class Habit:
    """What stays the same from visit to visit: the face, the need near, and how it is written."""

    adult_pd: float
    unevenness: float
    addition: float
    """More or less than the age's, dioptres."""
    plus_form: bool
    axis_step: int
    least_cylinder: int
    monocular: float
    near_told: bool
    """Near glasses are told as far power and addition, not as the near power itself."""
    prism: int
    lost_eye: int | None
    """Of an eye that gets a balance lens, its place in the pair."""


@dataclass(frozen=True, slots=True)
class Pair:
    last: Prescription
    new: Prescription
    age: int
    years: float
    story: str


def pairs(rng: Random, count: int) -> tuple[Pair, ...]:
    found: list[Pair] = []
    while len(found) < count:
        pair = _pair(rng)
        if _needs_glasses(pair.last) and _needs_glasses(pair.new):
            found.append(pair)
    return tuple(found)


def _pair(rng: Random) -> Pair:
    low, high = rng.choices(((6, 18), (19, 39), (40, 64), (65, 90)), (20, 18, 38, 24))[0]
    age = rng.randint(low, high)
    # Most who buy glasses are presbyopes. Children come back within the year, adults after two.
    years = round(rng.triangular(0.3, 2, 0.9) if age < 19 else rng.triangular(0.5, 6, 2), 1)
    before = age - years
    habit = _habit(rng)
    # Now and then the last paper came from elsewhere, and in the other form of cylinder.
    earlier = replace(habit, plus_form=not habit.plus_form) if rng.random() < 0.03 else habit
    last, amblyopic = _eyes(rng, before)
    new, story = _later(rng, age, years, last)
    purpose = _purpose(rng, before)
    change = 0.3 if 40 <= age <= 52 else 0.12
    later = _purpose(rng, age) if age >= 40 and rng.random() < change else purpose
    if later is not purpose:
        story = f"{story} {purpose} to {later}".strip()
    return Pair(
        _prescription(rng, purpose, before, last, earlier),
        _prescription(rng, later, age, new, habit),
        age,
        years,
        f"{story} amblyopic".strip() if amblyopic else story,
    )


def _habit(rng: Random) -> Habit:
    return Habit(
        # Dodgson 2004: mean 63 mm, almost all within 50-75; men some 2.5 mm wider than women.
        adult_pd=rng.gauss(64.2 if rng.random() < 0.45 else 61.7, 3.3),
        unevenness=rng.gauss(0, 0.6),
        addition=rng.gauss(0, 0.2),
        plus_form=rng.random() < 0.1,
        axis_step=rng.choice((5, 5, 1)),
        least_cylinder=rng.choice((2, 4, 4)),
        monocular=rng.random(),
        near_told=rng.random() < 0.3,
        prism=25 * rng.randint(2, 12) * rng.choice((-1, 1)) if rng.random() < 0.02 else 0,
        lost_eye=rng.randint(0, 1) if rng.random() < 0.007 else None,
    )


def _eyes(rng: Random, age: float) -> tuple[tuple[Vector, Vector], bool]:
    """Myopes are 40 % of the young and fewer of the old (Williams 2015, E3 consortium)."""
    myopic = 0.35 if age < 12 else 0.55 if age < 45 else 0.35 if age < 65 else 0.25
    draw = rng.random()
    if draw < myopic:
        mean = -0.5 - rng.gammavariate(1.6, 1.5)
        if age > 14 and rng.random() < 0.08:  # High myopes, 3 % of Europeans.
            mean -= 4 + rng.expovariate(0.4)
    elif draw < myopic + 0.2:
        mean = 1 + rng.gammavariate(1.6, 1.0)
    else:
        mean = rng.gauss(0.3, 0.5) + (0.4 if age > 55 else 0)
    # Anisometropia >= 1 D in about 10 % of adults, more of the old; > 2 D in 2-3 %.
    half = rng.gauss(0, 0.9 if rng.random() < (0.08 if age < 60 else 0.15) else 0.17)
    # With the rule when young, against it when old (Leung 2012; Laughton 2018).
    j0 = rng.gauss(0.2 - 0.005 * age, 0.17)
    j45 = rng.gauss(0, 0.1)
    if rng.random() < 0.07:
        j0 += rng.uniform(0.5, 1.4) if age < 50 or rng.random() < 0.5 else -rng.uniform(0.4, 1)
    # Fellow eyes mirror each other, median difference 10 degrees (Guggenheim 2008: 50,995 people).
    od = Vector(mean + half, rng.gauss(j0, 0.08), rng.gauss(j45, 0.06))
    os = Vector(mean - half, rng.gauss(j0, 0.08), rng.gauss(-j45, 0.06))
    amblyopic = rng.random() < 0.015
    if amblyopic:
        worse = rng.uniform(1.5, 4.5)
        od, os = (od.moved(worse, 0.2), os) if rng.random() < 0.5 else (od, os.moved(worse, 0.2))
    return (od, os), amblyopic


def _later(
    rng: Random, age: int, years: float, eyes: tuple[Vector, Vector]
) -> tuple[tuple[Vector, Vector], str]:
    """Change by age, then the uncertainty of refraction, then the prudence of whoever prescribes.

    Children: SCORM (Saw 2005) and Fan 2004, -0.6 D a year, less in Europe and after 13. Adults:
    -1 D from 20 to 50 (Bullimore 2023), then Beaver Dam's +0.05 a year, then nuclear cataract.
    """
    mean = (eyes[0].m + eyes[1].m) / 2
    story = ""
    if age < 19 and mean < -0.4:
        yearly = -rng.gammavariate(4, 0.13 if age < 13 else 0.07)
        if rng.random() < 0.08:
            yearly, story = -rng.uniform(0.9, 1.5), "fast myopia"
    elif age < 19:
        yearly = rng.gauss(-0.12, 0.1)
    else:
        yearly = rng.gauss(
            -0.04 if age < 35 else 0 if age < 45 else 0.05 if age < 68 else -0.03, 0.05
        )
    # MacKenzie 2008, 40 optometrists: SD 0.28 for M, 0.2 between the eyes, 0.085 for J0 and J45.
    common = rng.gauss(yearly * years, 0.14)
    cataract = age >= 60 and rng.random() < 0.06
    operated = age >= 65 and rng.random() < 0.05  # 1 % of all.
    which = rng.choice(((0,), (1,), (0, 1)))
    result = []
    for place, eye in enumerate(eyes):
        new = eye.moved(
            common + rng.gauss(0, 0.13),
            rng.gauss(-0.01 * years if age > 40 else 0, 0.07),
            rng.gauss(0, 0.07),
        )
        if operated and place in which:
            story = "cataract surgery"
            new = Vector(rng.gauss(-0.3, 0.45), rng.gauss(-0.1, 0.3), rng.gauss(0, 0.2))
        elif cataract and place in which:
            story = "nuclear cataract"
            new = new.moved(-rng.uniform(0.3, 0.8) * min(years, 3))
        # "If it ain't broke, don't fix it" (Elliott 2022): small changes are often not prescribed.
        if hypot(new.j0 - eye.j0, new.j45 - eye.j45) < 0.2 and rng.random() < 0.5:
            new = Vector(new.m, eye.j0, eye.j45)
        if abs(new.m - eye.m) < 0.2 and rng.random() < 0.4:
            new = Vector(eye.m, new.j0, new.j45)
        result.append(new)
    return (result[0], result[1]), story


def _purpose(rng: Random, age: float) -> Purpose:
    if age < 40:  # Some children get progressive lenses against the progress of myopia.
        return Purpose.PROGRESSIVE if age < 16 and rng.random() < 0.02 else Purpose.DISTANCE
    weights = (50, 20, 3, 21, 1, 5) if age < 48 else (18, 26, 3, 38, 9, 6)
    return rng.choices((*_FAR_ONLY, Purpose.PROGRESSIVE, Purpose.BIFOCAL, Purpose.OFFICE), weights)[
        0
    ]


def addition_at(age: float) -> float:
    """Dioptres, by line between the table's ages."""
    for (low, less), (high, more) in zip(_ADDITIONS, _ADDITIONS[1:], strict=False):
        if low <= age < high:
            return less + (more - less) * (age - low) / (high - low)
    return 1.25  # A child's.


def _quarters(value: float) -> int:
    """Dioptres to eighths on the usual step."""
    return 2 * round(4 * value)


def _prescription(
    rng: Random, purpose: Purpose, age: float, eyes: tuple[Vector, Vector], habit: Habit
) -> Prescription:
    need = max(4, _quarters(addition_at(age) + habit.addition + rng.gauss(0, 0.06)))
    told = purpose in _WITH_ADDITION or (purpose is Purpose.NEAR and habit.near_told)
    more = 0
    if not told and purpose is not Purpose.DISTANCE:
        more = need if purpose is Purpose.NEAR else _quarters(need / 16)
    # 51 mm at 5 years (Pacific University 1993), grown at 16; a rule's reading is good to 0.5 mm.
    pd = habit.adult_pd - max(0.0, 16 - age) * 1.0 + rng.gauss(0, 0.4)
    right = 5 * round(10 * (pd / 2 + habit.unevenness) / 5)
    left = 5 * round(10 * (pd / 2 - habit.unevenness) / 5)
    monocular = habit.monocular < (0.65 if purpose is Purpose.PROGRESSIVE else 0.3)
    far = right + left if monocular else 10 * round(pd)
    near = 10 * round(far * 0.0942)  # Eyes turned to 40 cm.
    near_only = purpose is Purpose.NEAR and not habit.near_told and not monocular
    od, os = (
        _written(eye, habit, more, need if told else None, alone if monocular else None, place)
        for place, (eye, alone) in enumerate(zip(eyes, (right, left), strict=True))
    )
    return Prescription(
        purpose,
        od,
        os,
        pd_far=None if near_only or habit.monocular < 0.1 else far,
        pd_near=None if purpose in (Purpose.DISTANCE, Purpose.INTERMEDIATE) else near,
    )


def _written(
    eye: Vector, habit: Habit, more: int, addition: int | None, pd: int | None, place: int
) -> EyePrescription:
    if habit.lost_eye == place:
        return EyePrescription(EyeState.BALANCE, pd_monocular=pd)
    cylinder = -_quarters(2 * hypot(eye.j0, eye.j45))
    cylinder = 0 if -cylinder < habit.least_cylinder else cylinder
    turned = degrees(atan2(eye.j45, eye.j0)) / 2
    axis = habit.axis_step * round(turned / habit.axis_step) % 180 or 180
    lens = Refraction(_quarters(eye.m - cylinder / 16) + more, cylinder, axis if cylinder else None)
    lens = lens.plus_form() if habit.plus_form else lens
    return EyePrescription(
        EyeState.POWERED,
        lens.sphere,
        lens.cylinder,
        lens.axis,
        addition,
        prism_horizontal=habit.prism,
        pd_monocular=pd,
    )


def _needs_glasses(new: Prescription) -> bool:
    return any(
        eye.addition or abs(eye.sphere or 0) >= 4 or abs(eye.cylinder) >= 4 for _, eye in new.eyes()
    )
