from odoo import api, models

FROZEN_FIELDS = frozenset(
    {
        "order_id",
        "company_id",
        "product_id",
        "full_product_name",
        "qty",
        "price_unit",
        "discount",
        "tax_ids",
        "price_subtotal",
        "price_subtotal_incl",
        "refunded_orderline_id",
        "extra_tax_data",
    }
)
"""What a receipt says of a line; cost, delivery and notes may change after it."""


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.order_id._check_receipt_not_begun()
        return lines

    def write(self, vals):
        if not FROZEN_FIELDS.isdisjoint(vals):
            self.order_id._check_receipt_not_begun()
        result = super().write(vals)
        if "order_id" in vals:
            self.order_id._check_receipt_not_begun()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_receipt(self):
        self.order_id._check_receipt_not_begun()
