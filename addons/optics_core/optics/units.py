"""The integer units in which every quantity is held, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


@dataclass(frozen=True, slots=True)
class _Scale:
    per_one: int
    decimals: int
    symbol: str
    is_signed: bool = False


class Unit(Enum):
    """A unit and its scale: the value 12 of ``EIGHTH_DIOPTRE`` is 1.50 D."""

    EIGHTH_DIOPTRE = _Scale(8, 2, "D", is_signed=True)
    HUNDREDTH_DIOPTRE = _Scale(100, 2, "D", is_signed=True)
    HUNDREDTH_PRISM = _Scale(100, 2, "Δ", is_signed=True)
    TENTH_MM = _Scale(10, 1, "mm")
    HUNDREDTH_MM = _Scale(100, 2, "mm")
    MM = _Scale(1, 0, "mm")
    DEGREE = _Scale(1, 0, "°")
    THOUSANDTH = _Scale(1000, 3, "")
    TENTH_MMHG = _Scale(10, 1, "mmHg")

    @property
    def symbol(self) -> str:
        """``D``, ``Δ``, ``mm``, ``°``, ``mmHg``; empty for a plain number."""
        return self.value.symbol

    @property
    def per_one(self) -> int:
        """How many integers of it are one dioptre, millimetre, or whatever it measures."""
        return self.value.per_one

    def exact(self, value: int) -> Decimal:
        """The quantity itself: 1 eighth gives ``Decimal("0.125")``."""
        return Decimal(value) / self.value.per_one

    def shown(self, value: int, *, decimal_comma: bool = True) -> str:
        """The quantity as text, without the unit's symbol.

        Powers and prisms carry a sign unless they are zero. An eighth is cut, not rounded:
        opticians write .12 .37 .62 .87 for .125 .375 .625 .875.
        """
        scale = self.value
        whole, part = divmod(abs(value) * 10**scale.decimals // scale.per_one, 10**scale.decimals)
        sign = "-" if value < 0 else "+" if value and scale.is_signed else ""
        if not scale.decimals:
            return f"{sign}{whole}"
        return f"{sign}{whole}{',' if decimal_comma else '.'}{part:0{scale.decimals}}"
