from odoo import api, models

SERVICE = "4"


class ProductTemplate(models.Model):
    _inherit = "product.template"

    @api.depends("optics_kind")
    def _compute_fiscal_product_type(self):
        """Preset tag 1212: an optician's service is one, whatever Odoo's type of the product."""
        services = self.filtered(lambda product: product.optics_kind == "service")
        services.fiscal_product_type = SERVICE
        return super(ProductTemplate, self - services)._compute_fiscal_product_type()
