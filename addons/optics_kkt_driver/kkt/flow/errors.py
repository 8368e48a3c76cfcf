"""Why a lane stands still."""

from __future__ import annotations

from typing import ClassVar


class LaneStopped(Exception):
    """The lane cannot go on now; every row keeps the state it had."""

    outcome: ClassVar[str]
    """One word for callers: `silent`, `refused`, `undecided` or `busy`."""


class LaneLost(LaneStopped):
    """Another process has taken the lane over; this one must not touch it any more."""

    outcome = "busy"


class TillSilent(LaneStopped):
    """The till does not answer; nothing was sent to it."""

    outcome = "silent"


class TillRefusesWork(LaneStopped):
    """The till answers, but will not or must not print now (another drive, no shift)."""

    outcome = "refused"


class Undecided(LaneStopped):
    """A document may or may not be signed; nothing else is printed before that is known."""

    outcome = "undecided"
