from odoo import api, models

FISCAL = ("optics_kkt_driver", "optics_ofd_mock")
"""Addons whose tables are tills and what they have signed, or another party's part played."""


class OpticsErasureSweep(models.AbstractModel):
    _inherit = "optics.erasure.sweep"

    @api.model
    def _untouched_tables(self):
        fiscal = {
            model._table
            for model in self.env.values()
            if model._original_module in FISCAL and not model._abstract
        }
        return super()._untouched_tables() | fiscal
