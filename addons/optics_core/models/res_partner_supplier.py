from odoo import fields, models

from ..optics.stock_power import CylinderForm


class ResPartner(models.Model):
    """A supplier of lenses."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    optics_cylinder_form = fields.Selection(
        selection=[
            (CylinderForm.MINUS.value, "Minus"),
            (CylinderForm.PLUS.value, "Plus"),
        ],
        string="Form of cylinders",
        default=CylinderForm.MINUS.value,
        groups="purchase.group_purchase_user,optics_core.group_optics_workshop",
        help="In which lenses are written to this supplier; the stock has them in minus form",
    )
