from odoo import models


class KktDevice(models.Model):
    _inherit = "kkt.device"

    def _presence_changed(self, was):
        told = super()._presence_changed(was)
        for config in self.env["pos.config"].sudo().search([("kkt_device_id", "=", self.id)]):
            # A hint to ask; the channel is protected by its name alone.
            config._notify("FISCAL_TILL", {})
        return told
