from odoo import api, fields, models
from odoo.exceptions import UserError


class OpticsPatientErasure(models.TransientModel):
    """What erasing a person will leave, and the button that does it."""

    _name = "optics.patient.erasure"
    _description = "Erasing a patient"

    patient_id = fields.Many2one("res.partner", required=True, readonly=True)
    is_asked = fields.Boolean(string="The person has asked for it in writing")
    plan = fields.Html(string="What the person will be told", compute="_compute_plan")

    @api.depends("patient_id")
    def _compute_plan(self):
        for wizard in self:
            wizard.plan = self.env["optics.erasure"]._answer(wizard.patient_id)

    def action_erase(self):
        """Erase, and show the answer to be printed."""
        self.ensure_one()
        if not self.is_asked:
            raise UserError(self.env._("Erased is only who has asked for it in writing."))
        erasure = self.env["optics.erasure"]._erase(self.patient_id)
        return {
            "name": self.env._("Answer on an erasure"),
            "type": "ir.actions.act_window",
            "res_model": erasure._name,
            "res_id": erasure.id,
            "views": [(False, "form")],
        }
