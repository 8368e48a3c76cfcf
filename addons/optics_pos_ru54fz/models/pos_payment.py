from odoo import api, models

FROZEN_FIELDS = frozenset(
    {
        "pos_order_id",
        "company_id",
        "session_id",
        "payment_date",
        "amount",
        "payment_method_id",
        "is_change",
    }
)
"""What a receipt says of a payment."""


class PosPayment(models.Model):
    _inherit = "pos.payment"

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        payments.pos_order_id._check_receipt_not_begun()
        return payments

    def write(self, vals):
        if not FROZEN_FIELDS.isdisjoint(vals):
            self.pos_order_id._check_receipt_not_begun()
        result = super().write(vals)
        if "pos_order_id" in vals:
            self.pos_order_id._check_receipt_not_begun()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_receipt(self):
        self.pos_order_id._check_receipt_not_begun()
