from odoo import api, models

from odoo.addons.optics_kkt_driver.models.kkt_metrics import gauge, of_till


class KktMetrics(models.AbstractModel):
    _inherit = "kkt.metrics"

    @api.model
    def _parts(self):
        return [*super()._parts(), self._points_of_sale]

    @api.model
    def _points_of_sale(self, seen):
        """Who would sell at a till: a silent one matters while somebody does."""
        sessions = self.env["pos.session"].sudo()
        running = dict(
            sessions._read_group(
                [
                    ("config_id.kkt_device_id", "in", seen.devices.ids),
                    ("state", "not in", ("closed", "opening_control")),
                ],
                ["config_id"],
                ["__count"],
            )
        )
        counts = dict.fromkeys(seen.devices.filtered("active"), 0)
        for config, count in running.items():
            counts[config.kkt_device_id] = counts.get(config.kkt_device_id, 0) + count
        yield gauge(
            "optics_pos_sessions_open",
            "Sessions of points of sale that sell at a till",
            ((of_till(device), count) for device, count in counts.items()),
        )
