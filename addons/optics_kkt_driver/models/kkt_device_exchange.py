import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..kkt.flow.errors import LaneStopped
from .fiscal_document import UNDELIVERED
from .kkt_device import REAL_DRIVERS

_logger = logging.getLogger(__name__)

EXCHANGE_BATCH = 100
"""Rows that one look at a till marks as delivered; a cashier may wait for the lane meanwhile."""
EXCHANGE_SLOW = timedelta(hours=1)
"""A till that sends by itself and has waited for the OFD so long is worth a look."""
EXCHANGE_CUT = timedelta(days=1)
"""After so long the way from the till to the OFD counts as cut."""


class KktDevice(models.Model):
    """Delivery by the till itself (`device`): its drive tells how far it has come."""

    _inherit = "kkt.device"

    delivery_warning = fields.Char(compute="_compute_delivery_warning")

    @api.depends("driver", "delivery")
    def _compute_delivery_warning(self):
        for device in self:
            device.delivery_warning = (
                device.driver in REAL_DRIVERS
                and device.delivery == "http"
                and self.env._(
                    "A real till sends its documents by itself. Let us send them only for a till"
                    " in a cloud that has no exchange of its own, or the OFD gets each one twice."
                )
            )

    @api.model
    def _delivery_for(self, driver):
        """The delivery that a new till of this driver begins with."""
        if driver in REAL_DRIVERS:
            return "device"
        return self.env["res.config.settings"]._fiscal_delivery()

    @api.onchange("driver")
    def _onchange_driver(self):
        self.delivery = self._delivery_for(self.driver)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("driver"):
                vals.setdefault("delivery", self._delivery_for(vals["driver"]))
        return super().create(vals_list)

    @api.constrains("driver", "delivery")
    def _check_delivery(self):
        for device in self:
            if device.driver == "virtual" and device.delivery == "device":
                raise ValidationError(
                    self.env._(
                        "Delivery: a virtual till has no way to the OFD of its own; let us send its"
                        " documents."
                    )
                )
            if device.driver in REAL_DRIVERS and device.delivery == "memory":
                raise ValidationError(
                    self.env._(
                        "Delivery: documents of a real till are no trial; the emulator in this"
                        " process is for virtual tills."
                    )
                )

    # What the till tells (under the lane's lock) ------------------------------------------------

    def _saw_exchange(self, status):
        """Mark what the OFD has got of the drive that answers, as far as the till sends by itself.

        Rows of another drive stay as they are: this one knows nothing of them.

        :param status: ``kkt.drivers.contract.DeviceStatus``
        """
        if self.delivery != "device":
            return
        # A till that has a queue and does not say where it begins is not guessed at.
        first = status.undelivered_first_fd if status.undelivered else status.last_fd + 1
        rows = self.env["fiscal.document"].search(
            [
                ("device_id", "=", self.id),
                ("fn_number", "=", status.fn_number),
                ("fd_number", "<", first),
                *UNDELIVERED,
            ],
            order="fd_number",
            limit=EXCHANGE_BATCH,
        )
        for row in rows:
            row._delivered("the till's own exchange")

    # Looking (see fiscal_ofd._cron_deliver) -----------------------------------------------------

    @api.model
    def _due_exchanges(self):
        """Tills whose drive may have sent something since they were last asked."""
        waiting = self.env["fiscal.document"]._read_group(
            [*UNDELIVERED, ("device_id.delivery", "=", "device")], ["device_id", "fn_number"]
        )
        interval = self.env["res.config.settings"]._fiscal_setting("sync_interval")
        asked_before = fields.Datetime.now() - timedelta(seconds=interval)
        return [
            device
            for device, fn_number in waiting
            if fn_number == device._lane().fn_number
            and (device._status().asked_at or asked_before) <= asked_before
        ]

    def _look_at_exchange(self):
        """Ask the till how far it is, unless somebody works with it: then next time."""
        try:
            self._refresh_status(wait=0.0)
        except LaneStopped as stop:
            _logger.info("Lane of till %s stopped: %s", self.id, stop)

    # How the way to the OFD is --------------------------------------------------------------------

    def _exchange_age(self):
        """How long the drive has waited for the OFD; nothing when it does not wait."""
        status = self._status()
        if not status.undelivered or not status.undelivered_since:
            return timedelta(0)
        return fields.Datetime.now() - status.undelivered_since

    def _sent_by_us(self):
        return self.filtered(lambda device: device.delivery != "device")

    def _network_status(self, oldest):
        by_us = self._sent_by_us()
        ours = super(KktDevice, by_us)._network_status(by_us._oldest_undelivered())
        waits = max((device._exchange_age() for device in self - by_us), default=timedelta(0))
        if ours == "OFFLINE" or waits >= EXCHANGE_CUT:
            return "OFFLINE"
        return "DEGRADED" if waits >= EXCHANGE_SLOW else ours

    def _ofd_paused(self):
        return super(KktDevice, self._sent_by_us())._ofd_paused()

    def _oldest_waits_long(self):
        if self.delivery == "device":
            return self._exchange_age() >= EXCHANGE_SLOW
        return super()._oldest_waits_long()
