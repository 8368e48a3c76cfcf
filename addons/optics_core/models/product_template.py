from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    optics_kind = fields.Selection(
        selection=[
            ("frame", "Frame"),
            ("lens", "Spectacle lens"),
            ("contact_lens", "Contact lens"),
            ("sunglasses", "Sunglasses"),
            ("care", "Care product"),
            ("service", "Service"),
        ],
        string="Optical kind",
        index="btree_not_null",
        tracking=True,
        help="What the product is in an optical shop. Corrective frames and lenses are exempt "
        "from VAT, sunglasses are not. Leave empty for goods that are not optical.",
    )
