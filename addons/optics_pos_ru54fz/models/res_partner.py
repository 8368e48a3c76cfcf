from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _load_pos_data_fields(self, config):
        """Add what tells customers from colleagues and programs."""
        return [*super()._load_pos_data_fields(config), "partner_share"]

    @api.depends("country_id")
    def _compute_partner_vat_placeholder(self):
        """Say what an INN looks like: Odoo's "not applicable" is English only."""
        computed = super()._compute_partner_vat_placeholder()
        for partner in self:
            if partner.country_id.code in (False, "RU"):
                partner.partner_vat_placeholder = self.env._("10 or 12 digits")
        return computed
