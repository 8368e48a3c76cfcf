from odoo import api, models

from ..kkt.flow.gate import Breaker
from ..kkt.flow.states import SETTLED, STUCK, TROUBLED, State
from .fiscal_document import RECEIPT_KINDS
from .kkt_device_buffer import AGES

BREAKERS = {Breaker.OPEN: "OPEN", Breaker.HALF_OPEN: "HALF_OPEN", Breaker.CLOSED: "CLOSED"}
"""What the API calls them, the worst first."""


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
            "network_status": self._network_status(devices),
            "circuit_breaker": self._circuit_breaker(devices),
        }

    @api.model
    def _network_status(self, devices):
        """How the way to the operators of these tills is: the worst of them.

        OFFLINE: the last call got no answer at all, or none is made now (the breaker is open, the
        endpoint paused). DEGRADED: it was answered with an error, or one document is a probe now.
        """
        ways = {ofd._network_status() for ofd in devices.sudo().ofd_id}
        return next((way for way in ("OFFLINE", "DEGRADED") if way in ways), "ONLINE")

    @api.model
    def _circuit_breaker(self, devices):
        """The state of the breaker that is worst."""
        states = set(devices.sudo().ofd_id.breaker_ids.mapped("state"))
        return next((name for state, name in BREAKERS.items() if state in states), "CLOSED")

    @api.model
    def _health_report(self, devices):
        """Tell whether one can sell at these tills and whether their documents leave."""
        documents = self.env["fiscal.document"].sudo()
        ours = [("device_id", "in", devices.ids)]
        buffer = self._buffer_status(devices)
        silent = devices.filtered(lambda device: device._status()._is_missing())
        troubled = devices.filtered(lambda device: device._status().troubles)
        undecided = documents.search_count([*ours, ("state", "in", STUCK)])
        endpoints = devices.sudo().ofd_id
        days = max(devices.mapped("waiting_days"), default=0)
        is_online = buffer["network_status"] == "ONLINE"
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
                "status": "healthy" if is_online and days < AGES[0] else "degraded",
                "network_status": buffer["network_status"],
                "pending": buffer["pending_count"],
                "days_waiting": days,
            },
            **self._further_components(devices),
        }
        degraded = any(part["status"] != "healthy" for part in components.values())
        stopped = silent | devices.filtered(lambda device: device._is_blocked_by_age())
        unhealthy = bool(devices) and stopped == devices
        return {
            "status": "unhealthy" if unhealthy else "degraded" if degraded else "healthy",
            "circuit_breaker": buffer["circuit_breaker"],
            "failures": max(endpoints.breaker_ids.mapped("failures"), default=0),
            "components": components,
        }

    @api.model
    def _further_components(self, devices):
        """Parts of the health report that an addon above this one adds: each has its ``status``."""
        return {}

    @api.model
    def _not_real(self, companies):
        """Tell by company what only plays a part there: ``tills``, ``ofd``; nothing if all is real.

        The worst first: documents of a virtual till have no legal force wherever they are sent.
        """
        tills = self.env["kkt.device"].sudo().search([("company_id", "in", companies.ids)])
        found = {}
        for company, ours in tills.grouped("company_id").items():
            plays = {
                "tills": any(till.driver == "virtual" for till in ours),
                "ofd": any(till._ofd_is_no_real_one() for till in ours),
            }
            found[company.id] = [what for what, does in plays.items() if does]
        return found
