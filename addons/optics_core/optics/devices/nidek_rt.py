"""Phoropters RT of Nidek, UTF-16: refractions by what corrected the eyes.

Read in the standard light only; `Full` and what other devices sent (KM, TM) are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..measurement import Kind
from .reading import POWERS, Layout, Reader, merge
from .xml import Node

TYPE = "RT"
KINDS: Mapping[str, Kind] = MappingProxyType(
    {"LM_Base": Kind.HABITUAL, "REF_Base": Kind.OBJECTIVE, "Best": Kind.SUBJECTIVE}
)
"""CorrectionType to the kind of measurement that it is."""


def _distant(kind: Kind) -> Layout:
    return Layout(
        kind=kind,
        readings=("{eye}",),
        needed=("Sphere",),
        of_reading={**POWERS, "addition": ("ADD",)},
        prisms={"prism_horizontal": (("PrismX", ""),), "prism_vertical": (("PrismY", ""),)},
        polar_prism=("Prism", "PrismBase"),
        of_eye={
            "pd_monocular": ("{eye}/PD",),
            "acuity_corrected_far": ("{eye}/VA",),
            "acuity_corrected_near": ("{eye}/ADDVA",),
            "acuity_pinhole_far": ("{eye}/PHVA",),
        },
        of_pair={
            "vertex": ("VD",),
            "pd_far": ("B/PD",),
            "acuity_corrected_far": ("B/VA",),
            "acuity_corrected_near": ("B/ADDVA",),
        },
    )


def _near(kind: Kind) -> Layout:
    return Layout(
        kind=kind,
        of_eye={"acuity_corrected_near": ("{eye}/VA",)},
        of_pair={"pd_near": ("B/PD",), "acuity_corrected_near": ("B/VA",)},
    )


def is_nidek_rt(measure: Node) -> bool:
    return not measure.namespace and measure.name == "Measure" and measure.attribute("Type") == TYPE


def read_nidek_rt(root: Node, reader: Reader) -> None:
    for measure in filter(is_nidek_rt, root.parts()):
        for correction, kind in KINDS.items():
            found = {
                each.attribute("Vision"): each
                for each in measure.all("Phoropter/Corrected")
                if each.attribute("CorrectionType") == correction
                and each.attribute("Situation") in ("", "Standard")
            }
            if "Distant" in found:
                eyes, pair = reader.told(_distant(kind), found["Distant"])
                if "Near" in found:
                    merge(eyes, pair, reader.told(_near(kind), found["Near"]))
                reader.add(kind, eyes, pair)
