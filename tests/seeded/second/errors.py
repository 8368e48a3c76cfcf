"""One slip of the pen in a good prescription, of the kinds that laboratories call back about.

Shares: a survey of laboratories (Pacific University 1992): additions 30 %, a missing PD 23 %, sign
11 %, axis 11 %. The rest are slips of typing and copying, in shares of our own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Any

from optics.power import parse_power, show_power
from optics.prescription import EyePrescription, Prescription
from optics.problems import InvalidPrescription, UnreadableEntry
from optics.refraction import angle_difference, turned

from .population import Pair


class Kind(StrEnum):
    ADDITION = "addition"
    FORM = "form of cylinder"
    DIGITS = "digits transposed"
    NEIGHBOUR = "neighbour's field"
    POINT = "decimal point"
    AXIS = "axis"
    SIGN = "sign"
    SWAP = "R/L swap"
    PD = "PD"


# Whatever fits fewest prescriptions comes first; the PD fits all.
_COUNTS = {
    Kind.ADDITION: 300,
    Kind.FORM: 50,
    Kind.DIGITS: 50,
    Kind.NEIGHBOUR: 40,
    Kind.POINT: 60,
    Kind.AXIS: 110,
    Kind.SIGN: 110,
    Kind.SWAP: 50,
    Kind.PD: 230,
}
_INVENTED = 75
"""Additions entered where none belongs; the other slips of additions need one."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was entered, before the prescription checks it."""

    od: EyePrescription
    os: EyePrescription
    pd_far: int | None
    pd_near: int | None

    def built(self, good: Prescription) -> Prescription:
        """Raises InvalidPrescription."""
        return replace(
            good, od=self.od, os=self.os, pd_far=self.pd_far, pd_near=self.pd_near, table=None
        )


@dataclass(frozen=True, slots=True)
class Slip:
    kind: Kind
    pair: Pair
    draft: Draft | None
    """None: the text is no power, and the field does not take it."""

    @property
    def is_large(self) -> bool:
        """At least 0.50 D, 10° with a cylinder of 0.50 D, 2 mm, or a value missing."""
        if self.draft is None:
            return True
        good, bad = _draft(self.pair.new), self.draft
        return (
            _eye_is_large(good.od, bad.od)
            or _eye_is_large(good.os, bad.os)
            or _is_large(good.pd_far, bad.pd_far, 20)
            or _is_large(good.pd_near, bad.pd_near, 20)
        )


def slips(rng: Random, pairs: Sequence[Pair]) -> tuple[Slip, ...]:
    """One in each pair's new prescription, in the counts above."""
    free = list(pairs)
    rng.shuffle(free)
    made: list[Slip] = []
    for kind, count in _COUNTS.items():
        left, used, invented = count, [], 0
        for pair in free:
            if not left:
                break
            good = _draft(pair.new)
            if kind is Kind.ADDITION and not _has_addition(good):
                if invented == _INVENTED:
                    continue
                invented += 1
            draft: Draft | None = good
            for _ in range(4):  # What was drawn may change nothing: 66 turned about is 66.
                if draft == good:
                    draft = _made(rng, kind, good)
            if draft != good:
                made.append(Slip(kind, pair, draft))
                used.append(pair)
                left -= 1
        free = [pair for pair in free if not any(pair is one for one in used)]
    return tuple(made)


def _made(rng: Random, kind: Kind, good: Draft) -> Draft | None:
    try:
        return _MAKERS[kind](rng, good)
    except UnreadableEntry:
        return None


def _with(eye: EyePrescription, name: str, value: Any) -> EyePrescription:
    changes: dict[str, Any] = {name: value}
    return replace(eye, **changes)


def _draft(good: Prescription) -> Draft:
    return Draft(good.od, good.os, good.pd_far, good.pd_near)


def _has_addition(draft: Draft) -> bool:
    return draft.od.addition is not None or draft.os.addition is not None


def _is_large(good: int | None, bad: int | None, bound: int) -> bool:
    """A value missing, or told where there was none, is large whatever it is."""
    if good is None or bad is None:
        return good is not bad
    return abs(good - bad) >= bound


