"""Faults that can be set on a virtual till, by a form, the shell or a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any


class LostAnswer(StrEnum):
    NO = ""
    BEFORE_SIGNING = "before_signing"
    """The command never reaches the till."""
    AFTER_SIGNING = "after_signing"
    """The drive has signed and its answer does not come back."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with the till.

    The first group hits the next `times` documents, or all of them while `times` is None. The
    second lasts until it is mended. All are kept in the till's memory file, so that they hold in
    every process.
    """

    times: int | None = None
    lost_answer: LostAnswer = LostAnswer.NO
    refuse_code: str = ""
    """Code (two hexadecimal digits) that the till answers instead of signing."""
    power_cut: bool = False
    """The power goes while the document is open: it must be cancelled."""
    delay: float = 0.0
    """Seconds before signing; beyond the deadline the command is never executed."""
    execute_late: float = 0.0
    """Seconds: the answer is lost at once, and the command is executed so much later, unless its
    deadline has passed by then."""

    silent: bool = False
    """No answer to anything."""
    no_paper: bool = False
    paper_left: int | None = None
    """Documents that still come out before the paper is out; None: plenty."""
    paper_runs_out: bool = False
    """The roll ends in the middle of the next document: signed, not on paper."""
    cover_open: bool = False
    drive_full: bool = False
    exchange_down: bool = False
    """A till that sends to the OFD by itself does not reach it."""
    clock_offset: float = 0.0
    """Seconds that the till's clock is ahead of its drive's, which is ours. Setting the till's
    clock sets it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "lost_answer", LostAnswer(self.lost_answer))
        if self.times is not None and self.times < 1:
            raise ValueError("times must be at least 1, or None for all documents")
        if self.paper_left is not None and self.paper_left < 0:
            raise ValueError("paper_left must not be negative")
        if self.delay < 0 or self.execute_late < 0:
            raise ValueError("delays must not be negative")

    @property
    def paper(self) -> bool:
        return not self.no_paper and self.paper_left != 0

    def spent(self) -> Faults:
        """After one document met them."""
        if self.times is None:
            return self
        if self.times > 1:
            return replace(self, times=self.times - 1)
        untouched = Faults()
        return replace(self, **{name: getattr(untouched, name) for name in _PER_DOCUMENT})

    def printed(self) -> Faults:
        """After one document was printed, wholly or in part."""
        if self.paper_runs_out:
            return replace(self, paper_runs_out=False, no_paper=True)
        if self.paper_left:
            return replace(self, paper_left=self.paper_left - 1)
        return self

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Faults:
        """Read :meth:`to_json`. Raises ValueError for an unknown name or value."""
        known = {each.name for each in fields(cls)}
        unknown = set(data) - known
        if unknown:
            raise ValueError(f"unknown faults: {', '.join(sorted(unknown))}")
        return cls(**data)


_PER_DOCUMENT = ("times", "lost_answer", "refuse_code", "power_cut", "delay", "execute_late")
