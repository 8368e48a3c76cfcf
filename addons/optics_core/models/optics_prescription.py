from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..optics.limits import adapted
from ..optics.problems import InvalidPrescription
from ..optics.traps import FAR, questions
from ..optics.vocabulary import Purpose
from .optics_checked import EYES
from .optics_prescription_values import COLUMNS
from .optics_words import words_of_question

STATES = [("draft", "Draft"), ("signed", "Signed"), ("replaced", "Replaced")]
SOURCES = [
    ("exam", "Own examination"),
    ("paper", "Paper of another clinic"),
    ("glasses", "Copy of existing glasses"),
]
PURPOSES = [
    (Purpose.DISTANCE.value, "Distance"),
    (Purpose.NEAR.value, "Near"),
    (Purpose.INTERMEDIATE.value, "Intermediate"),
    (Purpose.OFFICE.value, "Office"),
    (Purpose.BIFOCAL.value, "Bifocal"),
    (Purpose.PROGRESSIVE.value, "Progressive"),
    (Purpose.CONTACT_LENSES.value, "Contact lenses"),
]
ERASING = object()
"""In the context of what erases a person. No client can send it: its contexts are JSON."""
SIGNING = object()
"""In the context of what signs and revises. No client can send it: its contexts are JSON."""

OF_THE_BUTTONS = frozenset(
    {"state", "entered_by_id", "signed_by_id", "signed_at", "revision", "previous_id"}
)
"""What is not typed by anybody."""
LARGEST_SCAN = 5_000_000
"""Bytes."""
ANY_STEP = adapted(eighths=True, tenths_of_mm=True, hundredths_of_prism=True, fresnel=True)
"""Limits of what was signed under whatever settings."""


