from odoo import api, models


class KktMonitor(models.AbstractModel):
    _inherit = "kkt.monitor"

    @api.model
    def _further_components(self, devices):
        """Tell of money without a receipt in the companies of these tills."""
        unsigned = (
            self.env["pos.order"]
            .sudo()
            .search_count(self.env["pos.order"]._unsigned_of(devices.company_id))
        )
        return {
            **super()._further_components(devices),
            "sales": {"status": "degraded" if unsigned else "healthy", "unsigned": unsigned},
        }
