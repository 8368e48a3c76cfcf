from datetime import timedelta

from odoo import api, fields, models

from ..lane.heartbeat import beat_side_by_side
from ..settings import HEARTBEAT_EARLY


class KktHeartbeat(models.AbstractModel):
    """The job that asks each till and endpoint whether it is there."""

    _name = "kkt.heartbeat"
    _description = "Heartbeat of tills and OFDs"

    @api.model
    def _cron_beat(self):
        """Give each till and endpoint whose time it is a beat, those that waited longest first."""
        tills = self._due(self.env["kkt.device.status"], [("device_id.active", "=", True)])
        ways = self._due(
            self.env["fiscal.ofd.breaker"],
            [("ofd_id.active", "=", True), ("ofd_id.stopped", "!=", True)],
        )
        beat_side_by_side(self.env.registry, tills.device_id.ids, ways.ofd_id.ids)

    @api.model
    def _due(self, rows, domain):
        """Return those whose last beat is an interval old, or lies ahead: the clock was set."""
        now = fields.Datetime.now()
        interval = self.env["res.config.settings"]._fiscal_setting("heartbeat_interval")
        beat = [
            "|",
            "|",
            ("beat_at", "=", False),
            ("beat_at", "<=", now - timedelta(seconds=interval - HEARTBEAT_EARLY)),
            ("beat_at", ">", now),
        ]
        return rows.sudo().search([*domain, *beat], order="beat_at NULLS FIRST, id")
