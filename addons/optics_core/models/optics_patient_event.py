from odoo import api, fields, models
from odoo.tools import SQL

KINDS = [
    ("prescription", "Prescription"),
    ("measurement", "Measurement"),
    ("order", "Order"),
    ("consent", "Consent"),
]
"""What a patient's timeline has, with the model of each in :data:`MODELS`."""
MODELS = {
    "prescription": "optics.prescription",
    "measurement": "optics.measurement",
    "order": "sale.order",
    "consent": "optics.consent",
}
ROOM = 16
"""Numbers of an event for each record: kinds that there may ever be."""


class OpticsPatientEvent(models.Model):
    """What happened to a patient in the shop, newest first: a page of all records about him."""

    _name = "optics.patient.event"
    _inherit = ["optics.read.logged"]
    _description = "Event of a patient's timeline"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "summary"
    _check_company_auto = True

    patient_id = fields.Many2one("res.partner", readonly=True, check_company=True)
    company_id = fields.Many2one("res.company", readonly=True)
    date = fields.Datetime(readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", readonly=True)
    res_model = fields.Char(string="Model", readonly=True)
    summary = fields.Char(string="What", compute="_compute_summary")

    @property
    def _table_query(self):
        selects = [
            SQL(
                "SELECT %(room)s * id + %(kind_number)s AS id, %(kind)s AS kind,"
                " %(model)s AS res_model, id AS res_id, company_id, %(patient)s AS patient_id,"
                " %(date)s AS date FROM %(table)s WHERE %(condition)s",
                room=ROOM,
                kind_number=list(MODELS).index(kind),
                kind=kind,
                model=MODELS[kind],
                **parts,
            )
            for kind, parts in self._sources().items()
        ]
        return SQL(" UNION ALL ").join(selects)

    @api.model
    def _sources(self):
        """Return of each kind where its rows come from: table, columns, condition."""
        return {
            "prescription": {
                "table": SQL("optics_prescription"),
                "patient": SQL("patient_id"),
                "date": SQL("date + COALESCE(signed_at, create_date)::time"),
                "condition": SQL("TRUE"),
            },
            "measurement": {
                "table": SQL("optics_measurement"),
                "patient": SQL("patient_id"),
                "date": SQL("date"),
                "condition": SQL("TRUE"),
            },
            "order": {
                "table": SQL("sale_order"),
                "patient": SQL("partner_id"),
                "date": SQL("date_order"),
                "condition": SQL("state <> 'cancel'"),
            },
            "consent": {
                "table": SQL("optics_consent"),
                "patient": SQL("patient_id"),
                "date": SQL("given_on"),
                "condition": SQL("TRUE"),
            },
        }

    @api.depends("res_id", "kind")
    def _compute_summary(self):
        for event in self:
            event.summary = event._record()._timeline_summary()

    def _record(self):
        """Return the event's record; whoever reads the timeline may know that it is there."""
        return self.env[self.res_model].sudo().browse(self.res_id)

    def action_open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
