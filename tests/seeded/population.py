"""Good pairs: a person's last prescription and the new one, both right.

Drawn from :mod:`.published` with a seed; the same seed gives the same people everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from random import Random

from optics.power import PER_DIOPTRE
from optics.prescription import EyePrescription, Prescription
from optics.problems import InvalidPrescription
from optics.refraction import Refraction
from optics.vocabulary import Purpose

from . import published
from .eyes import Eyes, chosen, examined, later, person

WITH_ADDITION = frozenset({Purpose.BIFOCAL, Purpose.PROGRESSIVE, Purpose.OFFICE})


@dataclass(frozen=True, slots=True)
class Pair:
    last: Prescription
    new: Prescription
    age: int
    """Years on the day of the new one."""
    years: float
    """Between both."""


@dataclass(frozen=True, slots=True)
class Face:
    """What of a person lasts besides the eyes' powers."""

    sex: str
    width: float
    """Standard deviations from the mean pupillary distance."""
    unevenness: float
    """Half of right less left pupillary distance, millimetres."""
    near_less: float
    """Far less near pupillary distance, millimetres."""
    addition: float
    """Dioptres off the mean addition of the age."""
    addition_apart: int
    """Eighths of a dioptre by which the left eye's addition is more."""


def good_pairs(seed: int, count: int) -> list[Pair]:
    random = Random(seed)  # noqa: S311 - people are drawn, no secret
    return list(islice(people(random), count))


def people(random: Random) -> Iterator[Pair]:
    """Pairs without end."""
    while True:
        try:
            pair = _pair(random)
        except InvalidPrescription:
            # One in some ten thousand has a face or a power beyond the table of limits.
            continue
        # Nobody has glasses made that change nothing.
        if _is_worth_making(pair.last) and _is_worth_making(pair.new):
            yield pair


def _pair(random: Random) -> Pair:
    youngest, oldest = chosen(random, published.AGES)
    age = random.randint(youngest, oldest)
    years = round(random.uniform(*published.YEARS), 1)
    then = person(random, age)
    now = later(random, then, age, years)
    face = _face(random)
    purpose = _purpose(random, age)
    keeps = age < published.PRESBYOPIC or random.random() < published.KEEPS_PURPOSE
    is_plus = random.random() < published.PLUS_FORM
    was_plus = is_plus if random.random() < published.KEEPS_FORM else not is_plus
    times = 2 if random.random() < published.OTHER_EXAMINER else 1
    after = int(age + years)
    last_purpose = purpose if keeps else _purpose(random, age)
    last = _written(random, examined(random, then, times), face, age, last_purpose, was_plus)
    new = _written(random, examined(random, now, 1), face, after, purpose, is_plus)
    return Pair(last, new, after, years)


def _face(random: Random) -> Face:
    is_apart = random.random() < published.ADDITIONS_APART
    return Face(
        sex=random.choice(("man", "woman")),
        width=random.gauss(0, 1),
        unevenness=random.gauss(0, published.MONOCULAR_APART),
        near_less=max(1.0, random.gauss(*published.NEAR_PD_LESS)),
        addition=random.gauss(0, published.ADDITION_OF_PERSON),
        addition_apart=random.choice((-2, 2)) if is_apart else 0,
    )


def _purpose(random: Random, age: int) -> Purpose:
    if age < published.PRESBYOPIC:
        return Purpose.DISTANCE
    return Purpose(chosen(random, published.PURPOSES))


def _written(
    random: Random, eyes: Eyes, face: Face, age: int, purpose: Purpose, is_plus: bool
) -> Prescription:
    """What is prescribed for eyes as they were found."""
    addition = _addition(random, face, age)
    far, near, right, left = _distances(random, face, age, purpose)

    def eye(refraction: Refraction, added: int, monocular: int | None) -> EyePrescription:
        form = refraction.plus_form() if is_plus else refraction.minus_form()
        if purpose is Purpose.NEAR:
            form = form.near(added)
        return EyePrescription(
            sphere=form.sphere,
            cylinder=form.cylinder,
            axis=form.axis,
            addition=added if purpose in WITH_ADDITION else None,
            pd_monocular=monocular,
        )

    return Prescription(
        purpose,
        eye(eyes.right.prescribed(), addition, right),
        eye(eyes.left.prescribed(), addition + face.addition_apart, left),
        pd_far=far,
        pd_near=near,
    )


def _addition(random: Random, face: Face, age: int) -> int:
    """Eighths of a dioptre, in steps of 0.25 D, 0.50 D at least."""
    mean = _between(published.ADDITION, age)
    measured = mean + face.addition + random.gauss(0, published.ADDITION_MEASURED)
    return max(4, 2 * round(4 * measured))


def _distances(
    random: Random, face: Face, age: int, purpose: Purpose
) -> tuple[int | None, int | None, int | None, int | None]:
    """Far, near, right and left pupillary distance, tenths of a millimetre; who tells which [own].

    Half of progressive lenses are ordered with right and left; who reads is often told the near
    one alone; glasses for distance seldom have a near one.
    """
    more = random.choice((0.0, published.RULE_READS_MORE))
    measured = _width(face, age) + more + random.gauss(0, published.PD_MEASURED)
    right = 5 * round(measured + 2 * face.unevenness)
    left = 5 * round(measured - 2 * face.unevenness)
    far = right + left
    near = 5 * round(2 * (far / 10 - face.near_less + random.gauss(0, published.PD_MEASURED)))
    near = min(near, far)
    share = random.random()
    if purpose is Purpose.DISTANCE:
        return far, near if share < 0.15 else None, None, None
    if purpose is Purpose.NEAR:
        return far if share < 0.5 else None, near, None, None
    if purpose is Purpose.PROGRESSIVE and share < 0.5:
        return far, None, right, left
    return far, near if share < 0.75 else None, None, None


def _width(face: Face, age: int) -> float:
    """The far pupillary distance as it is, millimetres."""
    mean, spread = published.ADULT_PD[face.sex]
    base, linear, square = published.CHILD_PD[face.sex]
    since, until = published.GROWN
    youth = min(age, since)
    child = base + linear * youth + square * youth**2
    share = min(1.0, max(0.0, (age - since) / (until - since)))
    narrow = published.CHILD_PD_SPREAD
    return child + share * (mean - child) + face.width * (narrow + share * (spread - narrow))


def _is_worth_making(prescription: Prescription) -> bool:
    """Half a dioptre in some meridian, or an addition."""
    return any(
        each.addition
        or (each.refraction and abs(each.refraction.strongest.power) >= PER_DIOPTRE // 2)
        for _eye, each in prescription.eyes()
    )


def _between(points: tuple[tuple[int, float], ...], age: float) -> float:
    """Straight between points, level outside them."""
    if age <= points[0][0]:
        return points[0][1]
    for (since, low), (until, high) in pairwise(points):
        if age < until:
            return low + (age - since) / (until - since) * (high - low)
    return points[-1][1]
