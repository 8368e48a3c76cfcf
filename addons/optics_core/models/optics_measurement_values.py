from dataclasses import fields as columns_of

from odoo import api, fields, models

from ..optics.measurement import (
    COLUMNS,
    OF_A_MEASURED_EYE,
    REFRACTIONS,
    Dominance,
    EyeMeasurement,
    Kind,
    Measurement,
    corneal_power,
)
from ..optics.units import Unit
from .optics_checked import EYES
from .quantity import Quantity

KINDS = [
    (Kind.HABITUAL.value, "Glasses worn"),
    (Kind.OBJECTIVE.value, "Objective refraction"),
    (Kind.SUBJECTIVE.value, "Subjective refraction"),
    (Kind.CYCLOPLEGIC.value, "Cycloplegic refraction"),
    (Kind.KERATOMETRY.value, "Keratometry"),
    (Kind.ACUITY.value, "Visual acuity"),
    (Kind.DOMINANCE.value, "Eye dominance"),
    (Kind.PRESSURE.value, "Intraocular pressure"),
]
DOMINANCES = [
    (Dominance.OD.value, "Right eye leads"),
    (Dominance.OS.value, "Left eye leads"),
    (Dominance.NONE.value, "Neither eye leads"),
]
EYE_COLUMNS = tuple(column.name for column in columns_of(EyeMeasurement))
PAIR_COLUMNS = tuple(
    column.name for column in columns_of(Measurement) if column.name not in ("kind", "od", "os")
)
ALL_COLUMNS = {
    **{f"{prefix}{name}": name for prefix in EYES.values() for name in EYE_COLUMNS},
    **dict(zip(PAIR_COLUMNS, PAIR_COLUMNS, strict=True)),
}
"""Of each column the name without its eye, by which the plain package's table knows it."""
RADII = tuple(f"{prefix}{meridian}" for prefix in EYES.values() for meridian in ("k1", "k2"))
_D, _PRISM, _DEGREE = Unit.HUNDREDTH_DIOPTRE, Unit.HUNDREDTH_PRISM, Unit.DEGREE
_MM100, _MM10, _PRESSURE = Unit.HUNDREDTH_MM, Unit.TENTH_MM, Unit.TENTH_MMHG


def _whole(label, unit, explanation, zero=False):
    return Quantity(string=label, unit=unit, help=explanation, is_told_by_zero=zero)


def _acuity(label):
    return fields.Char(string=label, help="Visual acuity: 0.8, 1.0, or in words")


def _measured(eye):
    return fields.Boolean(
        string=f"{eye} measured",
        compute="_compute_measured",
        store=True,
        readonly=False,
        precompute=True,
        help="Whether this eye was refracted. It is ticked with any power; tick it yourself where"
        " a sphere of 0.00 alone was measured.",
    )


def _curvature(label):
    return Quantity(
        string=label,
        unit=_D,
        compute="_compute_curvatures",
        help="337.5 / radius, hundredths of a dioptre",
    )


