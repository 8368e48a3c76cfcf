"""The power of a lens as shelves, barcodes and price lists have it: one form, and no axis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import total_ordering

from .limits import adapted, check_limit
from .power import show_power
from .problems import Problems
from .refraction import Refraction

_EIGHTHS = adapted(eighths=True)
_LIMITS = {
    "sphere": _EIGHTHS["sphere"],
    "cylinder": replace(_EIGHTHS["cylinder"], highest=0),
    "addition": _EIGHTHS["addition"],
}


class CylinderForm(StrEnum):
    """In which form a supplier wants a cylinder."""

    MINUS = "minus"
    PLUS = "plus"


@total_ordering
@dataclass(frozen=True, slots=True)
class StockPower:
    """Powers in eighths of a dioptre, in minus cylinder form.

    So both writings of a lens are one value. Ordered as a grid is: spheres from minus to plus, of
    each the cylinders from none to the strongest, then the additions. Raises InvalidPrescription
    (``not_within`` and the like) for what no prescription may hold, in the form that is kept.
    """

    sphere: int
    cylinder: int = 0
    """Not positive."""
    addition: int | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        for name in ("sphere", "cylinder"):
            check_limit(problems, "", name, getattr(self, name), _LIMITS[name], required=True)
        check_limit(problems, "", "addition", self.addition, _LIMITS["addition"])
        problems.raise_any()

    @classmethod
    def of(cls, refraction: Refraction, addition: int | None = None) -> StockPower:
        """The power of a lens written in either form; a stock lens is turned to any axis."""
        kept = refraction.minus_form()
        return cls(kept.sphere, kept.cylinder, addition)

    def written(self, form: CylinderForm) -> tuple[int, int]:
        """Sphere and cylinder in a form, eighths of a dioptre."""
        if form is CylinderForm.PLUS:
            return self.sphere + self.cylinder, -self.cylinder
        return self.sphere, self.cylinder

    def show(self, decimal_comma: bool = True, form: CylinderForm = CylinderForm.MINUS) -> str:
        """As a price list writes it: ``-1,25 -0,50 add +2,00``, without what is not there."""
        sphere, cylinder = self.written(form)
        parts = [show_power(sphere, decimal_comma)]
        if cylinder:
            parts.append(show_power(cylinder, decimal_comma))
        if self.addition is not None:
            parts.append(f"add {show_power(self.addition, decimal_comma)}")
        return " ".join(parts)

    def __lt__(self, other: StockPower) -> bool:
        return self._place < other._place

    @property
    def _place(self) -> tuple[int, int, int]:
        return self.sphere, -self.cylinder, self.addition or 0