def _eye_is_large(good: EyePrescription, bad: EyePrescription) -> bool:
    told = abs(good.cylinder) >= 4 or abs(bad.cylinder) >= 4
    if told and good.axis != bad.axis:
        if good.axis is None or bad.axis is None:
            return True
        if angle_difference(good.axis, bad.axis) >= 10:
            return True
    return (
        good.state != bad.state
        or _is_large(good.sphere, bad.sphere, 4)
        or abs(good.cylinder - bad.cylinder) >= 4
        or _is_large(good.addition, bad.addition, 4)
        or _is_large(good.pd_monocular, bad.pd_monocular, 20)
    )


def _one_eye(
    rng: Random, good: Draft, change: Callable[[EyePrescription], EyePrescription]
) -> Draft:
    """The change in one eye, in the other one where it does nothing to the first; else the good."""
    names = ["od", "os"]
    rng.shuffle(names)
    for name in names:
        eye = getattr(good, name)
        changed = change(eye) if eye.state.has_power else eye
        if changed != eye:
            return replace(good, od=changed) if name == "od" else replace(good, os=changed)
    return good


def _addition(rng: Random, good: Draft) -> Draft:
    if not _has_addition(good):
        invented = rng.choice((8, 12, 16, 20))
        return replace(
            good,
            od=replace(good.od, addition=invented) if good.od.state.has_power else good.od,
            os=replace(good.os, addition=invented) if good.os.state.has_power else good.os,
        )
    how = rng.random()
    wrong = rng.choice((2, 4, 4, 6, 8, 10)) * rng.choice((-1, 1))

    def changed(eye: EyePrescription) -> EyePrescription:
        if eye.addition is None or how < 0.5:
            return replace(eye, addition=None)
        if how < 0.62:  # The near power told as addition.
            return replace(eye, addition=(eye.sphere or 0) + eye.addition)
        return replace(eye, addition=max(2, eye.addition + wrong))

    if rng.random() < 0.35:
        return _one_eye(rng, good, changed)
    return replace(good, od=changed(good.od), os=changed(good.os))


