from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_optics_prescription import PrescriptionCase


@tagged("post_install", "-at_install")
class TestOpticsConsent(PrescriptionCase):
    """What a patient has allowed, one document a purpose."""

    def setUp(self):
        super().setUp()
        self.env.company.write(
            {"name": "ООО «Зоркий глаз»", "vat": "7707083893", "company_registry": "1027700132195"}
        )
        self.health = self.env.ref("optics_core.consent_purpose_health")

    def give(self, **values):
        consents = self.env["optics.consent"].with_user(self.optician)
        return consents.create(
            {"patient_id": self.patient.id, "purpose_id": self.health.id, **values}
        )

    def has(self, code="health", company=None):
        return self.patient._optics_has_consent(code, company or self.env.company)

    def test_given_and_withdrawn(self):
        self.assertFalse(self.has())
        consent = self.give()
        self.assertEqual((consent.state, consent.recorded_by_id), ("given", self.optician))
        self.assertTrue(self.has())
        self.assertFalse(self.has("recall"), "one purpose each")
        self.assertEqual(self.patient.optics_consent_count, 1)
        consent.action_withdraw()
        self.assertFalse(self.has())
        self.assertEqual(self.patient.optics_consent_count, 0)
        self.assertEqual(consent.withdrawn_on, fields.Date.context_today(consent))
        self.assertEqual(consent.withdrawn_by_id, self.optician)
        with self.assertRaises(UserError):
            consent.action_withdraw()
        self.give()
        self.assertTrue(self.has(), "may be given again")

    def test_one_in_force(self):
        self.give()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.give()

    def test_to_another_company_is_another_consent(self):
        elsewhere = self.env["res.company"].create({"name": "Другая"})
        self.give()
        self.assertFalse(self.has(company=elsewhere))
        self.optician.write(
            {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id}
        )
        self.assertFalse(self.env["optics.consent"].with_user(self.optician).search([]))
        self.give()
        self.assertTrue(self.has(company=elsewhere))

    def test_never_changed_or_deleted(self):
        consent = self.give()
        for values in ({"given_on": "2020-01-01"}, {"form": "electronic"}, {"state": "withdrawn"}):
            with self.assertRaises(UserError):
                consent.write(values)
        with self.assertRaises(UserError):
            consent.with_context(optics_withdrawing=True).write({"state": "withdrawn"})
        with self.assertRaises(AccessError):
            consent.unlink()
        with self.assertRaises(UserError):
            consent.sudo().unlink()

    def test_the_stamp_is_not_typed(self):
        consent = self.give(state="withdrawn", recorded_by_id=self.workshop.id, text="<p>no</p>")
        self.assertEqual((consent.state, consent.recorded_by_id), ("given", self.optician))
        self.assertIn("Ёлкина Вера", consent.text)

    def test_dates(self):
        with self.assertRaises(ValidationError):
            self.give(given_on=fields.Date.context_today(self.health) + timedelta(days=2))
        self.assertEqual(self.give(given_on="2025-09-01").given_on, date(2025, 9, 1))

    def test_what_may_not_be_withdrawn(self):
        self.health.may_be_withdrawn = False
        with self.assertRaises(UserError):
            self.give().action_withdraw()

    def test_keeps_the_text_that_was_signed(self):
        consent = self.give()
        title = self.health.title
        self.health.write({"text": "<p>Another text for {пациент}</p>", "title": "Another"})
        self.assertIn(title, consent.text)
        self.assertIn("7707083893", consent.text)
        self.assertNotIn("Another", consent.text)

    def test_the_text_is_filled_in_and_escaped(self):
        self.patient.write({"name": "<b>Ёлкина</b> {инн}", "optics_birthdate": "1960-05-09"})
        names = ("пациент", "дата_рождения", "адрес_пациента", "организация", "огрн")
        self.health.text = f"<p>{', '.join(f'{{{name}}}' for name in names)}</p>"
        self.health.after_withdrawal = "Thirty <days>."
        document = self.health._filled(self.patient, self.env.company)
        self.assertIn(
            "</h4><p>&lt;b&gt;Ёлкина&lt;/b&gt; {инн}, 09.05.1960, ____________________,"
            " ООО «Зоркий глаз», 1027700132195</p><p>Согласие действует со дня",
            document,
        )
        self.assertIn("Thirty &lt;days&gt;.</p>", document)
        self.health.may_be_withdrawn = False
        self.assertNotIn("может быть отозвано", self.health._filled(self.patient, self.env.company))
        with self.assertRaisesRegex(ValidationError, "{surname}"):
            self.health.text = "<p>{surname}</p>"

    def test_rights(self):
        consent = self.give()
        manager = self.user("manager")
        self.assertTrue(consent.with_user(manager).text)
        self.health.with_user(manager).text = "<p>{пациент}</p>"
        with self.assertRaises(AccessError):
            self.health.with_user(self.optician).text = "<p></p>"
        with self.assertRaises(AccessError):
            consent.with_user(self.workshop).read(["state"])
        with self.assertRaises(AccessError):
            self.patient.with_user(self.workshop).read(["optics_consent_ids"])
        self.assertTrue(
            self.patient.with_user(self.workshop)._optics_has_consent("health", self.env.company)
        )

    def printed(self, report, records):
        reports = self.env["ir.actions.report"].with_user(self.optician)
        html, _kind = reports._render_qweb_html(f"optics_core.{report}", records.ids)
        return html.decode()

    def test_to_sign_is_a_document_for_each_purpose_without_consent(self):
        every = self.env["optics.consent.purpose"].search([])
        self.assertEqual(set(every.mapped("code")), {"health", "recall", "laboratory"})
        html = self.printed("report_consents_to_sign", self.patient)
        for purpose in every:
            self.assertIn(purpose.title, html)
        self.assertEqual(html.count("фамилия, имя, отчество</small>"), 3)
        self.assertIn("ООО «Зоркий глаз»", html)
        self.give()
        html = self.printed("report_consents_to_sign", self.patient)
        self.assertNotIn(self.health.title, html)
        action = self.patient.with_user(self.optician).action_optics_print_consents()
        self.assertEqual(action["type"], "ir.actions.report")
        for purpose in every - self.health:
            self.give(purpose_id=purpose.id)
        with self.assertRaises(UserError):
            self.patient.with_user(self.optician).action_optics_print_consents()

    def test_what_was_signed_is_printed_in_russian_for_everybody(self):
        consent = self.give()
        self.health.text = "<p>Another text for {пациент}</p>"
        pages = set()
        for lang in ("en_US", "ru_RU"):
            self.optician.lang = lang
            pages.add("".join(self.printed("report_consent", consent).split("<main")[1:]))
        self.assertIn("Согласие действует со дня", pages.copy().pop())
        self.assertNotIn("Another text", pages.copy().pop())
        self.assertEqual(len(pages), 1)
