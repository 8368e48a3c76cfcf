from odoo import api, models


class KktOverview(models.AbstractModel):
    _inherit = "kkt.overview"

    @api.model
    def _further_advice(self, devices):
        """Tell whoever may see orders of money without a receipt."""
        advice = super()._further_advice(devices)
        orders = self.env["pos.order"]
        domain = orders._unsigned_of(devices.company_id)
        if orders.has_access("read") and (count := orders.search_count(domain)):
            text = self.env._("Orders paid without a receipt: %s. Correct each, or decide.", count)
            action = {
                "type": "ir.actions.act_window",
                "name": self.env._("Paid without a receipt"),
                "res_model": "pos.order",
                "views": [[False, "list"], [False, "form"]],
                "domain": domain,
            }
            advice = [*advice, {"level": "danger", "text": text, "action": action}]
        return advice
