"""What is worth a question before a prescription is saved: slips of the pen, not wrong values.

None of these makes a prescription wrong; each is answered by the optician, who has the person
before her. Slips are those that laboratories report (OPTICS_DATA A): addition, pupillary distance,
axis, sign, right and left, decimal point, form of the cylinder.

Thresholds are ours unless a source is told. They were set by reasoning and have not been measured
against pairs of real prescriptions yet.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from .power import PER_DIOPTRE
from .prescription import EyePrescription, Prescription
from .refraction import Refraction, angle_difference
from .vocabulary import Eye, Purpose

FAR = frozenset({Purpose.DISTANCE, Purpose.BIFOCAL, Purpose.PROGRESSIVE})
"""Purposes whose sphere is that of distance."""
NEEDS_ADDITION = frozenset({Purpose.BIFOCAL, Purpose.PROGRESSIVE, Purpose.OFFICE})
ADULT = 18
"""Years, from which a pupillary distance stays."""
JUMP = 1.0
"""Dioptres between two prescriptions, beyond which a change is asked about."""
ANISOMETROPIA = 2.0
"""Dioptres between both eyes."""
PD_CHANGE = 20
"""Tenths of a millimetre."""
TELLING = 4
"""Eighths of a dioptre, below which a sign or an axis tells nothing."""
USUAL_ADDITION = ((0, 0.0), (40, 0.75), (45, 1.25), (50, 1.75), (55, 2.25), (60, 2.5), (65, 2.75))
"""From an age on, and until the next one: the middle of usual additions in dioptres, for 40 cm."""
ADDITION_SPREAD = 0.75
"""Dioptres by which an addition may lie beside the usual one."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask: of which eye, what, and what goes into the sentence."""

    code: str
    """What is asked; one rule may ask several things."""
    eye: str = ""
    """``"OD"``, ``"OS"``, or empty for the pair."""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules look at."""

    new: Prescription
    last: Prescription | None
    """The one before, of whatever purpose; None where there is none."""
    age: int | None

    def eyes(self) -> Iterator[tuple[Eye, EyePrescription]]:
        return self.new.eyes()

    def refractions(self) -> tuple[Refraction, Refraction] | None:
        """Right and left, where both eyes have a power."""
        return _pair(self.new)

    def comparable(self) -> Iterator[tuple[Eye, Refraction, Refraction]]:
        """Of each eye, now and before, in the same form; nothing when spheres mean other things."""
        if self.last is None or not _mean_the_same(self.new.purpose, self.last.purpose):
            return
        for (eye, now), (_eye, before) in zip(self.new.eyes(), self.last.eyes(), strict=True):
            if now.refraction and before.refraction:
                yield eye, now.refraction.minus_form(), before.refraction.minus_form()


Rule = Callable[[Case], Iterator[Question]]


def questions(
    new: Prescription, last: Prescription | None = None, age: int | None = None
) -> tuple[Question, ...]:
    """Return what to ask of a prescription.

    :param last: the person's last one, for comparison
    :param age: in years on the day of the prescription
    """
    case = Case(new, last, age)
    return tuple(question for ask in RULES for question in ask(case))


# --- against last time ----------------------------------------------------------------------------


def _ask_eyes_swapped(case: Case) -> Iterator[Question]:
    """Right and left stand where left and right stood."""
    pairs = list(case.comparable())
    if len(pairs) < 2:
        return
    (_od, right, was_right), (_os, left, was_left) = pairs
    straight = distance(right, was_right) + distance(left, was_left)
    crossed = distance(right, was_left) + distance(left, was_right)
    if crossed + 0.75 <= straight and crossed <= 1.0:
        yield Question("eyes_swapped")


def _ask_sign_flipped(case: Case) -> Iterator[Question]:
    """The sphere is that of last time, with the other sign."""
    for eye, now, before in case.comparable():
        is_mirrored = abs(now.sphere + before.sphere) <= TELLING
        if is_mirrored and abs(before.sphere) > TELLING and now.sphere * before.sphere < 0:
            yield Question("sign_flipped", eye, {"last": before.sphere, "now": now.sphere})


def _ask_cylinder_flipped(case: Case) -> Iterator[Question]:
    """Sphere and axis are those of last time, the cylinder has the other sign: no transposition."""
    if case.last is None or not _mean_the_same(case.new.purpose, case.last.purpose):
        return
    for (eye, now), (_eye, before) in zip(case.new.eyes(), case.last.eyes(), strict=True):
        if now.axis is None or before.axis is None or now.sphere is None or before.sphere is None:
            continue
        if (
            now.cylinder * before.cylinder < 0
            and abs(now.cylinder) >= TELLING
            and abs(now.cylinder + before.cylinder) <= TELLING
            and abs(now.sphere - before.sphere) <= TELLING
            and angle_difference(now.axis, before.axis) <= 15
        ):
            yield Question("cylinder_flipped", eye, {"last": before.cylinder, "now": now.cylinder})


def _ask_axis_turned(case: Case) -> Iterator[Question]:
    """The axis stands across that of last time."""
    for eye, now, before in case.comparable():
        if now.axis is None or before.axis is None:
            continue
        tells = min(abs(now.cylinder), abs(before.cylinder)) >= TELLING
        if tells and angle_difference(now.axis, before.axis) >= 75:
            yield Question("axis_turned", eye, {"last": before.axis, "now": now.axis})


def _ask_mirror_lost(case: Case) -> Iterator[Question]:
    """Both axes mirrored each other, and do so no more."""
    axes = [(now.axis, before.axis) for _eye, now, before in case.comparable()]
    if len(axes) < 2 or any(axis is None for pair in axes for axis in pair):
        return
    (right, was_right), (left, was_left) = axes
    if _off_mirror(was_right, was_left) <= 10 and _off_mirror(right, left) >= 40:
        yield Question("mirror_lost", "", {"right": right, "left": left})


def _ask_decimal_slipped(case: Case) -> Iterator[Question]:
    """The sphere is ten times that of last time, or a tenth of it."""
    for eye, now, before in case.comparable():
        smaller, greater = sorted((abs(now.sphere), abs(before.sphere)))
        if smaller >= 2 and abs(greater - 10 * smaller) <= 2 * PER_DIOPTRE // 4:
            yield Question("decimal_slipped", eye, {"last": before.sphere, "now": now.sphere})


def _ask_jump(case: Case) -> Iterator[Question]:
    """More has changed than a year changes."""
    for eye, now, before in case.comparable():
        if distance(now, before) > JUMP:
            yield Question("jump", eye, {"last": before, "now": now})


def _ask_near_weaker(case: Case) -> Iterator[Question]:
    """Glasses for near have more minus than those for distance."""
    if case.last is None or case.new.purpose is not Purpose.NEAR or case.last.purpose not in FAR:
        return
    for (eye, near), (_eye, far) in zip(case.new.eyes(), case.last.eyes(), strict=True):
        if near.refraction and far.refraction:
            now, then = near.refraction, far.refraction
            if now.spherical_equivalent < then.spherical_equivalent:
                yield Question("near_weaker", eye, {"far": then, "near": now})


# --- of the eyes, each and together ---------------------------------------------------------------


def _ask_spheres_differ(case: Case) -> Iterator[Question]:
    """One eye is short-sighted, the other long-sighted."""
    pair = case.refractions()
    if pair and pair[0].sphere * pair[1].sphere < 0:
        if min(abs(each.sphere) for each in pair) >= TELLING:
            yield Question("spheres_differ")


def _ask_cylinders_differ(case: Case) -> Iterator[Question]:
    """One cylinder is written with a plus, the other with a minus."""
    pair = case.refractions()
    if pair and pair[0].cylinder * pair[1].cylinder < 0:
        yield Question("cylinders_differ")


def _ask_anisometropia(case: Case) -> Iterator[Question]:
    """The eyes are further apart than most bear."""
    pair = case.refractions()
    if pair:
        apart = abs(pair[0].spherical_equivalent - pair[1].spherical_equivalent)
        if apart > ANISOMETROPIA:
            yield Question("anisometropia", "", {"difference": apart})


# --- addition and distances -----------------------------------------------------------------------


def _ask_addition(case: Case) -> Iterator[Question]:
    """It lacks, is not for this purpose, differs between the eyes, or is unusual for the age."""
    told = [(eye, each.addition) for eye, each in case.eyes() if each.refraction]
    given = [addition for _eye, addition in told if addition]
    if case.new.purpose in NEEDS_ADDITION and len(given) < len(told):
        yield Question("addition_missing")
    if given and case.new.purpose is Purpose.DISTANCE:
        yield Question("addition_for_distance")
    if len(set(given)) > 1:
        yield Question("additions_differ")
    usual = usual_addition(case.age)
    if usual is not None and case.new.purpose in NEEDS_ADDITION - {Purpose.OFFICE}:
        for eye, addition in told:
            if addition and abs(addition / PER_DIOPTRE - usual) > ADDITION_SPREAD:
                yield Question("addition_of_age", eye, {"addition": addition, "age": case.age})


def _ask_distance(case: Case) -> Iterator[Question]:
    """No pupillary distance is told, or an adult's has changed."""
    new = case.new
    has_power = any(each.refraction for _eye, each in case.eyes())
    if new.purpose is Purpose.CONTACT_LENSES or not has_power:
        return
    monocular = [each.pd_monocular for _eye, each in case.eyes() if each.refraction]
    if not any((new.pd_far, new.pd_near)) and not all(monocular):
        yield Question("pd_missing")
    if case.last and (case.age is None or case.age >= ADULT):
        for name in ("pd_far", "pd_near"):
            now, before = getattr(new, name), getattr(case.last, name)
            if now and before and abs(now - before) > PD_CHANGE:
                yield Question("pd_changed", "", {"last": before, "now": now, "of": name})


