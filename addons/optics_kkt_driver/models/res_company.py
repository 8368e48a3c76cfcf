from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    fiscal_name = fields.Char(
        string="Name on receipts",
        help="Name of the user of tills as registered with the tax service (tag 1048), if it"
        " differs from the company's name",
    )

    def _fiscal_inn(self):
        """INN of the user of tills (tag 1018): the digits of the company's tax number."""
        self.ensure_one()
        return "".join(filter(str.isdigit, self.vat or ""))
