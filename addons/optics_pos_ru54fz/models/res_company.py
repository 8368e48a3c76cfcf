from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    fiscal_count_drawer = fields.Boolean(
        string="Tell the till of the cash counted",
        default=True,
        help="What a cashier counts at opening, less what the till believes to be in its drawer, is"
        " registered as cash in or out: a till gives out no more cash than it knows of",
    )
