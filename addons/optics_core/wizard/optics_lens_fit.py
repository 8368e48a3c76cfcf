from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.optics_checked import EYES
from ..models.optics_prescription import PURPOSES
from ..models.optics_words import (
    CHECKS,
    has_comma,
    lines_of_problems,
    shown_refraction,
    words_of_verdict,
)
from ..models.quantity import Quantity
from ..optics.blank import Centration
from ..optics.fit import fits
from ..optics.lens import SpectacleDesign
from ..optics.need import OF_SEVERAL_POWERS, lens_need
from ..optics.problems import InvalidPrescription
from ..optics.stock_power import StockPower
from ..optics.units import Unit
from ..optics.verdict import Check, Outcome
from ..optics.vocabulary import Purpose

OF_GLASSES = [each for each in PURPOSES if each[0] != Purpose.CONTACT_LENSES.value]
OUTCOMES = [
    (Outcome.OK.value, "Fits"),
    (Outcome.ASK.value, "Question"),
    (Outcome.NOT_KNOWN.value, "Not known"),
    (Outcome.REFUSED.value, "Does not fit"),
]
"""The worst last: what nobody knows may yet be refused."""
MOST_LOOKED_AT = 200
"""Lenses of the catalogue, in a search for those that fit."""
SEVERITY = [value for value, _label in OUTCOMES]
CENTRATION = tuple(f"{prefix}{name}" for prefix in EYES.values() for name in ("pd", "height"))
INPUTS = ("prescription_id", "purpose", "frame_id", "lens_id", "os_lens_id", *CENTRATION)
PARTS_OF_FRAME = {
    "optics_box_a": ("optics_box_a", "optics_eye_size"),
    "optics_box_b": ("optics_box_b",),
    "optics_box_dbl": ("optics_box_dbl", "optics_bridge"),
    "optics_rim": ("optics_rim",),
}
"""What a frame must tell, and the columns of which one is enough."""
PARTS_OF_LENS = {name: (name,) for name in ("optics_design", "optics_index", "optics_range_ids")}


def _measure(label, explanation, **options):
    return Quantity(string=label, unit=Unit.TENTH_MM, help=explanation, **options)


def _pd(eye):
    return _measure(
        f"{eye} PD",
        "Of this eye and for this purpose, tenths of a millimetre",
        compute="_compute_pd",
        store=True,
        readonly=False,
        precompute=True,
        compute_sudo=False,
    )


def _height(eye):
    return _measure(f"{eye} height", "From the lower tangent of the box, tenths of a millimetre")


