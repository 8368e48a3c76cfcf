"""A prescription of both eyes, which cannot be built unless all hard rules hold.

Only what can never be right is refused here. What is merely unusual is told by
:meth:`Prescription.unusual`, and asked by whoever talks to the optician.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import InitVar, dataclass

from .acuity import Acuity
from .contact_lens import ContactLens, note_off_step
from .distance import check_distances
from .limits import LIMITS, Limits, check_limit, note_unusual
from .prism import Imbalance, Prism, imbalance
from .problems import Problem, Problems
from .refraction import Refraction, check_axis, stored_axis
from .vocabulary import AcuityWord, Eye, EyeState, Purpose

_POWERS = ("sphere", "cylinder", "axis", "addition", "prism_horizontal", "prism_vertical")


@dataclass(frozen=True, slots=True)
class EyePrescription:
    """What was entered for one eye; the :class:`Prescription` that holds it checks it.

    So both eyes' problems are told at once.
    """

    state: EyeState = EyeState.POWERED
    sphere: int | None = None
    """Eighths of a dioptre; needed with state powered."""
    cylinder: int = 0
    """Eighths of a dioptre."""
    axis: int | None = None
    """Degrees TABO, 1 to 180, exactly with a cylinder; 0 is stored as 180."""
    addition: int | None = None
    """Eighths of a dioptre."""
    prism_horizontal: int = 0
    """Hundredths of a prism dioptre, base in positive."""
    prism_vertical: int = 0
    """Hundredths of a prism dioptre, base up positive."""
    acuity: Acuity | None = None
    """With this correction: thousandths, or a word."""
    pd_monocular: int | None = None
    """Far, tenths of a millimetre."""
    contact_lens: ContactLens | None = None
    """Of a prescription for contact lenses only."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "axis", stored_axis(self.axis))

    @property
    def refraction(self) -> Refraction | None:
        """Far refraction; None for a state without power, plano too."""
        if self.sphere is None or not self.state.has_power:
            return None
        return Refraction(self.sphere, self.cylinder, self.axis)

    @property
    def near_refraction(self) -> Refraction | None:
        """Far refraction plus addition; None where either is not told."""
        far = self.refraction
        return None if far is None or self.addition is None else far.near(self.addition)

    @property
    def prism(self) -> Prism:
        return Prism(self.prism_horizontal, self.prism_vertical)


@dataclass(frozen=True, slots=True)
class Prescription:
    """Both eyes and what they share.

    `table` holds the limits under the shop's settings (:func:`.limits.adapted`); without it they
    are :data:`.limits.LIMITS`. Raises InvalidPrescription with all problems at once. Copying by
    ``dataclasses.replace`` checks anew, against the table it is given.
    """

    purpose: Purpose
    od: EyePrescription
    os: EyePrescription
    pd_far: int | None = None
    """Binocular, tenths of a millimetre."""
    pd_near: int | None = None
    """Binocular, tenths of a millimetre."""
    vertex: int | None = None
    """At refraction, hundredths of a millimetre."""
    working_distance_near: int | None = None
    """Millimetres."""
    working_distance_intermediate: int | None = None
    """Millimetres."""
    table: InitVar[Limits | None] = None

    def __post_init__(self, table: Limits | None) -> None:
        limits = LIMITS if table is None else table
        problems = Problems()
        problems.choice("", "purpose", self.purpose, Purpose)
        for eye, entered in self.eyes():
            _check_eye(problems, eye, entered, self.purpose, limits)
        check_distances(
            problems,
            limits,
            far=self.pd_far,
            near=self.pd_near,
            right=self.od.pd_monocular,
            left=self.os.pd_monocular,
        )
        for name in ("vertex", "working_distance_near", "working_distance_intermediate"):
            check_limit(problems, "", name, getattr(self, name), limits[name])
        problems.raise_any()

    def eyes(self) -> Iterator[tuple[Eye, EyePrescription]]:
        yield Eye.OD, self.od
        yield Eye.OS, self.os

    @property
    def imbalance(self) -> Imbalance:
        """What the prisms of both eyes ask of the pair."""
        return imbalance(self.od.prism, self.os.prism)

    def unusual(self, table: Limits = LIMITS) -> tuple[Problem, ...]:
        """What lies outside the usual ranges, or off the standard's steps for contact lenses.

        Codes ``unusual`` and ``off_standard_step``; none of them makes a prescription wrong.
        """
        problems = Problems()
        for eye, entered in self.eyes():
            for name in ("addition", "prism_horizontal", "prism_vertical"):
                note_unusual(problems, eye, name, getattr(entered, name), table[name])
            if self.purpose is Purpose.CONTACT_LENSES and entered.sphere is not None:
                note_off_step(problems, eye, entered.sphere)
            if entered.contact_lens is not None:
                entered.contact_lens.note_unusual(problems, eye, table)
        for name in ("vertex", "working_distance_near", "working_distance_intermediate"):
            note_unusual(problems, "", name, getattr(self, name), table[name])
        return problems.found


def _check_eye(
    problems: Problems, eye: Eye, entered: EyePrescription, purpose: Purpose, table: Limits
) -> None:
    if problems.choice(eye, "state", entered.state, EyeState):
        if entered.state.has_power:
            _check_powers(problems, eye, entered, purpose, table)
        else:
            _check_no_power(problems, eye, entered)
    if entered.acuity is not None and not isinstance(entered.acuity, AcuityWord):
        check_limit(problems, eye, "acuity", entered.acuity, table["acuity"])


def _check_powers(
    problems: Problems, eye: Eye, entered: EyePrescription, purpose: Purpose, table: Limits
) -> None:
    prefix = "contact_" if purpose is Purpose.CONTACT_LENSES else ""
    limit = table[f"{prefix}sphere"]
    check_limit(problems, eye, "sphere", entered.sphere, limit, required=True)
    check_limit(
        problems, eye, "cylinder", entered.cylinder, table[f"{prefix}cylinder"], required=True
    )
    check_axis(problems, eye, entered.cylinder, entered.axis)
    check_limit(problems, eye, "addition", entered.addition, table["addition"])
    for name in ("prism_horizontal", "prism_vertical"):
        check_limit(problems, eye, name, getattr(entered, name), table[name], required=True)
    lens = entered.contact_lens
    if lens is not None and problems.check(
        bool(prefix), eye, "contact_lens", lens, "only_contact_lenses"
    ):
        lens.note_problems(problems, eye, entered.addition, table)


def _check_no_power(problems: Problems, eye: Eye, entered: EyePrescription) -> None:
    """Zero is no power, so forms need not empty their cells; a contact lens is one."""
    for name in (*_POWERS, "contact_lens"):
        value = getattr(entered, name)
        problems.check(not value, eye, name, value, "power_of_no_lens", state=entered.state)
