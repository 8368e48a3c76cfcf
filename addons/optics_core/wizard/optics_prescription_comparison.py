from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.optics_checked import EYES
from ..models.optics_prescription_values import EYE_COLUMNS, PAIR_COLUMNS
from ..models.optics_words import has_comma
from ..optics.units import Unit

UNITS = {
    **dict.fromkeys(("sphere", "cylinder", "addition"), Unit.EIGHTH_DIOPTRE),
    **dict.fromkeys(("prism_horizontal", "prism_vertical"), Unit.HUNDREDTH_PRISM),
    **dict.fromkeys(("pd_monocular", "pd_far", "pd_near"), Unit.TENTH_MM),
    **dict.fromkeys(("working_distance_near", "working_distance_intermediate"), Unit.MM),
    "axis": Unit.DEGREE,
    "vertex": Unit.HUNDREDTH_MM,
}
ROWS = (
    *(f"{prefix}{name}" for prefix in EYES.values() for name in EYE_COLUMNS),
    *PAIR_COLUMNS,
)


class OpticsPrescriptionComparison(models.TransientModel):
    """Two prescriptions of somebody side by side."""

    _name = "optics.prescription.comparison"
    _description = "Comparison of prescriptions"

    patient_id = fields.Many2one("res.partner", required=True, readonly=True)
    before_id = fields.Many2one(
        "optics.prescription",
        required=True,
        domain="[('patient_id', '=', patient_id)]",
    )
    after_id = fields.Many2one(
        "optics.prescription",
        required=True,
        domain="[('patient_id', '=', patient_id)]",
    )
    table = fields.Html(compute="_compute_table", sanitize=False)

    @api.model
    def _open(self, prescriptions):
        """Return the page that compares two prescriptions, the older one first."""
        if len(prescriptions) != 2 or len(prescriptions.patient_id) != 1:
            raise UserError(self.env._("Choose two prescriptions of one patient."))
        before, after = prescriptions.sorted(lambda one: (one.date, one.id))
        prescriptions._log_reading(
            "opened"
        )  # the page's reading, which cannot write, finds it noted
        comparison = self.create(
            {
                "patient_id": before.patient_id.id,
                "before_id": before.id,
                "after_id": after.id,
            }
        )
        return {
            "name": self.env._("Comparison"),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": comparison.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.depends("before_id", "after_id")
    @api.depends_context("lang")
    def _compute_table(self):
        for comparison in self:
            (comparison.before_id | comparison.after_id)._log_reading("opened")
            comparison.table = self.env["ir.qweb"]._render(
                "optics_core.comparison_table",
                {"before": comparison.before_id, "after": comparison.after_id}
                | {"rows": comparison._rows()},
            )

    def _rows(self):
        """Return a row for each value that one of both has: its name, both values, the change."""
        before, after = self.before_id, self.after_id
        labels = after.fields_get(ROWS, ["string"])
        return [
            {
                "label": labels[name]["string"],
                "before": self._shown(before, name),
                "after": self._shown(after, name),
                "change": self._change(name),
                "is_changed": before[name] != after[name],
            }
            for name in ROWS
            if before[name] or after[name] or name.endswith("sphere")
        ]

    def _shown(self, prescription, name):
        value, unit = prescription[name], self._unit(name)
        if unit:
            # A sphere of nought is told, any other nought is not.
            told = value or (name.endswith("sphere") and prescription)
            return self._number(unit, value) if told else ""
        field = prescription._fields[name]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        return value or ""

    def _change(self, name):
        before, after, unit = self.before_id[name], self.after_id[name], self._unit(name)
        are_told = (before and after) or name.endswith("sphere")
        if not unit or before == after or not are_told or name.endswith("axis"):
            return ""
        change = self._number(unit, after - before)
        return f"+{change}" if after > before and not change.startswith("+") else change

    def _number(self, unit, value):
        shown = unit.shown(value, decimal_comma=has_comma(self.env))
        return shown.replace("-", "−")

    @api.model
    def _unit(self, name):
        return UNITS.get(name) or UNITS.get(name.partition("_")[2])
