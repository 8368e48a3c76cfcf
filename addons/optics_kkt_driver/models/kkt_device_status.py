from datetime import timedelta

from odoo import fields, models

ASK_AFTER = timedelta(seconds=30)
"""Whoever wants to know how a till is asks it anew when its last word is older than this."""
ONLINE_FOR = timedelta(seconds=90)
"""An answer is worth this long; after it the till counts as silent."""


class KktDeviceStatus(models.Model):
    """What a till said last. One row a till, written by whoever spoke to it."""

    _name = "kkt.device.status"
    _description = "Till status"
    _log_access = False

    device_id = fields.Many2one("kkt.device", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="device_id.company_id", store=True)
    online = fields.Boolean(readonly=True)
    seen_at = fields.Datetime(string="Last answer", readonly=True)
    error = fields.Char(string="Last silence", readonly=True)
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
    cash_in_drawer = fields.Float(
        string="Cash in drawer", readonly=True, aggregator=None, digits=(16, 2)
    )
    ffd_version = fields.Char(string="FFD", readonly=True)
    warnings = fields.Char(readonly=True)

    _one_status = models.UniqueIndex("(device_id)")

    def _saw(self, status, error):
        """Keep an answer, or the words of a silence."""
        if status is None:
            self.write({"online": False, "error": str(error)})
            return
        self.write({**self._values(status), "online": True, "error": False})

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
        }

    def _is_fresh(self):
        return self.online and not self._is_older_than(ONLINE_FOR)

    def _is_old(self):
        return not self.online or self._is_older_than(ASK_AFTER)

    def _is_older_than(self, age):
        return not self.seen_at or fields.Datetime.now() - self.seen_at > age
