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
    optics_recall_months = fields.Integer(
        string="Recall after, months", default=12, help="0: nobody is invited"
    )
    optics_recall_child_months = fields.Integer(
        string="Recall of children after, months", default=6, help="Under 18; 0: none is invited"
    )
    optics_recall_lens_months = fields.Integer(
        string="Recall with contact lenses after, months",
        default=12,
        help="Where no day for the next check of the lenses is told; 0: nobody is invited",
    )
    optics_recall_reading_months = fields.Integer(
        string="Recall from 40 on after, months",
        default=24,
        help="And with an addition at any age; 0: nobody is invited",
    )
    optics_record_years = fields.Integer(
        string="Medical records are kept for, years",
        default=25,
        help="After the last one, also when the person asks to be erased; without a licence none"
        " is kept then. Ask your lawyer for the term of your records.",
    )

    _optics_record_years = models.Constraint(
        "CHECK (optics_record_years BETWEEN 1 AND 100)",
        "Medical records are kept for, years: from 1 to 100.",
    )
    _optics_prescription_months = models.Constraint(
        "CHECK (optics_prescription_months BETWEEN 0 AND 120)",
        "Prescriptions are valid for, months: from 0 to 120.",
    )
    _optics_recall_months = models.Constraint(
        "CHECK (least(optics_recall_months, optics_recall_child_months, optics_recall_lens_months,"
        " optics_recall_reading_months) >= 0)",
        "Months until a recall: not less than 0.",
    )
