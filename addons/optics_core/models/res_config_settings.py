from odoo import fields, models

from .optics_device_folder import PROBLEM


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
    optics_device_folder = fields.Char(
        string="Folder of devices' files",
        compute="_compute_optics_device_folder",
        help="optics_device_folder in odoo.conf, on the server",
    )
    optics_device_folder_problem = fields.Char(
        string="What is wrong with the folder", compute="_compute_optics_device_folder"
    )

    def _compute_optics_device_folder(self):
        parameters = self.env["ir.config_parameter"].sudo()
        self.optics_device_folder = self.env["optics.device.folder"]._folder()
        self.optics_device_folder_problem = parameters.get_param(PROBLEM)
