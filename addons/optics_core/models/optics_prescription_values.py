from odoo import api, fields, models

from ..optics.acuity import parse_acuity
from ..optics.limits import adapted
from ..optics.power import rounded, show_power
from ..optics.prescription import EyePrescription, Prescription
from ..optics.prism import Prism
from ..optics.problems import InvalidPrescription, Problem, UnreadableEntry
from ..optics.refraction import Refraction
from ..optics.units import Unit
from ..optics.vocabulary import EyeState, Purpose
from .optics_checked import EYES
from .optics_words import has_comma, shown_refraction
from .quantity import Quantity

EYE_STATES = [
    (EyeState.POWERED.value, "Lens"),
    (EyeState.PLANO.value, "Plano"),
    (EyeState.BALANCE.value, "Balance lens"),
    (EyeState.OCCLUDER.value, "Occluder"),
    (EyeState.FROSTED.value, "Frosted"),
    (EyeState.OWN_LENS.value, "Own lens stays"),
    (EyeState.PROSTHESIS.value, "Prosthesis"),
]
EYE_COLUMNS = (
    *("state", "sphere", "cylinder", "axis", "addition"),
    *("prism_horizontal", "prism_vertical", "acuity", "pd_monocular"),
)
PAIR_COLUMNS = (
    *("pd_far", "pd_near", "vertex", "working_distance_near", "working_distance_intermediate"),
)
POWER_COLUMNS = EYE_COLUMNS[1:7]
"""What an eye with another state than a lens has none of."""
COLUMNS = (*(f"{prefix}{name}" for prefix in EYES.values() for name in EYE_COLUMNS), *PAIR_COLUMNS)
_D, _PRISM, _DEGREE = Unit.EIGHTH_DIOPTRE, Unit.HUNDREDTH_PRISM, Unit.DEGREE
_MM100, _MM10, _MM = Unit.HUNDREDTH_MM, Unit.TENTH_MM, Unit.MM


def _state(eye):
    return fields.Selection(
        EYE_STATES, string=f"{eye} lens", required=True, default=EyeState.POWERED.value
    )


def _whole(label, unit, explanation, zero=False):
    return Quantity(string=label, unit=unit, help=explanation, is_told_by_zero=zero)


