from datetime import UTC, timedelta

from odoo import api, fields, models

from ..kkt.drivers.trace import FileTrace, read_trace

RECORDING_TIME = timedelta(hours=1)
"""A recording stops by itself after so long."""
KEPT_FOR = timedelta(days=7)
KEPT_WITH_PERSONAL_DATA_FOR = timedelta(days=1)
"""After so long the files of recordings that have ended are deleted."""


class KktDevice(models.Model):
    """The wire to a real till, recorded on demand, to be sent to whoever can read it."""

    _inherit = "kkt.device"

    trace_until = fields.Datetime(
        string="The wire is recorded until", readonly=True, copy=False, groups=fields.NO_ACCESS
    )
    trace_raw = fields.Boolean(
        string="With personal data", readonly=True, copy=False, groups=fields.NO_ACCESS
    )
    is_recorded = fields.Boolean(compute="_compute_is_recorded", compute_sudo=True)

    @api.depends("trace_until")
    def _compute_is_recorded(self):
        now = fields.Datetime.now()
        for device in self:
            device.is_recorded = bool(device.trace_until) and now < device.trace_until

    def _trace_path(self):
        return self._till_folder() / f"{self.id}.trace.jsonl"

    def _trace(self):
        """Where the driver tells of its frames; None while nothing is recorded."""
        if not self.is_recorded:
            return None
        until = self.trace_until.replace(tzinfo=UTC)
        return FileTrace(self._trace_path(), until, keep_raw=self.trace_raw)

    def _trace_frames(self):
        """What was recorded (``kkt.drivers.trace.Frame``), oldest first."""
        return read_trace(self._trace_path())

    def _start_trace(self, with_personal_data):
        """Record anew for an hour."""
        self._delete_trace()
        self.sudo().write(
            {
                "trace_until": fields.Datetime.now() + RECORDING_TIME,
                "trace_raw": with_personal_data,
            }
        )
        self.message_post(
            body=self.env._("The wire is recorded for an hour, with personal data.")
            if with_personal_data
            else self.env._("The wire is recorded for an hour.")
        )

    def _stop_trace(self):
        """Record no more; what is recorded stays to be read."""
        self.sudo().trace_until = False

    def _delete_trace(self):
        self._stop_trace()
        self._trace_path().unlink(missing_ok=True)

    def action_trace(self):
        """Show the recording of the wire, or begin one."""
        self._check_service()
        return self.env["kkt.wire.trace"].create({"device_id": self.id})._show()

    @api.autovacuum
    def _delete_old_traces(self):
        """Delete the files of recordings that ended long ago, and of tills that are gone."""
        now = fields.Datetime.now().timestamp()
        for path in self._till_folder().glob("*.trace.jsonl"):
            device = (
                self.sudo()
                .with_context(active_test=False)
                .search([("id", "=", int(path.name.split(".")[0]))])
            )
            kept = KEPT_WITH_PERSONAL_DATA_FOR if device.trace_raw else KEPT_FOR
            is_old = now - path.stat().st_mtime > kept.total_seconds()
            if not device or (is_old and not device.is_recorded):
                path.unlink(missing_ok=True)
