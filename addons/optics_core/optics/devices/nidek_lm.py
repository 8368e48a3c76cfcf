"""Lens meters LM of Nidek, versions 1.00 and 1.01.

Lenses of no side (`S`) are left out, for nobody knows before which eye they stand; `ADD2`, the
near spheres and the transmittances are not read.
"""

from __future__ import annotations

from ..measurement import Kind
from .reading import POWERS, Layout, Reader
from .xml import Node

TYPE = "LM"
SPHERE = ("Sphere", "Sphare")
"""As version 1.01 writes it, and as older devices misspell it."""
HABITUAL = Layout(
    kind=Kind.HABITUAL,
    readings=("LM/{eye}",),
    needed=SPHERE,
    of_reading={**POWERS, "sphere": SPHERE, "addition": ("ADD",)},
    prisms={"prism_horizontal": (("PrismX", ""),), "prism_vertical": (("PrismY", ""),)},
    polar_prism=("Prism", "PrismBase"),
    of_eye={"pd_monocular": ("PD/Distance{eye}",)},
    of_pair={"pd_far": ("PD/Distance",), "pd_near": ("PD/Near",)},
)


def is_nidek_lm(measure: Node) -> bool:
    return not measure.namespace and measure.name == "Measure" and measure.attribute("Type") == TYPE


def read_nidek_lm(root: Node, reader: Reader) -> None:
    for measure in filter(is_nidek_lm, root.parts()):
        reader.read(HABITUAL, measure)
