from odoo import api, models

from .product_product_power import KINDS_WITH_POWERS


class ProductSupplierinfo(models.Model):
    _inherit = "product.supplierinfo"

    @api.depends("product_tmpl_id.optics_kind")
    def _compute_product_id(self):
        """Let the price of a design hold for its powers: Odoo would tie it to the only variant."""
        result = super()._compute_product_id()
        for price in self.filtered(lambda each: not each.product_id.optics_is_power):
            if price.product_tmpl_id.optics_kind in KINDS_WITH_POWERS:
                price.product_id = False
        return result