class OpticsPrescriptionValues(models.AbstractModel):
    """The columns of a prescription: whole units of the plain package, nought for "not told"."""

    _name = "optics.prescription.values"
    _inherit = ["optics.checked"]
    _description = "Values of a prescription"

    od_state = _state("OD")
    od_sphere = _whole("OD SPH", _D, "Sphere, eighths of a dioptre", zero=True)
    od_cylinder = _whole("OD CYL", _D, "Cylinder, eighths of a dioptre")
    od_axis = _whole("OD AXIS", _DEGREE, "Axis of the cylinder, degrees TABO, 1 to 180")
    od_addition = _whole("OD ADD", _D, "Addition, eighths of a dioptre")
    od_prism_horizontal = _whole("OD prism, in", _PRISM, "Hundredths of Δ; base out is negative")
    od_prism_vertical = _whole("OD prism, up", _PRISM, "Hundredths of Δ; base down is negative")
    od_acuity = fields.Char(string="OD VA", help="Visual acuity with this lens: 0.8, or in words")
    od_pd_monocular = _whole("OD PD", _MM10, "Far, tenths of a millimetre")
    os_state = _state("OS")
    os_sphere = _whole("OS SPH", _D, "Sphere, eighths of a dioptre", zero=True)
    os_cylinder = _whole("OS CYL", _D, "Cylinder, eighths of a dioptre")
    os_axis = _whole("OS AXIS", _DEGREE, "Axis of the cylinder, degrees TABO, 1 to 180")
    os_addition = _whole("OS ADD", _D, "Addition, eighths of a dioptre")
    os_prism_horizontal = _whole("OS prism, in", _PRISM, "Hundredths of Δ; base out is negative")
    os_prism_vertical = _whole("OS prism, up", _PRISM, "Hundredths of Δ; base down is negative")
    os_acuity = fields.Char(string="OS VA", help="Visual acuity with this lens: 0.8, or in words")
    os_pd_monocular = _whole("OS PD", _MM10, "Far, tenths of a millimetre")
    pd_far = _whole("PD far", _MM10, "Of both eyes, tenths of a millimetre")
    pd_near = _whole("PD near", _MM10, "Of both eyes, tenths of a millimetre")
    vertex = _whole("Vertex distance", _MM100, "At refraction, hundredths of a millimetre")
    working_distance_near = _whole("Working distance, near", _MM, "Millimetres")
    working_distance_intermediate = _whole("Working distance, intermediate", _MM, "Millimetres")

    od_other_form = fields.Char(string="OD with the other cylinder", compute="_compute_forms")
    os_other_form = fields.Char(string="OS with the other cylinder", compute="_compute_forms")
    od_equivalent = fields.Char(string="OD spherical equivalent", compute="_compute_forms")
    os_equivalent = fields.Char(string="OS spherical equivalent", compute="_compute_forms")
    od_resultant = fields.Char(string="OD prism and base", compute="_compute_forms")
    os_resultant = fields.Char(string="OS prism and base", compute="_compute_forms")

    @api.onchange("od_state", "os_state")
    def _onchange_state(self):
        """Leave no power behind in cells that nobody sees any more."""
        for prefix in EYES.values():
            if self[f"{prefix}state"] != EyeState.POWERED:
                self.update({f"{prefix}{name}": 0 for name in POWER_COLUMNS})

    @api.depends(*COLUMNS, "purpose")
    def _compute_entry_problems(self):
        return super()._compute_entry_problems()

    @api.constrains(*COLUMNS, "purpose")
    def _check_values(self):
        return super()._check_values()

    def _value(self, table=None):
        """Return the prescription as a value of the plain package.

        :param table: limits, by default those of the shop's settings
        :raises InvalidPrescription: it breaks rules
        """
        self.ensure_one()
        shared = {name: self[name] or None for name in PAIR_COLUMNS}
        od, os = (self._eye(eye) for eye in EYES)
        table = table or adapted(eighths=self._has_eighths(), tenths_of_mm=True)
        return Prescription(Purpose(self.purpose), od, os, **shared, table=table)

    def _has_eighths(self):
        """Tell whether powers go in steps of 0.125 D; by default they do not."""
        return False

    def _eye(self, eye):
        told = {name: self[f"{EYES[eye]}{name}"] for name in EYE_COLUMNS}
        for name in ("axis", "addition", "pd_monocular"):
            told[name] = told[name] or None
        try:
            told["acuity"] = parse_acuity(told["acuity"]) if told["acuity"] else None
        except UnreadableEntry as error:
            problem = Problem(eye, "acuity", error.value, error.code, error.params)
            raise InvalidPrescription([problem]) from error
        return EyePrescription(**told | {"state": EyeState(told["state"])})

    @api.depends(*(name for name in COLUMNS if not name.endswith("acuity")))
    @api.depends_context("lang")
    def _compute_forms(self):
        for values in self:
            for eye, prefix in EYES.items():
                other, equivalent = values._forms(prefix)
                values[f"{prefix}other_form"] = other
                values[f"{prefix}equivalent"] = equivalent
                values[f"{prefix}resultant"] = values._resultant(eye, prefix)

    def _forms(self, prefix):
        """Return an eye's power with the other sign of cylinder, and its spherical equivalent."""
        sphere, cylinder, axis = (
            self[f"{prefix}{name}"] for name in ("sphere", "cylinder", "axis")
        )
        if not cylinder or not 1 <= axis <= 180 or self[f"{prefix}state"] != EyeState.POWERED:
            return False, False
        power = Refraction(sphere, cylinder, axis)
        other = power.transposed()
        equivalent = self._shown(rounded(power.spherical_equivalent))
        return shown_refraction(other, has_comma(self.env)), equivalent

    def _resultant(self, eye, prefix):
        """Return an eye's prism as resultant and base, degrees TABO; False without a prism."""
        components = self[f"{prefix}prism_horizontal"], self[f"{prefix}prism_vertical"]
        polar = Prism(*components).polar(eye)
        if not polar.resultant:
            return False
        size = Unit.HUNDREDTH_PRISM.shown(polar.resultant, decimal_comma=has_comma(self.env))
        return self.env._("%(size)s Δ, base %(base)s°", size=size.lstrip("+"), base=polar.base)

    def _words_of_eye(self, prefix):
        """Write an eye's lens in a line: its powers, or what stands there instead."""
        state = self[f"{prefix}state"]
        if state != EyeState.POWERED:
            return dict(self._fields["od_state"]._description_selection(self.env))[state]
        sphere, cylinder, axis, addition = (
            self[f"{prefix}{name}"] for name in ("sphere", "cylinder", "axis", "addition")
        )
        power = shown_refraction(Refraction(sphere, cylinder, axis or None), has_comma(self.env))
        return f"{power} ADD {self._shown(addition)}" if addition else power

    @api.model
    def _shown(self, power):
        """Write a power as the table's cells do (``number.js``): with a true minus."""
        return show_power(power, has_comma(self.env)).replace("-", "−")
