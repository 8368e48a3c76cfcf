from dataclasses import replace

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..optics.contact_lens import ContactLens, contact_lens_power
from ..optics.problems import InvalidPrescription
from ..optics.traps import FAR
from ..optics.units import Unit
from ..optics.vertex import OFFERED_FROM
from ..optics.vocabulary import AdditionLevel, LensDesign, Purpose
from .optics_checked import EYES
from .optics_words import has_comma, shown_refraction
from .quantity import Quantity

CONTACT_COLUMNS = tuple(
    f"{prefix}{name}"
    for prefix in EYES.values()
    for name in ("base_curve", "diameter", "addition_level", "design")
)
LEVELS = [
    (AdditionLevel.LOW.value, "Low"),
    (AdditionLevel.MEDIUM.value, "Med"),
    (AdditionLevel.HIGH.value, "High"),
]
DESIGNS = [(LensDesign.DOMINANT.value, "D"), (LensDesign.NON_DOMINANT.value, "N")]
REPLACEMENTS = [
    ("1", "Every day"),
    ("7", "Every week"),
    ("14", "Every two weeks"),
    ("30", "Every month"),
    ("90", "Every three months"),
    ("180", "Every six months"),
    ("365", "Every year"),
]
"""After how many days a lens is replaced."""
USUAL_VERTEX = 1200
"""Hundredths of a millimetre, where none was measured."""


def _base_curve(eye):
    return Quantity(
        string=f"{eye} BC", unit=Unit.HUNDREDTH_MM, help="Base curve, hundredths of a millimetre"
    )


def _diameter(eye):
    return Quantity(
        string=f"{eye} DIA", unit=Unit.TENTH_MM, help="Diameter, tenths of a millimetre"
    )


class OpticsPrescriptionContact(models.AbstractModel):
    """What a prescription for contact lenses has besides the powers."""

    _name = "optics.prescription.contact"
    _inherit = ["optics.prescription.values"]
    _description = "Contact lenses of a prescription"

    od_base_curve = _base_curve("OD")
    od_diameter = _diameter("OD")
    od_addition_level = fields.Selection(LEVELS, string="OD ADD level")
    od_design = fields.Selection(DESIGNS, string="OD design")
    od_lens = fields.Char(string="OD lens name", help="Maker and name of the contact lens")
    od_trial = fields.Char(string="OD trial lens", help="Powers and lot of the trial lens")
    od_over_refraction = fields.Char(string="OD over-refraction")
    os_base_curve = _base_curve("OS")
    os_diameter = _diameter("OS")
    os_addition_level = fields.Selection(LEVELS, string="OS ADD level")
    os_design = fields.Selection(DESIGNS, string="OS design")
    os_lens = fields.Char(string="OS lens name", help="Maker and name of the contact lens")
    os_trial = fields.Char(string="OS trial lens", help="Powers and lot of the trial lens")
    os_over_refraction = fields.Char(string="OS over-refraction")

    replacement = fields.Selection(REPLACEMENTS, string="Lenses are replaced")
    lenses_bought = fields.Integer(
        string="Lenses bought for an eye", aggregator=None, help="Boxes times lenses in a box"
    )
    next_purchase_date = fields.Date(
        string="Next purchase",
        compute="_compute_next_purchase_date",
        store=True,
        readonly=False,
        precompute=True,
        help="From the lenses bought and how often they are replaced",
    )
    aftercare_date = fields.Date(string="Next check of the lenses")
    contact_lens_offer = fields.Char(
        string="By the last glasses", compute="_compute_contact_lens_offer"
    )

    _lenses_bought = models.Constraint(
        "CHECK (lenses_bought BETWEEN 0 AND 1000)", "Lenses bought for an eye: from 0 to 1000."
    )

    @api.onchange("purpose")
    def _onchange_purpose(self):
        """Leave nothing behind in cells that nobody sees any more."""
        if self.purpose != Purpose.CONTACT_LENSES:
            self.update(dict.fromkeys(CONTACT_COLUMNS, False))

    @api.constrains(*CONTACT_COLUMNS, "purpose")
    def _check_contact_lenses(self):
        for prescription in self.filtered(lambda one: one.purpose != Purpose.CONTACT_LENSES):
            for name in CONTACT_COLUMNS:
                if prescription[name]:
                    label = prescription.fields_get([name], ["string"])[name]["string"]
                    raise ValidationError(self.env._("%s: of contact lenses only.", label))
        self._check_values()

    @api.depends(*CONTACT_COLUMNS)
    def _compute_entry_problems(self):
        return super()._compute_entry_problems()

    def _eye(self, eye):
        entered = super()._eye(eye)
        if self.purpose != Purpose.CONTACT_LENSES:
            return entered
        prefix = EYES[eye]
        level, design = self[f"{prefix}addition_level"], self[f"{prefix}design"]
        lens = ContactLens(
            self[f"{prefix}base_curve"] or None,
            self[f"{prefix}diameter"] or None,
            AdditionLevel(level) if level else None,
            LensDesign(design) if design else None,
        )
        return replace(entered, contact_lens=lens if lens != ContactLens() else None)

    @api.depends("date", "replacement", "lenses_bought")
    def _compute_next_purchase_date(self):
        for prescription in self:
            days = int(prescription.replacement or 0) * prescription.lenses_bought
            prescription.next_purchase_date = (
                prescription.date and days and prescription.date + relativedelta(days=days)
            )

    @api.depends("purpose", "patient_id", "date", "state", "vertex")
    @api.depends_context("lang")
    def _compute_contact_lens_offer(self):
        for prescription in self:
            glasses = prescription._glasses_to_convert()
            powers = prescription._contact_lens_powers(glasses) if glasses else {}
            prescription.contact_lens_offer = bool(powers) and self.env._(
                "Glasses of %(date)s at the cornea: %(powers)s",
                date=format_date(self.env, glasses.date),
                powers=", ".join(
                    f"{eye} {shown_refraction(power, has_comma(self.env))}"
                    for eye, power in powers.items()
                ),
            )

    def _glasses_to_convert(self):
        """Return the person's last glasses for far, where a power asks for conversion.

        That is from 4.00 D in any meridian: below, the nearest quarter stays the same.
        """
        if self.state != "draft" or self.purpose != Purpose.CONTACT_LENSES:
            return self.browse()
        glasses = self._earlier().filtered(lambda one: one.purpose in FAR)[:1]
        powers = glasses and [eye.refraction for _eye, eye in glasses._as_signed().eyes()]
        strong = any(each and abs(each.strongest.power) >= OFFERED_FROM for each in powers)
        return glasses if strong else self.browse()

    def _contact_lens_powers(self, glasses):
        """Return the contact lens of each eye that has a power; one without an equal is left out.

        The vertex distance is that of the glasses' refraction, or this one's, or the usual one.
        """
        vertex = glasses.vertex or self.vertex or USUAL_VERTEX
        powers = {}
        for eye, entered in glasses._as_signed().eyes():
            if entered.refraction:
                try:
                    powers[eye] = contact_lens_power(entered.refraction, vertex)
                except InvalidPrescription:
                    continue  # the focus lies within the vertex distance
        return powers
