from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..optics.problems import InvalidPrescription
from ..optics.stock_power import CylinderForm, StockPower
from ..optics.units import Unit
from .optics_words import has_comma, lines_of_problems, problems_of_columns
from .quantity import Quantity

_D = Unit.EIGHTH_DIOPTRE
KINDS_WITH_POWERS = ("lens", "contact_lens")
POWER = ("optics_sphere", "optics_cylinder", "optics_addition")


class ProductProduct(models.Model):
    """A power of a lens's design: one product, in whichever form of cylinder it is written."""

    _inherit = "product.product"  # pylint: disable=consider-merging-classes-inherited

    optics_is_power = fields.Boolean(string="Power of a lens", index=True, readonly=True)
    optics_sphere = Quantity(
        string="SPH", unit=_D, is_told_by_zero=True, help="Eighths of a dioptre", readonly=True
    )
    optics_cylinder = Quantity(
        string="CYL", unit=_D, help="Eighths of a dioptre, not positive", readonly=True
    )
    optics_addition = Quantity(string="ADD", unit=_D, help="Eighths of a dioptre", readonly=True)

    _optics_power_unique = models.UniqueIndex(
        "(product_tmpl_id, optics_sphere, optics_cylinder, optics_addition) WHERE optics_is_power",
        "The lens has this power already.",
    )

    @api.depends(*POWER, "optics_is_power")
    def _compute_combination_indices(self):
        """Tell the powers of one design apart, as Odoo does variants by their attributes."""
        powers = self.filtered("optics_is_power")
        for product in powers:
            values = "/".join(str(product[name]) for name in POWER)
            product.combination_indices = f"power {values}"
        return super(ProductProduct, self - powers)._compute_combination_indices()

    @api.depends(*POWER, "optics_is_power")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """Tell the power, in the form of cylinder that the partner of a document writes."""
        result = super()._compute_display_name()
        powers = self.filtered("optics_is_power")
        partner = self.env["res.partner"].browse(self.env.context.get("partner_id"))
        form = CylinderForm(partner.sudo().optics_cylinder_form or CylinderForm.MINUS)
        for product in powers:
            product.display_name = f"{product.display_name} ({product._optics_power_words(form)})"
        return result

    @api.constrains(*POWER, "optics_is_power", "product_tmpl_id")
    def _check_optics_power(self):
        for product in self.filtered("optics_is_power"):
            try:
                product._optics_power()
            except InvalidPrescription as error:
                problems = problems_of_columns(error, "optics_")
                raise ValidationError(lines_of_problems(product, problems, {})) from error
            if product.optics_kind not in KINDS_WITH_POWERS:
                raise ValidationError(
                    self.env._("%s: only lenses have powers.", product.product_tmpl_id.name)
                )

    def _optics_power(self):
        """Return the power as a value of the plain package.

        :raises InvalidPrescription: it breaks rules
        """
        self.ensure_one()
        addition = self.optics_addition or None
        return StockPower(self.optics_sphere, self.optics_cylinder, addition)

    def _optics_power_words(self, form=CylinderForm.MINUS):
        """Return the power as the trade writes it: ``−1,25 −0,50 add +2,00``."""
        return self._optics_power().show(has_comma(self.env), form).replace("-", "−")
