"""Slips of the pen: what spoils a good new prescription, and in which proportions.

Laboratories call back for the addition (30 %), a missing pupillary distance (23 %), sign and axis
(22 %): OPTICS_DATA A. These are kept, as shares of 1,000. Sign and axis are halved between them.
The 25 % that nobody has divided go to right and left, the decimal point and the form of the
cylinder, 9, 8 and 8 % [own]. A laboratory sees that a distance is missing, not that it is wrong;
a third of the 23 % are wrong ones here [own], for they are the harder ones. Ways to slip within a
kind are equally frequent unless told [own]. How far off a value is, follows from the way, as a
digit or a sign that is typed wrongly, and is never chosen by size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from random import Random
from typing import Any

from optics.power import PER_DIOPTRE
from optics.prescription import EyePrescription, Prescription
from optics.problems import InvalidPrescription
from optics.refraction import angle_difference, turned
from optics.traps import distance
from optics.vocabulary import Purpose

from .population import WITH_ADDITION, Pair, people

Eyes = tuple[EyePrescription, EyePrescription]
Slip = Callable[[Random, Pair], Mapping[str, Any] | None]
"""Gives what the prescription has instead; None where this way to slip is none."""


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A pair whose new prescription went wrong in one way."""

    kind: str
    way: str
    pair: Pair
    """As it was right."""
    wrong: Prescription | None
    """None where it was refused: it breaks a hard rule."""
    is_large: bool
    """By 0.50 D, by 10° of a cylinder of 0.50 D, by 2 mm, or what must be there is not."""


def spoiled_pairs(seed: int) -> list[Spoiled]:
    """A thousand slips, each in a pair of its own."""
    random = Random(seed)  # noqa: S311 - people are drawn, no secret
    pairs = people(random)
    return [
        spoiled
        for kind, (count, ways) in KINDS.items()
        for spoiled in islice(_slips(random, pairs, kind, ways), count)
    ]


def _slips(
    random: Random, pairs: Iterator[Pair], kind: str, ways: tuple[Slip, ...]
) -> Iterator[Spoiled]:
    for pair in pairs:
        slip = random.choice(ways)
        values = slip(random, pair)
        if values is not None:
            yield _spoiled(kind, slip, pair, values)


def _spoiled(kind: str, slip: Slip, pair: Pair, values: Mapping[str, Any]) -> Spoiled:
    way = slip.__name__.strip("_").replace("_", " ")
    try:
        wrong = replace(pair.new, **values)
    except InvalidPrescription:
        return Spoiled(kind, way, pair, None, True)
    return Spoiled(kind, way, pair, wrong, is_large(pair.new, wrong))


def is_large(right: Prescription, wrong: Prescription) -> bool:
    for (_eye, one), (_same, other) in zip(right.eyes(), wrong.eyes(), strict=True):
        if (
            one.refraction
            and other.refraction
            and distance(one.refraction, other.refraction) >= 0.5
        ):
            return True
        if abs((one.addition or 0) - (other.addition or 0)) >= PER_DIOPTRE // 2:
            return True
        if one.axis and other.axis and abs(one.cylinder) >= PER_DIOPTRE // 2:
            if angle_difference(one.axis, other.axis) >= 10:
                return True
    return any(
        before != now and (now is None or before is None or abs(now - before) >= 20)
        for before, now in ((right.pd_far, wrong.pd_far), (right.pd_near, wrong.pd_near))
    )


# --- addition -------------------------------------------------------------------------------------


def _addition_missing(_random: Random, pair: Pair) -> Mapping[str, Any] | None:
    return _additions(pair, None, None)