class OpticsMeasurementValues(models.AbstractModel):
    """The columns of a measurement: whole units of the plain package, nought for "not told"."""

    _name = "optics.measurement.values"
    _inherit = ["optics.checked"]
    _description = "Values of a measurement"

    kind = fields.Selection(KINDS, required=True, default=Kind.SUBJECTIVE.value)
    kind_columns = fields.Char(
        string="Columns of the kind",
        compute="_compute_kind_columns",
        help="Names of the columns that this kind of measurement has",
    )

    od_measured = _measured("OD")
    od_sphere = _whole("OD SPH", _D, "Sphere, hundredths of a dioptre", zero=True)
    od_cylinder = _whole("OD CYL", _D, "Cylinder, hundredths of a dioptre")
    od_axis = _whole("OD AXIS", _DEGREE, "Axis of the cylinder, degrees TABO, 1 to 180")
    od_addition = _whole("OD ADD", _D, "Addition, hundredths of a dioptre")
    od_prism_horizontal = _whole("OD prism, in", _PRISM, "Hundredths of Δ; base out is negative")
    od_prism_vertical = _whole("OD prism, up", _PRISM, "Hundredths of Δ; base down is negative")
    od_pd_monocular = _whole("OD PD", _MM10, "Far, tenths of a millimetre")
    os_measured = _measured("OS")
    os_sphere = _whole("OS SPH", _D, "Sphere, hundredths of a dioptre", zero=True)
    os_cylinder = _whole("OS CYL", _D, "Cylinder, hundredths of a dioptre")
    os_axis = _whole("OS AXIS", _DEGREE, "Axis of the cylinder, degrees TABO, 1 to 180")
    os_addition = _whole("OS ADD", _D, "Addition, hundredths of a dioptre")
    os_prism_horizontal = _whole("OS prism, in", _PRISM, "Hundredths of Δ; base out is negative")
    os_prism_vertical = _whole("OS prism, up", _PRISM, "Hundredths of Δ; base down is negative")
    os_pd_monocular = _whole("OS PD", _MM10, "Far, tenths of a millimetre")
    pd_far = _whole("PD far", _MM10, "Of both eyes, tenths of a millimetre")
    pd_near = _whole("PD near", _MM10, "Of both eyes, tenths of a millimetre")
    vertex = _whole("Vertex distance", _MM100, "At refraction, hundredths of a millimetre")

    od_k1_radius = _whole("OD R1", _MM100, "Radius of the cornea, hundredths of a millimetre")
    od_k1_axis = _whole("OD R1 AXIS", _DEGREE, "Degrees TABO, 1 to 180")
    od_k1_power = _curvature("OD K1")
    od_k2_radius = _whole("OD R2", _MM100, "Radius of the cornea, hundredths of a millimetre")
    od_k2_axis = _whole("OD R2 AXIS", _DEGREE, "Degrees TABO, 1 to 180")
    od_k2_power = _curvature("OD K2")
    os_k1_radius = _whole("OS R1", _MM100, "Radius of the cornea, hundredths of a millimetre")
    os_k1_axis = _whole("OS R1 AXIS", _DEGREE, "Degrees TABO, 1 to 180")
    os_k1_power = _curvature("OS K1")
    os_k2_radius = _whole("OS R2", _MM100, "Radius of the cornea, hundredths of a millimetre")
    os_k2_axis = _whole("OS R2 AXIS", _DEGREE, "Degrees TABO, 1 to 180")
    os_k2_power = _curvature("OS K2")

    od_acuity_uncorrected_far = _acuity("OD VA far, uncorrected")
    od_acuity_corrected_far = _acuity("OD VA far, corrected")
    od_acuity_pinhole_far = _acuity("OD VA far, pinhole")
    od_acuity_uncorrected_near = _acuity("OD VA near, uncorrected")
    od_acuity_corrected_near = _acuity("OD VA near, corrected")
    od_acuity_pinhole_near = _acuity("OD VA near, pinhole")
    os_acuity_uncorrected_far = _acuity("OS VA far, uncorrected")
    os_acuity_corrected_far = _acuity("OS VA far, corrected")
    os_acuity_pinhole_far = _acuity("OS VA far, pinhole")
    os_acuity_uncorrected_near = _acuity("OS VA near, uncorrected")
    os_acuity_corrected_near = _acuity("OS VA near, corrected")
    os_acuity_pinhole_near = _acuity("OS VA near, pinhole")
    acuity_uncorrected_far = _acuity("OU VA far, uncorrected")
    acuity_corrected_far = _acuity("OU VA far, corrected")
    acuity_pinhole_far = _acuity("OU VA far, pinhole")
    acuity_uncorrected_near = _acuity("OU VA near, uncorrected")
    acuity_corrected_near = _acuity("OU VA near, corrected")
    acuity_pinhole_near = _acuity("OU VA near, pinhole")

    dominance = fields.Selection(DOMINANCES, string="Dominant eye")
    od_iop = _whole("OD IOP", _PRESSURE, "Intraocular pressure, tenths of mmHg")
    os_iop = _whole("OS IOP", _PRESSURE, "Intraocular pressure, tenths of mmHg")
    iop_method = fields.Char(string="Method of tonometry", help="Such as Goldmann, Maklakov, air")

    @api.depends("kind")
    def _compute_kind_columns(self):
        for values in self:
            values.kind_columns = values.kind and ",".join(sorted(COLUMNS[Kind(values.kind)]))

    @api.depends("kind", *(f"{eye}{name}" for eye in EYES.values() for name in OF_A_MEASURED_EYE))
    def _compute_measured(self):
        for values in self:
            for prefix in EYES.values():
                told = any(values[f"{prefix}{name}"] for name in OF_A_MEASURED_EYE)
                was = values[f"{prefix}measured"]
                values[f"{prefix}measured"] = values.kind in REFRACTIONS and (was or told)

    @api.depends(*(f"{name}_radius" for name in RADII))
    def _compute_curvatures(self):
        for values in self:
            for name in RADII:
                radius = values[f"{name}_radius"]
                values[f"{name}_power"] = corneal_power(radius) if radius > 0 else 0

    @api.depends(*ALL_COLUMNS, "kind")
    def _compute_entry_problems(self):
        return super()._compute_entry_problems()

    @api.onchange("kind")
    def _onchange_kind(self):
        """Leave nothing behind in columns that nobody sees any more."""
        if self.kind:
            own = COLUMNS[Kind(self.kind)]
            self.update({column: False for column, name in ALL_COLUMNS.items() if name not in own})

    @api.onchange("od_measured", "os_measured")
    def _onchange_measured(self):
        for prefix in EYES.values():
            if not self[f"{prefix}measured"]:
                self.update({f"{prefix}{name}": 0 for name in OF_A_MEASURED_EYE})

    @api.constrains(*ALL_COLUMNS, "kind")
    def _check_values(self):
        return super()._check_values()

    def _value(self):
        """Return the measurement as a value of the plain package.

        :raises InvalidPrescription: it breaks rules
        """
        self.ensure_one()
        od, os = (EyeMeasurement(**self._told(EYE_COLUMNS, prefix)) for prefix in EYES.values())
        shared = self._told(PAIR_COLUMNS)
        if self.dominance:
            shared["dominance"] = Dominance(self.dominance)
        return Measurement(kind=Kind(self.kind), od=od, os=os, **shared)

    def _told(self, names, prefix=""):
        told = {name: self[f"{prefix}{name}"] for name in names}
        return {name: value for name, value in told.items() if value}
