"""Autorefractors ARK and AR of Nidek: root `Data`, units within the texts, eyes first.

`TrialLens` and `ContactLens` are computed of the median and rounded; so they are never read. Of
several KM, such as of two diameters of the cornea, the last one with a radius counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..measurement import COLUMNS, Kind
from .reading import CORNEA, LETTERS, POWERS, Layout, Paths, Reader
from .xml import Node

_POWERS: Mapping[str, Paths] = MappingProxyType({**POWERS, "addition": ("ADD",)})
_PD_OF_EYE: Mapping[str, Paths] = MappingProxyType({"pd_monocular": ("PD/PDList/{eye}PD",)})
_PAIR: Mapping[str, Paths] = MappingProxyType(
    {"vertex": ("VD",), "pd_far": ("PD/PDList/FarPD",), "pd_near": ("PD/PDList/NearPD",)}
)
_ACUITIES: Mapping[str, Paths] = MappingProxyType(
    {
        "acuity_uncorrected_far": ("{eye}/VA/UCVA",),
        "acuity_corrected_far": ("{eye}/VA/BCVA",),
        # Taken at the same distance as the addition of SR.
        "acuity_corrected_near": ("{eye}/VA/NVA",),
    }
)
OBJECTIVE = Layout(
    kind=Kind.OBJECTIVE,
    readings=("{eye}/AR/ARMedian", "{eye}/AR/ARList"),
    needed=("Sphere",),
    of_reading=_POWERS,
    of_eye=_PD_OF_EYE,
    of_pair=_PAIR,
)
KERATOMETRY = Layout(
    kind=Kind.KERATOMETRY,
    readings=("{eye}/KM/KMMedian", "{eye}/KM/KMList"),
    needed=("R1/Radius",),
    of_reading=CORNEA,
)
SUBJECTIVE = Layout(
    kind=Kind.SUBJECTIVE,
    readings=("{eye}/SR",),
    needed=("Sphere",),
    of_reading=_POWERS,
    of_eye={**_PD_OF_EYE, **_ACUITIES},
    of_pair=_PAIR,
)
HABITUAL = Layout(
    kind=Kind.HABITUAL, readings=("{eye}/LM",), needed=("Sphere",), of_reading=_POWERS
)
"""What a lens meter sent to the autorefractor."""


def is_nidek_ar(root: Node) -> bool:
    return root.name == "Data" and any(part.name in LETTERS.values() for part in root.parts())


def read_nidek_ar(root: Node, reader: Reader) -> None:
    for layout in (OBJECTIVE, KERATOMETRY, HABITUAL):
        reader.read(layout, root)
    eyes, pair = reader.told(SUBJECTIVE, root)
    if not reader.add(Kind.SUBJECTIVE, eyes, pair):
        # Acuities may stand there without a refraction by which they were taken.
        own = COLUMNS[Kind.ACUITY]
        acuities = {
            eye: {key: told[key] for key in told if key in own} for eye, told in eyes.items()
        }
        reader.add(Kind.ACUITY, acuities, {})
