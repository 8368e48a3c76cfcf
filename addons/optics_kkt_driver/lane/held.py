"""A till's lane while this process holds it."""

import time
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

from odoo import SUPERUSER_ID

from ..exceptions import KeyConflict
from ..kkt.device.contract import Baseline, Intent
from ..kkt.drivers.registry import open_driver
from ..kkt.fiscal import hlc
from ..kkt.flow.errors import OpeningConflict
from ..kkt.flow.lane import Entry, Journaled, LaneStore, Unread
from ..kkt.flow.states import SIGNED, UNDECIDED, State
from .cursor import ADVISORY_LANE, lane_cursor, own_environment, try_advisory_lock

POLL_PAUSE = 0.05
"""Seconds between two looks at a lane that somebody else holds."""
NOT_HELD_BACK = ["|", ("after_id", "=", False), ("after_id.state", "in", SIGNED)]
"""Domain of rows that wait for no other one to be signed first."""
KINDS_OF_STATUS = ("shift_open", "shift_close", "cash_in", "cash_out")
"""Documents after which a till's status is another one than before."""


class HeldLane(LaneStore):
    """The store of one till's documents, and the only way to its driver.

    Each method is one short transaction on a cursor of its own, so that none is open while the
    device is spoken to. Get one by :meth:`take`.
    """

    def __init__(self, registry, device_id, uid, fence, context, till, driver):
        self._registry = registry
        self._device_id = device_id
        self._uid = uid
        self._fence = fence
        self._context = context
        self.till = till
        """Its code, for people."""
        self._driver = driver
        self._journaled_at = {}
        self.status_is_due = False
        """The till's last word is old, or a document has changed what it said."""

    @classmethod
    @contextmanager
    def take(cls, registry, device_id, uid, wait):
        """Yield the lane while nobody else has it; None when it was not free within `wait` seconds.

        Nothing but the lock's own cursor is open meanwhile. Whoever held the lane before, and does
        not know that his lock is gone, is stopped at his next step.
        """
        give_up_at = time.monotonic() + wait
        while True:
            with lane_cursor(registry) as lock:
                if try_advisory_lock(lock, ADVISORY_LANE, device_id):
                    yield cls._raised(registry, device_id, uid or SUPERUSER_ID)
                    return
            if time.monotonic() >= give_up_at:
                break
            time.sleep(POLL_PAUSE)
        yield None

    @classmethod
    def _raised(cls, registry, device_id, uid):
        """Raise the fence and note what is needed later: the caller's language, the driver."""
        with own_environment(registry, uid) as env:
            device = env["kkt.device"].browse(device_id)
            lane = cls(
                registry,
                device_id,
                uid,
                fence=device._lane()._raise_fence(),
                context={"lang": env.user.lang},  # of the words in the history
                till=device.code,
                driver=(device.driver, device._driver_settings()),
            )
            lane.status_is_due = not device._status()._is_fresh()
            return lane

    def driver(self):
        """Open the till: a context manager; no cursor is open while it lives."""
        name, settings = self._driver
        return open_driver(name, settings)

    @contextmanager
    def step(self):
        """Yield the till for one committed step of whoever holds its lane; the others are stopped.

        A process whose lock is gone (its connection broke) does not know it. It must neither take
        the new holder's row nor call his document somebody else's. Raises ``LaneLost``.
        """
        with own_environment(self._registry, self._uid, self._context) as env:
            device = env["kkt.device"].browse(self._device_id)
            device._lane()._check_held(self._fence)
            yield device

    @contextmanager
    def _document(self, entry):
        with self.step() as device:
            yield device.env["fiscal.document"].browse(entry.id)

    # Rows (see kkt.flow.lane.LaneStore) ----------------------------------------------------------

    def undecided(self):
        with self.step() as device:
            row = _first(device, UNDECIDED)
            return row and Journaled(row.id, row._value(), _intent(row)) or None

    def next_queued(self):
        with self.step() as device:
            row = _first(device, [State.QUEUED], NOT_HELD_BACK)
            return row and Entry(row.id, row._value(), row.needs_open_shift) or None

    def queue_shift_opening(self, before):
        with self._document(before) as document:
            try:
                opening = document._enqueue_shift_opening()
            except KeyConflict as error:
                raise OpeningConflict(str(error)) from error
            return Entry(opening.id, opening._value())

    def journal(self, entry, baseline, deadline):
        with self._document(entry) as document:
            lane = document.device_id._lane()
            lane.hlc = hlc.tick(lane.hlc, datetime.now(UTC))
            moved = document._transition(
                State.PRINTING,
                f"baseline FD {baseline.last_fd}",
                origins=(State.QUEUED,),
                task_id=str(uuid4()),
                fence=self._fence,
                deadline=deadline.astimezone(UTC).replace(tzinfo=None),
                baseline=_baseline_json(baseline),
                hlc=lane.hlc,
            )
            if not moved:
                return None
            self._journaled_at[document.id] = time.monotonic()
            return Journaled(document.id, document._value(), _intent(document))

    def signed(self, entry, signed, why):
        with self._document(entry) as document:
            if document._transition(
                State.PRINTED, why, if_fence=self._fence, **document._signed_values(signed)
            ):
                document._after_signed()
                self._measure(document)
                self.status_is_due |= document.kind in KINDS_OF_STATUS

    def _measure(self, document):
        """Count how long the signature took, unless another process had asked for it."""
        if begun := self._journaled_at.pop(document.id, None):
            taken = [time.monotonic() - begun]
            document.env["kkt.histogram"]._observe(document.device_id, "registration", taken)

    def refused(self, entry, error):
        with self._document(entry) as document:
            document._transition(
                State.FAILED,
                str(error),
                if_fence=self._fence,
                error_code=error.code,
                error_message=error.message,
                error_remedy=error.remedy,
            )
            self.status_is_due = True  # of paper, shift or clock it says something else now

    def unservable(self, entry, error):
        with self._document(entry) as document:
            document._unservable(error)

    def unknown(self, entry, why):
        with self._document(entry) as document:
            if not document._transition(State.UNKNOWN, why, fence=self._fence):
                document.fence = self._fence

    def not_signed(self, entry, why):
        with self._document(entry) as document:
            document._transition(State.QUEUED, why, origins=(State.UNKNOWN,), if_fence=self._fence)

    def manual(self, entry, lookup):
        with self._document(entry) as document:
            if document._transition(
                State.MANUAL,
                lookup.why,
                if_fence=self._fence,
                candidates=list(lookup.candidates),
                candidates_fn=lookup.fn_number,
            ):
                document._ask_a_person()

    # The drive's bytes (see kkt.flow.drive_bytes) -----------------------------------------------

    def next_without_bytes(self):
        with self.step() as device:
            row = device.env["fiscal.document"]._next_without_bytes(device)
            return row and Unread(row.id, row.fn_number, row.fd_number, row.fpd) or None

    def bytes_read(self, entry, tlv):
        with self._document(entry) as document:
            document._keep_bytes(tlv)

    def bytes_refused(self, entry, why):
        with self._document(entry) as document:
            document._bytes_refused(why)

    # The drive ------------------------------------------------------------------------------------

    def admit(self, baseline):
        with self.step() as device:
            lane = device._lane()
            stop = lane._adopt(baseline)
            if not stop:
                return lane._unexplained(baseline)
            device._status()._keep_drive(baseline)
        raise stop

    def record_foreign(self, document):
        with self.step() as device:
            device.env["fiscal.document"]._record_foreign(device, document)
            self.status_is_due = True

    def status_seen(self, status, error):
        with self.step() as device:
            device._status()._keep(status, error)
            if status:
                device.env["kkt.shift"]._status_seen(device, status)
                device._keep_drive_status(status)
                device._exchange_seen(status)


def _first(device, states, domain=()):
    return device.env["fiscal.document"].search(
        [("device_id", "=", device.id), ("state", "in", states), *domain], order="id", limit=1
    )


def _baseline_json(baseline):
    return {name: getattr(baseline, name) for name in Baseline.__slots__}


def _intent(row):
    return Intent(
        key=row.short_key,
        task_id=row.task_id,
        baseline=Baseline(**row.baseline),
        fence=row.fence,
        deadline=row.deadline.replace(tzinfo=UTC),
    )
