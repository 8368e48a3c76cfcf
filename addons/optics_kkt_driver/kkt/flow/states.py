"""The states of a document, said once: SQL, models, views and the point of sale take them here.

=========== ============================ ==========================================================
from        to                           when
=========== ============================ ==========================================================
--          queued                       whoever asked for the document has committed
queued      printing                     the intent is journaled: baseline, fence, deadline
queued      failed                       nothing can be sent for it: what it needs cannot be had
queued      cancelled                    given up by a person; final
printing    printed                      the drive has signed
printing    failed                       the till refused, nothing was signed
printing    unknown                      no answer, cut link, dead process
unknown     printed, queued, manual      the till was asked: signed, not signed, it cannot tell
manual      printed, queued, cancelled   a person decided, with a reason
failed      queued, cancelled            tried once more; given up
printed     delivered                    the OFD has acknowledged
printed     dead                         the OFD refused, or the attempts are used up
dead        printed                      sent once more
=========== ============================ ==========================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class State(StrEnum):
    """How far a document is."""

    QUEUED = "queued"
    PRINTING = "printing"
    UNKNOWN = "unknown"
    MANUAL = "manual"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PRINTED = "printed"
    DELIVERED = "delivered"
    DEAD = "dead"


TRANSITIONS: dict[State, tuple[State, ...]] = {
    State.QUEUED: (State.PRINTING, State.FAILED, State.CANCELLED),
    State.PRINTING: (State.PRINTED, State.FAILED, State.UNKNOWN),
    State.UNKNOWN: (State.PRINTED, State.QUEUED, State.MANUAL),
    State.MANUAL: (State.PRINTED, State.QUEUED, State.CANCELLED),
    State.FAILED: (State.QUEUED, State.CANCELLED),
    State.PRINTED: (State.DELIVERED, State.DEAD),
    State.DEAD: (State.PRINTED,),
    State.CANCELLED: (),
    State.DELIVERED: (),
}
"""Where a document may go from each state."""

SIGNED = (State.PRINTED, State.DELIVERED, State.DEAD)
"""The drive has it, with FN, FD and FPD: nothing of it changes any more."""
UNDECIDED = (State.PRINTING, State.UNKNOWN)
"""It may be signed; the till can still tell. At most one document of a lane is here."""
WAITING = (State.QUEUED, *UNDECIDED)
"""The lane has work with it."""
DOUBTFUL = (*UNDECIDED, State.MANUAL)
"""Nobody knows whether it is signed."""
STUCK = (State.UNKNOWN, State.MANUAL)
"""Doubtful, and no process is at it: worth a look of a person."""
TROUBLED = (State.FAILED, *STUCK)
"""It is not signed as it should be; the API counts these as failed."""
UNSIGNED = (State.QUEUED, State.FAILED)
"""Surely not signed: it can be given up."""
UNFINISHED = (*WAITING, State.MANUAL, State.FAILED)
"""Somebody still has to bring it to an end on the drive."""
ENDED = (*SIGNED, State.CANCELLED)
"""Signed, or never to be."""
IN_HAND = (*UNFINISHED, State.DEAD)
"""Somebody has to do something about it; what is signed and on its way is not here."""
SETTLED = (State.DELIVERED, State.CANCELLED)
"""Nothing remains to be done, not even for the OFD."""

TONES: dict[State, str] = {
    State.QUEUED: "info",
    State.PRINTING: "info",
    State.UNKNOWN: "danger",
    State.MANUAL: "danger",
    State.FAILED: "warning",
    State.CANCELLED: "muted",
    State.PRINTED: "info",
    State.DELIVERED: "success",
    State.DEAD: "danger",
}
"""The colour in which a state is shown, by the names of Odoo's decorations."""


def origins_of(target: State) -> tuple[State, ...]:
    """The states from which a document may come into `target`."""
    return tuple(origin for origin, ends in TRANSITIONS.items() if target in ends)


def sql_list(states: Iterable[State]) -> str:
    """Return states as SQL wants them behind ``IN``: ``('queued', 'failed')``."""
    return "({})".format(", ".join(f"'{state}'" for state in states))
