from odoo import api, fields, models

from ..kkt.fiscal.tlv import encode_document
from ..kkt.flow.states import State
from ..kkt.ofd.message import OfdMessage

UNDELIVERED = [("state", "=", State.PRINTED), ("fd_number", ">", 0)]
"""Domain of what the OFD still has to get; cash operations have no FD and stay with us."""
OWED = [("state", "in", (State.PRINTED, State.DEAD)), ("fd_number", ">", 0)]
"""Domain of all that the OFD has not acknowledged, what it refused included: the 30 days of the
drive and the buffer's limit count it."""


class FiscalDocument(models.Model):
    """A signed document on its way to the OFD: attempts, and the operator's words."""

    # Has columns of its own.
    _inherit = "fiscal.document"  # pylint: disable=consider-merging-classes-inherited

    delivery_attempts = fields.Integer(string="Attempts", readonly=True, aggregator=None)
    next_attempt_at = fields.Datetime(string="Next attempt", readonly=True)
    delivery_message = fields.Char(readonly=True)
    delivery_answer = fields.Char(
        string="What the OFD answered",
        readonly=True,
        groups="base.group_system",
        help="Only system administrators see it: the address decides whose answer it is",
    )
    delivered_at = fields.Datetime(string="Delivered at", readonly=True)
    dead_reason = fields.Selection(
        [("refused", "Refused for good"), ("exhausted", "Attempts used up")],
        string="Why not accepted",
        readonly=True,
    )

    _outbox = models.Index(f"(device_id, fd_number) WHERE state = '{State.PRINTED}'")
    _owed = models.Index(
        f"(device_id, date_time) WHERE state IN ('{State.PRINTED}', '{State.DEAD}')"
        # Cash operations stay `printed` for ever.
        " AND fd_number > 0"
    )

    # What the sender asks (see lane/outbox.py) --------------------------------------------------

    @api.model
    def _next_due(self, device_id):
        """Return the document of a till whose turn it is: never tried before tried, then by FD."""
        return self.search(
            [
                ("device_id", "=", device_id),
                *UNDELIVERED,
                "|",
                ("next_attempt_at", "=", False),
                ("next_attempt_at", "<=", fields.Datetime.now()),
            ],
            order="next_attempt_at NULLS FIRST, fd_number",
            limit=1,
        )

    def _ofd_message(self):
        self.ensure_one()
        return OfdMessage(
            device_code=self.device_id.code,
            fn_number=self.fn_number,
            fd_number=self.fd_number,
            fpd=self.fpd,
            kind=self.kind,
            document=self.signed_json,
            key=self.idempotency_key,
            tlv=encode_document(self.signed_json),
        )

    def _delivered(self, why):
        """`printed` → `delivered`."""
        now = fields.Datetime.now()
        said = {"delivery_message": False, "delivery_answer": False}
        if self._transition(State.DELIVERED, why, delivered_at=now, **said):
            taken = now - self._signed_at()
            self.env["kkt.histogram"]._observe(self.device_id, "delivery", taken.total_seconds())

    def _signed_at(self):
        """When we stored the signature, by our own clock: the till's may be ahead or behind."""
        return min(
            self.event_ids.filtered(lambda event: event.to_state == State.PRINTED).mapped("at")
        )

    # Buttons ----------------------------------------------------------------------------------

    def action_deliver(self):
        """Send now instead of at the next attempt."""
        self._check_manager()
        self.sudo().write({"next_attempt_at": False})
        self.env.ref("optics_kkt_driver.cron_deliver").sudo()._trigger()
