from datetime import timedelta

from odoo import api, fields, models

from ..kkt.flow.deliver import RetryPolicy
from ..kkt.flow.gate import OpenGate
from ..kkt.flow.states import State
from ..kkt.ofd.answers import Outcome, Verdict, one_line
from ..kkt.ofd.endpoint import BadSetting
from ..kkt.ofd.memory import MemoryTransport
from ..kkt.virtual.ofd import MemoryOfdStore, OfdEmulator
from ..lane.cursor import ADVISORY_OUTBOX, is_any_held
from ..lane.gate import EndpointGate
from ..lane.outbox import DeviceOutbox
from ..lane.sender import send_side_by_side
from .fiscal_document_delivery import UNDELIVERED, is_due
from .fiscal_words import words_of_endpoint

MEMORY_OFD = OfdEmulator(MemoryOfdStore())
"""The operator of tills with delivery `memory`: forgets everything with its process."""
LEASE_MARGIN = 5.0
"""Seconds that a probe keeps its turn beyond the time that its call can last."""


class FiscalOfd(models.Model):
    """The job that sends."""

    # One file a concern.
    _inherit = "fiscal.ofd"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _cron_deliver(self):
        """Send every drive's undelivered documents (see ``lane/sender.py``)."""
        ways = {}
        for device in self._due_devices():
            way = (device.delivery, device.delivery == "http" and device.ofd_id.id)
            ways.setdefault(way, []).append(device.id)
        send_side_by_side(self.env.registry, ways)

    @api.model
    def _due_devices(self):
        """Return the tills with something to send now, those of shut endpoints left out."""
        rows = self.env["fiscal.document"]._read_group(
            [
                *UNDELIVERED,
                *is_due(fields.Datetime.now()),
            ],
            ["device_id"],
        )
        return [device for (device,) in rows if device._may_send()]

    @api.model
    def _way_of(self, device):
        """Return transport, gate and patience for a till's documents.

        :raises BadSetting: what was entered of its endpoint cannot be used
        """
        settings = self.env["res.config.settings"]._fiscal_settings()
        policy = RetryPolicy(
            settings["ofd_retry_base"], settings["ofd_retry_cap"], settings["ofd_max_attempts"]
        )
        if device.delivery == "memory":
            return MemoryTransport(MEMORY_OFD), OpenGate(), policy
        seconds = settings["ofd_connect_timeout"] + settings["ofd_read_timeout"] + LEASE_MARGIN
        gate = EndpointGate(
            self.env.registry, device.ofd_id.id, device.id, timedelta(seconds=seconds)
        )
        return device.ofd_id._transport(), gate, policy

    @api.model
    def _note_failure(self, device, error):
        """Have the endpoint's record say why nothing is sent; health and the buffer tell of it.

        It forgets by itself: it is tried again after a while.
        """
        reason, detail = type(error).__name__, str(error)
        if isinstance(error, BadSetting):
            readers = self.with_context(lang=device.company_id.partner_id.lang)
            reason, detail = words_of_endpoint(readers.env, error), ""
        verdict = Verdict(Outcome.ENDPOINT, reason, one_line(detail))
        DeviceOutbox(self.env.registry, device.id).endpoint_at_fault(verdict)

    def _send_waiting_now(self):
        """Let whatever waits for these endpoints have its turn, used-up attempts forgiven."""
        tills = self._tills()
        self._take_up_exhausted(tills)
        self._send_now(tills)

    @api.model
    def _send_now(self, devices):
        """Let whatever these tills have signed have its turn, a breaker's probe included."""
        waiting = self.env["fiscal.document"].search(
            [("device_id", "in", devices.ids), *UNDELIVERED, ("next_attempt_at", "!=", False)]
        )
        waiting.next_attempt_at = False
        for ofd in devices.filtered(lambda device: device.delivery == "http").ofd_id:
            ofd._breaker()._probe_now()
        self._ring_the_sender()

    @api.model
    def _is_sending(self, devices):
        """Tell whether some process sends the documents of one of these tills now."""
        return is_any_held(self.env.cr, ADVISORY_OUTBOX, devices.ids)

    @api.model
    def _take_up_exhausted(self, devices):
        """Send anew what was given up only because the endpoint of these tills did not take it."""
        given_up = self.env["fiscal.document"].search(
            [
                ("device_id", "in", devices.ids),
                ("state", "=", State.DEAD),
                ("dead_reason", "=", "exhausted"),
            ]
        )
        for document in given_up:
            document._resend("the OFD takes documents again")

    @api.model
    def _ring_the_sender(self):
        """Have the job run at once."""
        self.env.ref("optics_kkt_driver.cron_deliver").sudo()._trigger()
