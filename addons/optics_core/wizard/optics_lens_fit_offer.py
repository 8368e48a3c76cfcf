from odoo import fields, models

from .optics_lens_fit import OUTCOMES


class OpticsLensFitOffer(models.TransientModel):
    """A lens of the catalogue of which nothing is refused; made by ``optics.lens.fit``."""

    _name = "optics.lens.fit.offer"
    _inherit = ["optics.read.logged"]
    _description = "Lens that fits"
    # As they were made: the best answer first, then by price.
    _order = "fit_id, id"
    _rec_name = "lens_id"

    fit_id = fields.Many2one("optics.lens.fit", required=True, readonly=True, ondelete="cascade")
    lens_id = fields.Many2one("product.template", required=True, readonly=True)
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True)
    reasons = fields.Char(readonly=True, help="Checks of that outcome, unless all is well")
    currency_id = fields.Many2one(related="lens_id.currency_id")
    price = fields.Monetary(readonly=True)

    def _read_subjects(self):
        return self.fit_id.prescription_id

    def action_choose(self):
        """Take the lens for both eyes."""
        self.ensure_one()
        self.fit_id.write({"lens_id": self.lens_id.id, "os_lens_id": False})
        return True
