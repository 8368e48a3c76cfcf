from odoo import api, fields, models


class OpticsPatientArchive(models.Model):
    """Whose the closed medical records are: what is kept of an erased person's identity.

    One for each company with a licence and records. Only managers read it, and each reading leaves
    a line in the log.
    """

    _name = "optics.patient.archive"
    _inherit = ["optics.read.logged"]
    _description = "Identity of an erased patient"
    _order = "kept_until, id"
    _rec_name = "patient_id"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    patient_id = fields.Many2one(
        "res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    name = fields.Char(string="Name before", required=True, readonly=True)
    birthdate = fields.Date(string="Date of birth", readonly=True)
    phone = fields.Char(readonly=True)
    email = fields.Char(readonly=True)
    address = fields.Char(readonly=True)
    kept_until = fields.Date(string="Kept until", required=True, readonly=True)
    reason = fields.Char(string="Kept because", required=True, readonly=True)

    @api.model
    def _keep(self, patient, company, until, reason):
        return self.create(
            {
                "company_id": company.id,
                "patient_id": patient.id,
                "name": patient.name,
                "birthdate": patient.optics_birthdate,
                "phone": patient.phone,
                "email": patient.email,
                "address": patient.contact_address_inline,
                "kept_until": until,
                "reason": reason,
            }
        )

    def action_patient(self):
        """Open the page of the records that stay."""
        self.ensure_one()
        return self.patient_id.action_optics_patient()

    @api.model
    def _cron_drop_expired(self):
        """Delete identities and medical records whose term is over (152-ФЗ, ст. 21 ч. 4)."""
        over = self.sudo().search([("kept_until", "<", fields.Date.context_today(self))])
        for archive in over:
            archive.patient_id._erasure_delete_records(archive.company_id)
        over.unlink()
