from odoo import models

from odoo.addons.account.models.ir_module import templ

from .account_chart_template import CHART

ADDON = "optics_kkt_driver"


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    def _compute_account_templates(self):
        """Offer our chart of accounts; Odoo looks only into addons of its localization category."""
        result = super()._compute_account_templates()
        for module in self.filtered(lambda each: each.name == ADDON):
            module.account_templates = {
                CHART: templ(
                    self.env,
                    CHART,
                    name=self.env._("Optical shop"),
                    country="ru",
                    parent=None,
                    sequence=1,
                    visible=True,
                    installed=module.state == "installed",
                    module=ADDON,
                )
            }
        return result
