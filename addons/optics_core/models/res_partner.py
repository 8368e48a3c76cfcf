from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.modules.db import FunctionStatus

from .optics_read_logged import may_write


def _trigrams(column):
    """Index parts of words, as a name is looked for, where PostgreSQL has ``pg_trgm``.

    Odoo looks for a typed name in five columns at once, so PostgreSQL can use such indexes only if
    all five have one; without them it reads every partner at each key that is pressed.
    """

    def definition(registry):
        if not registry.has_trigram or registry.has_unaccent == FunctionStatus.PRESENT:
            return ""
        return f"USING gin ({registry.unaccent(column)} gin_trgm_ops)"

    return models.Index(definition)


class ResPartner(models.Model):
    """Somebody with eyes, of whom records with rights of their own tell."""

    _inherit = "res.partner"

    optics_birthdate = fields.Date(
        string="Date of birth", groups="optics_core.group_optics_optician"
    )
    optics_age = fields.Integer(
        string="Age",
        compute="_compute_optics_age",
        groups="optics_core.group_optics_optician",
        aggregator=None,
    )

    optics_prescription_ids = fields.One2many(
        "optics.prescription",
        "patient_id",
        string="Prescriptions",
        groups="optics_core.group_optics_workshop",
    )
    optics_measurement_ids = fields.One2many(
        "optics.measurement",
        "patient_id",
        string="Measurements",
        groups="optics_core.group_optics_optician",
    )
    optics_measurement_count = fields.Integer(
        string="Number of measurements",
        compute="_compute_optics_measurement_count",
        groups="optics_core.group_optics_optician",
    )
    optics_event_ids = fields.One2many(
        "optics.patient.event",
        "patient_id",
        string="Timeline",
        groups="optics_core.group_optics_optician",
    )
    optics_prescription_count = fields.Integer(
        string="Number of prescriptions",
        compute="_compute_optics_prescription_count",
        groups="optics_core.group_optics_workshop",
    )

    optics_consent_ids = fields.One2many(
        "optics.consent",
        "patient_id",
        string="Consents",
        groups="optics_core.group_optics_optician",
    )
    optics_consent_count = fields.Integer(
        string="Consents in force",
        compute="_compute_optics_consent_count",
        groups="optics_core.group_optics_optician",
    )

    optics_recalled_on = fields.Date(
        string="Last recall",
        readonly=True,
        copy=False,
        groups="optics_core.group_optics_optician",
        help="When an optician was told to invite",
    )

    _complete_name_parts = _trigrams("complete_name")
    _email_parts = _trigrams("email")
    _ref_parts = _trigrams("ref")
    _vat_parts = _trigrams("vat")
    _company_registry_parts = _trigrams("company_registry")

    @api.depends("optics_birthdate")
    def _compute_optics_age(self):
        today = fields.Date.context_today(self)
        for partner in self:
            partner.optics_age = partner._optics_age_on(today) or 0

    @api.constrains("optics_birthdate")
    def _check_optics_birthdate(self):
        today = fields.Date.context_today(self)
        for partner in self:
            age = partner._optics_age_on(today)
            if age is not None and not 0 <= age <= 120:
                raise ValidationError(
                    self.env._("Date of birth: must be from 120 years ago to today.")
                )

    def _optics_age_on(self, day):
        """Return the age in whole years, negative before the birth; None where it is not told."""
        born = self.optics_birthdate
        if not born or not day:
            return None
        return relativedelta(day, born).years if born <= day else -1

    @api.depends("optics_prescription_ids")
    def _compute_optics_prescription_count(self):
        for partner in self:
            partner.optics_prescription_count = len(partner.optics_prescription_ids)

    def action_optics_prescriptions(self):
        return self._optics_records("optics_prescription_action")

    def _optics_records(self, action):
        """Return a list of this person's records alone, where a new one is this person's too."""
        self.ensure_one()
        return self.env["ir.actions.actions"]._for_xml_id(f"optics_core.{action}") | {
            "domain": [("patient_id", "=", self.id)],
            "context": {"default_patient_id": self.id},
        }

    @api.depends("optics_measurement_ids")
    def _compute_optics_measurement_count(self):
        for partner in self:
            partner.optics_measurement_count = len(partner.optics_measurement_ids)

    def action_optics_measurements(self):
        return self._optics_records("optics_measurement_action")

    @api.depends("optics_consent_ids.state")
    def _compute_optics_consent_count(self):
        for partner in self:
            in_force = partner.optics_consent_ids.filtered(lambda one: one.state == "given")
            partner.optics_consent_count = len(in_force)

    def _optics_has_consent(self, code, company):
        """Tell whether the person's consent to a purpose is in force, whoever asks.

        :param code: of the purpose
        :param company: to which it must be given
        """
        self.ensure_one()
        domain = [
            *[("patient_id", "=", self.id), ("company_id", "=", company.id)],
            *[("purpose_id.code", "=", code), ("state", "=", "given")],
        ]
        return bool(self.env["optics.consent"].sudo().search_count(domain, limit=1))

    def _optics_purposes_to_sign(self):
        """Return the purposes in use without a consent to the current company."""
        given = self.optics_consent_ids.filtered(
            lambda one: one.state == "given" and one.company_id == self.env.company
        )
        purposes = self.env["optics.consent.purpose"]
        return purposes.search([("id", "not in", given.purpose_id.ids)])

    def action_optics_consents(self):
        return self._optics_records("optics_consent_action")

    @may_write
    def web_read(self, specification):
        # A patient's page shows records, and the log notes who has seen them.
        return super().web_read(specification)

    def action_optics_compare(self):
        """Show the last two signed prescriptions side by side; others can be chosen there."""
        self.ensure_one()
        signed = self.optics_prescription_ids.filtered(lambda one: one.state == "signed")
        return signed.sorted(lambda one: (one.date, one.id))[-2:].action_compare()

    def action_optics_patient(self):
        """Open the page of the patient's records."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref("optics_core.optics_patient_view_form").id, "form")],
        }

    def action_optics_print_consents(self):
        self.ensure_one()
        if not self._optics_purposes_to_sign():
            raise UserError(self.env._("%s has given every consent.", self.display_name))
        report = self.env.ref("optics_core.report_consents_to_sign")
        # The document has a layout of its own: no question about that of the company's letters.
        return report.report_action(self, config=False)

    def action_optics_export(self):
        """Download all that is held about the person."""
        self.ensure_one()
        self.env["optics.patient.export"]._check_allowed(self)
        return {
            "type": "ir.actions.act_url",
            "url": f"/optics/patient/{self.id}/export",
            "target": "download",
        }
