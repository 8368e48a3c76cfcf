"""What became of a document whose answer was lost: the device is asked until it says.

Silence is no answer. Nothing is decided before the intent's deadline, because until then the
device may still execute what was sent.
"""

from __future__ import annotations

from datetime import timedelta

from ..clock import Clock
from ..device.contract import Driver, Lookup, LookupOutcome, Signed
from ..device.errors import DeviceError
from .errors import StillAtWork, Undecided
from .lane import Journaled, LaneStore

ASK_AGAIN = timedelta(milliseconds=300)
"""Pause between two questions while the device says that it is still at work."""
PATIENCE = timedelta(seconds=10)
"""How long one call goes on asking before it leaves the row to the next one."""


def settle(store: LaneStore, driver: Driver, clock: Clock) -> LookupOutcome | None:
    """Decide the row in `printing` or `unknown`; return how, or None when there is none.

    Raises :class:`~.errors.Undecided` while the device stays silent or at work: the lane is
    blocked then, for the row may be signed.
    """
    entry = store.undecided()
    if entry is None:
        return None
    store.unknown(entry, "no answer was stored")
    _wait_for_deadline(entry, clock)
    give_up_at = clock.now() + PATIENCE
    while (outcome := _ask(store, driver, entry)) is LookupOutcome.PENDING:
        if clock.now() >= give_up_at:
            raise StillAtWork
        clock.sleep(ASK_AGAIN.total_seconds())
    return outcome


def _wait_for_deadline(entry: Journaled, clock: Clock) -> None:
    while (left := (entry.intent.deadline - clock.now()).total_seconds()) >= 0:
        clock.sleep(left + 0.001)


def _ask(store: LaneStore, driver: Driver, entry: Journaled) -> LookupOutcome:
    """Ask the device once and store what it says, unless it is still at work."""
    try:
        answer = driver.lookup(entry.document, entry.intent)
    except DeviceError as error:
        store.status_seen(None, error)
        raise Undecided(why=error) from error
    match answer:
        case Lookup(outcome=LookupOutcome.PENDING):
            pass
        case Lookup(outcome=LookupOutcome.SIGNED, signed=Signed() as signed):
            store.signed(entry, signed, "found on the drive")
        case Lookup(outcome=LookupOutcome.NOT_SIGNED):
            store.not_signed(entry, answer.why)
        case _:
            store.manual(entry, answer)
    return answer.outcome
