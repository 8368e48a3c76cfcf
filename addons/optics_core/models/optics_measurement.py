from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate, format_date

from ..optics.measurement import REFRACTIONS, Kind, derived
from ..optics.units import Unit
from .optics_checked import EYES
from .optics_measurement_values import ALL_COLUMNS
from .optics_words import SYMBOLS, has_comma

_lt = LazyTranslate(__name__)

ACUITIES = {
    "acuity_uncorrected_far": _lt("VA far sc %s"),
    "acuity_corrected_far": _lt("VA far cc %s"),
    "acuity_pinhole_far": _lt("VA far ph %s"),
    "acuity_uncorrected_near": _lt("VA near sc %s"),
    "acuity_corrected_near": _lt("VA near cc %s"),
    "acuity_pinhole_near": _lt("VA near ph %s"),
}
"""How an acuity stands in a line of results: sine correctione, cum correctione, pinhole."""


class OpticsMeasurement(models.Model):
    """What was measured of somebody's eyes, of which a prescription is derived.

    The columns stand in ``optics_measurement_values.py``; which kind has which, and what they may
    hold, is said by the plain package ``optics.measurement``.
    """

    _name = "optics.measurement"
    _inherit = ["optics.measurement.values", "optics.read.logged"]
    _description = "Measurement of the eyes"
    _order = "date desc, id desc"
    _rec_name = "patient_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        readonly=True,
    )
    patient_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('is_company', '=', False)]",
    )
    date = fields.Datetime(
        string="Measured on", required=True, default=fields.Datetime.now, copy=False
    )
    examiner = fields.Char(
        default=lambda self: self.env.user.name, help="Who has examined the eyes"
    )
    device = fields.Char(help="What it was measured with, such as maker and model")
    device_file_id = fields.Many2one(
        "optics.device.file",
        string="File of the device",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    device_left_out = fields.Text(related="device_file_id.left_out", string="Left out")
    note = fields.Text(string="Remarks")

    od_result = fields.Char(string="OD", compute="_compute_results")
    os_result = fields.Char(string="OS", compute="_compute_results")
    pair_result = fields.Char(string="Both eyes", compute="_compute_results")

    @api.depends("patient_id", "date", "kind")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for measurement in self:
            if not measurement.patient_id or not measurement.date:
                measurement.display_name = self.env._("New measurement")
                continue
            day = fields.Datetime.context_timestamp(measurement, measurement.date).date()
            measurement.display_name = self.env._(
                "%(patient)s, %(date)s, %(kind)s",
                patient=measurement.patient_id.name,
                date=format_date(self.env, day),
                kind=kinds.get(measurement.kind, "").lower(),
            )

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            # Also in the company that they belong to now.
            self.check_access("write")
        return result

    def action_prescribe(self):
        """Open a new prescription, not saved yet, with what follows from this measurement."""
        self.ensure_one()
        if self.kind not in REFRACTIONS:
            raise UserError(self.env._("No prescription follows from this kind of measurement."))
        return {
            "name": self.env._("New prescription"),
            "type": "ir.actions.act_window",
            "res_model": "optics.prescription",
            "views": [(False, "form")],
            "context": {f"default_{name}": value for name, value in self._prescribed().items()},
        }

    def _prescribed(self):
        """Return the columns of a prescription that follow from this measurement."""
        prescribed = {
            "company_id": self.company_id.id,
            "patient_id": self.patient_id.id,
            "measurement_id": self.id,
            "source": "glasses" if self.kind == Kind.HABITUAL else "exam",
            **{name: self[name] for name in ("pd_far", "pd_near", "vertex")},
        }
        powers = ("sphere", "cylinder", "axis", "addition", "prism_horizontal", "prism_vertical")
        for eye, told in derived(self._value()).items():
            values = {name: getattr(told, name) for name in (*powers, "pd_monocular")}
            prescribed |= {f"{EYES[eye]}{name}": value or 0 for name, value in values.items()}
            prescribed[f"{EYES[eye]}state"] = told.state.value
        return prescribed

    # --- in a line, for lists ---------------------------------------------------------------------

    @api.depends("kind", *ALL_COLUMNS)
    @api.depends_context("lang")
    def _compute_results(self):
        for measurement in self:
            for prefix in EYES.values():
                measurement[f"{prefix}result"] = measurement._result_of_eye(prefix)
            measurement.pair_result = measurement._result_of_pair()

    def _timeline_summary(self):
        """Say what it is in a line of the patient's timeline."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        eyes = {"OD": self.od_result, "OS": self.os_result, "OU": self.pair_result}
        told = "; ".join(f"{eye} {result}" for eye, result in eyes.items() if result)
        return f"{kinds[self.kind]}: {told}"

    def _result_of_eye(self, prefix):
        parts = [self._shown_refraction(prefix)] if self[f"{prefix}measured"] else []
        parts += [self._shown_cornea(prefix)] if self[f"{prefix}k1_radius"] else []
        if self[f"{prefix}iop"]:
            pressure = self._shown(self[f"{prefix}iop"], Unit.TENTH_MMHG)
            parts.append(f"{pressure} {self.env._(SYMBOLS['mmHg'])}")
        return ", ".join(parts + self._shown_acuities(prefix))

    def _result_of_pair(self):
        distances = [self._shown(pd, Unit.TENTH_MM) for pd in (self.pd_far, self.pd_near) if pd]
        parts = [self.env._("PD %s", "/".join(distances))] if distances else []
        if self.dominance:
            words = dict(self._fields["dominance"]._description_selection(self.env))
            parts.append(words[self.dominance])
        return ", ".join(parts + self._shown_acuities())

    def _shown_refraction(self, prefix):
        sphere, cylinder, axis, addition = (
            self[f"{prefix}{name}"] for name in ("sphere", "cylinder", "axis", "addition")
        )
        parts = [self._shown(sphere)]
        if cylinder:
            parts += [self._shown(cylinder), "×", str(axis)]
        if addition:
            parts += ["ADD", self._shown(addition)]
        return " ".join(parts)

    def _shown_cornea(self, prefix):
        meridians = [(self[f"{prefix}{k}_radius"], self[f"{prefix}{k}_axis"]) for k in ("k1", "k2")]
        return " / ".join(
            self._shown(radius, Unit.HUNDREDTH_MM) + (f" × {axis}" if axis else "")
            for radius, axis in meridians
            if radius
        )

    def _shown_acuities(self, prefix=""):
        told = {name: self[f"{prefix}{name}"] for name in ACUITIES}
        words = {name: self.env._(sentence) for name, sentence in ACUITIES.items()}
        return [words[name] % acuity for name, acuity in told.items() if acuity]

    @api.model
    def _shown(self, value, unit=Unit.HUNDREDTH_DIOPTRE):
        """Write a value as the tables' cells do (``number.js``): with a true minus."""
        return unit.shown(value, decimal_comma=has_comma(self.env)).replace("-", "−")


class OpticsPrescription(models.Model):
    _inherit = "optics.prescription"

    # Not by the superuser: a patient may be known to several companies, measurements are not.
    patient_measurement_ids = fields.One2many(
        related="patient_id.optics_measurement_ids",
        related_sudo=False,
        string="Measurements of the patient",
        groups="optics_core.group_optics_optician",
    )
    measurement_id = fields.Many2one(
        "optics.measurement",
        string="Derived from",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        groups="optics_core.group_optics_optician",
    )
