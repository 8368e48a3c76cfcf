"""What was measured of somebody's eyes, in hundredths as devices give it, and powers from it.

Columns by kind of measurement are data (:data:`COLUMNS`), and so are the limits
(:data:`MEASURED`). A value that is nought or empty is one that was not told; only a sphere of 0.00
is a value like any other, so whether an eye was refracted is told beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from .acuity import parse_acuity
from .distance import check_distances
from .limits import LIMITS, Limit, Limits, adapted, check_limit
from .power import rounded
from .prescription import EyePrescription
from .problems import Problems, UnreadableEntry
from .refraction import check_axis, stored_axis
from .units import Unit
from .vertex import ExactRefraction
from .vocabulary import AcuityWord, Eye, EyeState

KERATOMETRIC_INDEX = Fraction("1.3375")
"""Makes a power of a radius of the cornea's front, as keratometers are set."""
PRISM_STEP = 25
"""Hundredths of Δ in a prescription."""


class Kind(StrEnum):
    """How, or what of the eyes, was measured."""

    HABITUAL = "habitual"
    """The glasses worn, in a lens meter."""
    OBJECTIVE = "objective"
    """By an autorefractor or a skiascope."""
    SUBJECTIVE = "subjective"
    CYCLOPLEGIC = "cycloplegic"
    """While accommodation is paralysed."""
    KERATOMETRY = "keratometry"
    ACUITY = "acuity"
    DOMINANCE = "dominance"
    PRESSURE = "pressure"
    """Within the eye."""


class Dominance(StrEnum):
    """Which eye leads."""

    OD = "od"
    OS = "os"
    NONE = "none"
    """Neither."""


_REFRACTION = ("measured", "sphere", "cylinder", "axis", "pd_monocular", "pd_far", "pd_near")
_ADDED = ("addition", "prism_horizontal", "prism_vertical")
_CORRECTED = ("acuity_corrected_far", "acuity_corrected_near")
_ACUITY = (
    *("acuity_uncorrected_far", "acuity_uncorrected_near"),
    *_CORRECTED,
    *("acuity_pinhole_far", "acuity_pinhole_near"),
)
_KERATOMETRY = ("k1_radius", "k1_axis", "k2_radius", "k2_axis")
COLUMNS: Mapping[Kind, frozenset[str]] = MappingProxyType(
    {
        Kind.HABITUAL: frozenset({*_REFRACTION, *_ADDED, "vertex", *_CORRECTED}),
        Kind.OBJECTIVE: frozenset({*_REFRACTION, "vertex"}),
        Kind.SUBJECTIVE: frozenset({*_REFRACTION, *_ADDED, "vertex", *_ACUITY, "dominance"}),
        Kind.CYCLOPLEGIC: frozenset({*_REFRACTION, "vertex", *_CORRECTED}),
        Kind.KERATOMETRY: frozenset(_KERATOMETRY),
        Kind.ACUITY: frozenset(_ACUITY),
        Kind.DOMINANCE: frozenset({"dominance"}),
        Kind.PRESSURE: frozenset({"iop", "iop_method"}),
    }
)
"""Which columns a kind has, of each eye and of the pair; those of other kinds are empty."""
REFRACTIONS = frozenset(kind for kind in Kind if "sphere" in COLUMNS[kind])
"""Kinds of which a prescription is derived."""
OF_A_MEASURED_EYE = ("sphere", "cylinder", "axis", *_ADDED)

