from odoo import api, fields, models


class ResPartner(models.Model):
    """Somebody with eyes, of whom records with rights of their own tell."""

    _inherit = "res.partner"

    optics_prescription_ids = fields.One2many(
        "optics.prescription",
        "patient_id",
        string="Prescriptions",
        groups="optics_core.group_optics_workshop",
    )
    optics_prescription_count = fields.Integer(
        string="Number of prescriptions",
        compute="_compute_optics_prescription_count",
        groups="optics_core.group_optics_workshop",
    )

    @api.depends("optics_prescription_ids")
    def _compute_optics_prescription_count(self):
        for partner in self:
            partner.optics_prescription_count = len(partner.optics_prescription_ids)

    def action_optics_prescriptions(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "optics_core.optics_prescription_action"
        )
        return action | {
            "domain": [("patient_id", "=", self.id)],
            "context": {"default_patient_id": self.id},
        }
