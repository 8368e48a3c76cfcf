"""Does the lens fit? One verdict for each check, with the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterable

from .blank import BlankWay, Centration, Offset, decentration, minimum_blank, prism_shift
from .frame import Frame, RimType
from .lens import Lens, LensMaterial, LensRange, SpectacleDesign
from .limits import LIMITS
from .need import LensNeed
from .units import Unit
from .verdict import Quantity, Verdict

DECENTRATION_USUAL = 500
"""Hundredths of a millimetre inward or outward, beyond which it is asked about (OPTICS_DATA A)."""
DRILLED_INDEX = 1590
"""Thousandths, from which organic lenses other than those of any index bear holes; own choice."""
BEARS_HOLES = frozenset({LensMaterial.POLYCARBONATE, LensMaterial.TRIVEX})
"""Of any index, for they do not crack."""


def fits(
    need: LensNeed, lens: Lens, frame: Frame, centration: Centration | None
) -> tuple[Verdict, ...]:
    """One verdict for each :class:`.verdict.Check`, in its order.

    `centration` is None where nothing is measured. Blank and prism are those of the diameters that
    are made in the power.
    """
    return (
        _power_range(need, lens),
        _blank(need, lens, frame, centration),
        _index_and_rim(need, lens, frame),
        _height(lens, frame, centration),
        _decentration(frame, centration),
        _prism(need, lens),
    )


def _verdict(code: str, **params: Quantity | str) -> Verdict:
    return Verdict(code, params)


def _power(eighths: int) -> Quantity:
    return Quantity(eighths, Unit.EIGHTH_DIOPTRE)


def _mm(tenths: int) -> Quantity:
    return Quantity(tenths, Unit.TENTH_MM)


def _mm100(hundredths: int) -> Quantity:
    return Quantity(hundredths, Unit.HUNDREDTH_MM)


def _prisms(hundredths: int) -> Quantity:
    return Quantity(hundredths, Unit.HUNDREDTH_PRISM)


def _power_range(need: LensNeed, lens: Lens) -> Verdict:
    if need.is_single_vision and lens.design.has_addition:
        return _verdict("purpose_of_one_power")
    if not need.is_single_vision and not lens.design.has_addition:
        return _verdict("purpose_of_several_powers")
    if not need.is_single_vision and need.addition is None:
        return _verdict("addition_not_told")
    power = need.refraction.strongest.power
    cylinder = abs(need.refraction.cylinder)
    made = [each for each in lens.ranges if each.holds_strongest(need.refraction)]
    if not made:
        return _strongest_beyond(power, lens.ranges)
    turned = [each for each in made if each.holds_cylinder(need.refraction)]
    if not turned:
        highest = max(each.cylinder_to for each in made)
        return _verdict(
            "cylinder_beyond",
            cylinder=_power(-cylinder),
            highest=_power(-highest),
            power=_power(power),
        )
    added = [each for each in turned if each.holds_addition(need.addition)]
    if not added:
        return _addition_beyond(need.addition or 0, turned)
    diameter = max(each.diameter for each in added)
    return _verdict(
        "power_made", power=_power(power), cylinder=_power(-cylinder), diameter=_mm(diameter)
    )


def _strongest_beyond(power: int, ranges: Iterable[LensRange]) -> Verdict:
    """Name the nearest range, for there may be gaps between two."""
    nearest = min(ranges, key=lambda each: _beyond(power, each.strongest_from, each.strongest_to))
    return _verdict(
        "strongest_beyond",
        power=_power(power),
        lowest=_power(nearest.strongest_from),
        highest=_power(nearest.strongest_to),
    )


def _addition_beyond(addition: int, ranges: Iterable[LensRange]) -> Verdict:
    """Name the nearest range; a lens of several powers has additions in each."""
    rows = [
        (each.addition_from or 0, each.addition_to or 0, each.addition_step or 0) for each in ranges
    ]
    low, high, step = min(rows, key=lambda row: _beyond(addition, row[0], row[1]))
    return _verdict(
        "addition_beyond",
        addition=_power(addition),
        lowest=_power(low),
        highest=_power(high),
        step=_power(step),
    )


def _beyond(value: int, lowest: int, highest: int) -> int:
    return max(lowest - value, value - highest, 0)


def _blank(need: LensNeed, lens: Lens, frame: Frame, centration: Centration | None) -> Verdict:
    if centration is None:
        return _verdict("blank_pd_not_told")
    made = [
        (each.diameter, minimum_blank(frame, centration, shift))
        for each in lens.ranges_of(need.refraction, need.addition)
        if (shift := _shift(need, lens, each)) is not None
    ]
    if not made:
        return _verdict("blank_of_no_range")
    enough = [row for row in made if row[0] >= row[1].diameter]
    pick = min if enough else max
    blank, needed = pick(enough or made, key=lambda row: row[0])
    told = {"needed": _mm(needed.diameter), "blank": _mm(blank)}
    if centration.height is None and lens.design.has_addition:
        return _verdict("blank_height_not_told", **told, way=needed.way.value)
    if not enough and needed.way is BlankWay.DIAGONAL:
        return _verdict("blank_may_be_too_small", **told)
    code = "blank_large_enough" if enough else "blank_too_small"
    return _verdict(code, **told, way=needed.way.value)


def _shift(need: LensNeed, lens: Lens, made: LensRange) -> Offset | None:
    """How far the optical centre moves in a range; None where the prism cannot be had in it."""
    if made.grinds(need.prism) or (lens.design.has_addition and not made.prism_to):
        return Offset()
    return None if made.prism_to else prism_shift(need.eye, need.refraction, need.prism)


def _index_and_rim(need: LensNeed, lens: Lens, frame: Frame) -> Verdict:
    material = lens.material
    if frame.rim is RimType.FULL:
        return _verdict("rim_full")
    if material is None:
        return _verdict("material_not_told")
    if frame.rim is RimType.HALF:
        return _groove(need, material)
    told = {"material": material.value, "index": Quantity(lens.index, Unit.THOUSANDTH)}
    if material in BEARS_HOLES or (
        material is LensMaterial.HIGH_INDEX and lens.index >= DRILLED_INDEX
    ):
        return _verdict("holes_borne", **told)
    return _verdict("holes_may_crack", **told, least=Quantity(DRILLED_INDEX, Unit.THOUSANDTH))


def _groove(need: LensNeed, material: LensMaterial) -> Verdict:
    if material is LensMaterial.MINERAL:
        return _verdict("groove_in_mineral")
    has_plus = any(each.power > 0 for each in need.refraction.meridians)
    has_prism = need.prism.horizontal or need.prism.vertical
    return _verdict("groove_edge_not_known" if has_plus or has_prism else "groove_possible")


def _height(lens: Lens, frame: Frame, centration: Centration | None) -> Verdict:
    least, design = lens.minimum_height, lens.design
    height = None if centration is None else centration.height
    if height is None:
        free = least is None and not design.has_addition
        return _verdict("height_free" if free else "height_not_told")
    if height > frame.b:
        return _verdict("height_outside_box", height=_mm(height), b=_mm(frame.b))
    if least is not None:
        code = "height_enough" if height >= least else "height_below_minimum"
        return _verdict(code, height=_mm(height), least=_mm(least))
    if not design.has_addition:
        return _verdict("height_free")
    usual, _ = LIMITS["fitting_height"].usual
    if design is SpectacleDesign.PROGRESSIVE and height < usual:
        return _verdict("height_unusual", height=_mm(height), least=_mm(usual))
    return _verdict("minimum_height_not_told", height=_mm(height))


def _decentration(frame: Frame, centration: Centration | None) -> Verdict:
    if centration is None:
        return _verdict("decentration_not_told")
    way = decentration(frame, centration)
    inward = _mm100(way.inward)
    if abs(way.inward) > DECENTRATION_USUAL:
        return _verdict("decentration_large", inward=inward, most=_mm100(DECENTRATION_USUAL))
    return _verdict("decentration_usual", inward=inward, up=_mm100(way.up))


def _prism(need: LensNeed, lens: Lens) -> Verdict:
    resultant = need.prism.polar(need.eye).resultant
    if not resultant:
        return _verdict("prism_none")
    prism = _prisms(resultant)
    ranges = lens.ranges_of(need.refraction, need.addition)
    if not ranges:
        return _verdict("prism_of_no_range", prism=prism)
    highest = max(each.prism_to or 0 for each in ranges)
    if any(each.grinds(need.prism) for each in ranges):
        return _verdict("prism_ground", prism=prism, highest=_prisms(highest))
    if all(each.prism_to for each in ranges):
        return _verdict("prism_beyond", prism=prism, highest=_prisms(highest))
    if lens.design.has_addition:
        return _verdict("prism_not_told", prism=prism)
    shift = prism_shift(need.eye, need.refraction, need.prism)
    if shift is None:
        return _verdict("prism_without_power", prism=prism)
    inward, up = _mm100(shift.inward), _mm100(shift.up)
    return _verdict("prism_by_decentration", prism=prism, inward=inward, up=up)
