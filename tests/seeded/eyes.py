"""Drawing from the published figures: one person's eyes, and how they are at each visit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any, TypeVar

from optics.power import PER_DIOPTRE
from optics.refraction import Refraction

from . import published

Chosen = TypeVar("Chosen")


@dataclass(frozen=True, slots=True)
class Vector:
    """A refraction as dioptres of M, J0 and J45 (Thibos, Wheeler and Horner 1997)."""

    equivalent: float
    j0: float
    j45: float

    def moved(self, equivalent: float, j0: float, j45: float) -> Vector:
        return Vector(self.equivalent + equivalent, self.j0 + j0, self.j45 + j45)

    def prescribed(self) -> Refraction:
        """In minus form and steps of 0.25 D; the axis to 5°, to 1° beyond 1 D of cylinder [own]."""
        cylinder = -2 * round(4 * 2 * math.hypot(self.j0, self.j45))
        sphere = 2 * round(4 * (self.equivalent - cylinder / PER_DIOPTRE / 2))
        if not cylinder:
            return Refraction(sphere)
        step = 5 if abs(cylinder) <= PER_DIOPTRE else 1
        degrees = math.degrees(math.atan2(self.j45, self.j0)) / 2
        return Refraction(sphere, cylinder, step * round(degrees / step) % 180)


@dataclass(frozen=True, slots=True)
class Eyes:
    right: Vector
    left: Vector


def survivor(random: Random, survival: published.Survival) -> float:
    """A size, drawn by the share of people who have at least that."""
    share = max(random.random(), survival[-1][1])
    for (size, above), (next_size, below) in pairwise(survival):
        if share >= below:
            part = math.log(above / share) / math.log(above / below)
            return size + part * (next_size - size)
    return survival[-1][0]


def chosen(random: Random, shares: Iterable[tuple[Chosen, float]]) -> Chosen:
    names, weights = zip(*shares, strict=True)
    picked: Chosen = random.choices(names, weights)[0]
    return picked


def person(random: Random, age: int) -> Eyes:
    """Both eyes as they are at an age, before anybody measures them."""
    middle = _equivalent(random, age)
    apart = survivor(random, _at(published.ANISOMETROPIA, age)[0]) * random.choice((-0.5, 0.5))
    cylinder = survivor(random, _at(published.CYLINDER, age)[0])
    other = abs(cylinder + survivor(random, published.CYLINDER_APART) * random.choice((-1, 1)))
    axis = _axis(random, age)
    better = min(1.0, max(0.4, published.MIRRORS_BETTER / max(cylinder, 0.1)))
    off = survivor(random, published.OFF_MIRROR) * better * random.choice((-1, 1))
    return Eyes(
        _vector(middle + apart, cylinder, axis), _vector(middle - apart, other, 180 - axis + off)
    )


def later(random: Random, eyes: Eyes, age: int, years: float) -> Eyes:
    """The same eyes after some years."""
    is_young = age < 18
    spread = published.CHILD_RATE_SPREAD if is_young else published.ADULT_RATE_SPREAD
    common = random.gauss(0, spread)
    turning = -published.AGAINST_THE_RULE_PER_YEAR if age >= published.PRESBYOPIC else 0.0
    is_myopic = eyes.right.equivalent + eyes.left.equivalent <= 2 * published.MYOPE
    mean = _rate(age, is_myopic)

    def changed(eye: Vector) -> Vector:
        rate = mean + common + random.gauss(0, published.EYE_RATE_SPREAD)
        j0 = turning + random.gauss(0, published.ASTIGMATISM_RATE_SPREAD)
        j45 = random.gauss(0, published.ASTIGMATISM_RATE_SPREAD)
        return eye.moved(years * rate, years * j0, years * j45)

    return Eyes(changed(eyes.right), changed(eyes.left))


def examined(random: Random, eyes: Eyes, times: float) -> Eyes:
    """What a refraction finds; `times` the spread of one careful examiner."""
    spread = {name: times * each for name, each in published.EXAMINED.items()}
    common = random.gauss(0, spread["both"])

    def found(eye: Vector) -> Vector:
        return eye.moved(
            common + random.gauss(0, spread["eye"]),
            random.gauss(0, spread["astigmatism"]),
            random.gauss(0, spread["astigmatism"]),
        )

    return Eyes(found(eyes.right), found(eyes.left))


def _equivalent(random: Random, age: int) -> float:
    myopic, hyperopic = _at(published.AMETROPIA, age)
    share = random.random()
    if share < myopic:
        return max(-18.0, -0.75 - random.expovariate(1 / published.MYOPIA_BEYOND))
    if share < myopic + hyperopic:
        return min(10.0, 1 + random.expovariate(1 / published.HYPEROPIA_BEYOND))
    return random.triangular(-0.75, 1, 0.25)


def _axis(random: Random, age: int) -> float:
    """Of the minus cylinder, degrees; crowded towards the middle of its rule."""
    with_rule, against = _at(published.RULE, age)
    share = random.random()
    if share < with_rule:
        return random.triangular(-30, 30)
    if share < with_rule + against:
        return random.triangular(60, 120)
    return random.uniform(30, 60) + random.choice((0, 90))


def _vector(equivalent: float, cylinder: float, axis: float) -> Vector:
    angle = math.radians(2 * axis)
    return Vector(equivalent, cylinder / 2 * math.cos(angle), cylinder / 2 * math.sin(angle))


def _rate(age: int, is_myopic: bool) -> float:
    if is_myopic and age < 49:
        return float(_at(published.MYOPES_PER_YEAR, age)[0])
    return float(_at(published.ALL_PER_YEAR, age)[0])


def _at(table: Iterable[tuple[Any, ...]], age: int) -> list[Any]:
    """What a table says for an age: the values after the first bound above it."""
    return next(values for until, *values in table if age < until)
