"""How a settlement is paid: tags 1031, 1081, 1215, 1216, 1217."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from .problems import Problems


@dataclass(frozen=True, slots=True)
class Payments:
    """Sums by kind in kopecks, change taken off. Raises InvalidDocument."""

    cash: int = 0
    """Tag 1031."""
    ecash: int = 0
    """Tag 1081, cards, СБП and other non-cash money."""
    prepaid: int = 0
    """Tag 1215, settled by earlier prepayment or advance."""
    credit: int = 0
    """Tag 1216, to be paid later."""
    provision: int = 0
    """Tag 1217, settled by counter-provision."""

    def __post_init__(self) -> None:
        problems = Problems()
        for each in fields(self):
            problems.kopecks(each.name, getattr(self, each.name))
        problems.raise_any()

    @property
    def total(self) -> int:
        return self.cash + self.ecash + self.prepaid + self.credit + self.provision

    def to_json(self) -> dict[str, Any]:
        return {
            "cashTotalSum": self.cash,
            "ecashTotalSum": self.ecash,
            "prepaidSum": self.prepaid,
            "creditSum": self.credit,
            "provisionSum": self.provision,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Payments:
        """Read the payment sums of a document; absent ones are zero. Raises InvalidDocument."""
        return cls(
            cash=data.get("cashTotalSum", 0),
            ecash=data.get("ecashTotalSum", 0),
            prepaid=data.get("prepaidSum", 0),
            credit=data.get("creditSum", 0),
            provision=data.get("provisionSum", 0),
        )
