from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    optics_prescription_months = fields.Integer(
        string="Prescriptions are valid for, months",
        default=12,
        help="By the shop's own practice; 0: without a term",
    )
    optics_eighths = fields.Boolean(
        string="Powers in steps of 0.125",
        help="Of glasses; without it in steps of 0.25 dioptres",
    )
    optics_form_glasses = fields.Char(
        string="Form of prescriptions for glasses",
        default="2-МИ",
        help="Printed in the corner, as the ministry's order names it",
    )
    optics_form_contact_lenses = fields.Char(
        string="Form of prescriptions for contact lenses",
        default="3-МИ",
        help="Printed in the corner, as the ministry's order names it",
    )
    optics_licence = fields.Char(
        string="Medical licence",
        help="Number and date, printed on prescriptions; own examinations need one",
    )

    _optics_prescription_months = models.Constraint(
        "CHECK (optics_prescription_months BETWEEN 0 AND 120)",
        "Prescriptions are valid for, months: from 0 to 120.",
    )
