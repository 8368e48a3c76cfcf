from odoo import fields, models

from ..optics.frame import RimType
from ..optics.units import Unit
from .product_product_frame import SIZES
from .quantity import Quantity

OF_VARIANT = ("optics_color", *SIZES)
"""What the variants of a frame differ in; a model without variants has them itself."""


def _size_of_variant(name):
    return Quantity(related=f"product_variant_ids.{name}", readonly=False, unit=Unit.TENTH_MM)


class ProductTemplate(models.Model):
    """A model of frames; its variants, if there are several, differ in colour and size."""

    _inherit = "product.template"  # pylint: disable=consider-merging-classes-inherited

    optics_model = fields.Char(string="Model", help="As the maker names or numbers it")
    optics_rim = fields.Selection(
        selection=[
            (RimType.FULL.value, "Full rim"),
            (RimType.HALF.value, "Half rim, with a thread"),
            (RimType.DRILLED.value, "Rimless, drilled"),
        ],
        string="Rim",
    )
    optics_gender = fields.Selection(
        selection=[
            ("women", "Women's"),
            ("men", "Men's"),
            ("unisex", "Unisex"),
            ("children", "Children's"),
        ],
        string="For whom",
    )
    optics_frame_material = fields.Selection(
        selection=[
            ("metal", "Metal"),
            ("titanium", "Titanium"),
            ("plastic", "Plastic"),
            ("combined", "Combined"),
            ("wood", "Wood or horn"),
        ],
        string="Material of the frame",
    )
    optics_color = fields.Char(related="product_variant_ids.optics_color", readonly=False)
    optics_size = fields.Char(related="product_variant_ids.optics_size", readonly=False)
    optics_eye_size = _size_of_variant("optics_eye_size")
    optics_bridge = _size_of_variant("optics_bridge")
    optics_temple = _size_of_variant("optics_temple")
    optics_box_a = _size_of_variant("optics_box_a")
    optics_box_b = _size_of_variant("optics_box_b")
    optics_box_dbl = _size_of_variant("optics_box_dbl")
    optics_box_ed = _size_of_variant("optics_box_ed")

    def _get_related_fields_variant_template(self):
        return [*super()._get_related_fields_variant_template(), *OF_VARIANT, "optics_size"]
