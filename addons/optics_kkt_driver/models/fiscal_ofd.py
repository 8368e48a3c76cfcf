import os
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import config

from ..kkt.flow.gate import Breaker
from ..kkt.ofd.endpoint import BadSetting, check_address, check_proxy, check_token
from ..kkt.ofd.http import HttpTransport
from ..settings import is_development, may_be_inside
from .fiscal_document_delivery import OWED
from .fiscal_words import words_of_delivery, words_of_endpoint

ENDPOINT_PAUSE = timedelta(minutes=5)
"""How long an endpoint is left alone after it refused our credentials."""


class FiscalOfd(models.Model):
    """An operator of fiscal data, as an address to send documents to."""

    _name = "fiscal.ofd"
    _description = "Operator of fiscal data (OFD)"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, tracking=True
    )
    inn = fields.Char(string="INN", tracking=True, help="INN of the operator (tag 1017)")
    url = fields.Char(
        string="Address",
        required=True,
        tracking=True,
        help="Documents are posted to <address>/receipts. An address that begins with / is a route"
        " of this server: the emulator's, in development. Another address clears the token",
    )
    token = fields.Char(
        groups="base.group_system", copy=False, help="Bearer token; only administrators see it"
    )
    proxy = fields.Char(
        groups="base.group_system",
        copy=False,
        help="Address of an HTTP proxy, with its user and password if it asks for them; for an"
        " https address only. The proxy's own rules say where it leads",
    )
    device_ids = fields.One2many("kkt.device", "ofd_id", string="Tills", readonly=True)
    waiting_count = fields.Integer(string="Documents waiting", compute="_compute_waiting_count")
    stopped = fields.Boolean(
        string="Stopped by hand",
        readonly=True,
        copy=False,
        tracking=True,
        help="Nothing is sent until a person has it go on",
    )
    paused_until = fields.Datetime(
        string="Stopped until",
        readonly=True,
        copy=False,
        help="Nothing is sent before: the endpoint refused us",
    )
    pause_reason = fields.Char(readonly=True, copy=False)
    pause_text = fields.Char(string="Why stopped", compute="_compute_pause_text")
    pause_answer = fields.Char(
        string="What the OFD answered", readonly=True, copy=False, groups="base.group_system"
    )

    breaker_ids = fields.One2many("fiscal.ofd.breaker", "ofd_id", readonly=True)
    sending = fields.Selection(
        [
            ("sends", "Sends"),
            ("probes", "Tries with one document"),
            ("waits", "Waits after failures"),
            ("paused", "The OFD does not let us in"),
            ("stopped", "Paused by hand"),
        ],
        compute="_compute_breaker",
    )
    breaker_since = fields.Datetime(string="So since", compute="_compute_breaker")
    failures = fields.Integer(string="Failures in a row", compute="_compute_breaker")
    presence = fields.Selection(related="breaker_ids.presence", string="Heartbeat")
    presence_since = fields.Datetime(related="breaker_ids.presence_since", string="Heartbeat since")
    next_probe_at = fields.Datetime(string="Next attempt", compute="_compute_breaker")

    @api.depends(
        *("stopped", "paused_until", "breaker_ids.state", "breaker_ids.changed_at"),
        *("breaker_ids.failures", "breaker_ids.next_probe_at"),
    )
    def _compute_breaker(self):
        for ofd in self:
            breaker = ofd._breaker()
            ofd.sending = ofd._how_it_sends()
            ofd.breaker_since = breaker.changed_at
            ofd.failures = breaker.failures
            ofd.next_probe_at = breaker.next_probe_at

    @api.depends("pause_reason")
    @api.depends_context("lang")
    def _compute_pause_text(self):
        for ofd in self:
            ofd.pause_text = words_of_delivery(self.env, ofd.pause_reason)

    def _compute_waiting_count(self):
        for ofd in self:
            ofd.waiting_count = sum(ofd._tills().mapped("undelivered_count"))

    @api.constrains("url", "token", "proxy")
    def _check_endpoint(self):
        for ofd in self.sudo():
            address = ofd._address()
            # A copy of a database has the emulator's address wherever it is opened; whether
            # anything may be sent there is asked when it is.
            inside = may_be_inside if address == ofd.url else lambda host: True
            try:
                check_address(address, inside)
                check_token(ofd.token or "")
                check_proxy(ofd.proxy or "", address)
            except BadSetting as error:
                raise ValidationError(words_of_endpoint(self.env, error)) from error

    @api.model_create_multi
    def create(self, vals_list):
        endpoints = super().create(vals_list)
        self.env["fiscal.ofd.breaker"].sudo().create([{"ofd_id": ofd.id} for ofd in endpoints])
        return endpoints

    def write(self, vals):
        moved = self.filtered(lambda ofd: "url" in vals and ofd.url != vals["url"])
        result = super().write(vals)
        if "token" not in vals:
            # It was given for the old address, and who changes the address need not know it.
            moved.sudo().token = False
        if "company_id" in vals:
            # Also in the company that they belong to now, and none of its tills is left behind.
            self.check_access("write")
            self._tills()._check_company(["ofd_id"])
        return result

    def _address(self):
        """Return the address in full; this server is asked on the port that it listens on."""
        self.ensure_one()
        if not self.url.startswith("/"):
            return self.url
        return f"http://127.0.0.1:{config['http_port']}{self.url}"

    def _transport(self):
        """Return the way to this operator. Raises BadSetting: what was entered cannot be used."""
        self.ensure_one()
        settings = self.env["res.config.settings"]._fiscal_settings()
        secret = self.sudo()
        return HttpTransport(
            self._address(),
            token=secret.token or "",
            proxy=secret.proxy or "",
            connect_timeout=settings["ofd_connect_timeout"],
            read_timeout=settings["ofd_read_timeout"],
            # Authorities that the server's administrator trusts besides the usual ones.
            verify=os.environ.get("REQUESTS_CA_BUNDLE") or True,
            may_be_inside=may_be_inside,
            may_be_emulator=is_development(),
        )

    def _breaker(self):
        return self.sudo().breaker_ids

    def _tills(self):
        return self.sudo().with_context(active_test=False).device_ids

    def _how_it_sends(self):
        if self._is_paused():
            return "stopped" if self.stopped else "paused"
        words = {Breaker.CLOSED: "sends", Breaker.HALF_OPEN: "probes", Breaker.OPEN: "waits"}
        return words.get(self._breaker().state, "sends")

    def _network_status(self):
        """How the way to this operator is, by the words of the API (DESIGN §6)."""
        breaker = self._breaker()
        if self._is_paused() or breaker.state == Breaker.OPEN or breaker.last_call == "silent":
            return "OFFLINE"
        is_degraded = breaker.state == Breaker.HALF_OPEN or breaker.last_call == "error"
        return "DEGRADED" if is_degraded else "ONLINE"

    def _is_paused(self):
        """Whether a person, or what the endpoint said, keeps us from sending to it now."""
        self.ensure_one()
        paused_until = self.paused_until
        return self.stopped or bool(paused_until and paused_until > fields.Datetime.now())

    def _is_shut(self):
        """Whether a call would not be let through now (``lane/gate.py`` decides when one comes)."""
        return self._is_paused() or self._breaker()._is_shut()

    # Buttons ----------------------------------------------------------------------------------

    def action_try_now(self):
        """Send again at once, whatever was said before: after somebody mended something."""
        self.check_access("write")
        self.sudo().write(
            {
                "stopped": False,
                "paused_until": False,
                "pause_reason": False,
                "pause_answer": False,
            }
        )
        self.sudo()._send_waiting_now()

    def action_reset(self):
        """Forget the failures: send as if there had been none."""
        self.check_access("write")
        for ofd in self:
            ofd._breaker()._reset()
        self.sudo()._send_waiting_now()

    def action_stop(self):
        """Send nothing until a person has it go on."""
        self.check_access("write")
        self.sudo().stopped = True

    def action_waiting(self):
        """Show what this OFD has not acknowledged."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "optics_kkt_driver.fiscal_document_action"
        )
        return {**action, "domain": [("device_id", "in", self._tills().ids), *OWED]}

    # What the sender tells ----------------------------------------------------------------------

    def _endpoint_at_fault(self, verdict):
        """Leave this endpoint alone for a while and call people.

        :param verdict: ``kkt.ofd.answers.Verdict``
        """
        self.ensure_one()
        self.write(
            {
                "paused_until": fields.Datetime.now() + ENDPOINT_PAUSE,
                "pause_reason": verdict.reason,
                "pause_answer": verdict.answer,
            }
        )
        if not self.activity_ids:
            self.env["kkt.device"]._call_managers(
                self,
                lambda env: (
                    env._("Nothing is sent to the OFD: %s", self.with_env(env).pause_text),
                    False,
                ),
            )
