from collections import Counter

from odoo.tests import TransactionCase, tagged

from ..models.optics_measurement_values import KINDS
from ..models.optics_prescription import PURPOSES


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demonstration's people: what is shown of them; it needs a database with demo data."""

    def setUp(self):
        super().setUp()
        self.patients = self.of_the_demo("res.partner").filtered("active")
        self.assertTrue(self.patients, "the demonstration was not installed")
        self.prescriptions = self.patients.optics_prescription_ids

    def of_the_demo(self, model):
        found = self.env["ir.model.data"].search(
            [("module", "=", "optics_core"), ("model", "=", model), ("name", "like", "patient_")]
        )
        return self.env[model].browse(found.mapped("res_id"))

    def test_people_and_prescriptions_of_all_kinds(self):
        self.assertEqual(len(self.patients), 12)
        self.assertEqual(
            Counter(self.prescriptions.mapped("state")), {"signed": 22, "draft": 2, "replaced": 1}
        )
        self.assertEqual(set(self.prescriptions.mapped("purpose")), dict(PURPOSES).keys())
        self.assertEqual(set(self.prescriptions.mapped("source")), {"exam", "paper", "glasses"})
        measurements = self.patients.optics_measurement_ids
        self.assertEqual(set(measurements.mapped("kind")), dict(KINDS).keys())
        company = self.env.ref("base.main_company")
        self.assertEqual(self.prescriptions.company_id, company)
        self.assertEqual(measurements.company_id, company)

    def test_only_one_draft_has_questions(self):
        asked = self.prescriptions.filtered("open_questions")
        self.assertEqual(asked, self.env.ref("optics_core.prescription_makarov_2"))
        answered = self.prescriptions.question_ids
        self.assertEqual(len(answered.prescription_id), 3)
        self.assertTrue(all(answered.mapped("is_right")))

    def test_each_was_signed_on_its_day(self):
        for one in self.prescriptions.filtered("signed_at"):
            self.assertEqual(one.signed_at.date(), one.date)
