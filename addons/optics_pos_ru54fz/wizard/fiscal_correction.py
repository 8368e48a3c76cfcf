from odoo import fields, models
from odoo.exceptions import UserError


class FiscalCorrection(models.TransientModel):
    """A correction of an order that was paid without a receipt: filled from it, and tied to it."""

    _inherit = "fiscal.correction"

    pos_order_id = fields.Many2one(
        "pos.order", string="Order without a receipt", readonly=True, check_company=True
    )
    pos_order_problem = fields.Text(
        readonly=True, help="Why the lines could not be taken from the order"
    )

    def _further_presets(self, values):
        presets = super()._further_presets(values)
        order = self.env["pos.order"].browse(values.get("pos_order_id"))
        return presets | self._presets_of_order(order) if order else presets

    def _presets_of_order(self, order):
        """Return what the order says, as values of this wizard."""
        till = order._till_to_answer()
        presets = {
            "kind": "settlement",
            "device_id": till.id,
            "correction_type": "0",
            "settled_on": till._local_date(order.date_order),
            "reason": self.env._("Order %s was paid without a receipt", order.pos_reference)[:128],
        }
        try:
            built = order._built_receipt()
        except UserError as error:
            return presets | {"pos_order_problem": str(error)}
        return presets | self._settlement_presets(built.receipt)

    def _further_columns(self, right):
        """Tie the rows to the order; to its lines too, while they are what is printed."""
        columns = super()._further_columns(right)
        order = self.pos_order_id
        if not order:
            return columns
        columns |= {
            "pos_order_id": order.id,
            "pos_session_id": order.session_id.id,
            "pos_config_id": order.config_id.id,
        }
        try:
            built = order._built_receipt()
        except UserError:
            return columns
        return columns | built.columns if built.receipt.items == right.items else columns

    def action_print(self):
        if self.pos_order_id:
            self.pos_order_id._check_may_answer()
        return super().action_print()
