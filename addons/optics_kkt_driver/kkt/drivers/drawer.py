"""Was a cash operation executed? The till keeps no list of them, so its counters decide. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from .contract import Baseline


@dataclass(frozen=True, slots=True)
class Drawer:
    """What has happened to the drawer since a baseline."""

    executed: int
    """Cash operations."""
    moved: int
    """Kopecks that came in, by whatever."""
    same_shift: bool
    """False where the till's counters have begun anew since."""

    @classmethod
    def since(
        cls, baseline: Baseline, *, operation_number: int, cash_in_drawer: int, same_shift: bool
    ) -> Drawer:
        return cls(
            executed=operation_number - baseline.cash_operation,
            moved=cash_in_drawer - baseline.cash_in_drawer,
            same_shift=same_shift,
        )

    def why_undecidable(self, change: int) -> str | None:
        """Why this does not tell whether `change` kopecks of ours were moved; None when it does.

        No operation is none of ours; one, by which the drawer moved by our sum, is ours.
        """
        if not self.same_shift:
            return "another shift has begun, its counters start anew"
        if self.executed == 0 or (self.executed == 1 and self.moved == change):
            return None
        return f"{self.executed} cash operations since then, the drawer moved by {self.moved}"
