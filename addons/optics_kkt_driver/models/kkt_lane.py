import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from uuid import uuid4

from odoo import SUPERUSER_ID, api, fields, models
from odoo.sql_db import Cursor
from odoo.tools import SQL

from ..fields import Int8
from ..kkt.device.contract import Baseline, Intent
from ..kkt.drivers.registry import open_driver
from ..kkt.fiscal import hlc
from ..kkt.flow.errors import AnotherDrive, DriveBehind, LaneLost
from ..kkt.flow.lane import Entry, Journaled
from ..kkt.flow.states import SIGNED, UNDECIDED, State

ADVISORY_LANE = 0x4B4B54
"""First half of the advisory lock that makes one process the only user of a till."""
ADVISORY_OUTBOX = 0x4F4644
"""First half of the advisory lock that makes one process the only sender of a till's drive."""


NOT_HELD_BACK = ["|", ("after_id", "=", False), ("after_id.state", "in", SIGNED)]
"""Domain of rows that wait for no other one to be signed first."""
KINDS_OF_STATUS = ("shift_open", "shift_close", "cash_in", "cash_out")
"""Documents after which a till's status is another one than before."""


class KktLane(models.Model):
    """What must survive of a till's lane between two holders: written under the lane's lock."""

    _name = "kkt.lane"
    _description = "Till lane"
    _log_access = False

    device_id = fields.Many2one("kkt.device", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="device_id.company_id", store=True)
    fence = fields.Integer(required=True, readonly=True, default=0)
    hlc = Int8(required=True, readonly=True, default=0)
    fn_number = fields.Char(readonly=True, help="The drive that the till had when last asked")
    last_fd = fields.Integer(readonly=True, help="The highest FD of this drive that we know of")

    _one_lane = models.UniqueIndex("(device_id)")

    def _raise_fence(self):
        """Take the lane over: whoever had it before is stopped at his next step."""
        self.env.cr.execute(
            SQL("UPDATE kkt_lane SET fence = fence + 1 WHERE id = %s RETURNING fence", self.id)
        )
        self.invalidate_recordset(["fence"])
        return self.env.cr.fetchone()[0]

    def _check_held(self, fence):
        """Hold the fence as it is until this step is committed. Raises ``kkt.flow.LaneLost``."""
        self.env.cr.execute(
            SQL("SELECT fence FROM kkt_lane WHERE id = %s FOR NO KEY UPDATE", self.id)
        )
        (now,) = self.env.cr.fetchone()
        if now != fence:
            raise LaneLost(now=now, held=fence)

    def _saw(self, fn_number, fd_number):
        """Remember how far the drive's numbers have come."""
        if fd_number and fn_number == self.fn_number and fd_number > self.last_fd:
            self.last_fd = fd_number
            self.env["kkt.drive"]._in_use(self.device_id).last_fd = fd_number

    def _adopt(self, baseline):
        """Check that the drive may be written to. The first one seen is taken as ours.

        :return: why it may not (``kkt.flow.errors.TillRefusesWork``), or None
        """
        if not self.fn_number:
            if stop := self.env["kkt.drive"]._take_in(self.device_id, baseline):
                return stop
        till = self.device_id.code
        if baseline.fn_number != self.fn_number:
            return AnotherDrive(till=till, found=baseline.fn_number, known=self.fn_number)
        if baseline.last_fd < self.last_fd:
            return DriveBehind(till=till, found=baseline.last_fd, known=self.last_fd)
        return None

    def _unexplained(self, baseline):
        """FD numbers since the last one we know of that no undecided row of ours may own."""
        if baseline.last_fd == self.last_fd:
            return []
        reserved = self.env["fiscal.document"].search(
            [
                ("device_id", "=", self.device_id.id),
                ("state", "=", State.MANUAL),
                ("candidates_fn", "in", [False, baseline.fn_number]),
            ]
        )
        owned = {number for row in reserved for number in row.candidates or []}
        since = range(self.last_fd + 1, baseline.last_fd + 1)
        return [number for number in since if number not in owned]


@contextmanager
def lane_cursor(registry):
    """Yield a cursor of its own in READ COMMITTED; commit and close it.

    Odoo's own cursors are REPEATABLE READ, in which SKIP LOCKED and compare-and-set fail with
    serialization errors. In Odoo's test mode the registry hands out the test's cursor, which
    cannot change its isolation: so locks and crashes are tested against a real server only.
    """
    with registry.cursor() as cr:
        if isinstance(cr, Cursor):
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        yield cr