RULES: tuple[Rule, ...] = (
    _ask_eyes_swapped,
    _ask_sign_flipped,
    _ask_cylinder_flipped,
    _ask_axis_turned,
    _ask_mirror_lost,
    _ask_decimal_slipped,
    _ask_jump,
    _ask_near_weaker,
    _ask_spheres_differ,
    _ask_cylinders_differ,
    _ask_anisometropia,
    _ask_addition,
    _ask_distance,
)
"""All rules, in the order in which their questions are put."""


# --- measures -------------------------------------------------------------------------------------


def distance(one: Refraction, other: Refraction) -> float:
    """How far two refractions lie apart, dioptres: length of the difference of power vectors.

    Thibos, Wheeler and Horner 1997: M = S + C/2, J0 = −C/2·cos 2A, J45 = −C/2·sin 2A.
    """
    return math.dist(_power_vector(one), _power_vector(other))


def _power_vector(refraction: Refraction) -> tuple[float, float, float]:
    half = refraction.cylinder / PER_DIOPTRE / 2
    angle = math.radians(2 * (refraction.axis or 0))
    equivalent = float(refraction.spherical_equivalent)
    return equivalent, -half * math.cos(angle), -half * math.sin(angle)


def usual_addition(age: int | None) -> float | None:
    """The middle of usual additions at an age, dioptres; None where none is expected, or known."""
    if age is None:
        return None
    for (since, addition), (until, _next) in pairwise((*USUAL_ADDITION, (math.inf, 0.0))):
        if since <= age < until:
            return addition or None
    return None


def _off_mirror(right: int | None, left: int | None) -> int:
    """Degrees by which one axis is not the mirror image of the other."""
    return angle_difference(right or 0, 180 - (left or 0))


def _pair(prescription: Prescription) -> tuple[Refraction, Refraction] | None:
    right, left = prescription.od.refraction, prescription.os.refraction
    return (right, left) if right and left else None


def _mean_the_same(one: Purpose, other: Purpose) -> bool:
    return one is other or (one in FAR and other in FAR)
