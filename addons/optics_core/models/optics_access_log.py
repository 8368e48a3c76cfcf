from datetime import timedelta

from odoo import api, fields, models

KINDS = [
    ("opened", "Opened"),
    ("listed", "Seen in a list"),
    ("printed", "Printed"),
    ("exported", "Exported"),
]
ONE_OPENING = timedelta(minutes=10)
"""For how long the same look of the same user is one look: a form reads anew with each saving."""
LOOKS = ("opened", "listed")
"""What is not written down twice within that time. Each print and each export is a copy."""


class OpticsAccessLog(models.Model):
    """Who was shown or given whose records of health, when, and how.

    Lines come from ``optics.read.logged`` alone; nobody has a right to write, not even who
    administers the system. Accounting for who reads is a duty of whoever keeps personal data
    (152-ФЗ, ст. 19 ч. 2 п. 8).
    """

    _name = "optics.access.log"
    _description = "Reading of a patient's records"
    _order = "read_at desc, id desc"
    _rec_name = "read_at"
    _check_company_auto = True

    read_at = fields.Datetime(string="When", required=True, readonly=True, index=True)
    user_id = fields.Many2one(
        "res.users", string="Who", required=True, readonly=True, ondelete="restrict"
    )
    # Restrict: a line without its patient says nothing. Who is to be forgotten is made nameless.
    patient_id = fields.Many2one(
        "res.partner",
        string="Whose",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    what = fields.Selection(KINDS, required=True, readonly=True)
    res_model = fields.Char(string="Kind of record", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", readonly=True, help="Empty for a list"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)

    _looks = models.Index("(user_id, read_at)")

    def _check_company(self, fnames=None):
        """Let a line say what happened, also where the patient belongs to another company by now.

        Refused, it would refuse the reading.
        """

    @api.model
    def _note(self, records, what):
        """Write a line for each record, for a list one for each patient; looks only once."""
        lines = {}
        for record in records.sudo():
            line = {
                "patient_id": record.patient_id.id,
                "res_model": record._name,
                "res_id": 0 if what == "listed" else record.id,
                "company_id": record.company_id.id,
            }
            lines[tuple(line.values())] = line
        now = fields.Datetime.now()
        seen = self._seen_since(now - ONE_OPENING, what, lines) if what in LOOKS else ()
        both = {"read_at": now, "user_id": self.env.uid, "what": what}
        return self.create([{**line, **both} for key, line in lines.items() if key not in seen])

    def _seen_since(self, moment, what, keys):
        lines = self.search(
            [
                ("user_id", "=", self.env.uid),
                ("read_at", ">", moment),
                ("what", "=", what),
                ("patient_id", "in", [patient for patient, *_rest in keys]),
            ]
        )
        return {
            (line.patient_id.id, line.res_model, line.res_id or 0, line.company_id.id)
            for line in lines
        }
