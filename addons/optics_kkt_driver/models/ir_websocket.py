from odoo import models

CHANNEL = "optics_kkt_driver.tills"
"""What a page of the back office subscribes to that shows tills."""


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Give whoever asks for tills the channels of those that he may see."""
        if CHANNEL in channels:
            channels = [channel for channel in channels if channel != CHANNEL]
            if self.env.user.has_group("optics_kkt_driver.group_fiscal_user"):
                companies = self.env.user.company_ids
                channels += self.env["kkt.device"].search([("company_id", "in", companies.ids)])
        return super()._build_bus_channel_list(channels)
