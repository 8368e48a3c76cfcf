from datetime import date
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .test_optics_prescription import PrescriptionCase


@tagged("post_install", "-at_install")
class TestRecall(PrescriptionCase):
    """Who is invited again, when, and in which words."""

    def setUp(self):
        super().setUp()
        self.consent = self.allow()
        self.patient.optics_birthdate = "1995-01-01"

    def allow(self):
        purpose = self.env.ref("optics_core.consent_purpose_recall")
        return self.env["optics.consent"].create(
            {"patient_id": self.patient.id, "purpose_id": purpose.id, "given_on": "2025-01-01"}
        )

    def signed(self, **values):
        one = self.prescribe(**{"date": "2026-01-10", **values})
        one._become("signed", signed_by_id=self.optician.id, signed_at="2026-01-10 09:00:00")
        return one

    def recalls(self, day):
        with patch.object(fields.Date, "context_today", lambda *_args: date.fromisoformat(day)):
            self.env["optics.recall"]._cron_recall()
        return self.env["optics.recall"]._recalls(self.patient)

    def test_by_rule(self):
        adult, child, reading = "1995-01-01", "2015-01-01", "1970-01-01"
        lenses = {"purpose": "contact_lenses", "od_cylinder": 0, "od_axis": 0, "pd_far": 0}
        for born, values, due in (
            (adult, {}, "2027-01-10"),
            (child, {}, "2026-07-10"),
            (reading, {}, "2028-01-10"),
            (adult, {"od_addition": 8, "purpose": "progressive"}, "2028-01-10"),
            (adult, lenses, "2027-01-10"),
            (adult, {**lenses, "aftercare_date": "2026-03-01"}, "2026-03-01"),
        ):
            with self.subTest(born=born, **values):
                self.patient.optics_birthdate = born
                self.assertEqual(str(self.env["optics.recall"]._on(self.signed(**values))), due)
        self.env.company.optics_recall_months = 0
        self.patient.optics_birthdate = adult
        self.assertIsNone(self.env["optics.recall"]._on(self.signed()))

    def test_once_a_term_two_weeks_before(self):
        self.signed()
        self.assertFalse(self.recalls("2026-12-26"))
        recall = self.recalls("2026-12-28")
        self.assertEqual(len(recall), 1)
        self.assertEqual((recall.user_id, recall.res_model), (self.optician, "res.partner"))
        self.assertEqual(str(recall.date_deadline), "2027-01-10")
        self.assertEqual(self.recalls("2026-12-29"), recall)
        recall.action_feedback()
        self.assertFalse(self.recalls("2027-02-01"), "once is enough")

    def test_nothing_medical_in_the_words(self):
        self.signed(note="глаукома")
        recall = self.recalls("2027-02-01")
        self.assertEqual(recall.summary, "Invite to an eye test")
        self.assertFalse(recall.note)
        self.assertNotIn("1.25", str(recall.read()))

    def test_only_with_consent(self):
        self.signed()
        self.assertTrue(self.recalls("2027-02-01"))
        self.consent.action_withdraw()
        self.assertFalse(self.env["optics.recall"]._recalls(self.patient))
        self.assertFalse(self.recalls("2027-02-01"))

    def test_none_for_a_draft_or_who_was_erased(self):
        self.prescribe(date="2026-01-10")
        self.assertFalse(self.recalls("2027-02-01"))
        self.signed()
        self.assertTrue(self.recalls("2027-02-01"))
        self.env.company.optics_licence = "ЛО-77"
        self.env["optics.erasure"].with_user(self.user("manager"))._erase(self.patient)
        self.assertFalse(self.recalls("2030-02-01"))