def try_advisory_lock(cr, group, key):
    """Take a lock that ends with the transaction of `cr`, also when its process is killed."""
    cr.execute(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", group, key))
    return cr.fetchone()[0]


class Lane:
    """The store of one till's documents (``kkt.flow.lane.LaneStore``), while its lock is held.

    Each method is one short transaction on a cursor of its own, so that none is open while the
    device is spoken to.
    """

    def __init__(self, registry, device_id, uid):
        self._registry = registry
        self._device_id = device_id
        self._uid = uid
        self._journaled_at = {}
        self._context = {}
        with self._environment() as env:
            self._context = {"lang": env.user.lang}  # of the words that callers are told
            device = env["kkt.device"].browse(device_id)
            self._fence = device._lane()._raise_fence()
            self._driver_name, self._driver_settings = device.driver, device._driver_settings()
            self.status_is_due = not device._status()._is_fresh()
            """The till's last word is old, or a document has changed what it said."""

    @contextmanager
    def _environment(self):
        with lane_cursor(self._registry) as cr:
            yield api.Environment(cr, self._uid or SUPERUSER_ID, self._context, su=True)

    @contextmanager
    def _device(self):
        """Yield the till for one step of whoever holds its lane; the others are stopped.

        A process whose lock is gone (its connection broke) does not know it. It must neither take
        the new holder's row nor call his document somebody else's.
        """
        with self._environment() as env:
            device = env["kkt.device"].browse(self._device_id)
            device._lane()._check_held(self._fence)
            yield device

    @contextmanager
    def driver(self):
        """Yield a connection to the till; no cursor is open while it lives."""
        with closing(open_driver(self._driver_name, self._driver_settings)) as driver:
            yield driver

    @contextmanager
    def _document(self, row_id):
        with self._device() as device:
            yield device.env["fiscal.document"].browse(row_id)

    def _first(self, device, states, domain=()):
        return device.env["fiscal.document"].search(
            [("device_id", "=", device.id), ("state", "in", states), *domain], order="id", limit=1
        )

    def undecided(self):
        with self._device() as device:
            row = self._first(device, UNDECIDED)
            return row and Journaled(row.id, row._value(), _intent(row)) or None

    def next_queued(self):
        with self._device() as device:
            row = self._first(device, [State.QUEUED], NOT_HELD_BACK)
            return row and Entry(row.id, row._value(), row.needs_open_shift) or None

    def queue_shift_opening(self, before):
        with self._document(before.id) as document:
            opening = document._enqueue_shift_opening()
            return Entry(opening.id, opening._value())

    def journal(self, entry, baseline, deadline):
        with self._document(entry.id) as document:
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
        with self._document(entry.id) as document:
            if document._transition(
                State.PRINTED, why, if_fence=self._fence, **document._signed_values(signed)
            ):
                document.device_id._lane()._saw(signed.fn_number, signed.fd_number)
                document._after_signed()
                self._measure(document)
                self.status_is_due |= document.kind in KINDS_OF_STATUS

    def _measure(self, document):
        """Count how long the signature took, unless another process had asked for it."""
        if begun := self._journaled_at.pop(document.id, None):
            document.env["kkt.histogram"]._observe(
                document.device_id, "registration", time.monotonic() - begun
            )

    def refused(self, entry, error):
        with self._document(entry.id) as document:
            document._transition(
                State.FAILED,
                str(error),
                if_fence=self._fence,
                error_code=error.code,
                error_message=error.message,
                error_remedy=error.remedy,
            )

    def unknown(self, entry, why):
        with self._document(entry.id) as document:
            if not document._transition(State.UNKNOWN, why, fence=self._fence):
                document.fence = self._fence

    def not_signed(self, entry, why):
        with self._document(entry.id) as document:
            document._transition(State.QUEUED, why, origins=(State.UNKNOWN,), if_fence=self._fence)

    def manual(self, entry, lookup):
        with self._document(entry.id) as document:
            if document._transition(
                State.MANUAL,
                lookup.why,
                if_fence=self._fence,
                candidates=list(lookup.candidates),
                candidates_fn=lookup.fn_number,
            ):
                document._ask_a_person()

    def admit(self, baseline):
        with self._device() as device:
            lane = device._lane()
            stop = lane._adopt(baseline)
            if not stop:
                return lane._unexplained(baseline)
            device._status()._saw_drive(baseline)
        raise stop

    def record_foreign(self, document):
        with self._device() as device:
            device.env["fiscal.document"]._record_foreign(device, document)
            self.status_is_due = True

    def status_seen(self, status, error):
        with self._device() as device:
            device._status()._saw(status, error)
            if status:
                device.env["kkt.shift"]._status_seen(device, status)
                device._saw_drive(status)

    def registration_to_read(self, status, reread):
        """FD of the report on registration that is to be read from the drive that answered.

        None when that is no drive of ours, or was read before (unless it is to be read again).
        """
        with self._device() as device:
            drive = device._drive_that_answers(status)
            if not drive or (drive.registration_read_at and not reread):
                return None
            return status.details.get("registrationFd") or drive.registration_fd or 1

    def registration_seen(self, status, report):
        """Keep the report on registration (FNS JSON), or that the drive did not give it (None)."""
        with self._device() as device:
            device._drive_that_answers(status)._saw_registration(report)

    def printed_on_paper(self):
        """What waited for paper has come out. Return how many rows that were."""
        with self._device() as device:
            return device._printed_on_paper()

    def replace_drive(self, baseline, reason):
        """Take the drive that answers instead of the one before; return the stop, or None."""
        with self._device() as device:
            return device._replace_drive(baseline, reason)


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