def _pd(rng: Random, good: Draft) -> Draft:
    how = rng.random()
    if how < 0.6:
        empty = replace(good, pd_far=None)
        if good.pd_near is None or good.pd_far is None or rng.random() < 0.7:
            empty = replace(empty, pd_near=None)
        return replace(
            empty, od=replace(good.od, pd_monocular=None), os=replace(good.os, pd_monocular=None)
        )
    wrong = rng.choice((-100, -50, -30, -20, -10, 10, 20, 30, 50, 100))
    if how < 0.7 and good.od.pd_monocular is not None:
        return _one_eye(rng, good, lambda eye: replace(eye, pd_monocular=_plus(eye, wrong)))
    if how < 0.8 and good.pd_far is not None and good.pd_near is not None:
        same = rng.choice((good.pd_far, good.pd_near))
        return replace(good, pd_far=same, pd_near=same)
    name = "pd_near" if good.pd_far is None else "pd_far"
    value = good.pd_near if good.pd_far is None else good.pd_far
    if value is None:
        return good
    tens, ones = divmod(value // 10, 10)
    value = 100 * ones + 10 * tens if how < 0.87 else value + wrong
    return replace(good, pd_near=value) if name == "pd_near" else replace(good, pd_far=value)


def _plus(eye: EyePrescription, wrong: int) -> int | None:
    return None if eye.pd_monocular is None else eye.pd_monocular + wrong // 2 // 5 * 5


def _sign(rng: Random, good: Draft) -> Draft:
    name = "cylinder" if rng.random() < 0.3 else "sphere"

    def flipped(eye: EyePrescription) -> EyePrescription:
        return _with(eye, name, -getattr(eye, name)) if getattr(eye, name) else eye

    if rng.random() < 0.15:
        return replace(good, od=flipped(good.od), os=flipped(good.os))
    return _one_eye(rng, good, flipped)


def _axis(rng: Random, good: Draft) -> Draft:
    how = rng.choice(("turned", "mirrored", "missing", "tens", "tens", "any"))
    tens, drawn = rng.choice((-60, -50, -30, -20, -10, 10, 20, 30, 50, 60)), rng.randint(1, 180)

    def changed(eye: EyePrescription) -> EyePrescription:
        if eye.axis is None:
            return eye
        mirrored = 180 - eye.axis
        typed = {"turned": turned(eye.axis), "mirrored": mirrored, "missing": None, "any": drawn}
        return replace(eye, axis=typed.get(how, eye.axis + tens))

    return _one_eye(rng, good, changed)


def _swap(rng: Random, good: Draft) -> Draft:
    od, os = good.od, good.os
    only = rng.choice(("", "", "", "sphere", "axis"))
    if not only:
        return replace(good, od=os, os=od)
    if not (od.state.has_power and os.state.has_power):
        return good
    return replace(
        good,
        od=_with(od, only, getattr(os, only)),
        os=_with(os, only, getattr(od, only)),
    )


def _point(rng: Random, good: Draft) -> Draft:
    """-1.25 as -12.5; or -2.50 as -0.25, where that is a step at all."""
    name, less = rng.choice(("sphere", "sphere", "cylinder")), rng.random() < 0.4

    def changed(eye: EyePrescription) -> EyePrescription:
        value = getattr(eye, name) or 0
        typed = value // 10 if less and value % 20 == 0 else value * 10
        return _with(eye, name, typed)

    return _one_eye(rng, good, changed)


def _form(rng: Random, good: Draft) -> Draft:
    """The other form in one of the three numbers only."""
    name = rng.choice(("sphere", "cylinder", "axis"))

    def changed(eye: EyePrescription) -> EyePrescription:
        lens = eye.refraction
        if lens is None or lens.axis is None:
            return eye
        return _with(eye, name, getattr(lens.transposed(), name))

    return _one_eye(rng, good, changed)


def _digits(rng: Random, good: Draft) -> Draft:
    """Two neighbouring digits: axis 17 as 71, sphere 5.00 as 0.50; 2.15 D is no eighth."""
    of_axis, first = rng.random() < 0.7, rng.random() < 0.6

    def crossed(text: str) -> str:
        place = 0 if first or len(text) < 3 else 1
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]

    def changed(eye: EyePrescription) -> EyePrescription:
        if of_axis:
            told = str(eye.axis or 0)
            return eye if len(told) < 2 else replace(eye, axis=int(crossed(told)))
        if not eye.sphere:
            return eye
        sign, whole = show_power(eye.sphere)[0], show_power(eye.sphere)[1:].replace(",", "")
        digits = crossed(whole)
        return replace(eye, sphere=parse_power(f"{sign}{digits[:-2]}.{digits[-2:]}"))

    return _one_eye(rng, good, changed)


def _neighbour(rng: Random, good: Draft) -> Draft:
    """Sphere and cylinder in each other's field, the other eye's line, the addition as cylinder."""
    how = rng.choice(("columns", "line", "addition"))

    def changed(eye: EyePrescription) -> EyePrescription:
        if how == "columns" and eye.cylinder and eye.sphere is not None:
            return replace(eye, sphere=eye.cylinder, cylinder=eye.sphere)
        if how == "addition" and eye.addition is not None:
            return replace(eye, cylinder=eye.addition, addition=None)
        other = good.os if eye is good.od else good.od
        if how == "line" and other.state.has_power:
            return replace(other, addition=eye.addition, pd_monocular=eye.pd_monocular)
        return eye

    return _one_eye(rng, good, changed)


_MAKERS: dict[Kind, Callable[[Random, Draft], Draft]] = {
    Kind.FORM: _form,
    Kind.DIGITS: _digits,
    Kind.NEIGHBOUR: _neighbour,
    Kind.POINT: _point,
    Kind.AXIS: _axis,
    Kind.SIGN: _sign,
    Kind.SWAP: _swap,
    Kind.ADDITION: _addition,
    Kind.PD: _pd,
}


def built(slip: Slip) -> Prescription | None:
    """The prescription with the slip; None where it is refused."""
    try:
        return None if slip.draft is None else slip.draft.built(slip.pair.new)
    except InvalidPrescription:
        return None
