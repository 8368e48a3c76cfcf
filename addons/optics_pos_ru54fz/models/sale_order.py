from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _fiscal_paid_elsewhere(self):
        """Return what is invoiced or was paid online, without a receipt of ours.

        Orders of the point of sale that are invoiced have invoices of their own, whose lines do not
        name the sale order.
        """
        self.ensure_one()
        invoices = self.order_line.invoice_lines.move_id.filtered(
            lambda invoice: invoice.state in ("draft", "posted")
        )
        return self.amount_paid + sum(
            -invoice.amount_total if invoice.move_type == "out_refund" else invoice.amount_total
            for invoice in invoices
        )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _prepare_qty_delivered(self):
        """Never take a down payment for delivered.

        Odoo counts it so while the order that settles it is a draft, which it is here until its
        receipt is signed, and does not take it back: the next settlement would bring it once more.
        """
        quantities = super()._prepare_qty_delivered()
        for line in self.filtered("is_downpayment"):
            if line.sudo().pos_order_line_ids.order_id._on_till():
                quantities[line] = 0.0
        return quantities
