from odoo import api, models

from odoo.addons.optics_kkt_driver.wizard.fiscal_setup_step import Step, some_names


class FiscalSetupStep(models.TransientModel):
    _inherit = "fiscal.setup.step"

    @api.model
    def _further_steps(self):
        return {**super()._further_steps(), "point_of_sale": self._step_point_of_sale}

    @api.model
    def _sold_products(self):
        """Leave out what stands for a prepayment or a tip: nobody sells that as it is."""
        configs = self._points_of_sale()
        stand_ins = configs.down_payment_product_id | configs.tip_product_id
        for name in ("point_of_sale.product_product_tip", "pos_sale.default_downpayment_product"):
            stand_ins |= self.env.ref(name, raise_if_not_found=False) or stand_ins
        return [*super()._sold_products(), ("id", "not in", stand_ins.product_tmpl_id.ids)]

    def _points_of_sale(self):
        # Whoever sets tills up need not have a right at the point of sale.
        configs = self.env["pos.config"].sudo()
        return configs.search([("company_id", "=", self.env.company.id)])

    def _step_point_of_sale(self):
        configs = self._points_of_sale()
        without = configs.filtered(lambda config: not config.kkt_device_id)
        if not configs:
            state, words = "to_do", self.env._("There is no point of sale.")
        elif without:
            # One may be meant so: a point of sale without a till sells as plain Odoo does.
            state = "to_do" if without == configs else "unknown"
            words = self.env._(
                "%(count)s of %(all)s have no till and sell without fiscal receipts: %(names)s",
                count=len(without),
                all=len(configs),
                names=some_names(without),
            )
        else:
            state, words = "done", self.env._("Each point of sale has a till.")
        action = self.env["ir.actions.actions"]._for_xml_id("point_of_sale.action_pos_config_tree")
        return Step(self.env._("Point of sale has a till"), state, words, action)
