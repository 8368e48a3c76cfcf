from datetime import timedelta

from odoo import api, fields, models

from .fiscal_words import stored_error, words_of_stored_error

ASK_AFTER = timedelta(seconds=30)
"""Whoever wants to know how a till is asks it anew when its last word is older than this."""
ONLINE_FOR = timedelta(seconds=90)
"""An answer is worth this long; after it the till counts as silent."""
CLOCK_LIMIT = timedelta(minutes=5)
"""A till whose clock differs by more signs nothing (code 17)."""
OFD_LIMIT = timedelta(days=30)
"""A drive whose oldest document has not reached the OFD for so long signs no receipts (code 14)."""


class KktDeviceStatus(models.Model):
    """What a till said last. One row a till, written by whoever spoke to it."""

    _name = "kkt.device.status"
    _description = "Till status"
    _inherit = ["kkt.presence"]
    _log_access = False
    _check_company_auto = True

    device_id = fields.Many2one(
        "kkt.device", required=True, readonly=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="device_id.company_id", store=True)
    online = fields.Boolean(readonly=True)
    seen_at = fields.Datetime(string="Last answer", readonly=True)
    asked_at = fields.Datetime(
        readonly=True, help="When somebody last spoke to the till, whether it answered or not"
    )
    heard_fd = fields.Integer(
        readonly=True,
        aggregator=None,
        help="The last FD that the heartbeat has taken for an answer",
    )
    silence = fields.Json(
        readonly=True, help="Why the till did not answer when last asked; nothing when it did"
    )
    error = fields.Char(string="Last silence", compute="_compute_error")
    troubles = fields.Json(
        readonly=True, help="By job: when and how its last run went wrong with this till"
    )
    model_name = fields.Char(string="Model", readonly=True)
    serial = fields.Char(string="Serial number", readonly=True)
    fn_number = fields.Char(string="FN", readonly=True)
    fn_valid_until = fields.Date(string="FN valid until", readonly=True)
    last_fd = fields.Integer(string="Last FD", readonly=True, aggregator=None)
    shift_open = fields.Boolean(string="Shift is open", readonly=True)
    shift_number = fields.Integer(string="Shift", readonly=True, aggregator=None)
    shift_opened_at = fields.Datetime(string="Shift opened at", readonly=True)
    clock_difference = fields.Integer(
        string="Clock difference, s",
        readonly=True,
        aggregator=None,
        help="Seconds that the till's clock is ahead of ours",
    )
    paper = fields.Boolean(readonly=True)
    cover_closed = fields.Boolean(string="Cover is closed", readonly=True)
    undelivered = fields.Integer(readonly=True, aggregator=None)
    currency_id = fields.Many2one(related="company_id.currency_id")
    cash_in_drawer = fields.Monetary(string="Cash in drawer", readonly=True, aggregator=None)
    ffd_version = fields.Char(string="FFD", readonly=True)
    warnings = fields.Char(readonly=True, help="Names of the drive's warnings, as the till says")
    receipt_number = fields.Integer(
        string="Receipts in the shift",
        readonly=True,
        aggregator=None,
        help="Number of the last one within the shift (tag 1042)",
    )
    undelivered_since = fields.Datetime(
        string="Oldest undelivered", readonly=True, help="Signed at, as the drive says"
    )
    open_document = fields.Boolean(
        string="Document left open",
        readonly=True,
        help="The power went in the middle of it; it must be cancelled",
    )
    unprinted_fd = fields.Integer(
        string="FD that waits for paper",
        readonly=True,
        aggregator=None,
        help="Signed, but not printed; nothing else is signed before it is",
    )

    fn_days_left = fields.Integer(string="Days left", compute="_compute_left")
    ofd_blocks_at = fields.Datetime(
        string="Blocks at",
        compute="_compute_left",
        help="The drive signs no receipts any more when its oldest document has not reached the"
        " OFD for 30 days",
    )
    ofd_days_left = fields.Integer(string="Days to the block", compute="_compute_left")
    shift_age = fields.Float(string="Age of the shift, h", compute="_compute_left")
    clock_is_off = fields.Boolean(compute="_compute_clock_is_off")
    warning_words = fields.Char(string="Warnings of the drive", compute="_compute_warning_words")

    _one_status = models.UniqueIndex("(device_id)")

    @api.depends("silence")
    @api.depends_context("lang")
    def _compute_error(self):
        for status in self:
            status.error = status.silence and words_of_stored_error(self.env, status.silence)

    @api.depends("fn_valid_until", "undelivered_since", "shift_open", "shift_opened_at")
    def _compute_left(self):
        now = fields.Datetime.now()
        for status in self:
            until = status.fn_valid_until
            status.fn_days_left = until and (until - status.device_id._local_date()).days
            since = status.undelivered_since
            status.ofd_blocks_at = since and since + OFD_LIMIT
            status.ofd_days_left = since and (since + OFD_LIMIT - now).days
            opened = status.shift_open and status.shift_opened_at
            status.shift_age = opened and (now - opened) / timedelta(hours=1)

    @api.depends("clock_difference")
    def _compute_clock_is_off(self):
        for status in self:
            status.clock_is_off = abs(status.clock_difference) > CLOCK_LIMIT.total_seconds()

    @api.depends("warnings")
    @api.depends_context("lang")
    def _compute_warning_words(self):
        words = self._words_of_warnings()
        for status in self:
            names = (status.warnings or "").split("; ")
            status.warning_words = "; ".join(words.get(name, name) for name in names)

    @api.model
    def _words_of_warnings(self):
        """The drive's warnings (tags 1050-1053, FNS JSON names) in words."""
        return {
            "fiscalDriveExhaustionSign": self.env._("the drive's keys end within 30 days"),
            "fiscalDriveReplaceRequiredSign": self.env._("replace the drive within 3 days"),
            "fiscalDriveMemoryExceededSign": self.env._("the drive's memory is nearly full"),
            "ofdResponseTimeoutSign": self.env._("the OFD has not answered for 2 days"),
        }

    def _keep(self, status, error):
        """Keep an answer, or the words of a silence."""
        asked = {"asked_at": fields.Datetime.now(), "online": status is not None}
        if status is None:
            self.write({**asked, "silence": stored_error(error)})
            return
        self.write({**self._values(status), **asked, "silence": False})

    def _keep_drive(self, baseline):
        """Keep which drive has answered, where that is all that was asked."""
        self.write({"fn_number": baseline.fn_number, "last_fd": baseline.last_fd})

    def _values(self, status):
        device = self.device_id
        now = fields.Datetime.now()
        opened = status.shift_opened_at
        return {
            "seen_at": now,
            "model_name": status.model,
            "serial": status.serial,
            "fn_number": status.fn_number,
            "fn_valid_until": status.fn_valid_until,
            "last_fd": status.last_fd,
            "shift_open": status.shift_open,
            "shift_number": status.shift_number,
            "shift_opened_at": opened and device._to_utc(opened),
            "clock_difference": round((device._to_utc(status.clock) - now).total_seconds()),
            "paper": status.paper,
            "cover_closed": status.cover_closed,
            "undelivered": status.undelivered,
            "cash_in_drawer": status.cash_in_drawer / 100,
            "ffd_version": status.ffd_version,
            "warnings": "; ".join(status.warnings),
            "receipt_number": status.receipt_number,
            "undelivered_since": status.undelivered_since
            and device._to_utc(status.undelivered_since),
            "open_document": status.open_document,
            "unprinted_fd": status.details.get("unprintedFd", 0),
        }

    def _is_fresh(self):
        return self.online and not self._is_older_than(ONLINE_FOR)

    def _is_old(self):
        return not self.online or self._is_older_than(ASK_AFTER)

    def _is_older_than(self, age):
        return not self.seen_at or fields.Datetime.now() - self.seen_at > age

    # Heartbeat ------------------------------------------------------------------------------------

    def _heard(self):
        """Whether the till has answered somebody since its last beat; None: nobody asked.

        A signature is an answer too, though it says nothing of how the till is.
        """
        if self.device_id._lane().last_fd != self.heard_fd:
            return True
        if self.asked_at and (not self.beat_at or self.asked_at > self.beat_at):
            return self.online
        return None

    def _beat(self, answered):
        self.heard_fd = self.device_id._lane().last_fd
        return super()._beat(answered)

    def _presence_changed(self, was):
        self.device_id._presence_changed(was)

    def _is_missing(self):
        """Whether the till has not answered for a while; its last silence, where no beat tells."""
        is_there = self._is_there()
        return bool(self.silence) if is_there is None else not is_there
