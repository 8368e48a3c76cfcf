"""Phase 1: one document at a time onto the drive, each exactly once.

The algorithm is the only one of seven that neither loses nor doubles a receipt under an
exhaustive fault check (docs/RELIABILITY.md): a baseline that is durable before anything is sent,
our own tag in the document, and no verdict before the deadline.
"""

from __future__ import annotations

from ..drivers.clock import Clock
from ..drivers.contract import Baseline, Driver
from ..drivers.errors import DeviceError, NoAnswer, Refused, Unreachable
from ..fiscal.document import Document
from .errors import TillRefusesWork, TillSilent
from .lane import Entry, LaneStore
from .recover import settle


def serve(store: LaneStore, driver: Driver, clock: Clock, *, until: int | None = None) -> None:
    """Settle what is undecided, then register first in, first out.

    Stops after the row `until` (all rows when None). Raises
    :class:`~.errors.LaneStopped` when the lane cannot go on.
    """
    settle(store, driver, clock)
    tried = None
    while entry := store.next_queued():
        if entry.id == tried:
            raise TillSilent("the till lost the same document twice and signed neither")
        register(store, driver, clock, entry)
        if entry.id == until:
            return
        tried = entry.id


def register(store: LaneStore, driver: Driver, clock: Clock, entry: Entry) -> None:
    """Bring one queued row to `printed` or `failed`; on doubt, to `unknown` and beyond."""
    baseline = ask_baseline(store, driver, entry.document)
    if entry.needs_open_shift and not baseline.shift_open:
        opening = store.queue_shift_opening(entry)
        if why := _execute(store, driver, clock, opening, baseline):
            raise TillRefusesWork(f"the shift could not be opened: {why}")
        baseline = ask_baseline(store, driver, entry.document)
    _execute(store, driver, clock, entry, baseline)


def ask_baseline(store: LaneStore, driver: Driver, document: Document) -> Baseline:
    """Ask the drive where it stands before `document`; note what others registered meanwhile."""
    try:
        baseline = driver.baseline(document)
    except DeviceError as error:
        store.status_seen(None, error)
        raise TillSilent(str(error)) from error
    for fd_number in store.admit(baseline):
        store.record_foreign(driver.read(fd_number))
    return baseline


def _execute(
    store: LaneStore, driver: Driver, clock: Clock, entry: Entry, baseline: Baseline
) -> str:
    """Journal the intent, send, store the answer; return why nothing is signed, or nothing."""
    journaled = store.journal(entry, baseline, clock.now() + driver.execution_limit)
    if journaled is None:
        return "it was given up"
    try:
        signed = driver.register(journaled.document, journaled.intent)
    except (Refused, Unreachable) as error:
        store.refused(journaled, error)
        return str(error)
    except NoAnswer as error:
        store.unknown(journaled, str(error))
        settle(store, driver, clock)
        return str(error)
    store.signed(journaled, signed, "answered")
    return ""
