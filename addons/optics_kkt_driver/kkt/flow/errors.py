"""Why a lane stands still."""

from __future__ import annotations


class LaneStopped(Exception):
    """The lane cannot go on now; every row keeps the state it had."""


class TillSilent(LaneStopped):
    """The till does not answer; nothing was sent to it."""


class TillRefusesWork(LaneStopped):
    """The till answers, but is not the one our rows speak of."""


class Undecided(LaneStopped):
    """A document may or may not be signed; nothing else is printed before that is known."""
