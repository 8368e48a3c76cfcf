"""JOIA 01, ISO/TS 22218-1: a namespace for each kind of measure, several in one file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..measurement import Kind
from ..problems import UnreadableEntry
from ..units import Unit
from ..vocabulary import Eye
from .reading import CORNEA, POWERS, Layout, Reader, Values, merge, number
from .xml import Node

NAMESPACES = "http://www.joia.or.jp/standardized/namespaces/"
FAR = 100
"""Centimetres from which an exam distance is far."""

REF = Layout(
    kind=Kind.OBJECTIVE,
    readings=("REF/{eye}/Median", "REF/{eye}/List"),
    needed=("Sphere",),
    of_reading=POWERS,
    of_eye={"pd_monocular": ("PD/Distance{eye}", "PD/{eye}/Distance")},
    of_pair={
        "vertex": ("VD",),
        "pd_far": ("PD/Distance", "PD/B/Distance"),
        "pd_near": ("PD/Near",),
    },
)
KM = Layout(
    kind=Kind.KERATOMETRY,
    readings=("KM/{eye}/Median", "KM/{eye}/List"),
    needed=("R1/Radius",),
    of_reading=CORNEA,
)
LM = Layout(
    kind=Kind.HABITUAL,
    readings=("LM/{eye}",),
    needed=("Sphere",),
    of_reading={**POWERS, "addition": ("Add1", "ADD")},
    prisms={
        "prism_horizontal": (("H", ""), ("PrismX", "")),
        "prism_vertical": (("V", ""), ("PrismY", "")),
    },
    polar_prism=("Prism", "PrismBase"),
    of_eye={"pd_monocular": ("PD/{eye}/Distance", "PD/Distance{eye}")},
    of_pair={"pd_far": ("PD/B/Distance", "PD/Distance"), "pd_near": ("PD/B/Near", "PD/Near")},
)
TM = Layout(
    kind=Kind.PRESSURE,
    readings=("TM/{eye}/Average", "TM/{eye}/List"),
    needed=("IOP_mmHg",),
    of_reading={"iop": ("IOP_mmHg",)},
)
MEASURES: Mapping[str, Layout] = MappingProxyType({"REF": REF, "KM": KM, "LM": LM, "TM": TM})
"""Last part of the namespace to what stands in the measure."""

TYPES: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    # What was prescribed comes after the full correction, so it is the later word.
    (Kind.SUBJECTIVE, ("prescription", "full correction")),
    (Kind.OBJECTIVE, ("objective data",)),
    (Kind.HABITUAL, ("current spectacles",)),
)
"""Kind to the names of refractions in SBJ, the first one that is there counts."""
UNAIDED = "unaided data"


def _far(kind: Kind) -> Layout:
    return Layout(
        kind=kind,
        readings=("RefractionData/{eye}",),
        needed=("Sph",),
        of_reading={"sphere": ("Sph",), "cylinder": ("Cyl",), "axis": ("Axis",)},
        prisms={
            "prism_horizontal": (("HPri", "HBase"),),
            "prism_vertical": (("VPri", "VBase"),),
        },
        polar_prism=("Prism", "Angle"),
        of_eye={"pd_monocular": ("PD/{eye}",), "acuity_corrected_far": ("VA/{eye}",)},
        of_pair={
            "vertex": ("RefractionData/VD", "VD"),
            "pd_far": ("PD/B",),
            "acuity_corrected_far": ("VA/B",),
        },
    )


def _near(kind: Kind) -> Layout:
    return Layout(
        kind=kind,
        readings=("RefractionData/{eye}",),
        needed=("Sph",),
        of_reading={"sphere": ("Sph",)},
        of_eye={"acuity_corrected_near": ("VA/{eye}",)},
        of_pair={"pd_near": ("PD/B",), "acuity_corrected_near": ("VA/B",)},
    )


def _unaided(column: str) -> Layout:
    return Layout(kind=Kind.ACUITY, of_eye={column: ("VA/{eye}",)}, of_pair={column: ("VA/B",)})


def is_joia(measure: Node) -> bool:
    return measure.name == "Measure" and measure.namespace.startswith(NAMESPACES)


def read_joia(root: Node, reader: Reader) -> None:
    """Read the measures REF, KM, LM, TM and SBJ; others are left out."""
    for measure in filter(is_joia, root.parts()):
        kind = measure.namespace.removeprefix(NAMESPACES)
        if kind == "SBJ":
            _read_subjective(measure, reader)
        elif kind in MEASURES:
            reader.read(MEASURES[kind], measure)


def _read_subjective(measure: Node, reader: Reader) -> None:
    types = {each.told("TypeName").lower(): each for each in measure.all("RefractionTest/Type")}
    for kind, names in TYPES:
        for name in names:
            if name in types and _read_refraction(kind, types[name], reader):
                break
    if UNAIDED in types:
        far, near = _exams(types[UNAIDED])
        eyes: dict[Eye, Values] = {eye: {} for eye in Eye}
        pair: Values = {}
        for exam, column in (
            (far, "acuity_uncorrected_far"),
            (near, "acuity_uncorrected_near"),
        ):
            if exam:
                merge(eyes, pair, reader.told(_unaided(column), exam))
        reader.add(Kind.ACUITY, eyes, pair)


def _read_refraction(kind: Kind, test: Node, reader: Reader) -> bool:
    """Add a refraction: the far one, and of the near one its sphere beyond the far one's.

    So devices tell an addition here; where it is not positive, there is none.
    """
    far, near = _exams(test)
    if not far:
        return False
    eyes, pair = reader.told(_far(kind), far)
    if near:
        near_eyes, near_pair = reader.told(_near(kind), near)
        for eye, values in near_eyes.items():
            addition = values.pop("sphere", 0) - eyes[eye].get("sphere", 0)
            both = values.pop("measured", False) and eyes[eye].get("measured")
            if both and addition > 0 and kind is not Kind.OBJECTIVE:
                values["addition"] = addition
        merge(eyes, pair, (near_eyes, near_pair))
    return reader.add(kind, eyes, pair)


def _exams(test: Node) -> tuple[Node | None, Node | None]:
    """The far and the near exam by their distance in centimetres, or by number without one."""
    exams: dict[bool, Node] = {}
    for exam in test.all("ExamDistance"):
        try:
            is_far = number(exam.told("Distance"), Unit.TENTH_MM) >= 10 * FAR
        except UnreadableEntry:
            is_far = exam.attribute("No") == "1"
        exams.setdefault(is_far, exam)
    return exams.get(True), exams.get(False)