class OpticsPrescription(models.Model):
    """What glasses or contact lenses somebody needs: a draft, then signed and unchangeable.

    A change is a new revision, which replaces the signed one when it is signed itself. The rules of
    optics are those of the plain package ``optics``; the columns of the two eyes stand in
    ``optics_prescription_values.py``.
    """

    _name = "optics.prescription"
    _inherit = ["optics.prescription.contact", "optics.read.logged"]
    _description = "Prescription for glasses or contact lenses"
    _order = "date desc, id desc"
    _rec_name = "display_name"
    _rec_names_search = ["patient_id"]
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
    state = fields.Selection(STATES, required=True, readonly=True, default="draft", copy=False)
    source = fields.Selection(SOURCES, required=True, default="exam")
    purpose = fields.Selection(PURPOSES, required=True, default=Purpose.DISTANCE.value)
    date = fields.Date(required=True, default=fields.Date.context_today, copy=False)
    valid_until = fields.Date(
        compute="_compute_valid_until",
        store=True,
        readonly=False,
        precompute=True,
        help="By the shop's practice; no law sets a term",
    )
    examiner = fields.Char(
        default=lambda self: self.env.user.name, help="Who has examined the eyes"
    )
    clinic = fields.Char(help="Where, if not here")
    entered_by_id = fields.Many2one(
        "res.users",
        string="Entered by",
        readonly=True,
        default=lambda self: self.env.user,
        copy=False,
    )
    signed_by_id = fields.Many2one("res.users", string="Signed by", readonly=True, copy=False)
    signed_at = fields.Datetime(string="Signed on", readonly=True, copy=False)
    note = fields.Text(string="Remarks")
    # In the table itself: a file of its own could be removed past the guard of what is signed.
    scan = fields.Binary(
        attachment=False, copy=False, help="Of another clinic's paper: a picture or a PDF, to 5 MB"
    )
    scan_name = fields.Char(string="Name of the scan", copy=False)
    patient_age = fields.Integer(
        string="Age then",
        compute="_compute_patient_age",
        groups="optics_core.group_optics_optician",
        aggregator=None,
    )
    question_ids = fields.One2many(
        "optics.prescription.question", "prescription_id", string="Questions and answers"
    )
    open_questions = fields.Text(string="Please check", compute="_compute_open_questions")

    revision = fields.Integer(readonly=True, default=1, copy=False, aggregator=None)
    previous_id = fields.Many2one(
        "optics.prescription",
        string="Instead of",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )

    _one_revision = models.UniqueIndex(
        "(previous_id) WHERE state <> 'draft'", "Another revision was signed meanwhile."
    )
    # The list's own order: its first page, filtered or not, is read from the end of it instead of
    # sorting all that there are.
    _newest = models.Index("(date DESC, id DESC)")
    _dates = models.Constraint(
        "CHECK (valid_until IS NULL OR valid_until >= date)",
        "Valid until: must not be earlier than the date of the prescription.",
    )

    @api.depends("patient_id", "date", "purpose")
    def _compute_display_name(self):
        purposes = dict(self._fields["purpose"]._description_selection(self.env))
        for prescription in self:
            if not prescription.patient_id:
                prescription.display_name = self.env._("New prescription")
                continue
            prescription.display_name = self.env._(
                "%(patient)s, %(date)s, %(purpose)s",
                patient=prescription.patient_id.name,
                date=format_date(self.env, prescription.date),
                purpose=purposes.get(prescription.purpose, "").lower(),
            )

    @api.depends("date", "company_id")
    def _compute_valid_until(self):
        for prescription in self:
            months = prescription.company_id.optics_prescription_months
            prescription.valid_until = (
                prescription.date and months and prescription.date + relativedelta(months=months)
            )

    @api.depends("patient_id.optics_birthdate", "date")
    def _compute_patient_age(self):
        for prescription in self:
            age = prescription.patient_id._optics_age_on(prescription.date)
            prescription.patient_age = age or 0

    @api.depends(*COLUMNS, "purpose", "patient_id", "date", "state")
    @api.depends_context("lang")
    def _compute_open_questions(self):
        for prescription in self:
            asked = prescription._questions() if prescription._is_being_typed() else ()
            prescription.open_questions = "\n".join(sentence for _code, sentence in asked)

    def _is_being_typed(self):
        return (
            self.state == "draft"
            and self.patient_id
            and any(self[name] for name in COLUMNS if not name.endswith("state"))
        )

    def _questions(self):
        """Return what is worth a question, as pairs of a rule's code and the sentence."""
        try:
            new = self._value()
        except InvalidPrescription:
            return []  # what is refused is told at its cell
        last = self._last()
        asked = questions(
            new,
            last._as_signed() if last else None,
            self.patient_id.sudo()._optics_age_on(self.date),
            (self.date - last.date).days / 365.25 if last else None,
        )
        return [(question.code, words_of_question(self.env, question)) for question in asked]

    def _last(self):
        """Return the person's last signed one before this, rather one of comparable powers."""
        earlier = self._earlier()
        alike = FAR if self.purpose in FAR else {self.purpose}
        return (earlier.filtered(lambda one: one.purpose in alike) or earlier)[:1]

    def _earlier(self):
        """Return what was signed for the person before this and is in force, newest first.

        What this one replaces is not meant: it may be replaced because it was wrong.
        """
        return self.search(
            [
                ("patient_id", "=", self.patient_id._origin.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "signed"),
                ("date", "<=", self.date),
                ("id", "not in", [self._origin.id, self.previous_id.id]),
            ],
            limit=20,
        )

    def _as_signed(self):
        """Return it as a value, by whatever steps it was signed."""
        return self._value(ANY_STEP)

    def _has_eighths(self):
        return super()._has_eighths() or self.company_id.optics_eighths

    @api.constrains("scan")
    def _check_scan(self):
        for prescription in self:
            if len(prescription.scan or b"") * 3 // 4 > LARGEST_SCAN:
                raise ValidationError(self.env._("Scan: the file is larger than 5 MB."))

    @api.constrains("patient_id", "previous_id")
    def _check_patient(self):
        for prescription in self:
            previous = prescription.previous_id
            if previous and previous.patient_id != prescription.patient_id:
                raise ValidationError(
                    self.env._("Patient: a revision is of the same person as what it replaces.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_written_by_hand(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_written_by_hand(vals)
        signed = self.filtered(lambda prescription: prescription.state != "draft")
        if signed and not self._is_signing():
            raise UserError(
                self.env._("%s is signed. Make a new revision.", signed[0].display_name)
            )
        result = super().write(vals)
        if "company_id" in vals:
            # Also in the company that they belong to now.
            self.check_access("write")
        return result

    def _is_signing(self):
        return self.env.context.get("optics_signing") is SIGNING

    @api.model
    def _check_written_by_hand(self, vals):
        """Keep what signing and revising write from whoever calls by the web client's door."""
        if not self._is_signing() and OF_THE_BUTTONS & vals.keys():
            raise UserError(self.env._("A prescription is signed and revised by its buttons."))

    @api.ondelete(at_uninstall=False)
    def _never_unlink_signed(self):
        if self.env.context.get("optics_erasing") is ERASING:
            return
        if any(prescription.state != "draft" for prescription in self):
            raise UserError(self.env._("Signed prescriptions are not deleted."))

    def action_sign(self):
        """Sign: from now on nothing changes any more.

        :return: True, or the dialogue of questions as long as one of them is not answered
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("%s is signed already.", self.display_name))
        if self.previous_id and self.previous_id.state != "signed":
            raise UserError(self.env._("Another revision was signed meanwhile."))
        self.env["optics.prescription.question"]._ask(self, self._questions())
        if not all(self.question_ids.mapped("is_right")):
            return self._dialogue_of_questions()
        self._become("signed", signed_by_id=self.env.uid, signed_at=fields.Datetime.now())
        if self.previous_id:
            self.previous_id._become("replaced")
        return True

    def _dialogue_of_questions(self):
        return {
            "name": self.env._("Please check before you sign"),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref("optics_core.optics_prescription_view_ask").id, "form")],
            "target": "new",
        }

    def _become(self, state, **values):
        self.with_context(optics_signing=SIGNING).write({**values, "state": state})

    def action_compare(self):
        """Show two of them side by side."""
        return self.env["optics.prescription.comparison"]._open(self)

    def action_lens_fit(self):
        """Ask whether a lens fits into a frame by this prescription."""
        self.ensure_one()
        return self.env["optics.lens.fit"]._open(self)

    def _timeline_summary(self):
        """Say what it is in a line of the patient's timeline."""
        purposes = dict(self._fields["purpose"]._description_selection(self.env))
        eyes = "; ".join(f"{eye} {self._words_of_eye(prefix)}" for eye, prefix in EYES.items())
        return f"{purposes[self.purpose]}: {eyes}"

    def action_take_contact_lens_offer(self):
        """Write the converted powers into the draft."""
        self.ensure_one()
        glasses = self._glasses_to_convert()
        if not glasses:
            raise UserError(self.env._("There are no glasses of 4.00 dpt or more to convert."))
        for eye, power in self._contact_lens_powers(glasses).items():
            values = {"sphere": power.sphere, "cylinder": power.cylinder, "axis": power.axis or 0}
            self.write({f"{EYES[eye]}{name}": value for name, value in values.items()})
        return True

    def action_revise(self):
        """Open a draft that says the same and may say something else."""
        self.ensure_one()
        if self.state != "signed":
            raise UserError(self.env._("Only a signed prescription has a new revision."))
        draft = self.with_context(optics_signing=SIGNING).copy(
            {"previous_id": self.id, "revision": self.revision + 1}
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": draft.id,
            "views": [(False, "form")],
        }
