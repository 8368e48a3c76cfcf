from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_datetime, sql

from ..kkt.drivers.registry import driver_names
from ..kkt.fiscal.vocabulary import TaxationType
from ..kkt.flow.presence import Presence
from ..kkt.flow.states import WAITING
from ..kkt.ofd.endpoint import is_of_this_machine
from ..lane.conversation import (
    BUTTONS_WAIT,
    converse,
    note_status,
    reading,
    serving,
)
from ..lane.side_by_side import serve_side_by_side
from ..settings import may_stand_in
from .fiscal_words import words_of_stop

SERVE = "optics_kkt_driver.cron_serve"
DRIVERS_BY_MODE = {"mock": ("virtual",), "real": ("shtrih", "atol")}
"""By `KKT_MODE`: drivers of that kind, the usual one first; some may come with later versions."""
DELIVERIES = [
    ("http", "We send the documents"),
    ("device", "The till sends them by itself"),
    ("memory", "Emulator in this process (tests)"),
]
"""How documents reach the OFD."""
COMPANY_OF_DOCUMENTS = "fiscal_document_company_of_its_till"
"""A foreign key of two columns: it makes the database itself refuse a document of one company on
another's till, and a till that changes its company under documents that are being written."""
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
TAXATION_TYPES = [
    ("1", "ОСН (general)"),
    ("2", "УСН, income"),
    ("4", "УСН, income less expense"),
    ("16", "ЕСХН"),
    ("32", "Патент"),
]


HEALTH = [
    ("ready", "Ready"),
    ("attention", "Attention"),
    ("blocked", "Does not print"),
    ("unknown", "Not asked lately"),
]
HEALTH_OF_LAMP = {"green": "ready", "yellow": "attention", "red": "blocked"}


