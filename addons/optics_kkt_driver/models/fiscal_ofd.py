import os
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import config

from ..kkt.clock import SystemClock
from ..kkt.flow.deliver import RetryPolicy, deliver
from ..kkt.ofd.answers import Outcome, Verdict, one_line
from ..kkt.ofd.endpoint import BadSetting, check_address, check_proxy, check_token
from ..kkt.ofd.http import HttpTransport
from ..kkt.ofd.memory import MemoryTransport
from ..kkt.virtual.ofd import MemoryOfdStore, OfdEmulator
from ..lane.one_of_many import one_of_many
from ..lane.outbox import DeviceOutbox
from ..settings import may_be_inside
from .fiscal_document_delivery import UNDELIVERED
from .fiscal_words import words_of_endpoint

MEMORY_OFD = OfdEmulator(MemoryOfdStore())
"""The operator of tills with delivery `memory`: forgets everything with its process."""
BATCH_SECONDS = 10.0
"""One run of the job sends for so long at most: it must not hold a cron worker."""
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
    paused_until = fields.Datetime(
        string="Stopped until",
        readonly=True,
        copy=False,
        help="Nothing is sent before: the endpoint refused us",
    )
    pause_reason = fields.Char(readonly=True, copy=False)
    pause_answer = fields.Char(
        string="What the OFD answered", readonly=True, copy=False, groups="base.group_system"
    )

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

    def write(self, vals):
        moved = self.filtered(lambda ofd: "url" in vals and ofd.url != vals["url"])
        result = super().write(vals)
        if "token" not in vals:
            # It was given for the old address, and who changes the address need not know it.
            moved.sudo().token = False
        if "company_id" in vals:
            # Also in the company that they belong to now, and none of its tills is left behind.
            self.check_access("write")
            tills = self.sudo().with_context(active_test=False).device_ids
            tills._check_company(["ofd_id"])
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
        )

    @api.model
    def _transport_of(self, device):
        """Return the way by which a till's documents go."""
        if device.delivery == "memory":
            return MemoryTransport(MEMORY_OFD)
        return device.ofd_id._transport()

    def action_resume(self):
        """Send again at once, after somebody mended the credentials."""
        self.check_access("write")
        self.sudo().write({"paused_until": False, "pause_reason": False, "pause_answer": False})
        self.env.ref("optics_kkt_driver.cron_deliver").sudo()._trigger()

    def _endpoint_at_fault(self, verdict):
        """Leave this endpoint alone for a while and call people.

        :param verdict: ``kkt.ofd.answers.Verdict``
        """
        self.ensure_one()
        reason = verdict.reason
        self.write(
            {
                "paused_until": fields.Datetime.now() + ENDPOINT_PAUSE,
                "pause_reason": reason,
                "pause_answer": verdict.answer,
            }
        )
        if not self.activity_ids:
            self.env["kkt.device"]._call_managers(
                self, lambda env: (env._("Nothing is sent to the OFD: %s", reason), False)
            )

    # Job --------------------------------------------------------------------------------------

    @api.model
    def _cron_deliver(self):
        """Send every drive's undelivered documents, each drive by one sender at a time."""
        devices = self._due_devices()
        self.env["ir.cron"]._commit_progress(remaining=len(devices))
        for device in devices:
            one_of_many(
                f"Sending the documents of till {device.id}",
                partial(self._deliver, device),
                partial(self._note_failure, device),
                told=BadSetting,
            )
            if not self.env["ir.cron"]._commit_progress(1):
                return

    @api.model
    def _due_devices(self):
        now = fields.Datetime.now()
        rows = self.env["fiscal.document"]._read_group(
            [
                *UNDELIVERED,
                "|",
                ("next_attempt_at", "=", False),
                ("next_attempt_at", "<=", now),
                "|",
                ("device_id.delivery", "=", "memory"),
                "&",
                ("device_id.ofd_id", "!=", False),
                "|",
                ("device_id.ofd_id.paused_until", "=", False),
                ("device_id.ofd_id.paused_until", "<=", now),
            ],
            ["device_id"],
        )
        return [device for (device,) in rows]

    @api.model
    def _note_failure(self, device, error):
        """Have the endpoint's record say why nothing is sent; health and the buffer tell of it.

        It forgets by itself: it is tried again after a while.
        """
        if error is None:
            return
        reason, detail = type(error).__name__, str(error)
        if isinstance(error, BadSetting):
            readers = self.with_context(lang=device.company_id.partner_id.lang)
            reason, detail = words_of_endpoint(readers.env, error), ""
        verdict = Verdict(Outcome.ENDPOINT, reason, one_line(detail))
        DeviceOutbox(self.env.registry, device.id).endpoint_at_fault(verdict)

    @api.model
    def _deliver(self, device):
        """Send what is due of one till; nothing when another process is at it."""
        with self.env.cr.savepoint(flush=False):
            return self._send_what_is_due(device)

    @api.model
    def _send_what_is_due(self, device):
        settings = self.env["res.config.settings"]._fiscal_settings()
        policy = RetryPolicy(settings["ofd_retry_base"], settings["ofd_retry_cap"])
        outbox = DeviceOutbox(self.env.registry, device.id)
        clock = SystemClock()
        stop_at = clock.now() + timedelta(seconds=BATCH_SECONDS)
        with self._transport_of(device) as transport, outbox.held() as is_ours:
            if not is_ours:
                return False
            return deliver(outbox, transport, clock, policy, stop_at=stop_at)
