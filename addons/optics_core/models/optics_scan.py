from odoo import fields, models


class OpticsScan(models.Model):
    """A box that was scanned in a transfer.

    The count of a product is the sum of its scans: so a reload loses none, several people scan the
    same transfer, the last one can be taken back, and Odoo's own quantities stay what they are
    until the transfer is ready.
    """

    _name = "optics.scan"
    _description = "Scan of a transfer"
    _order = "id"
    _check_company_auto = True

    picking_id = fields.Many2one(
        "stock.picking",
        string="Transfer",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
        check_company=True,
    )
    company_id = fields.Many2one(related="picking_id.company_id", store=True)
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, check_company=True
    )
    quantity = fields.Float(
        digits="Product Unit", required=True, readonly=True, help="In the product's own unit"
    )
    lot_name = fields.Char(string="Lot or serial number", readonly=True)
    expiry_date = fields.Date(readonly=True, help="The last day of use, as the box tells it")
    barcode = fields.Char(required=True, readonly=True)
