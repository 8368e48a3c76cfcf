from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kkt.flow.states import State
from ..kkt.ofd.backoff import RETRY_AFTER_LIMIT
from ..kkt.ofd.message import OfdMessage
from .fiscal_document_bytes import PATIENCE
from .fiscal_words import words_of_delivery

UNDELIVERED = [("state", "=", State.PRINTED), ("fd_number", ">", 0)]
"""Domain of what the OFD still has to get; cash operations have no FD and stay with us."""
OWED = [("state", "in", (State.PRINTED, State.DEAD)), ("fd_number", ">", 0)]
"""Domain of all that the OFD has not acknowledged, what it refused included: the 30 days of the
drive and the buffer's limit count it."""
LONGEST_WAIT = timedelta(seconds=2 * RETRY_AFTER_LIMIT)
"""No attempt is put off for longer: a time beyond is of a clock that was set back since."""


def is_due(now):
    """Return the domain of what may be sent at this time (naive UTC)."""
    return [
        *_has_come("next_attempt_at", now, LONGEST_WAIT),
        *_has_come("bytes_awaited_until", now, PATIENCE),
    ]


def _has_come(name, now, longest):
    """Return the domain of rows that need not wait for a time, or whose time cannot be right."""
    return ["|", "|", (name, "=", False), (name, "<=", now), (name, ">", now + longest)]


class FiscalDocument(models.Model):
    """A signed document on its way to the OFD: attempts, and the operator's words."""

    # Has columns of its own.
    _inherit = "fiscal.document"  # pylint: disable=consider-merging-classes-inherited

    delivery_attempts = fields.Integer(string="Attempts", readonly=True, aggregator=None)
    next_attempt_at = fields.Datetime(string="Next attempt", readonly=True)
    delivery_message = fields.Char(string="Reason", readonly=True)
    delivery_text = fields.Char(string="Why not accepted", compute="_compute_delivery_text")
    delivery_answer = fields.Char(
        string="What the OFD answered",
        readonly=True,
        groups="base.group_system",
        help="Only system administrators see it: the address decides whose answer it is",
    )
    delivered_at = fields.Datetime(string="Delivered at", readonly=True)
    dead_reason = fields.Selection(
        [("refused", "Refused for good"), ("exhausted", "Attempts used up")],
        string="Outcome of delivery",
        readonly=True,
    )

    _outbox = models.Index(f"(device_id, fd_number) WHERE state = '{State.PRINTED}'")
    _owed = models.Index(
        f"(device_id, date_time) WHERE state IN ('{State.PRINTED}', '{State.DEAD}')"
        # Cash operations stay `printed` for ever.
        " AND fd_number > 0"
    )

    @api.depends("delivery_message")
    @api.depends_context("lang")
    def _compute_delivery_text(self):
        for document in self:
            document.delivery_text = words_of_delivery(self.env, document.delivery_message)

    # What the sender asks (see lane/outbox.py) --------------------------------------------------

    @api.model
    def _next_due(self, device_id, limit):
        """Return a till's documents in their turn: never tried before tried, then by FD."""
        return self.search(
            [
                ("device_id", "=", device_id),
                *UNDELIVERED,
                *is_due(fields.Datetime.now()),
            ],
            order="next_attempt_at NULLS FIRST, fd_number",
            limit=limit,
        )

    def _ofd_message(self):
        self.ensure_one()
        tlv, of_the_drive = self._tlv()
        return OfdMessage(
            device_code=self.device_id.code,
            fn_number=self.fn_number,
            fd_number=self.fd_number,
            fpd=self.fpd,
            kind=self.kind,
            document=self.signed_json,
            key=self.idempotency_key,
            tlv=tlv,
            tlv_origin="drive" if of_the_drive else "json",
        )

    def _delivered(self, why):
        """`printed` → `delivered`."""
        now = fields.Datetime.now()
        said = {"delivery_message": False, "delivery_answer": False}
        moved = self._transition(State.DELIVERED, why, delivered_at=now, **said)
        for device, documents in moved.grouped("device_id").items():
            taken = [(now - document._signed_at()).total_seconds() for document in documents]
            self.env["kkt.histogram"]._observe(device, "delivery", taken)

    def _dead(self, why, **values):
        """`printed` → `dead`, and a person is called."""
        if self._transition(State.DEAD, why, next_attempt_at=False, **values):

            def say(env):
                document = self.with_env(env)
                return env._("%s: the OFD does not take a document", self.device_id.code), env._(
                    "%(document)s: %(why)s",
                    document=document.display_name,
                    why=document._words_of_death(),
                )

            self.device_id._call_managers(self.device_id, say)

    def _resend(self, why):
        """`dead` → `printed`: from the first attempt on."""
        values = {"delivery_attempts": 0, "next_attempt_at": False, "dead_reason": False}
        return self._transition(State.PRINTED, why, origins=(State.DEAD,), **values)

    def _words_of_death(self):
        """Say why the OFD has not got this document, in the reader's language."""
        reasons = dict(self._fields["dead_reason"]._description_selection(self.env))
        return f"{reasons[self.dead_reason]}. {self.delivery_text}"

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
        self.env["fiscal.ofd"]._ring_the_sender()

    def action_resend(self):
        """Send once more what the OFD has refused: after the endpoint or the till was mended.

        What is signed never changes, so a document that is wrong itself is refused again.
        """
        self._check_manager()
        dead = self.filtered(lambda document: document.state == State.DEAD)
        if not dead:
            raise UserError(self.env._("None of these documents was refused by the OFD."))
        for document in dead.sudo():
            document._resend(self.env._("sent again by %s", self.env.user.name))
        self.env["fiscal.ofd"]._ring_the_sender()

    def action_resend_alike(self):
        """Send once more all of this till's endpoint that were refused for the same reason."""
        self.ensure_one()
        alike = [
            ("state", "=", State.DEAD),
            ("dead_reason", "=", self.dead_reason),
            ("delivery_message", "=", self.delivery_message),
            ("device_id.ofd_id", "=", self.device_id.ofd_id.id),
        ]
        return self.search(alike).action_resend()
