from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import config

from ..kkt.clock import SystemClock
from ..kkt.flow.deliver import RetryPolicy, deliver
from ..kkt.ofd.http import HttpTransport
from ..kkt.ofd.memory import MemoryTransport
from ..kkt.virtual.ofd import MemoryOfdStore, OfdEmulator
from ..lane.outbox import DeviceOutbox
from .fiscal_document_delivery import UNDELIVERED

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
        " of this server: the emulator's, in development",
    )
    token = fields.Char(
        groups="base.group_system", copy=False, help="Bearer token; only administrators see it"
    )
    device_ids = fields.One2many("kkt.device", "ofd_id", string="Tills", readonly=True)
    paused_until = fields.Datetime(
        string="Stopped until",
        readonly=True,
        copy=False,
        help="Nothing is sent before: the endpoint refused us",
    )
    pause_reason = fields.Char(readonly=True, copy=False)

    @api.constrains("url")
    def _check_url(self):
        for ofd in self:
            try:
                HttpTransport(ofd._address()).close()
            except ValueError as error:
                raise ValidationError(self.env._("Address: %s", error)) from error

    def _address(self):
        """Return the address in full; this server is asked on the port that it listens on."""
        self.ensure_one()
        if not self.url.startswith("/"):
            return self.url
        return f"http://127.0.0.1:{config['http_port']}{self.url}"

    def _transport(self):
        self.ensure_one()
        settings = self.env["res.config.settings"]._fiscal_settings()
        return HttpTransport(
            self._address(),
            token=self.sudo().token or "",
            connect_timeout=settings["ofd_connect_timeout"],
            read_timeout=settings["ofd_read_timeout"],
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
        self.write({"paused_until": False, "pause_reason": False})
        self.env.ref("optics_kkt_driver.cron_deliver").sudo()._trigger()

    def _endpoint_at_fault(self, reason):
        self.ensure_one()
        self.write(
            {
                "paused_until": fields.Datetime.now() + ENDPOINT_PAUSE,
                "pause_reason": reason,
            }
        )
        if not self.activity_ids:
            self.env["kkt.device"]._call_managers(
                self, lambda env: (env._("The OFD refuses us: %s", reason), False)
            )

    # Job --------------------------------------------------------------------------------------

    @api.model
    def _cron_deliver(self):
        """Send every drive's undelivered documents, each drive by one sender at a time."""
        devices = self._due_devices()
        self.env["ir.cron"]._commit_progress(remaining=len(devices))
        for device in devices:
            self._deliver(device)
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
    def _deliver(self, device):
        """Send what is due of one till; nothing when another process is at it."""
        settings = self.env["res.config.settings"]._fiscal_settings()
        policy = RetryPolicy(settings["ofd_retry_base"], settings["ofd_retry_cap"])
        outbox = DeviceOutbox(self.env.registry, device.id)
        clock = SystemClock()
        stop_at = clock.now() + timedelta(seconds=BATCH_SECONDS)
        with self._transport_of(device) as transport, outbox.held() as is_ours:
            if not is_ours:
                return 0
            return deliver(outbox, transport, clock, policy, stop_at=stop_at)
