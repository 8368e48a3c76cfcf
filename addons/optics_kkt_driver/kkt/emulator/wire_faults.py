"""Faults of the wire: which message they hit and what becomes of it, by script or by chance.

Doors name their messages (``FF45``, ``POST /requests``) and ask :class:`FaultPlan` for each one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any

SHARE = 0.05
"""Of all messages, those that a plan by chance hits."""


class Fault(StrEnum):
    """What becomes of a request, or of its answer."""

    CUT_REQUEST = "cut_request"
    """The link is cut when `after_bytes` of the request have come; a whole one is executed."""
    CUT_ANSWER = "cut_answer"
    """The link is cut when `after_bytes` of the answer have left."""
    DELAY = "delay"
    """The request is executed `seconds` later."""
    BAD_CHECKSUM = "bad_checksum"
    """The answer comes garbled; when it is asked for again, it is whole."""
    NAK = "nak"
    """The request is not accepted, though it came whole."""
    JUNK = "junk"
    """`junk` comes before the answer."""
    SILENCE = "silence"
    """No answer, and nothing is executed."""
    LOSE_ANSWER = "lose_answer"
    """It is executed, and its answer does not come."""
    RESET = "reset"
    """The link is reset at once, and nothing is executed."""
    REFUSE = "refuse"
    """The till answers with the error `code`, and nothing is executed."""
    TILL = "till"
    """Something happens to the till itself: `till` are the faults of the virtual till to set."""


_BY_CHANCE = (
    *(Fault.CUT_REQUEST, Fault.CUT_ANSWER, Fault.DELAY, Fault.BAD_CHECKSUM, Fault.NAK),
    *(Fault.JUNK, Fault.SILENCE, Fault.LOSE_ANSWER, Fault.RESET),
)


@dataclass(frozen=True, slots=True)
class WireFault:
    """One rule of a script. Raises ValueError for what makes no sense."""

    fault: Fault
    message: str = ""
    """Name of the messages that it hits; empty: any."""
    skip: int = 0
    """So many of them pass before."""
    times: int | None = 1
    """So many are hit; None: all that come."""
    after_bytes: int = 0
    seconds: float = 0.0
    junk: str = "ff"
    """Hexadecimal."""
    code: str = "50"
    """Two hexadecimal digits."""
    till: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fault", Fault(self.fault))
        if self.skip < 0 or self.after_bytes < 0 or self.seconds < 0:
            raise ValueError("skip, after_bytes and seconds must not be negative")
        if self.times is not None and self.times < 1:
            raise ValueError("times must be at least 1, or null for all messages")
        bytes.fromhex(self.junk)
        if len(bytes.fromhex(self.code)) != 1:
            raise ValueError("code must be two hexadecimal digits")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> WireFault:
        """Read :meth:`to_json`. Raises ValueError for an unknown name or value."""
        unknown = set(data) - {each.name for each in fields(cls)}
        if unknown or "fault" not in data:
            raise ValueError(f"no rule: {', '.join(sorted(unknown)) or 'fault is missing'}")
        return cls(**data)


def read_script(path: Path) -> list[WireFault]:
    """A JSON file with a list of rules. Raises OSError and ValueError."""
    return [WireFault.from_json(each) for each in json.loads(path.read_text("utf-8"))]


class FaultPlan:
    """What hits which message: a script first, then chance. Safe to use from several threads.

    :param seed: of the plan by chance; None: nothing happens by chance.
    """

    def __init__(
        self, script: Iterable[WireFault] = (), seed: int | None = None, share: float = SHARE
    ) -> None:
        self._script = list(script)
        self._chance = None if seed is None else Random(seed)  # noqa: S311 - a test must repeat
        self._share = share
        self._lock = Lock()

    def replace(self, script: Iterable[WireFault]) -> None:
        """Forget the script that is left, and follow this one."""
        with self._lock:
            self._script = list(script)

    def script(self) -> list[WireFault]:
        """The rules that are left, what they have hit taken off."""
        with self._lock:
            return list(self._script)

    def meet(self, message: str) -> WireFault | None:
        """The fault that this message meets; counts it."""
        with self._lock:
            return self._scripted(message) or self._drawn()

    def _scripted(self, message: str) -> WireFault | None:
        for index, rule in enumerate(self._script):
            if rule.message not in ("", message):
                continue
            if rule.skip:
                self._script[index] = replace(rule, skip=rule.skip - 1)
                continue
            if rule.times == 1:
                del self._script[index]
            elif rule.times is not None:
                self._script[index] = replace(rule, times=rule.times - 1)
            return rule
        return None

    def _drawn(self) -> WireFault | None:
        chance = self._chance
        if chance is None or chance.random() >= self._share:
            return None
        return WireFault(
            chance.choice(_BY_CHANCE),
            after_bytes=chance.randrange(12),
            seconds=chance.random(),
            junk=chance.randbytes(chance.randrange(1, 4)).hex(),
        )
