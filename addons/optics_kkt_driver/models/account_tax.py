from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

from ..kkt.fiscal.vocabulary import Nds

NDS_RATES = [
    ("11", "VAT 22%"),
    ("2", "VAT 10%"),
    ("5", "VAT 0%"),
    ("6", "No VAT"),
    ("7", "VAT 5% (simplified tax system)"),
    ("8", "VAT 7% (simplified tax system)"),
    ("12", "VAT 22/122 (advances)"),
    ("4", "VAT 10/110 (advances)"),
    ("9", "VAT 5/105 (advances)"),
    ("10", "VAT 7/107 (advances)"),
    ("1", "VAT 20% (supplies before 2026)"),
    ("3", "VAT 20/120 (advances before 2026)"),
]


class AccountTax(models.Model):
    _inherit = "account.tax"

    nds = fields.Selection(
        NDS_RATES,
        string="VAT on receipts",
        tracking=True,
        help="Rate code of the receipt's line (tag 1199). A product that is sold at a till needs a"
        " sale tax with it.",
    )

    @api.constrains("nds", "type_tax_use", "amount_type", "amount")
    def _check_nds(self):
        """Keep the ledger's VAT and the receipt's the same: one rate, and of sales only."""
        for tax in self.filtered("nds"):
            rate = Nds(int(tax.nds)).rate
            if tax.type_tax_use != "sale":
                raise ValidationError(
                    self.env._(
                        "%s: only a tax on sales has a rate on receipts. Empty “VAT on receipts”"
                        " or make it a sale tax.",
                        tax.name,
                    )
                )
            if tax.amount_type != "percent" or float_compare(tax.amount, rate, 4):
                raise ValidationError(
                    self.env._(
                        "%(tax)s: the receipt would say %(rate)s%% VAT, the tax says otherwise. Set"
                        " the computation to a percentage and the amount to %(rate)s, or choose"
                        " another “VAT on receipts”.",
                        tax=tax.name,
                        rate=rate,
                    )
                )
