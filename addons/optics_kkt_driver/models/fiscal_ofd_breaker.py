import logging
from dataclasses import asdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..kkt.flow.gate import LONGEST_RECOVERY, Breaker, Circuit, after_call, is_well
from ..kkt.flow.presence import Presence
from ..kkt.ofd.answers import Outcome

_logger = logging.getLogger(__name__)

STATES = [
    (Breaker.CLOSED.value, "Sends"),
    (Breaker.HALF_OPEN.value, "Tries with one document"),
    (Breaker.OPEN.value, "Waits after failures"),
]


class FiscalOfdBreaker(models.Model):
    """How the calls to an endpoint go: one row an endpoint, which all processes share.

    A table of its own, so that an administrator who saves the endpoint meets no sender.
    """

    _name = "fiscal.ofd.breaker"
    _inherit = ["kkt.presence"]
    _description = "OFD: how calls to it go"
    _log_access = False
    _check_company_auto = True

    ofd_id = fields.Many2one(
        "fiscal.ofd",
        string="OFD",
        required=True,
        readonly=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="ofd_id.company_id", store=True)
    state = fields.Selection(STATES, required=True, readonly=True, default=Breaker.CLOSED.value)
    failures = fields.Integer(
        string="Failures in a row", required=True, readonly=True, default=0, aggregator=None
    )
    reopened = fields.Integer(
        string="Failed probes", required=True, readonly=True, default=0, aggregator=None
    )
    version = fields.Integer(required=True, readonly=True, default=0, aggregator=None)
    changed_at = fields.Datetime(string="So since", readonly=True)
    next_probe_at = fields.Datetime(string="Next probe", readonly=True)
    probe_until = fields.Datetime(string="A probe is under way until", readonly=True)
    probing_till = fields.Integer(
        string="Till whose document is the probe", readonly=True, aggregator=None
    )
    last_call = fields.Selection(
        [
            ("well", "Answered"),
            ("error", "Answered with an error"),
            ("silent", "Did not answer"),
        ],
        required=True,
        readonly=True,
        default="well",
    )

    _one_row = models.UniqueIndex("(ofd_id)")

    def _circuit(self):
        return Circuit(Breaker(self.state), self.failures, self.reopened)

    def _is_shut(self):
        """Whether no probe is due yet; whether one is under way, the gate knows."""
        now = fields.Datetime.now()
        return self.state == Breaker.OPEN and now < self.next_probe_at <= now + LONGEST_RECOVERY

    def _lock(self):
        """Let no other process change the row until this step is committed; read it anew."""
        self.ensure_one()
        self.env.cr.execute(SQL("SELECT FROM fiscal_ofd_breaker WHERE id = %s FOR UPDATE", self.id))
        self.invalidate_recordset()

    def _after_call(self, admission, verdict):
        """Learn how an admitted call went.

        :param admission: ``kkt.flow.gate.Admission``
        :param verdict: ``kkt.ofd.answers.Verdict``
        """
        self._lock()
        well = is_well(verdict)
        self.last_call = "well" if well else "silent" if verdict.silent else "error"
        # The breaker has moved since: this call tells nothing about its state now. And what keeps
        # us from sending at all has a pause of its own.
        is_late = admission.version != self.version
        if is_late or (verdict.outcome is Outcome.ENDPOINT and not admission.is_probe):
            return
        settings = self.env["res.config.settings"]._fiscal_settings()
        self._become(
            after_call(self._circuit(), well=well, threshold=settings["circuit_breaker_threshold"]),
            timedelta(seconds=settings["circuit_breaker_recovery"]),
        )

    def _become(self, circuit, first):
        """Keep a new state; a change is told in the endpoint's history.

        :param circuit: ``kkt.flow.gate.Circuit``
        :param first: ``timedelta`` to the first probe
        """
        if circuit == self._circuit():
            return
        was, values = self.state, asdict(circuit)
        if circuit.state == was:
            self.write(values)
            return
        now = self._now()
        probe = now + circuit.recovery(first) if circuit.state is Breaker.OPEN else False
        since = self.changed_at if circuit.reopened else now
        self.write(
            {
                **values,
                "version": self.version + 1,
                "changed_at": since,
                "next_probe_at": probe,
                "probe_until": False,
            }
        )
        _logger.info("Breaker of endpoint %r: %r -> %r", self.ofd_id.id, was, self.state)
        self._tell()
        if circuit.state is Breaker.CLOSED:
            self.ofd_id._send_waiting_now()

    @api.model
    def _now(self):
        """By the clock that also decides whether a probe is due."""
        self.env.cr.execute("SELECT date_trunc('second', clock_timestamp() AT TIME ZONE 'UTC')")
        return self.env.cr.fetchone()[0]

    def _tell(self):
        """Write into the endpoint's history what its breaker has become."""
        env = self.with_context(lang=self.company_id.partner_id.lang).env
        if self.state == Breaker.CLOSED:
            told = env._("The OFD takes documents again.")
        else:
            told = env._(
                "%(count)s calls in a row have failed. The next attempt is in %(seconds)s s.",
                count=self.failures,
                seconds=(self.next_probe_at - self._now()).seconds,
            )
        self.ofd_id._message_log(body=told)

    def _presence_changed(self, was):
        env = self.with_context(lang=self.company_id.partner_id.lang).env
        if self.presence == Presence.OFFLINE:
            told = env._("The OFD cannot be reached.")
        elif was is Presence.OFFLINE:
            told = env._("The OFD can be reached again.")
        else:
            return
        self.ofd_id._message_log(body=told)

    def _reset(self):
        """Close the breaker by hand, whatever it has seen."""
        self._lock()
        self._become(Circuit(), timedelta())

    def _probe_now(self):
        """Let the next call through, as a probe if the breaker is open."""
        self._lock()
        if self.state != Breaker.CLOSED:
            self.write({"next_probe_at": self._now(), "probe_until": False})
