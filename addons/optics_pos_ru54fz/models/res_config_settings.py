from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pos_kkt_device_id = fields.Many2one(related="pos_config_id.kkt_device_id", readonly=False)
    fiscal_count_drawer = fields.Boolean(related="company_id.fiscal_count_drawer", readonly=False)
