import logging
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from odoo import SUPERUSER_ID, api, fields, models, modules
from odoo.exceptions import UserError, ValidationError
from odoo.tools import config

from ..kkt.clock import SystemClock
from ..kkt.device.errors import DeviceError
from ..kkt.drivers.registry import driver_class, open_driver
from ..kkt.fiscal.vocabulary import TaxationType
from ..kkt.flow.errors import LaneStopped
from ..kkt.flow.register import serve
from ..kkt.flow.states import SETTLED, STUCK, TROUBLED, WAITING, State
from .fiscal_document import RECEIPT_KINDS, UNDELIVERED
from .fiscal_words import words_of_stop
from .kkt_lane import ADVISORY_LANE, Lane, lane_cursor, try_advisory_lock

_logger = logging.getLogger(__name__)

DRIVERS_BY_MODE = {"mock": "virtual"}
DELIVERIES = [
    ("http", "We send the documents"),
    ("memory", "Emulator in this process (tests)"),
]
"""How documents reach the OFD. Tills that send them by themselves come with the real tills."""
RUSSIAN_TIMEZONES = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
)
POLL_PAUSE = 0.05
"""Seconds between two looks at a lane that somebody else serves."""
OFFLINE_AFTER = 3
"""Failed attempts of one document after which the way to the OFD counts as cut."""
DEFAULT_WAIT = 40.0
"""Seconds that a caller waits for its document; longer than a real till takes (30 s)."""

TAXATION_TYPES = [
    ("1", "ОСН (general)"),
    ("2", "УСН, income"),
    ("4", "УСН, income less expense"),
    ("16", "ЕСХН"),
    ("32", "Патент"),
]


class Served(NamedTuple):
    """How a call to a lane ended.

    `outcome` is ``done``, ``busy`` (somebody else works the lane), ``silent``, ``refused`` or
    ``undecided``; all but the first have words in `why`.
    """

    outcome: str
    why: str = ""


