from odoo import api, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model
    def _load_pos_data_domain(self, data, config):
        """Leave out the powers of lenses: the till sells a design, whose face stands for them."""
        return [*super()._load_pos_data_domain(data, config), ("optics_is_power", "=", False)]
