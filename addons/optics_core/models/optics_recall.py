from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..optics.vocabulary import Purpose

ADULT = 18
READING_AGE = 40
"""From when on near vision changes, whether or not glasses for it were made."""
AHEAD = timedelta(days=14)
"""How long before the day somebody is to be invited."""
TYPE = "optics_core.mail_activity_type_recall"


class OpticsRecall(models.AbstractModel):
    """Invites patients again: an activity for an optician, where the patient has allowed it.

    After how many months is said by the company: the shop's own practice, no law's.
    """

    _name = "optics.recall"
    _description = "Recall of patients"

    @api.model
    def _on(self, prescription):
        """Return the day on which the person should come again; None where there is no rule."""
        company = prescription.company_id
        age = prescription.patient_id._optics_age_on(prescription.date)
        if prescription.purpose == Purpose.CONTACT_LENSES and prescription.aftercare_date:
            return prescription.aftercare_date
        if age is not None and age < ADULT:
            months = company.optics_recall_child_months
        elif prescription.purpose == Purpose.CONTACT_LENSES:
            months = company.optics_recall_lens_months
        elif prescription.od_addition or prescription.os_addition or (age or 0) >= READING_AGE:
            months = company.optics_recall_reading_months
        else:
            months = company.optics_recall_months
        return prescription.date + relativedelta(months=months) if months else None

    @api.model
    def _cron_recall(self):
        """Have opticians invite those who have allowed it (38-ФЗ, ст. 18), each once a term."""
        consents = self.env["optics.consent"].sudo()
        allowed = consents.search([("purpose_id.code", "=", "recall"), ("state", "=", "given")])
        self._recalls().filtered(lambda one: one.res_id not in allowed.patient_id.ids).unlink()
        for consent in allowed:
            self._recall(consent)

    @api.model
    def _cancel(self, consents):
        """Invite nobody who has withdrawn."""
        of_recalls = consents.filtered(lambda one: one.purpose_id.code == "recall")
        self._recalls(of_recalls.patient_id).unlink()

    @api.model
    def _recalls(self, patients=None):
        """Return the open activities that invite, all of them unless patients are told."""
        domain = [
            ("activity_type_id", "=", self.env.ref(TYPE).id),
            ("res_model", "=", "res.partner"),
        ]
        domain += [("res_id", "in", patients.ids)] if patients is not None else []
        return self.env["mail.activity"].sudo().search(domain)

    @api.model
    def _recall(self, consent):
        """Invite the person of a consent, if the time has come and nobody was told yet."""
        patient, today = consent.patient_id, fields.Date.context_today(self)
        last = self.env["optics.prescription"].search(
            [
                *[("patient_id", "=", patient.id), ("company_id", "=", consent.company_id.id)],
                ("state", "=", "signed"),
            ],
            limit=1,
        )
        due = last and self._on(last)
        if not due or due - AHEAD > today or not patient.active:
            return
        told_on = patient.optics_recalled_on
        user = self._who_recalls(last)
        if user and not (told_on and told_on >= due - AHEAD) and not self._recalls(patient):
            self._schedule(patient, user, max(due, today))
            patient.optics_recalled_on = today

    @api.model
    def _schedule(self, patient, user, deadline):
        """Write down the invitation: whoever sees a contact reads it, so nothing medical in it."""
        words = self.with_context(lang=user.lang).env
        patient.with_context(mail_activity_quick_update=True).activity_schedule(
            TYPE,
            date_deadline=deadline,
            summary=words._("Invite to an eye test"),
            user_id=user.id,
        )

    @api.model
    def _who_recalls(self, prescription):
        """Return who has signed, or else another optician of the company."""
        opticians = self.env["res.users"].search(
            [
                ("all_group_ids", "in", self.env.ref("optics_core.group_optics_optician").ids),
                ("company_ids", "in", prescription.company_id.ids),
                ("id", "!=", self.env.ref("base.user_root").id),
            ]
        )
        return (opticians & prescription.signed_by_id) or opticians[:1]