class KktDevice(models.Model):
    """A till (KKT): what administrators set. What it says itself is in `kkt.device.status`."""

    _name = "kkt.device"
    _description = "Till (KKT)"
    _inherit = ["mail.thread", "mail.activity.mixin", "bus.listener.mixin"]
    _order = "code"

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(
        required=True, tracking=True, help="Short name for machines, such as POS-001"
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, tracking=True
    )
    driver = fields.Selection(
        "_selection_driver",
        required=True,
        default=lambda self: self._default_driver(),
        tracking=True,
    )
    tax_system = fields.Selection(
        TAXATION_TYPES,
        string="Tax system",
        required=True,
        default="1",
        tracking=True,
        help="Tag 1055",
    )
    retail_address = fields.Char(
        string="Address of settlements",
        required=True,
        tracking=True,
        help="Address of settlements (tag 1009), as registered",
    )
    retail_place = fields.Char(
        string="Place of settlements",
        required=True,
        tracking=True,
        help="Place of settlements (tag 1187), as registered",
    )
    ffd_version = fields.Selection(
        [("1.2", "1.2"), ("1.05", "1.05")],
        string="FFD",
        required=True,
        default="1.2",
        tracking=True,
        help="Format of fiscal documents (tag 1209) that the till is registered with. A till that"
        " is registered already keeps its own.",
    )
    timezone = fields.Selection(
        "_selection_timezone", required=True, default="Europe/Moscow", string="Time zone"
    )
    ofd_id = fields.Many2one("fiscal.ofd", string="OFD", tracking=True, check_company=True)
    delivery = fields.Selection(
        DELIVERIES,
        required=True,
        default=lambda self: self._default_delivery(),
        tracking=True,
    )
    auto_open_shift = fields.Boolean(
        string="Open shifts automatically",
        default=True,
        help="A receipt that comes over the API opens a closed shift first",
    )
    sign_delay = fields.Float(
        default=0.0, help="Virtual till: seconds before the drive signs", digits=(6, 3)
    )
    print_time = fields.Float(
        default=0.3, help="Virtual till: seconds that printing takes", digits=(6, 3)
    )
    lane_ids = fields.One2many("kkt.lane", "device_id", readonly=True)
    status_ids = fields.One2many("kkt.device.status", "device_id", readonly=True)
    document_ids = fields.One2many("fiscal.document", "device_id", readonly=True)

    online = fields.Boolean(compute="_compute_status")
    shift_open = fields.Boolean(string="Shift is open", compute="_compute_status")
    shift_number = fields.Integer(string="Shift", compute="_compute_status")
    undelivered_count = fields.Integer(string="Undelivered", compute="_compute_undelivered_count")

    _code_unique = models.Constraint(
        "UNIQUE (company_id, code)", "A till with this code exists already."
    )
    _times_positive = models.Constraint(
        "CHECK (sign_delay >= 0 AND print_time >= 0)", "Times cannot be negative."
    )

    @api.model
    def _selection_driver(self):
        return [("virtual", self.env._("Virtual till (no legal force)"))]

    @api.model
    def _selection_timezone(self):
        return [(zone, zone) for zone in RUSSIAN_TIMEZONES]

    @api.model
    def _default_driver(self):
        """Return the driver that `KKT_MODE` names; none where this version has none for it."""
        return DRIVERS_BY_MODE.get(self.env["res.config.settings"]._fiscal_setting("kkt_mode"))

    @api.model
    def _default_delivery(self):
        return self.env["res.config.settings"]._fiscal_delivery()

    @api.depends("status_ids.online", "status_ids.shift_open", "status_ids.seen_at")
    def _compute_status(self):
        for device in self:
            status = device.sudo().status_ids[:1]
            device.online = bool(status) and status._is_fresh()
            device.shift_open = status.shift_open
            device.shift_number = status.shift_number

    def _compute_undelivered_count(self):
        counts = dict(
            self.env["fiscal.document"]
            .sudo()
            ._read_group(
                [("device_id", "in", self.ids), *UNDELIVERED],
                ["device_id"],
                ["__count"],
            )
        )
        for device in self:
            device.undelivered_count = counts.get(device, 0)

    @api.constrains("code")
    def _check_code(self):
        for device in self:
            if not device.code.strip() or "/" in device.code:
                raise ValidationError(self.env._("Code: letters, digits, dots and dashes, please."))

    @api.model_create_multi
    def create(self, vals_list):
        devices = super().create(vals_list)
        for device in devices:
            self.env["kkt.lane"].sudo().create({"device_id": device.id})
            self.env["kkt.device.status"].sudo().create({"device_id": device.id})
        return devices

    @api.ondelete(at_uninstall=False)
    def _keep_tills_with_documents(self):
        if self.sudo().document_ids:
            raise UserError(self.env._("A till with documents is archived, never deleted."))

    # Parts ------------------------------------------------------------------------------------

    def _lane(self):
        return self.sudo().lane_ids

    def _status(self):
        return self.sudo().status_ids

    def _to_utc(self, local):
        """Turn the till's naive local time into naive UTC, as Odoo stores it."""
        return local.replace(tzinfo=ZoneInfo(self.timezone)).astimezone(UTC).replace(tzinfo=None)

    def _local_date(self):
        """Today where the till stands: the date of supply of what is sold now."""
        return datetime.now(ZoneInfo(self.timezone)).date()

    def _taxation_type(self):
        return TaxationType(int(self.tax_system))

    def _driver_settings(self):
        """Return what the driver of this till needs to reach it, as plain values."""
        self.ensure_one()
        company = self.company_id.sudo()
        return {
            "path": self._memory_path(),
            "serial": f"{self.env.cr.dbname}/{self.id}",
            "timezone": self.timezone,
            "ffd_version": self.ffd_version,
            "sign_delay": self.sign_delay,
            "print_time": self.print_time,
            "user": company.fiscal_name or company.name,
            "user_inn": company._fiscal_inn(),
            "taxation_types": self.tax_system,
            "retail_address": self.retail_address,
            "retail_place": self.retail_place,
            "ofd_name": self.ofd_id.name or "",
            "ofd_inn": self.ofd_id.inn or "",
        }

    def _memory_path(self):
        """Where the virtual till keeps its memory: beside the database, not inside it."""
        folder = Path(config["data_dir"]) / "kkt" / self.env.cr.dbname
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{self.id}.sqlite"

    @contextmanager
    def _driver(self):
        """Yield a connection to the till. Raises ``kkt.device.errors.DeviceError``."""
        with closing(open_driver(self.driver, self._driver_settings())) as driver:
            yield driver

    # Serving ----------------------------------------------------------------------------------

    def _end_request_transaction(self):
        """Make the caller's rows visible and let go of its locks before a device is spoken to.

        A request that waits for a till must hold nothing in the database meanwhile. In Odoo's test
        mode all cursors share one transaction, which nobody may commit.
        """
        if modules.module.current_test:
            self.env.flush_all()
        else:
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _serve(self, until=None, wait=DEFAULT_WAIT):
        """Work this till's lane until the row `until` has an end, or for all rows.

        Uses cursors of its own and must not be called with uncommitted rows or locks
        (:meth:`_end_request_transaction`). One process works a lane; others wait here for theirs.

        :param float wait: seconds to wait for somebody else who works this lane
        :return: :class:`Served`
        """
        self.ensure_one()
        with self._hold_lane(wait) as lane:
            if lane is None:
                return Served("busy", self.env._("The till is busy with another document."))
            return self._work_lane(lane, until)

    @contextmanager
    def _hold_lane(self, wait):
        """Yield the lane while nobody else has it; None when it was not free within `wait` seconds.

        Nothing but the lock's own cursor is open meanwhile.
        """
        give_up_at = time.monotonic() + wait
        while True:
            with lane_cursor(self.env.registry) as lock:
                if try_advisory_lock(lock, ADVISORY_LANE, self.id):
                    yield Lane(self.env.registry, self.id, self.env.uid)
                    return
            if time.monotonic() >= give_up_at:
                break
            time.sleep(POLL_PAUSE)
        yield None

    def _work_lane(self, lane, until):
        """Serve a lane that the caller holds, without touching the caller's cursor."""
        try:
            return self._drive(lane, until)
        except LaneStopped as stop:
            _logger.info("Lane of till %s stopped: %s", self.id, stop)
            return Served(stop.outcome, words_of_stop(self.env, stop))

    def _drive(self, lane, until):
        try:
            with lane.driver() as driver:
                serve(lane, driver, SystemClock(), until=until and until.id)
                if lane.status_is_due:
                    self._note_status(lane, driver)
        except DeviceError as error:
            lane.status_seen(None, error)
            return Served("silent", str(error))
        return Served("done")

    def _note_status(self, lane, driver, reread=False):
        """Keep how the till is, and return it.

        A drive's registration is read at the first occasion, and then only if told to (`reread`).
        """
        status = driver.status()
        lane.status_seen(status, None)
        if number := lane.registration_to_read(status, reread):
            lane.registration_seen(status, self._registration_report(driver, number))
        return status

    def _refresh_status(self, wait=1.0):
        """Ask the till how it is, if nobody else speaks to it; else what is known stands."""
        self.ensure_one()
        with self._hold_lane(wait) as lane:
            if lane is None:
                return
            try:
                with lane.driver() as driver:
                    self._note_status(lane, driver)
            except DeviceError as error:
                lane.status_seen(None, error)

    def _read_documents(self, fd_numbers, wait=5.0):
        """Read signed documents back from the drive.

        :return list: FNS JSON of each
        :raises UserError: the till is busy or does not answer
        """
        self.ensure_one()
        with self._hold_lane(wait) as lane:
            if lane is None:
                raise UserError(self.env._("The till is busy with another document."))
            try:
                with lane.driver() as driver:
                    return [dict(driver.read(number)) for number in fd_numbers]
            except DeviceError as error:
                raise UserError(str(error)) from error

    def _register_now(self, document, key, source, **links):
        """Enqueue a document, retry it if the till had refused it, and wait for its end."""
        row = self.env["fiscal.document"]._enqueue(self, document, key, source, **links)
        self._register_row(row)
        return row

    def _register_row(self, row, wait=DEFAULT_WAIT):
        """Bring a row of this till to an end, as far as that can be done now.

        A refused one is tried once more, an undecided one is settled, a signed one is left alone.

        :return: :class:`Served`
        """
        self.ensure_one()
        if row.state == State.FAILED:
            row._retry()
        waits = row.state in WAITING
        self._end_request_transaction()
        if not waits:
            return Served("done")
        served = self._serve(until=row, wait=wait)
        self._end_request_transaction()  # the next look is at what the lane has committed
        self.env.invalidate_all()
        return served

    def _acknowledged(self, fd_number, fn_number):
        """Tell a drive that has no exchange of its own that the OFD has a document.

        The sender says this while somebody else may hold the lane; see the driver's word on it.
        """
        if not driver_class(self.driver).hears_acknowledgements:
            return
        try:
            with self._driver() as driver:
                driver.acknowledge(fd_number, fn_number)
        except DeviceError as error:
            _logger.info("Till %s was not told of FD %s: %s", self.code, fd_number, error)

    def _pos_status(self):
        """Return what a cashier needs to know of this till at a glance; ask it, if need be."""
        self.ensure_one()
        status = self._status()
        if status._is_old():
            self._end_request_transaction()
            self._refresh_status(wait=0.0)
            self.env.invalidate_all()
        if not status._is_fresh():
            state, text = "red", status.error or self.env._("The till does not answer.")
        elif why := self._why_it_cannot_sign():
            state, text = "red", why
        elif self.undelivered_count and self._oldest_waits_long():
            state, text = "yellow", self.env._("The OFD does not answer; selling goes on.")
        else:
            state, text = "green", self.env._("The till is ready.")
        return {
            "state": state,
            "text": text,
            "shift_open": status.shift_open,
            "shift_number": status.shift_number,
            "undelivered": self.undelivered_count,
        }

    def _oldest_waits_long(self):
        oldest = self._oldest_undelivered()
        return bool(oldest) and oldest.delivery_attempts > 1

    def _oldest_undelivered(self):
        return (
            self.env["fiscal.document"]
            .sudo()
            .search(
                [("device_id", "in", self.ids), *UNDELIVERED],
                order="date_time",
                limit=1,
            )
        )

    @api.model
    def _fiscal_managers(self, company=None):
        """Return the people to call when something about the tills needs a decision."""
        company = company or self.company_id
        users = self.env.ref("optics_kkt_driver.group_fiscal_manager").sudo().all_user_ids
        return users.filtered(
            lambda user: user.active and user.id != SUPERUSER_ID and company in user.company_ids
        )

    # Reports ----------------------------------------------------------------------------------

    def _buffer_status(self):
        """Count receipts and corrections by how far they are, over these tills."""
        states = dict(
            self.env["fiscal.document"]
            .sudo()
            ._read_group(
                [
                    ("device_id", "in", self.ids),
                    ("kind", "in", RECEIPT_KINDS),
                    ("state", "not in", SETTLED),
                ],
                ["state"],
                ["__count"],
            )
        )
        capacity = len(self) * self.env["res.config.settings"]._fiscal_setting("buffer_max_size")
        waiting = (
            self.env["fiscal.document"]
            .sudo()
            .search_count([("device_id", "in", self.ids), *UNDELIVERED])
        )
        oldest = self._oldest_undelivered()
        return {
            "pending_count": states.get(State.PRINTED, 0),
            "synced_count": self.env["kkt.counter"]._total(self, RECEIPT_KINDS, State.DELIVERED),
            "failed_count": sum(states.get(state, 0) for state in TROUBLED),
            "dead_count": states.get(State.DEAD, 0),
            "queued_count": sum(states.get(state, 0) for state in (State.QUEUED, State.PRINTING)),
            "capacity": capacity,
            "percent_full": round(100 * waiting / capacity, 1) if capacity else 0.0,
            "oldest_pending_at": oldest and f"{oldest.date_time.isoformat()}Z" or None,
            "network_status": self._network_status(oldest),
            "circuit_breaker": "OPEN" if self._ofd_paused() else "CLOSED",
        }

    def _network_status(self, oldest):
        """How the way to the OFD is, judged by the document that waits longest."""
        if self._ofd_paused() or (oldest and oldest.delivery_attempts >= OFFLINE_AFTER):
            return "OFFLINE"
        return "DEGRADED" if oldest and oldest.delivery_attempts else "ONLINE"

    def _ofd_paused(self):
        now = fields.Datetime.now()
        return any(ofd.paused_until and ofd.paused_until > now for ofd in self.sudo().ofd_id)

    def _health_report(self):
        """Tell whether one can sell at these tills and whether their documents leave."""
        documents = self.env["fiscal.document"].sudo()
        ours = [("device_id", "in", self.ids)]
        buffer = self._buffer_status()
        silent = self.filtered(lambda device: device._status().error)
        undecided = documents.search_count([*ours, ("state", "in", STUCK)])
        most_tried = documents.search(
            [*ours, *UNDELIVERED], order="delivery_attempts desc", limit=1
        )
        components = {
            "tills": {
                "status": "degraded" if silent else "healthy",
                "silent": silent.mapped("code"),
            },
            "documents": {
                "status": "degraded" if undecided else "healthy",
                "undecided": undecided,
            },
            "ofd": {
                "status": "healthy" if buffer["network_status"] == "ONLINE" else "degraded",
                "network_status": buffer["network_status"],
                "pending": buffer["pending_count"],
            },
        }
        degraded = any(part["status"] != "healthy" for part in components.values())
        unhealthy = bool(self) and len(silent) == len(self)
        return {
            "status": "unhealthy" if unhealthy else "degraded" if degraded else "healthy",
            "circuit_breaker": buffer["circuit_breaker"],
            "failures": most_tried.delivery_attempts,
            "components": components,
        }

    # Buttons ----------------------------------------------------------------------------------

    def action_test_connection(self):
        self.ensure_one()
        self.check_access("write")
        self._end_request_transaction()
        self._refresh_status(wait=5.0)
        status = self._status()
        status.invalidate_recordset()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if status.online else "danger",
                "message": self.env._("The till answers: %s", status.model_name)
                if status.online
                else status.error,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_serve(self):
        """Settle what is unresolved and print what waits."""
        self.ensure_one()
        self.check_access("write")
        self._end_request_transaction()
        served = self._serve(wait=5.0)
        if served.why:
            raise UserError(served.why)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_documents(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "optics_kkt_driver.fiscal_document_action"
        )
        return {**action, "domain": [("device_id", "=", self.id)], "context": {}}

    # Jobs -------------------------------------------------------------------------------------

    @api.model
    def _cron_serve(self):
        """Print what waits and settle what a dead process left, on every till in turn."""
        rows = self.env["fiscal.document"]._read_group([("state", "in", WAITING)], ["device_id"])
        devices = [device for (device,) in rows]
        self.env["ir.cron"]._commit_progress(remaining=len(devices))
        for device in devices:
            device._serve(wait=0.0)
            if not self.env["ir.cron"]._commit_progress(1):
                return
