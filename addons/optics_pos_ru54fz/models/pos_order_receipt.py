from odoo import api, fields, models

from odoo.addons.optics_kkt_driver.kkt.fiscal.money import from_kopecks

from ..receipt_builder import ReceiptBuilder
from ..receipt_print import receipt_print


class PosOrder(models.Model):
    """What stands on the receipt of an order, before and after it is signed."""

    _inherit = "pos.order"

    fiscal_receipt = fields.Json(
        compute="_compute_fiscal_receipt",
        compute_sudo=True,
        help="The signed receipt, laid out for printing",
    )

    @api.depends("fiscal_document_ids.state")
    def _compute_fiscal_receipt(self):
        for order in self:
            document = order._fiscal_receipt_document()
            order.fiscal_receipt = document.is_signed and receipt_print(
                document.signed_json, document.fpd, document.qr_text
            )

    def _fiscal_receipt_value(self):
        """Return the receipt of this order and the order line of each of its items.

        See :meth:`~..receipt_builder.ReceiptBuilder.build`.
        """
        self.ensure_one()
        return ReceiptBuilder(self.sudo()).build()

    def _fiscal_change(self):
        """Change to give back, in roubles. Raises UserError when the money does not suffice."""
        self.ensure_one()
        return float(from_kopecks(ReceiptBuilder(self.sudo()).change()))

    def _fiscal_cashier(self):
        """Who settles this order: the employee at the till, else the user."""
        self.ensure_one()
        person = self.employee_id or self.user_id
        return person._fiscal_cashier()
