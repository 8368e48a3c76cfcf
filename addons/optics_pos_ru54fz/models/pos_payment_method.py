from odoo import api, fields, models

PAYMENT_KINDS = [
    ("cash", "Cash"),
    ("ecash", "Non-cash (card, SBP)"),
    ("prepaid", "Earlier prepayment"),
    ("credit", "On credit"),
    ("provision", "Counter-provision"),
]


class PosPaymentMethod(models.Model):
    _inherit = "pos.payment.method"

    fiscal_payment_kind = fields.Selection(
        PAYMENT_KINDS,
        string="Kind of payment on receipts",
        compute="_compute_fiscal_payment_kind",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Tags 1031, 1081, 1215, 1216, 1217: follows the journal, unless set otherwise.",
    )

    @api.depends("journal_id.type")
    def _compute_fiscal_payment_kind(self):
        kinds = {"cash": "cash", "bank": "ecash"}
        for method in self:
            method.fiscal_payment_kind = kinds.get(method.journal_id.type, "credit")

    def _get_payment_method_type(self):
        """Say it in the reader's language: of Odoo's first choice its Russian knows nothing."""
        words = {"none": self.env._("Without a terminal of Odoo's")}
        return [
            (code, words.get(code, label)) for code, label in super()._get_payment_method_type()
        ]
