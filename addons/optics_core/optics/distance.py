"""Pupillary distances in tenths of a millimetre: how they agree with one another."""

from __future__ import annotations

from fractions import Fraction

from .limits import Limits, check_limit
from .problems import Problems
from .units import Unit
from .vocabulary import Eye

SUM_TOLERANCE = 5
"""Tenths of a millimetre by which right and left may differ from the binocular distance (D6)."""
ROTATION = 270
"""Tenths of a millimetre from the lens to the eye's centre of rotation: 12 before the cornea and
15 behind it."""


def check_distances(
    problems: Problems,
    table: Limits,
    *,
    far: int | None,
    near: int | None,
    right: int | None,
    left: int | None,
) -> None:
    """Note what is wrong with the pupillary distances; each may be None.

    Bounds and steps are the table's; right and left far distances add up to the binocular one
    within 0.5 mm; the near distance is at most the far one.
    """
    far_holds = check_limit(problems, "", "pd_far", far, table["pd_far"])
    near_holds = check_limit(problems, "", "pd_near", near, table["pd_near"])
    limit = table["pd_monocular"]
    right_holds = check_limit(problems, Eye.OD, "pd_monocular", right, limit)
    left_holds = check_limit(problems, Eye.OS, "pd_monocular", left, limit)
    if not far_holds or far is None:
        return
    if right_holds and left_holds and right is not None and left is not None:
        problems.check(
            abs(right + left - far) <= SUM_TOLERANCE,
            "",
            "pd_far",
            far,
            "not_the_sum",
            total=right + left,
            tolerance=SUM_TOLERANCE,
            unit=Unit.TENTH_MM,
        )
    if near_holds and near is not None:
        problems.check(
            near <= far, "", "pd_near", near, "near_beyond_far", far=far, unit=Unit.TENTH_MM
        )


def near_distance(
    far: int, working_distance: int, *, rotation: int = ROTATION, step: int = 5
) -> int:
    """Distance of both lines of sight in the lenses' plane when the eyes look at a near point.

    By similar triangles: far · w / (w + s), with w from the lens to the point in whole millimetres
    and s, `rotation`, from the lens to the centres of rotation; nearest multiple of `step`. `far`,
    `rotation`, `step` and the answer are in tenths of a millimetre. Raises ValueError unless all
    are positive.
    """
    if min(far, working_distance, rotation, step) <= 0:
        raise ValueError("distances and step are positive")
    way = 10 * working_distance
    return step * round(Fraction(far * way, (way + rotation) * step))
