from odoo import fields, models
from odoo.exceptions import UserError


class PosOrderDecision(models.TransientModel):
    """An administrator's word that an order was paid without a receipt, and rightly so."""

    _name = "pos.order.decision"
    _description = "Decision about an order without a receipt"

    order_id = fields.Many2one("pos.order", required=True, readonly=True)
    reason = fields.Char(required=True, help="Goes into the order's history")

    def action_decide(self):
        self.ensure_one()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Reason: say why no receipt is needed."))
        self.order_id._decide_unsigned(reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
