from odoo import fields, models

from ..kkt.fiscal.rates import Rate20Policy

RATE_20_POLICIES = [
    (Rate20Policy.REPLACE.value, "Sign it at 22 % and warn"),
    (Rate20Policy.REFUSE.value, "Refuse it"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    fiscal_name = fields.Char(
        string="Name on receipts",
        help="Name of the user of tills as registered with the tax service (tag 1048), if it"
        " differs from the company's name",
    )
    fiscal_rate_20_orders = fields.Selection(
        RATE_20_POLICIES,
        string="20 % in orders",
        required=True,
        default=Rate20Policy.REFUSE.value,
        help="What becomes of a line at 20 % that is supplied in 2026 or later and was taxed by"
        " Odoo. If it is signed at 22 %, the ledger keeps 20 % and differs from the receipt.",
    )
    fiscal_prepayment_product_type = fields.Selection(
        [("own", "That of the goods"), ("payment", "Payment (10)")],
        string="Kind of item of a prepayment",
        required=True,
        default="own",
        help="Tag 1212 of a prepayment for known goods (1214 = 1 or 2). An advance is always a"
        " payment.",
    )
    fiscal_return_1192 = fields.Boolean(
        string="Name the sale's receipt in a return",
        help="Puts the FPD of the sale's receipt into tag 1192 of an ordinary return. The tag is"
        " meant for receipts that mend an error; switch it on only if your OFD asks for it.",
    )

    def _fiscal_inn(self):
        """INN of the user of tills (tag 1018): the digits of the company's tax number."""
        self.ensure_one()
        return "".join(filter(str.isdigit, self.vat or ""))
