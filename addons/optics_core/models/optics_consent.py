from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

STATES = [("given", "Given"), ("withdrawn", "Withdrawn")]
FORMS = [("paper", "Signed on paper"), ("electronic", "Signed electronically")]
WITHDRAWING = object()
"""In the context of what withdraws. No client can send it: its contexts are JSON."""


class OpticsConsent(models.Model):
    """A patient's consent to one purpose: given, perhaps withdrawn later, and never changed.

    Health is a special category of personal data: its use needs a consent in writing (152-ФЗ,
    ст. 10 ч. 2 п. 1), a document of its own for each purpose (ст. 9 ч. 1).
    """

    _name = "optics.consent"
    _description = "Consent of a patient"
    _order = "given_on desc, id desc"
    _rec_name = "display_name"
    _rec_names_search = ["patient_id", "purpose_id"]
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    patient_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('is_company', '=', False)]",
    )
    purpose_id = fields.Many2one(
        "optics.consent.purpose",
        string="Purpose of the consent",
        required=True,
        index=True,
        ondelete="restrict",
    )
    state = fields.Selection(STATES, required=True, readonly=True, default="given")
    given_on = fields.Date(string="Given on", required=True, default=fields.Date.context_today)
    form = fields.Selection(
        FORMS,
        required=True,
        default="paper",
        help="Electronically: by an electronic signature that counts as one on paper",
    )
    recorded_by_id = fields.Many2one("res.users", string="Written down by", readonly=True)
    withdrawn_on = fields.Date(string="Withdrawn on", readonly=True)
    withdrawn_by_id = fields.Many2one(
        "res.users", string="Withdrawal written down by", readonly=True
    )
    text = fields.Html(
        string="Text as it was signed", readonly=True, help="Of the purpose, on that day"
    )
    may_be_withdrawn = fields.Boolean(related="purpose_id.may_be_withdrawn")

    _one_in_force = models.UniqueIndex(
        "(patient_id, purpose_id, company_id) WHERE state = 'given'",
        "This consent is given already.",
    )
    _dates = models.Constraint(
        "CHECK (withdrawn_on IS NULL OR withdrawn_on >= given_on)",
        "Withdrawn on: must not be earlier than the consent was given.",
    )

    @api.depends("patient_id", "purpose_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for consent in self:
            names = (consent.patient_id.name, consent.purpose_id.name)
            consent.display_name = ": ".join(name for name in names if name)

    @api.constrains("given_on")
    def _check_given_on(self):
        if any(consent.given_on > fields.Date.context_today(consent) for consent in self):
            raise ValidationError(self.env._("Given on: must not be later than today."))

    @api.model_create_multi
    def create(self, vals_list):
        stamp = {
            **{"state": "given", "recorded_by_id": self.env.uid},
            **{"withdrawn_on": False, "withdrawn_by_id": False, "text": False},
        }
        consents = super().create([{**vals, **stamp} for vals in vals_list])
        for consent in consents:
            text = consent.purpose_id._filled(consent.patient_id, consent.company_id)
            consent._change(text=text)
        return consents

    def write(self, vals):
        if self.env.context.get("optics_withdrawing") is not WITHDRAWING:
            raise UserError(
                self.env._("A consent is never changed. Withdraw it and write down another one.")
            )
        return super().write(vals)

    def _change(self, **values):
        return self.with_context(optics_withdrawing=WITHDRAWING).write(values)

    @api.ondelete(at_uninstall=False)
    def _never_unlink(self):
        raise UserError(self.env._("Consents are not deleted: they prove what was allowed."))

    def _timeline_summary(self):
        """Say what it is in a line of the patient's timeline."""
        states = dict(self._fields["state"]._description_selection(self.env))
        return f"{self.purpose_id.name}: {states[self.state].lower()}"

    def action_withdraw(self):
        """Write down today's withdrawal (152-ФЗ, ст. 9 ч. 2)."""
        self.check_access("write")
        for consent in self:
            if consent.state != "given":
                raise UserError(self.env._("%s is withdrawn already.", consent.display_name))
            if not consent.may_be_withdrawn:
                raise UserError(self.env._("%s cannot be withdrawn.", consent.display_name))
        today = fields.Date.context_today(self)
        self.env["optics.recall"]._cancel(self)
        return self._change(state="withdrawn", withdrawn_on=today, withdrawn_by_id=self.env.uid)
