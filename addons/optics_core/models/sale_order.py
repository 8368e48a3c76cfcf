from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _timeline_summary(self):
        """Say what it is in a line of the patient's timeline."""
        states = dict(self._fields["state"]._description_selection(self.env))
        return f"{self.name}, {states[self.state]}"