_D, _PRISM = Unit.HUNDREDTH_DIOPTRE, Unit.HUNDREDTH_PRISM
_MM, _PRESSURE = Unit.HUNDREDTH_MM, Unit.TENTH_MMHG
_DISTANCES = adapted(tenths_of_mm=True)
MEASURED: Limits = MappingProxyType(
    {
        "sphere": Limit(-3000, 3000, 1, _D, "D3"),
        # Refractors go beyond the 10 D of a prescription.
        "cylinder": Limit(-1200, 1200, 1, _D, "own"),
        "axis": LIMITS["axis"],
        "addition": Limit(25, 600, 1, _D, "D3"),
        "prism_horizontal": Limit(-2000, 2000, 1, _PRISM, "D5"),
        "prism_vertical": Limit(-2000, 2000, 1, _PRISM, "D5"),
        **{name: _DISTANCES[name] for name in ("pd_far", "pd_near", "pd_monocular", "vertex")},
        "acuity": LIMITS["acuity"],
        # Corneas are from 6.5 mm (keratoconus) to 9 (after surgery); devices go further.
        "k1_radius": Limit(500, 1200, 1, _MM, "own"),
        "k1_axis": LIMITS["axis"],
        "k2_radius": Limit(500, 1200, 1, _MM, "own"),
        "k2_axis": LIMITS["axis"],
        "iop": Limit(0, 800, 1, _PRESSURE, "own"),
    }
)
"""Column to its bounds, in the manner of :mod:`.limits`."""
_ONE_BY_ONE = frozenset(MEASURED) - {"axis", "pd_far", "pd_near", "pd_monocular", "acuity"}
"""Limits that hold of a value alone; the others are checked with what stands beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acuities:
    """Visual acuities as they were told: ``0,8``, ``1.0``, ``CF``; :mod:`.acuity` reads them."""

    acuity_uncorrected_far: str | None = None
    acuity_uncorrected_near: str | None = None
    acuity_corrected_far: str | None = None
    acuity_corrected_near: str | None = None
    acuity_pinhole_far: str | None = None
    acuity_pinhole_near: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeMeasurement(Acuities):
    """What was measured of one eye; the :class:`Measurement` that holds it checks it."""

    measured: bool = False
    """Whether the eye was refracted: then a sphere of 0 is 0.00 D."""
    sphere: int = 0
    """Hundredths of a dioptre."""
    cylinder: int = 0
    """Hundredths of a dioptre."""
    axis: int | None = None
    """Degrees TABO, 1 to 180, exactly with a cylinder; 0 is stored as 180."""
    addition: int | None = None
    """Hundredths of a dioptre."""
    prism_horizontal: int = 0
    """Hundredths of a prism dioptre, base in positive."""
    prism_vertical: int = 0
    """Hundredths of a prism dioptre, base up positive."""
    pd_monocular: int | None = None
    """Far, tenths of a millimetre."""
    k1_radius: int | None = None
    """Of a principal meridian of the cornea, the flatter one by custom; hundredths of a mm."""
    k1_axis: int | None = None
    k2_radius: int | None = None
    k2_axis: int | None = None
    iop: int | None = None
    """Pressure, tenths of mmHg."""

    def __post_init__(self) -> None:
        for name in ("axis", "k1_axis", "k2_axis"):
            object.__setattr__(self, name, stored_axis(getattr(self, name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement(Acuities):
    """Both eyes and what they share; acuities are of both together.

    Raises InvalidPrescription with all problems at once.
    """

    kind: Kind
    od: EyeMeasurement = EyeMeasurement()
    os: EyeMeasurement = EyeMeasurement()
    pd_far: int | None = None
    """Binocular, tenths of a millimetre."""
    pd_near: int | None = None
    """Binocular, tenths of a millimetre."""
    vertex: int | None = None
    """Hundredths of a millimetre."""
    dominance: Dominance | None = None
    iop_method: str | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        if problems.choice("", "kind", self.kind, Kind):
            told = [_check_part(problems, eye, part, self.kind) for eye, part in self._parts()]
            wanted = any(eye.measured for _eye, eye in self.eyes())
            if self.kind not in REFRACTIONS:
                wanted = any(told)
            # Of what was told wrongly, nobody need hear that it is nothing.
            if not problems.found:
                problems.check(wanted, "", "kind", self.kind, "nothing_measured")
        problems.raise_any()

    def eyes(self) -> Iterator[tuple[Eye, EyeMeasurement]]:
        yield Eye.OD, self.od
        yield Eye.OS, self.os

    def _parts(self) -> Iterator[tuple[str, EyeMeasurement | Measurement]]:
        yield from self.eyes()
        yield "", self


def _check_part(
    problems: Problems, eye: str, part: EyeMeasurement | Measurement, kind: Kind
) -> bool:
    """Check one eye or the pair; True when anything of this kind is told of it."""
    told = {
        each.name: getattr(part, each.name)
        for each in fields(part)
        if each.name not in ("kind", "od", "os") and getattr(part, each.name)
    }
    own = COLUMNS[kind]
    for name, value in told.items():
        if name not in own:
            problems.add(eye, name, value, "not_of_kind", kind=kind)
        elif name in _ONE_BY_ONE:
            check_limit(problems, eye, name, value, MEASURED[name])
        elif name.startswith("acuity"):
            _check_acuity(problems, eye, name, value)
    if isinstance(part, Measurement):
        _check_pair(problems, part, kind)
    else:
        _check_eye(problems, eye, part, kind)
    return not own.isdisjoint(told)


def _check_acuity(problems: Problems, eye: str, name: str, text: str) -> None:
    try:
        acuity = parse_acuity(text)
    except UnreadableEntry as error:
        problems.add(eye, name, text, "not_an_acuity", **error.params)
        return
    if not isinstance(acuity, AcuityWord):
        check_limit(problems, eye, name, acuity, MEASURED["acuity"])


def _check_eye(problems: Problems, eye: str, told: EyeMeasurement, kind: Kind) -> None:
    if kind in REFRACTIONS:
        check_axis(problems, eye, told.cylinder, told.axis)
        if not told.measured:
            _check_not_measured(problems, eye, told, kind)
    if kind is Kind.KERATOMETRY:
        for name in ("k1", "k2"):
            axis, radius = getattr(told, f"{name}_axis"), getattr(told, f"{name}_radius")
            holds = bool(radius) or not axis
            problems.check(holds, eye, f"{name}_axis", axis, "axis_without_radius")


def _check_not_measured(problems: Problems, eye: str, told: EyeMeasurement, kind: Kind) -> None:
    for name in OF_A_MEASURED_EYE:
        value = getattr(told, name)
        if value and name in COLUMNS[kind]:
            problems.add(eye, name, value, "eye_not_measured")


def _check_pair(problems: Problems, told: Measurement, kind: Kind) -> None:
    problems.choice("", "dominance", told.dominance, Dominance, required=False)
    if kind in REFRACTIONS:
        check_distances(
            problems,
            MEASURED,
            far=told.pd_far,
            near=told.pd_near,
            right=told.od.pd_monocular,
            left=told.os.pd_monocular,
        )


def corneal_power(radius: int) -> int:
    """Power of the cornea, 337.5 / r, in hundredths of a dioptre; `radius` in hundredths of a mm.

    To the nearest, the middle up. Raises ValueError for a radius that is not positive.
    """
    if radius <= 0:
        raise ValueError(f"a radius is positive, not {radius}")
    exact = (KERATOMETRIC_INDEX - 1) * 100 * 1000 * 100 / radius
    return (exact + Fraction(1, 2)).__floor__()


def derived(measurement: Measurement) -> Mapping[Eye, EyePrescription]:
    """The eyes of a new prescription: powers rounded to the nearest 0.25 D, prisms to 0.25 Δ.

    No hundredth lies in the middle of two quarters, so there are no ties. Sphere and cylinder are
    rounded each for itself, as a refractor's own rounding does: the spherical equivalent may move
    by up to 0.18 D. A cylinder up to 0.12 D vanishes, and its axis with it. An eye that was not
    refracted gets a balance lens, which claims no power.
    """
    return {eye: _derived_eye(told) for eye, told in measurement.eyes()}


def _derived_eye(told: EyeMeasurement) -> EyePrescription:
    if not told.measured:
        return EyePrescription(EyeState.BALANCE, pd_monocular=told.pd_monocular)
    exact = ExactRefraction(Fraction(told.sphere, 100), Fraction(told.cylinder, 100), told.axis)
    power = exact.rounded()
    return EyePrescription(
        sphere=power.sphere,
        cylinder=power.cylinder,
        axis=power.axis,
        addition=told.addition and rounded(Fraction(told.addition, 100)),
        prism_horizontal=_to_step(told.prism_horizontal),
        prism_vertical=_to_step(told.prism_vertical),
        pd_monocular=told.pd_monocular,
    )


def _to_step(prism: int) -> int:
    return PRISM_STEP * round(Fraction(prism, PRISM_STEP))
