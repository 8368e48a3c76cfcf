"""Phase 1: one document at a time onto the drive, each exactly once.

The algorithm is the only one of seven that neither loses nor doubles a receipt under an
exhaustive fault check (docs/RELIABILITY.md): a baseline that is durable before anything is sent,
our own tag in the document, and no verdict before the deadline.
"""

from __future__ import annotations

from typing import NamedTuple

from ..clock import Clock
from ..device.contract import Baseline, Driver, LookupOutcome
from ..device.errors import DeviceError, NoAnswer, Refused, Unreachable
from .errors import LostTwice, ShiftNotOpened, TillSilent, Unservable
from .lane import Entry, LaneStore
from .recover import settle


def serve(store: LaneStore, driver: Driver, clock: Clock, *, until: int | None = None) -> None:
    """Settle what is undecided, then register first in, first out.

    Stops after the row `until` (all rows when None). Raises
    :class:`~.errors.LaneStopped` when the lane cannot go on.
    """
    settle(store, driver, clock)
    while entry := store.next_queued():
        register(store, driver, clock, entry)
        if entry.id == until:
            return


def register(store: LaneStore, driver: Driver, clock: Clock, entry: Entry) -> None:
    """Bring one queued row to `printed` or `failed`; on doubt, to `unknown` and beyond."""
    baseline = ask_baseline(store, driver)
    if entry.needs_open_shift and not baseline.shift_open:
        try:
            opening = store.queue_shift_opening(entry)
        except Unservable as error:
            store.unservable(entry, error)
            return
        baseline = _open_shift(store, driver, clock, opening, baseline)
    _execute(store, driver, clock, entry, baseline)


def ask_baseline(store: LaneStore, driver: Driver) -> Baseline:
    """Ask the drive where it stands; note what others registered on it meanwhile."""
    try:
        baseline = driver.baseline()
    except DeviceError as error:
        store.status_seen(None, error)
        raise TillSilent(why=error) from error
    for fd_number in store.admit(baseline):
        store.record_foreign(driver.read(fd_number))
    return baseline


def _open_shift(
    store: LaneStore, driver: Driver, clock: Clock, opening: Entry, baseline: Baseline
) -> Baseline:
    """Open a shift by this row and return where the drive stands then.

    The drive says whether it is open, not the answer to our opening: that may have been lost, and
    somebody else may have opened it. Raises :class:`~.errors.ShiftNotOpened`.
    """
    why = _execute(store, driver, clock, opening, baseline)
    baseline = ask_baseline(store, driver)
    if not baseline.shift_open:
        raise ShiftNotOpened(why=why)
    return baseline


def _execute(
    store: LaneStore, driver: Driver, clock: Clock, entry: Entry, baseline: Baseline
) -> DeviceError | None:
    """Register one row; return what the till said instead of signing it, if anything.

    What the till has surely lost is sent once more. Raises :class:`~.errors.LostTwice`.
    """
    tried = _try(store, driver, clock, entry, baseline)
    if tried.lost:
        tried = _try(store, driver, clock, entry, ask_baseline(store, driver))
    if tried.lost:
        raise LostTwice
    return tried.error


class _Tried(NamedTuple):
    error: DeviceError | None = None
    lost: bool = False
    """No answer came, and the drive has no such document: the row is queued again."""


def _try(
    store: LaneStore, driver: Driver, clock: Clock, entry: Entry, baseline: Baseline
) -> _Tried:
    """Journal the intent, send, store the answer."""
    journaled = store.journal(entry, baseline, clock.now() + driver.execution_limit)
    if journaled is None:
        return _Tried()
    try:
        signed = driver.register(journaled.document, journaled.intent)
    except (Refused, Unreachable) as error:
        store.refused(journaled, error)
        return _Tried(error)
    except NoAnswer as error:
        store.unknown(journaled, str(error))
        decided = settle(store, driver, clock)
        return _Tried(error, lost=decided is LookupOutcome.NOT_SIGNED)
    store.signed(journaled, signed, "answered")
    return _Tried()
