from odoo import api, fields, models

from ..optics.lens import LensRange
from ..optics.units import Unit
from .quantity import Quantity

_D, _MM10, _PRISM = Unit.EIGHTH_DIOPTRE, Unit.TENTH_MM, Unit.HUNDREDTH_PRISM
ADDITIONS = ("addition_from", "addition_to", "addition_step")
COLUMNS = ("diameter", "strongest_from", "strongest_to", "cylinder_to", *ADDITIONS, "prism_to")


class OpticsLensRange(models.Model):
    """Powers in which a diameter of a lens is made; ``optics.lens`` has the rules."""

    _name = "optics.lens.range"
    _inherit = ["optics.checked"]
    _description = "Range of powers of a lens"
    _order = "product_tmpl_id, diameter, strongest_from, id"
    _rec_name = "diameter"
    _check_company_auto = True

    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Lens",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="product_tmpl_id.company_id", store=True, index=True)
    diameter = Quantity(unit=_MM10, required=True, help="Of the blank, tenths of a millimetre")
    strongest_from = Quantity(
        string="Strongest meridian from",
        unit=_D,
        is_told_by_zero=True,
        help="With its sign, eighths of a dioptre",
    )
    strongest_to = Quantity(
        string="Strongest meridian to",
        unit=_D,
        is_told_by_zero=True,
        help="With its sign, eighths of a dioptre",
    )
    cylinder_to = Quantity(
        string="CYL to", unit=_D, is_told_by_zero=True, help="Without a sign, eighths of a dioptre"
    )
    addition_from = Quantity(string="ADD from", unit=_D, help="Eighths of a dioptre")
    addition_to = Quantity(string="ADD to", unit=_D, help="Eighths of a dioptre")
    addition_step = Quantity(string="Step of ADD", unit=_D, help="Eighths of a dioptre")
    prism_to = Quantity(
        string="Prism to", unit=_PRISM, help="That the maker grinds, hundredths of Δ"
    )

    def _value(self):
        """Return the range as a value of the plain package.

        :raises InvalidPrescription: it breaks rules
        """
        self.ensure_one()
        told = {name: self[name] for name in COLUMNS}
        told |= {name: self[name] or None for name in (*ADDITIONS, "prism_to")}
        return LensRange(**told)

    @api.depends(*COLUMNS)
    def _compute_entry_problems(self):
        return super()._compute_entry_problems()

    @api.constrains(*COLUMNS)
    def _check_values(self):
        result = super()._check_values()
        self.product_tmpl_id._check_optics_lens()
        return result
