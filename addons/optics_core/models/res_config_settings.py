from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    optics_prescription_months = fields.Integer(
        related="company_id.optics_prescription_months", readonly=False
    )
    optics_eighths = fields.Boolean(related="company_id.optics_eighths", readonly=False)
    optics_form_glasses = fields.Char(related="company_id.optics_form_glasses", readonly=False)
    optics_form_contact_lenses = fields.Char(
        related="company_id.optics_form_contact_lenses", readonly=False
    )
    optics_record_years = fields.Integer(related="company_id.optics_record_years", readonly=False)
    optics_licence = fields.Char(related="company_id.optics_licence", readonly=False)
    optics_recall_months = fields.Integer(related="company_id.optics_recall_months", readonly=False)
    optics_recall_child_months = fields.Integer(
        related="company_id.optics_recall_child_months", readonly=False
    )
    optics_recall_lens_months = fields.Integer(
        related="company_id.optics_recall_lens_months", readonly=False
    )
    optics_recall_reading_months = fields.Integer(
        related="company_id.optics_recall_reading_months", readonly=False
    )