def _addition_of_one_eye_missing(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    od, os = pair.new.od.addition, pair.new.os.addition
    return _additions(pair, *random.choice(((od, None), (None, os))))


def _neighbour_in_the_list_for_one_eye(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    od, os = pair.new.od.addition or 0, pair.new.os.addition or 0
    off = _off(random)
    return _additions(pair, *random.choice(((od + off, os), (od, os + off))))


def _neighbour_in_the_list(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    off = _off(random)
    return _additions(pair, (pair.new.od.addition or 0) + off, (pair.new.os.addition or 0) + off)


def _whole_dioptre(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    """The first digit is the key beside."""
    off = PER_DIOPTRE * random.choice((-1, 1))
    return _additions(pair, (pair.new.od.addition or 0) + off, (pair.new.os.addition or 0) + off)


def _addition_for_distance(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    """Of the last glasses, or for a person who reads with others."""
    if pair.new.purpose is not Purpose.DISTANCE or pair.age < 45:
        return None
    addition = 2 * random.randint(5, 10)
    return {
        "od": replace(pair.new.od, addition=addition),
        "os": replace(pair.new.os, addition=addition),
    }


def _off(random: Random) -> int:
    """One to three lines of a list in steps of 0.25 D."""
    return 2 * random.choice((1, 2, 3)) * random.choice((-1, 1))


def _additions(pair: Pair, od: int | None, os: int | None) -> Mapping[str, Any] | None:
    if pair.new.purpose not in WITH_ADDITION:
        return None
    return {"od": replace(pair.new.od, addition=od), "os": replace(pair.new.os, addition=os)}


# --- pupillary distance ---------------------------------------------------------------------------


def _distances_missing(_random: Random, pair: Pair) -> Mapping[str, Any] | None:
    new = pair.new
    return {
        "pd_far": None,
        "pd_near": None,
        "od": replace(new.od, pd_monocular=None),
        "os": replace(new.os, pd_monocular=None),
    }


def _unit_typed_wrongly(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    """Another last digit of the millimetres, in the binocular distance that is told first."""
    name = "pd_far" if pair.new.pd_far else "pd_near"
    now = getattr(pair.new, name)
    tens, rest = now // 100 * 100, now % 10
    digit = random.choice([each for each in range(10) if each != now // 10 % 10])
    return {name: tens + 10 * digit + rest}


def _near_and_far_exchanged(_random: Random, pair: Pair) -> Mapping[str, Any] | None:
    """The near distance stands where the far one belongs, or the other way round."""
    if pair.new.pd_far and pair.new.pd_near and pair.new.pd_far != pair.new.pd_near:
        if pair.new.purpose is Purpose.NEAR:
            return {"pd_near": pair.new.pd_far}
        return {"pd_far": pair.new.pd_near}
    return None


# --- sign and axis --------------------------------------------------------------------------------


def _sign_of_one_sphere(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    return _one_eye(random, pair, lambda eye: _changed(eye, sphere=-(eye.sphere or 0)))


def _signs_of_both_spheres(_random: Random, pair: Pair) -> Mapping[str, Any] | None:
    od, os = pair.new.od, pair.new.os
    if not od.sphere and not os.sphere:
        return None
    return {
        "od": replace(od, sphere=-(od.sphere or 0)),
        "os": replace(os, sphere=-(os.sphere or 0)),
    }


def _axis_crossed(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    """By 90°, as in the other form."""
    return _one_axis(random, pair, turned)


def _axis_mirrored(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    return _one_axis(random, pair, lambda axis: 180 - axis)


def _axis_digit_typed_wrongly(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    def typed(axis: int) -> int:
        place = random.choice((1, 10, 100)[: len(str(axis))])
        was = axis // place % 10
        digit = random.choice([each for each in range(10) if each != was])
        return axis + place * (digit - was)

    return _one_axis(random, pair, typed)


def _axis_digits_exchanged_or_lost(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    """15 for 51, 150 for 15 and back, 157 for 175."""

    def typed(axis: int) -> int:
        text = str(axis)
        at = random.randrange(len(text))
        return random.choice(
            (int(text[:at] + text[at + 1 :] or 0), int(text[:at] + text[at:][::-1]), 10 * axis)
        )

    return _one_axis(random, pair, typed)


# --- right and left, decimal point, form of the cylinder ------------------------------------------


def _eyes_exchanged(_random: Random, pair: Pair) -> Mapping[str, Any] | None:
    od, os = pair.new.od, pair.new.os
    if (od.sphere, od.cylinder, od.axis) == (os.sphere, os.cylinder, os.axis):
        return None
    return {"od": os, "os": od}


def _point_of_sphere_to_the_right(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    return _one_eye(random, pair, lambda eye: _changed(eye, sphere=10 * (eye.sphere or 0)))


def _point_of_sphere_to_the_left(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    """What would be no quarter is refused where it is typed, and is no slip here."""

    def typed(eye: EyePrescription) -> EyePrescription | None:
        sphere = eye.sphere or 0
        return None if sphere % 20 else _changed(eye, sphere=sphere // 10)

    return _one_eye(random, pair, typed)


def _point_of_cylinder_to_the_right(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    return _one_eye(random, pair, lambda eye: _changed(eye, cylinder=10 * eye.cylinder))


def _cylinder_sign_alone(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    return _one_eye(random, pair, lambda eye: _changed(eye, cylinder=-eye.cylinder))


def _transposed_without_axis(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    def typed(eye: EyePrescription) -> EyePrescription | None:
        return _changed(eye, sphere=(eye.sphere or 0) + eye.cylinder, cylinder=-eye.cylinder)

    return _one_eye(random, pair, typed)


def _transposed_without_sphere(random: Random, pair: Pair) -> Mapping[str, Any] | None:
    def typed(eye: EyePrescription) -> EyePrescription | None:
        if eye.axis is None:
            return None
        return _changed(eye, cylinder=-eye.cylinder, axis=turned(eye.axis))

    return _one_eye(random, pair, typed)


# --- of one eye -----------------------------------------------------------------------------------


def _changed(eye: EyePrescription, **values: Any) -> EyePrescription | None:
    other = replace(eye, **values)
    return None if other == eye else other


def _one_eye(
    random: Random, pair: Pair, slip: Callable[[EyePrescription], EyePrescription | None]
) -> Mapping[str, Any] | None:
    name = random.choice(("od", "os"))
    wrong = slip(getattr(pair.new, name))
    return None if wrong is None else {name: wrong}


def _one_axis(random: Random, pair: Pair, slip: Callable[[int], int]) -> Mapping[str, Any] | None:
    return _one_eye(
        random, pair, lambda eye: None if eye.axis is None else _changed(eye, axis=slip(eye.axis))
    )


KINDS: Mapping[str, tuple[int, tuple[Slip, ...]]] = {
    "addition": (
        300,
        (
            _addition_missing,
            _addition_of_one_eye_missing,
            _neighbour_in_the_list_for_one_eye,
            _neighbour_in_the_list,
            _whole_dioptre,
            _addition_for_distance,
        ),
    ),
    "distance missing": (150, (_distances_missing,)),
    "distance wrong": (80, (_unit_typed_wrongly, _near_and_far_exchanged)),
    "sign": (110, (_sign_of_one_sphere, _sign_of_one_sphere, _signs_of_both_spheres)),
    "axis": (
        110,
        (
            _axis_crossed,
            _axis_mirrored,
            _axis_digit_typed_wrongly,
            _axis_digits_exchanged_or_lost,
        ),
    ),
    "right and left": (90, (_eyes_exchanged,)),
    "decimal point": (
        80,
        (
            _point_of_sphere_to_the_right,
            _point_of_sphere_to_the_left,
            _point_of_cylinder_to_the_right,
        ),
    ),
    "form of cylinder": (
        80,
        (_cylinder_sign_alone, _transposed_without_axis, _transposed_without_sphere),
    ),
}
"""Each kind's count of a thousand, and the ways to slip into it."""
