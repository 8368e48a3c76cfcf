from odoo import api, fields, models

from ..kkt.flow.states import SETTLED, STUCK, TROUBLED, State
from .fiscal_document import RECEIPT_KINDS
from .fiscal_document_delivery import UNDELIVERED

OFFLINE_AFTER = 3
"""Failed attempts of one document after which the way to the OFD counts as cut."""


class KktMonitor(models.AbstractModel):
    """The one reader of counters and states over many tills: buffer status and health ask it."""

    _name = "kkt.monitor"
    _description = "State of tills and delivery"

    @api.model
    def _buffer_status(self, devices):
        """Count receipts and corrections by how far they are, over these tills (``kkt.device``)."""
        states = dict(
            self.env["fiscal.document"]
            .sudo()
            ._read_group(
                [
                    ("device_id", "in", devices.ids),
                    ("kind", "in", RECEIPT_KINDS),
                    ("state", "not in", SETTLED),
                ],
                ["state"],
                ["__count"],
            )
        )
        capacity = sum(device._buffer_limit() for device in devices)
        waiting = sum(devices.mapped("undelivered_count"))
        oldest = devices._oldest_undelivered()
        return {
            "pending_count": states.get(State.PRINTED, 0),
            "synced_count": self.env["kkt.counter"]._total(devices, RECEIPT_KINDS, State.DELIVERED),
            "failed_count": sum(states.get(state, 0) for state in TROUBLED),
            "dead_count": states.get(State.DEAD, 0),
            "queued_count": sum(states.get(state, 0) for state in (State.QUEUED, State.PRINTING)),
            "capacity": capacity,
            "percent_full": round(100 * waiting / capacity, 1) if capacity else 0.0,
            "oldest_pending_at": oldest and f"{oldest.date_time.isoformat()}Z" or None,
            "network_status": self._network_status(devices, oldest),
            "circuit_breaker": "OPEN" if self._ofd_paused(devices) else "CLOSED",
        }

    @api.model
    def _network_status(self, devices, oldest):
        """How the way to the OFD is, judged by the document that waits longest."""
        if self._ofd_paused(devices) or (oldest and oldest.delivery_attempts >= OFFLINE_AFTER):
            return "OFFLINE"
        return "DEGRADED" if oldest and oldest.delivery_attempts else "ONLINE"

    @api.model
    def _ofd_paused(self, devices):
        now = fields.Datetime.now()
        return any(ofd.paused_until and ofd.paused_until > now for ofd in devices.sudo().ofd_id)

    @api.model
    def _health_report(self, devices):
        """Tell whether one can sell at these tills and whether their documents leave."""
        documents = self.env["fiscal.document"].sudo()
        ours = [("device_id", "in", devices.ids)]
        buffer = self._buffer_status(devices)
        silent = devices.filtered(lambda device: device._status().silence)
        troubled = devices.filtered(lambda device: device._status().troubles)
        undecided = documents.search_count([*ours, ("state", "in", STUCK)])
        most_tried = documents.search(
            [*ours, *UNDELIVERED], order="delivery_attempts desc", limit=1
        )
        components = {
            "tills": {
                "status": "degraded" if silent or troubled else "healthy",
                "silent": silent.mapped("code"),
                "troubled": troubled.mapped("code"),
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
            **self._further_components(devices),
        }
        degraded = any(part["status"] != "healthy" for part in components.values())
        unhealthy = bool(devices) and len(silent) == len(devices)
        return {
            "status": "unhealthy" if unhealthy else "degraded" if degraded else "healthy",
            "circuit_breaker": buffer["circuit_breaker"],
            "failures": most_tried.delivery_attempts,
            "components": components,
        }

    @api.model
    def _further_components(self, devices):
        """Parts of the health report that an addon above this one adds: each has its ``status``."""
        return {}
