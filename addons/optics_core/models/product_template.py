from odoo import api, fields, models

MEDICAL = ("frame", "lens", "contact_lens")
"""Kinds that are medical products and carry a registration certificate; sunglasses are none."""


class ProductTemplate(models.Model):
    """What a product is in an optical shop; its kinds' own data are in the files beside this."""

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
    optics_brand_id = fields.Many2one("optics.brand", string="Brand", index="btree_not_null")
    optics_service = fields.Selection(
        selection=[
            ("exam", "Examination of the eyes"),
            ("edging", "Edging"),
            ("assembly", "Assembly"),
            ("repair", "Repair"),
        ],
        string="Optical service",
        help="An examination under a medical licence is exempt from VAT, work on glasses is not",
    )
    optics_certificate_id = fields.Many2one(
        "optics.certificate",
        string="Registration certificate",
        index="btree_not_null",
        tracking=True,
        help="Of the medical product; the exemption from VAT rests on it",
    )
    optics_is_medical = fields.Boolean(
        string="Medical product", compute="_compute_optics_is_medical"
    )

    @api.depends("optics_kind")
    def _compute_optics_is_medical(self):
        for product in self:
            product.optics_is_medical = product.optics_kind in MEDICAL

    @api.onchange("optics_kind", "optics_service")
    def _onchange_optics_kind(self):
        self.update(self._optics_presets(self.optics_kind, self.optics_service))

    @api.model_create_multi
    def create(self, vals_list):
        told = [
            {**self._optics_presets(vals.get("optics_kind"), vals.get("optics_service")), **vals}
            for vals in vals_list
        ]
        return super().create(told)

    @api.model
    def _optics_presets(self, kind, service=None):  # pylint: disable=unused-argument
        """Return the values of a new product of a kind; what somebody tells goes before them."""
        if not kind:
            return {}
        if kind == "service":
            return {"type": "service"}
        presets = {"type": "consu", "is_storable": True}
        if kind == "contact_lens":
            presets |= {"tracking": "lot", "use_expiration_date": True}
        return presets
