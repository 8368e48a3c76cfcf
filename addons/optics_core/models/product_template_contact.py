from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..optics.limits import LIMITS, check_limit
from ..optics.problems import Problems
from ..optics.units import Unit
from .optics_prescription_contact import REPLACEMENTS
from .optics_words import lines_of_problems
from .quantity import Quantity

LIMITS_OF_COLUMNS = {"optics_base_curve": "base_curve", "optics_diameter": "diameter"}


class ProductTemplate(models.Model):
    """A contact lens of the catalogue."""

    _inherit = "product.template"  # pylint: disable=consider-merging-classes-inherited

    optics_base_curve = Quantity(
        string="BC", unit=Unit.HUNDREDTH_MM, help="Base curve, hundredths of a millimetre"
    )
    optics_diameter = Quantity(string="DIA", unit=Unit.TENTH_MM, help="Tenths of a millimetre")
    optics_replacement = fields.Selection(REPLACEMENTS, string="Replaced")
    optics_pieces = fields.Integer(string="Lenses in a box")

    @api.constrains(*LIMITS_OF_COLUMNS, "optics_pieces")
    def _check_optics_contact_lens(self):
        for product in self:
            problems = Problems()
            for name, limit in LIMITS_OF_COLUMNS.items():
                check_limit(problems, "", name, product[name] or None, LIMITS[limit])
            if problems.found:
                raise ValidationError(lines_of_problems(product, problems.found, {}))
            if product.optics_pieces < 0:
                raise ValidationError(self.env._("Lenses in a box: a number from 1, or none"))
