"""What a prescription asks of the lens before one eye, by the purpose of the glasses."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .distance import near_distance
from .prescription import EyePrescription, Prescription
from .prism import Prism
from .refraction import Refraction
from .vocabulary import Eye, EyeState, Purpose

OF_SEVERAL_POWERS = frozenset({Purpose.BIFOCAL, Purpose.PROGRESSIVE, Purpose.OFFICE})
"""Purposes whose prescription tells the far power and an addition."""
WITHIN_REACH = frozenset({Purpose.NEAR, Purpose.INTERMEDIATE})
"""Of one power, told as that itself, or as that of distance and an addition."""


@dataclass(frozen=True, slots=True)
class LensNeed:
    """What one lens must have."""

    eye: Eye
    refraction: Refraction
    """Of the whole lens, or of its distance part where there is an addition."""
    addition: int | None = None
    """Eighths of a dioptre; None for single vision, and where a design's is not told."""
    prism: Prism = Prism()
    pd: int | None = None
    """Of this eye and for this purpose, tenths of a millimetre; None where nothing tells it."""
    is_single_vision: bool = True
    """Whether the purpose asks for one power."""


def lens_need(
    prescription: Prescription, eye: Eye, purpose: Purpose | None = None
) -> LensNeed | None:
    """What the lens before an eye must have; `purpose` is that of the glasses, if another.

    Glasses for near have the near power and the near pupillary distance; bifocal, progressive and
    office ones the far power, the addition and the far distance. From a prescription with addition
    glasses for distance or near may be made as well.

    None for contact lenses; where the lens is the workshop's choice (balance, occluder, frosted) or
    there is none to make; where the prescription does not tell the power for the purpose.
    """
    asked = purpose or prescription.purpose
    if asked is Purpose.CONTACT_LENSES:
        return None
    entered = dict(prescription.eyes())[eye]
    refraction = _refraction(entered, prescription.purpose, asked)
    if refraction is None:
        return None
    single = asked not in OF_SEVERAL_POWERS
    addition = None if single else entered.addition
    pd = _pd(prescription, entered, asked)
    return LensNeed(eye, refraction, addition, entered.prism, pd, single)


def _refraction(entered: EyePrescription, prescribed: Purpose, asked: Purpose) -> Refraction | None:
    is_told = prescribed in OF_SEVERAL_POWERS and asked is not Purpose.INTERMEDIATE
    if asked is not prescribed and not is_told:
        return None
    if entered.state is EyeState.PLANO:
        return Refraction(0)
    if asked not in WITHIN_REACH:
        return entered.refraction
    return entered.near_refraction or (entered.refraction if asked is prescribed else None)


def _pd(prescription: Prescription, entered: EyePrescription, asked: Purpose) -> int | None:
    """The eye's own distance; its share of the near one, or half where the eyes' are not told."""
    own, both = entered.pd_monocular, _binocular(prescription, asked)
    if own is not None and asked not in WITHIN_REACH:
        return own
    if both is None:
        return None
    right, left = prescription.od.pd_monocular, prescription.os.pd_monocular
    if own is None or right is None or left is None:
        return round(Fraction(both, 2))
    return round(Fraction(both * own, right + left))


def _binocular(prescription: Prescription, asked: Purpose) -> int | None:
    far, way = prescription.pd_far, prescription.working_distance_intermediate
    if asked is Purpose.NEAR:
        return prescription.pd_near
    if asked is not Purpose.INTERMEDIATE:
        return far
    return None if far is None or way is None else near_distance(far, way, step=1)