class KktDevice(models.Model):
    """A till (KKT): what administrators set. What it says itself is in `kkt.device.status`."""

    _name = "kkt.device"
    _description = "Till (KKT)"
    _inherit = ["mail.thread", "mail.activity.mixin", "bus.listener.mixin"]
    _order = "code"
    _check_company_auto = True

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
    ofd_id = fields.Many2one(
        "fiscal.ofd", string="OFD", tracking=True, check_company=True, ondelete="restrict"
    )
    sender_address = fields.Char(related="company_id.fiscal_sender_address")
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
    lane_ids = fields.One2many("kkt.lane", "device_id", readonly=True)
    status_ids = fields.One2many("kkt.device.status", "device_id", readonly=True)
    document_ids = fields.One2many("fiscal.document", "device_id", readonly=True)

    # What the till said last: the columns of its status, beside what administrators set.
    seen_at = fields.Datetime(related="status_ids.seen_at")
    presence = fields.Selection(related="status_ids.presence", string="Heartbeat")
    presence_since = fields.Datetime(related="status_ids.presence_since", string="Heartbeat since")
    status_error = fields.Char(related="status_ids.error")
    model_name = fields.Char(related="status_ids.model_name")
    serial = fields.Char(related="status_ids.serial")
    clock_difference = fields.Integer(related="status_ids.clock_difference")
    clock_is_off = fields.Boolean(related="status_ids.clock_is_off")
    paper = fields.Boolean(related="status_ids.paper")
    cover_closed = fields.Boolean(related="status_ids.cover_closed")
    open_document = fields.Boolean(related="status_ids.open_document")
    unprinted_fd = fields.Integer(related="status_ids.unprinted_fd")
    fn_number = fields.Char(related="status_ids.fn_number")
    fn_valid_until = fields.Date(related="status_ids.fn_valid_until")
    fn_days_left = fields.Integer(related="status_ids.fn_days_left")
    live_ffd_version = fields.Char(string="FFD told", related="status_ids.ffd_version")
    last_fd = fields.Integer(related="status_ids.last_fd")
    warning_words = fields.Char(related="status_ids.warning_words")
    shift_opened_at = fields.Datetime(related="status_ids.shift_opened_at")
    shift_age = fields.Float(related="status_ids.shift_age")
    receipt_number = fields.Integer(related="status_ids.receipt_number")
    currency_id = fields.Many2one(related="company_id.currency_id")
    cash_in_drawer = fields.Monetary(related="status_ids.cash_in_drawer")
    fn_undelivered = fields.Integer(related="status_ids.undelivered", string="Undelivered (FN)")
    undelivered_since = fields.Datetime(related="status_ids.undelivered_since")
    ofd_blocks_at = fields.Datetime(related="status_ids.ofd_blocks_at")
    ofd_days_left = fields.Integer(related="status_ids.ofd_days_left")
    online = fields.Boolean(compute="_compute_status")
    shift_open = fields.Boolean(string="Shift is open", compute="_compute_status")
    shift_number = fields.Integer(string="Shift", compute="_compute_status")
    health = fields.Selection(HEALTH, string="State", compute="_compute_health")
    health_words = fields.Char(string="State in words", compute="_compute_health")

    _id_and_company = models.UniqueIndex("(id, company_id)")
    _code_unique = models.Constraint(
        "UNIQUE (company_id, code)", "A till with this code exists already."
    )

    def init(self):
        """Put the foreign key in place; the table of documents is made before that of tills.

        It begins as Odoo's own of `device_id` does and has its ON DELETE: Odoo looks at the first
        column alone, takes it for that one, and would drop it if they differed.
        """
        if not sql.constraint_definition(self.env.cr, "fiscal_document", COMPANY_OF_DOCUMENTS):
            sql.add_constraint(
                self.env.cr,
                "fiscal_document",
                COMPANY_OF_DOCUMENTS,
                "FOREIGN KEY (device_id, company_id) REFERENCES kkt_device (id, company_id)"
                " ON DELETE RESTRICT",
            )

    @api.model
    def _selection_driver(self):
        """Return the drivers that this version has, with their names for people."""
        names = {"virtual": self.env._("Virtual till (no legal force)")}
        return [(name, names.get(name, name)) for name in driver_names()]

    @api.model
    def _selection_timezone(self):
        return [(zone, zone) for zone in RUSSIAN_TIMEZONES]

    @api.model
    def _default_driver(self):
        """Return the usual driver of `KKT_MODE`; none where this version has none for it."""
        mode = self.env["res.config.settings"]._fiscal_setting("kkt_mode")
        known = (name for name in DRIVERS_BY_MODE.get(mode, ()) if name in driver_names())
        return next(known, None)

    @api.model
    def _default_delivery(self):
        return self.env["res.config.settings"]._fiscal_setting("ofd_mode")

    @api.depends("status_ids.online", "status_ids.shift_open", "status_ids.seen_at")
    def _compute_status(self):
        for device in self:
            status = device.sudo().status_ids[:1]
            device.online = bool(status) and status._is_fresh()
            device.shift_open = status.shift_open
            device.shift_number = status.shift_number

    @api.depends_context("lang")
    def _compute_health(self):
        for device in self:
            device.health, device.health_words = device._health()

    @api.constrains("code")
    def _check_code(self):
        for device in self:
            if not device.code.strip() or "/" in device.code:
                raise ValidationError(self.env._("Code: letters, digits, dots and dashes, please."))

    @api.constrains("delivery")
    def _check_delivery(self):
        if "memory" in self.mapped("delivery") and not may_stand_in():
            raise ValidationError(
                self.env._(
                    "Delivery: the emulator in this process is for developers' servers; the tax"
                    " service would get nothing."
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        devices = super().create(vals_list)
        for device in devices:
            self.env["kkt.lane"].sudo().create({"device_id": device.id})
            self.env["kkt.device.status"].sudo().create({"device_id": device.id})
        return devices

    def write(self, vals):
        if "company_id" in vals:
            self._check_company_may_change(vals["company_id"])
        if vals.get("ofd_id"):
            # Odoo's refusal of another company's names it to whoever must not read it.
            self.env["fiscal.ofd"].browse(vals["ofd_id"]).check_access("read")
        result = super().write(vals)
        if "company_id" in vals:
            # Also in the company that they belong to now.
            self.check_access("write")
        return result

    def _check_company_may_change(self, company_id):
        moved = self.filtered(lambda device: device.company_id.id != company_id).sudo()
        if moved.document_ids or moved.drive_ids:
            raise UserError(
                self.env._(
                    "A till with documents or drives stays with its company: they belong to the"
                    " company that they were registered for. Archive the till and set up another."
                )
            )

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

    def _to_local(self, moment):
        """Turn naive UTC, as Odoo stores it, into the till's naive local time."""
        return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)

    def _local_date(self, moment=None):
        """The date where the till stands: today, of what is sold now, or of a `moment` in UTC."""
        moment = moment.replace(tzinfo=UTC) if moment else datetime.now(UTC)
        return moment.astimezone(ZoneInfo(self.timezone)).date()

    def _taxation_type(self):
        return TaxationType(int(self.tax_system))

    def _ofd_is_no_real_one(self):
        """Whether the documents that we send go to an emulator."""
        if self.delivery == "http":
            return bool(self.ofd_id) and is_of_this_machine(self.ofd_id.url)
        return self.delivery == "memory"

    def _driver_settings(self):
        """Return what the driver of this till needs to reach it, as plain values.

        Each driver's are in its own file, ``kkt_device_<driver>.py``.
        """
        self.ensure_one()
        return getattr(self, f"_{self.driver}_settings")()

    # Heartbeat ----------------------------------------------------------------------------------

    def _presence_changed(self, was):
        """Tell the till's history, and whoever shows the till, that it has come or gone.

        :param was: ``kkt.flow.presence.Presence``
        """
        status = self._status()
        self._bus_send("optics_kkt_driver/presence", {"presence": status.presence})
        env = self.with_context(lang=self.company_id.partner_id.lang).env
        if status.presence == Presence.OFFLINE:
            self._message_log(
                body=env._("The till does not answer: %s", status.with_env(env).error)
            )
        elif was is Presence.OFFLINE:
            self._message_log(body=env._("The till answers again."))

    # The conversation (see lane/conversation.py) -------------------------------------------------

    def _converse(self, speak, wait=BUTTONS_WAIT):
        """Speak to the till and return what `speak` returns.

        :raises UserError: the till is busy or silent, refuses, or has an undecided document
        """
        ended = converse(self, speak, wait)
        if ended.stop:
            raise UserError(words_of_stop(self.env, ended.stop))
        return ended.value

    def _refresh_status(self, wait=1.0):
        """Ask the till how it is, if nobody else speaks to it; else what is known stands."""
        converse(self, note_status, wait)

    def _read_documents(self, fd_numbers):
        """Read signed documents back from the drive: FNS JSON of each. Raises UserError."""
        return self._converse(reading(fd_numbers))

    def _register_now(self, key, source, wanted):
        """Enqueue a document, retry it if the till had refused it, and wait for its end.

        :param wanted: ``Wanted``, see ``fiscal.document._enqueue``
        """
        row = self.env["fiscal.document"]._enqueue(self, key, source, wanted)
        row._sign()
        return row

    # What a cashier sees --------------------------------------------------------------------------

    def _pos_status(self):
        """Return what a cashier needs to know of this till at a glance; ask it, if need be."""
        self.ensure_one()
        status = self._status()
        if status._is_old():
            self._refresh_status(wait=0.0)
        state, text = self._lamp(status)
        return {
            "state": state,
            "text": text,
            "shift_open": status.shift_open,
            "shift_number": status.shift_number,
            "shift_warning": self._shift_warning(),
            "undelivered": self.undelivered_count,
            "buffer_full": self._buffer_full(),
        }

    def _lamp(self, status):
        """Return the colour and the words for how the till is; the worst counts."""
        if not status._is_fresh():
            return "red", status.error or self.env._("The till does not answer.")
        if why := self._why_it_cannot_sign():
            return "red", why
        if warning := self._shift_warning():
            return ("red" if self._shift_is_over() else "yellow"), warning
        if self._is_blocked_by_age():
            return "red", self._age_warning()
        if full := self._buffer_full():
            return "red", full
        if warning := self._age_warning():
            return "yellow", warning
        if warning := self._buffer_warning():
            return "yellow", warning
        if self.undelivered_count and self._is_cut_off():
            return "yellow", self.env._("The OFD does not answer; selling goes on.")
        return "green", self.env._("The till is ready.")

    def _health(self):
        """Return how the till is as whoever runs the shop reads it, one of `HEALTH`, and words.

        The cashier's lamp asks the till; here it is not asked, and an old answer is no silence.
        """
        status = self._status()
        if not status.silence and not status._is_fresh():
            if not status.seen_at:
                return "unknown", self.env._("It was never asked.")
            last = format_datetime(self.env, status.seen_at, dt_format="short")
            return "unknown", self.env._("Last answer: %s", last)
        colour, words = self._lamp(status)
        return HEALTH_OF_LAMP[colour], words

    def _why_it_cannot_sign(self):
        """What must be done at the till before it signs anything, in words; nothing when ready."""
        status = self._status()
        if not status.paper or not status.cover_closed:
            return self.env._("Check the till's paper and cover.")
        if self.other_fn:
            return self.env._(
                "The till has another drive; an administrator must confirm the replacement."
            )
        if status.clock_is_off:
            return self.env._(
                "The till's clock is wrong by %s s; an administrator must set it (Maintenance, Set"
                " the clock).",
                abs(status.clock_difference),
            )
        return None

    def _is_cut_off(self):
        """Whether our documents do not reach the operator now."""
        return self.delivery == "http" and self.ofd_id.sudo()._network_status() == "OFFLINE"

    @api.model
    def _call_managers(self, record, say):
        """Give each administrator of tills an activity on `record`, in his own language.

        Whoever has the same call still open is told the new note there.

        :param record: of a company, and with activities
        :param say: called with an environment in the reader's language; gives summary and note
        """
        for user in self._fiscal_managers(record.company_id):
            summary, note = say(self.with_context(lang=user.lang).env)
            standing = record.activity_ids.filtered(
                lambda call, user=user, summary=summary: (
                    (call.user_id, call.summary) == (user, summary)
                )
            )
            if standing:
                standing.note = note
            else:
                record.activity_schedule(
                    "mail.mail_activity_data_todo", summary=summary, note=note, user_id=user.id
                )

    @api.model
    def _fiscal_managers(self, company):
        """Return the people to call when something about a company's tills needs a decision."""
        users = self.env.ref("optics_kkt_driver.group_fiscal_manager").sudo().all_user_ids
        return users.filtered(
            lambda user: user.active and user.id != SUPERUSER_ID and company in user.company_ids
        )

    # Buttons ----------------------------------------------------------------------------------

    def action_test_connection(self):
        self.ensure_one()
        self.check_access("write")
        self._refresh_status(wait=BUTTONS_WAIT)
        status = self._status()
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
        self._converse(serving())
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_documents(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "optics_kkt_driver.fiscal_document_action"
        )
        return {**action, "domain": [("device_id", "=", self.id)], "context": {}}

    # Jobs -------------------------------------------------------------------------------------

    @api.model
    def _cron_serve(self):
        """Print what waits and settle what a dead process left, several tills at once."""
        has_work = [
            "|",
            ("state", "in", WAITING),
            ("bytes_awaited_until", ">", fields.Datetime.now()),
        ]
        rows = self.env["fiscal.document"]._read_group(has_work, ["device_id"])
        waiting = self.browse(device.id for (device,) in rows)
        devices = (waiting | self._troubled(SERVE)).ids
        serve_side_by_side(self.env.registry, devices, self.env.uid, SERVE)
        # Also those that go on alone: a job that seems to do nothing is switched off by Odoo.
        self.env["ir.cron"]._commit_progress(len(devices))
