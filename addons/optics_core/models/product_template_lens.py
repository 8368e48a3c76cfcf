from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..optics.lens import Lens, LensMaterial, SpectacleDesign
from ..optics.limits import LIMITS, check_limit
from ..optics.problems import InvalidPrescription, Problems
from ..optics.units import Unit
from .optics_words import lines_of_problems
from .quantity import Quantity


class ProductTemplate(models.Model):
    """A lens of the catalogue: a design, of which every power is a product of its own.

    Coatings and tints are attributes that make no variants, so that each is priced and chosen as
    Odoo does it, and leaves the powers alone.
    """

    _inherit = "product.template"  # pylint: disable=consider-merging-classes-inherited

    optics_design = fields.Selection(
        selection=[
            (SpectacleDesign.SINGLE_VISION.value, "Single vision"),
            (SpectacleDesign.BIFOCAL.value, "Bifocal"),
            (SpectacleDesign.TRIFOCAL.value, "Trifocal"),
            (SpectacleDesign.PROGRESSIVE.value, "Progressive"),
            (SpectacleDesign.OFFICE.value, "Office"),
        ],
        string="Design",
        help="How the power is spread over the lens",
    )
    optics_material = fields.Selection(
        selection=[
            (LensMaterial.MINERAL.value, "Mineral glass"),
            (LensMaterial.ORGANIC.value, "Organic, to 1.56"),
            (LensMaterial.POLYCARBONATE.value, "Polycarbonate"),
            (LensMaterial.TRIVEX.value, "Trivex"),
            (LensMaterial.HIGH_INDEX.value, "Organic, from 1.60"),
        ],
        string="Material",
    )
    optics_index = Quantity(
        string="Refractive index", unit=Unit.THOUSANDTH, help="Thousandths: 1498 is 1.498"
    )
    optics_minimum_height = Quantity(
        string="Minimum fitting height",
        unit=Unit.TENTH_MM,
        help="That the design needs, tenths of a millimetre",
    )
    optics_range_ids = fields.One2many(
        "optics.lens.range", "product_tmpl_id", string="Ranges of powers", copy=True
    )

    @api.constrains(
        "optics_kind",
        "optics_design",
        "optics_material",
        "optics_index",
        "optics_minimum_height",
        "optics_range_ids",
    )
    def _check_optics_lens(self):
        for product in self.filtered(lambda each: each.optics_kind == "lens"):
            problems = product._optics_lens_problems()
            if problems:
                raise ValidationError(
                    "\n".join(lines_of_problems(product, [each], {}) for each in problems)
                )

    def _optics_lens_problems(self):
        """Return what is wrong of what is told; much of a lens may be left out."""
        problems = Problems()
        check_limit(problems, "", "optics_index", self.optics_index or None, LIMITS["lens_index"])
        height, limit = self.optics_minimum_height, LIMITS["fitting_height"]
        check_limit(problems, "", "optics_minimum_height", height or None, limit)
        if not problems.found:
            try:
                self._optics_lens()
            except InvalidPrescription as error:
                for each in error.problems:
                    problems.add(each.eye, "optics_range_ids", each.value, each.code, **each.params)
        return problems.found

    def _optics_lens(self):
        """Return the lens as a value of the plain package, None while too little is told.

        :raises InvalidPrescription: it breaks rules
        """
        self.ensure_one()
        if not (self.optics_design and self.optics_index and self.optics_range_ids):
            return None
        return Lens(
            SpectacleDesign(self.optics_design),
            self.optics_index,
            tuple(each._value() for each in self.optics_range_ids),
            self.optics_minimum_height or None,
            LensMaterial(self.optics_material) if self.optics_material else None,
        )