class OpticsLensFit(models.TransientModel):
    """Whether a lens of the catalogue, in a frame of it, makes the glasses of a prescription.

    The rules are those of the plain package ``optics.fit``; none of its verdicts stops anybody.
    """

    _name = "optics.lens.fit"
    _inherit = ["optics.checked", "optics.read.logged"]
    _description = "Whether a lens fits"

    prescription_id = fields.Many2one("optics.prescription", required=True, readonly=True)
    purposes = fields.Json(
        compute="_compute_purposes", help="Of glasses that the prescription tells the power of"
    )
    purpose = fields.Selection(OF_GLASSES, string="Glasses for", required=True)
    frame_id = fields.Many2one("product.product", domain=[("optics_kind", "=", "frame")])
    lens_id = fields.Many2one("product.template", domain=[("optics_kind", "=", "lens")])
    os_lens_id = fields.Many2one(
        "product.template", string="OS lens, if another", domain=[("optics_kind", "=", "lens")]
    )
    od_pd = _pd("OD")
    od_height = _height("OD")
    os_pd = _pd("OS")
    os_height = _height("OS")
    frame_missing = fields.Text(compute="_compute_missing")
    lens_missing = fields.Text(compute="_compute_missing")
    offer_ids = fields.One2many("optics.lens.fit.offer", "fit_id", string="Lenses that fit")
    outcome = fields.Selection(OUTCOMES, compute="_compute_fit")
    summary = fields.Text(compute="_compute_fit")
    table = fields.Html(compute="_compute_fit", sanitize=False)

    @api.model
    def _open(self, prescription):
        """Return the page that asks for frame and lens."""
        if prescription.purpose == Purpose.CONTACT_LENSES.value:
            raise UserError(self.env._("Contact lenses go into no frame."))
        fit = self.create({"prescription_id": prescription.id, "purpose": prescription.purpose})
        return fit._page_of(fit)

    @api.model
    def _page_of(self, record):
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    @api.depends_context("lang")
    def _compute_display_name(self):
        for fit in self:
            fit.display_name = self.env._("Does the lens fit?")

    @api.depends("prescription_id")
    def _compute_purposes(self):
        for fit in self:
            prescribed = fit._prescribed()
            fit.purposes = [
                value
                for value, _label in OF_GLASSES
                if prescribed and any(lens_need(prescribed, eye, Purpose(value)) for eye in EYES)
            ]

    @api.depends("prescription_id", "purpose")
    def _compute_pd(self):
        for fit in self:
            for eye, need in fit._needs().items():
                fit[f"{EYES[eye]}pd"] = need.pd or 0 if need else 0

    @api.depends(*CENTRATION)
    def _compute_entry_problems(self):
        return super()._compute_entry_problems()

    @api.constrains(*CENTRATION)
    def _check_values(self):
        return super()._check_values()

    def _value(self):
        """Return each eye's centration, None where nothing of it is told.

        :raises InvalidPrescription: it breaks rules
        """
        self.ensure_one()
        centrations, problems = {}, []
        for eye, prefix in EYES.items():
            pd, height = (self[f"{prefix}{name}"] or None for name in ("pd", "height"))
            try:
                centrations[eye] = Centration(pd, height) if pd or height else None
            except InvalidPrescription as error:
                problems += [replace(each, eye=eye) for each in error.problems]
        if problems:
            raise InvalidPrescription(problems)
        return centrations

    def _read_subjects(self):
        return self.prescription_id

    def _prescribed(self):
        """Return the prescription as a value, None without any.

        Whoever is shown what follows from it, before it is saved too, must be allowed to read it
        and is in the log.
        """
        if not self.prescription_id:
            return None
        self.prescription_id.check_access("read")
        self.prescription_id._log_reading("opened")
        return self.prescription_id._as_signed()

    def _needs(self):
        """Return what each eye's lens must have, None where nothing can be told of it."""
        self.ensure_one()
        prescribed, purpose = self._prescribed(), self.purpose and Purpose(self.purpose)
        return {eye: prescribed and lens_need(prescribed, eye, purpose) for eye in EYES}

    def _lens_of(self, eye):
        return (eye == "OS" and self.os_lens_id) or self.lens_id

    def _verdicts(self, needs, offered=None):
        """Return the verdicts of each eye; of those only of which all is told.

        :param offered: a lens for both eyes, instead of those that are chosen
        :raises InvalidPrescription: a distance or a height breaks rules
        """
        centrations, frame = self._value(), self.frame_id and self.frame_id._optics_frame()
        found = {}
        for eye, need in needs.items():
            design = offered or self._lens_of(eye)
            lens = design and design._optics_lens()
            if need and lens and frame:
                found[eye] = fits(need, lens, frame, centrations[eye])
        return found

    # --- what is shown ---------------------------------------------------------------------------

    @api.depends("frame_id", "lens_id", "os_lens_id")
    @api.depends_context("lang")
    def _compute_missing(self):
        for fit in self:
            fit.frame_missing = "\n".join(self._missing(fit.frame_id, PARTS_OF_FRAME))
            lenses = fit.lens_id | fit.os_lens_id
            fit.lens_missing = "\n".join(self._missing(lenses, PARTS_OF_LENS))

    @api.model
    def _missing(self, products, parts):
        """Return a line for each part that a product does not tell."""
        labels = products.fields_get(parts, ["string"])
        return [
            self.env._(
                "%(product)s: %(field)s is not told.",
                product=product.display_name,
                field=labels[part]["string"],
            )
            for product in products
            for part, columns in parts.items()
            if not any(product[name] for name in columns)
        ]

    @api.depends(*INPUTS)
    @api.depends_context("lang")
    def _compute_fit(self):
        for fit in self:
            needs = fit._needs()
            try:
                verdicts, problems = fit._verdicts(needs), ()
            except InvalidPrescription as error:
                verdicts, problems = {}, error.problems
            fit.outcome = self._worst(verdicts)
            fit.summary = (
                lines_of_problems(fit, problems, EYES) if problems else fit._summary(verdicts)
            )
            fit.table = self.env["ir.qweb"]._render(
                "optics_core.lens_fit_table", {"eyes": EYES, "rows": fit._rows(needs, verdicts)}
            )

    @api.model
    def _worst(self, verdicts):
        """Return the worst outcome of all eyes, False without any."""
        outcomes = [each.outcome.value for of_eye in verdicts.values() for each in of_eye]
        return max(outcomes, key=SEVERITY.index, default=False)

    def _summary(self, verdicts):
        """Name the checks of the worst outcome, unless all is well."""
        worst = self._worst(verdicts)
        if not worst:
            return self._what_to_choose()
        return worst != Outcome.OK.value and self._reasons(verdicts, worst)

    def _reasons(self, verdicts, worst):
        named = [
            f"{eye}: {self.env._(CHECKS[each.check])}"
            for eye, of_eye in verdicts.items()
            for each in of_eye
            if each.outcome == worst
        ]
        return "; ".join(named)

    def _what_to_choose(self):
        if self.frame_missing or self.lens_missing:
            return False
        if self.frame_id and self.lens_id:
            return self.env._("No eye has a lens whose power is told.")
        return self.env._("Choose a frame and a lens.")

    def _rows(self, needs, verdicts):
        """Return the rows of the table: a label, and of each eye words and an outcome."""
        needed = {eye: {"words": self._words_of_need(eye, need)} for eye, need in needs.items()}
        rows = [{"label": self.env._("Needed"), **needed}]
        stock = self._cells_of_stock(needs)
        if any(each["words"] for each in stock.values()):
            rows.append({"label": self.env._("In stock"), **stock})
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        for place, check in enumerate(Check if verdicts else ()):
            row = {"label": self.env._(CHECKS[check])}
            for eye, of_eye in verdicts.items():
                told, outcome = words_of_verdict(self.env, of_eye[place]), of_eye[place].outcome
                row[eye] = {"words": told, "outcome": outcome, "label": outcomes[outcome]}
            rows.append(row)
        return rows

    def _words_of_need(self, eye, need):
        """Write a lens's power in a line; where there is none, why."""
        prescription, prefix = self.prescription_id, EYES[eye]
        if not prescription:
            return ""
        if need:
            power = shown_refraction(need.refraction, has_comma(self.env))
            addition = need.addition and prescription._shown(need.addition)
            return f"{power} ADD {addition}" if addition else power
        if prescription[f"{prefix}state"] != "powered":
            return self.env._("%s: nothing to check", prescription._words_of_eye(prefix))
        return self.env._("the prescription does not tell the power for this purpose")

    def _cells_of_stock(self, needs):
        shelves = {eye: self._shelf(eye, need) for eye, need in needs.items()}
        right, left = shelves.values()
        cells = {}
        for eye, shelf in shelves.items():
            words = self._words_of_shelf(*shelf) if shelf else ""
            if shelf and right == left:
                words = self.env._("%s, for both eyes", words)
            cells[eye] = {"words": words}
        return cells

    def _shelf(self, eye, need):
        """Return an eye's lens and its power without an axis, None where no shelf has it."""
        lens = self._lens_of(eye)
        if not (need and need.is_single_vision and lens):
            return None
        try:
            return lens, StockPower.of(need.refraction)
        except InvalidPrescription:
            return None

    def _words_of_shelf(self, lens, power):
        """Write a power and how many of it are free; nothing is made by looking."""
        company = self.prescription_id.company_id
        product = lens._optics_known_power(power).with_context(allowed_company_ids=company.ids)
        free = product.sudo().free_qty if product else 0
        return self.env._(
            "%(power)s: %(free)s free",
            power=power.show(has_comma(self.env)).replace("-", "−"),
            free=f"{free:g}",
        )

    @api.onchange("purpose", "frame_id", *CENTRATION)
    def _onchange_need(self):
        """Drop the offers, which were made for something else."""
        self.offer_ids = False

    def action_offer(self):
        """List the lenses of which nothing is refused for both eyes, the best answer first."""
        self.ensure_one()
        if not self.frame_id or self.frame_missing:
            raise UserError(self.env._("Choose a frame whose sizes are told."))
        needs, looked_at = self._needs(), self._designs()
        if not any(needs.values()):
            raise UserError(self.env._("No eye has a lens whose power is told."))
        offers = [self._offer(lens, self._verdicts(needs, lens)) for lens in looked_at]
        kept = [each for each in offers if each["outcome"] not in (False, Outcome.REFUSED.value)]
        if not kept:
            raise UserError(self.env._("No lens fits; looked at: %(count)s.", count=len(looked_at)))
        self.offer_ids.unlink()
        kept.sort(key=lambda each: SEVERITY.index(each["outcome"]))
        self.env["optics.lens.fit.offer"].create(kept)
        return True

    def _designs(self):
        """Return the lenses that are made for such glasses, the cheapest first."""
        is_single = "!=" if Purpose(self.purpose) in OF_SEVERAL_POWERS else "="
        return self.env["product.template"].search(
            [
                ("optics_kind", "=", "lens"),
                ("optics_design", "!=", False),
                ("optics_design", is_single, SpectacleDesign.SINGLE_VISION.value),
            ],
            order="list_price, id",
            limit=MOST_LOOKED_AT,
        )

    def _offer(self, lens, verdicts):
        worst = self._worst(verdicts)
        is_well = worst in (False, Outcome.OK.value)
        return {
            "fit_id": self.id,
            "lens_id": lens.id,
            "outcome": worst,
            "reasons": False if is_well else self._reasons(verdicts, worst),
            "price": lens.list_price,
        }

    def action_open_frame(self):
        """Open the frame that tells too little."""
        return self._page_of(self.frame_id)

    def action_open_lens(self):
        """Open the lens that tells too little, the first of two."""
        lenses = self.lens_id | self.os_lens_id
        return self._page_of(lenses.filtered(lambda one: self._missing(one, PARTS_OF_LENS))[:1])
