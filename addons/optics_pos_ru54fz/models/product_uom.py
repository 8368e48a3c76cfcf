from odoo import api, models


class ProductUom(models.Model):
    _inherit = "product.uom"

    @api.model
    def _load_pos_data_domain(self, data, config):
        """Load the barcodes of what is loaded: those of powers would be tens of thousands."""
        loaded = [each["id"] for each in data["product.product"]]
        return [*super()._load_pos_data_domain(data, config), ("product_id", "in", loaded)]
