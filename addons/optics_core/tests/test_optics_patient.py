from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_optics_prescription import PrescriptionCase


@tagged("post_install", "-at_install")
class TestTimeline(PrescriptionCase):
    def events(self):
        self.env.flush_all()
        self.patient.invalidate_recordset()
        return self.patient.with_user(self.optician).optics_event_ids

    def test_all_of_it_newest_first(self):
        measured = self.env["optics.measurement"].create(
            {
                "patient_id": self.patient.id,
                "kind": "objective",
                "date": "2026-01-10 09:00:00",
                **{"od_measured": True, "od_sphere": -137, "os_measured": True, "os_sphere": 0},
            }
        )
        prescribed = self.prescribe()
        order = self.env["sale.order"].create(
            {"partner_id": self.patient.id, "date_order": "2026-01-11 09:00:00"}
        )
        events = self.events()
        self.assertEqual(
            [(event.res_model, event.res_id) for event in events],
            [
                (prescribed._name, prescribed.id),
                (order._name, order.id),
                (measured._name, measured.id),
            ],
        )
        self.assertEqual(events[0].summary, "Distance: OD −1.25 −0.75 × 90; OS −1.50")
        self.assertIn("OD −1.37; OS 0.00", events[2].summary)
        self.assertEqual(events[0].action_open()["res_id"], prescribed.id)

    def test_nobody_elses(self):
        self.prescribe(patient_id=self.env["res.partner"].create({"name": "Соколов"}).id)
        self.assertFalse(self.events())

    def test_the_workshop_has_no_timeline(self):
        with self.assertRaises(AccessError):
            self.patient.with_user(self.workshop).read(["optics_event_ids"])

    def test_another_company_has_none_of_it(self):
        self.prescribe()
        other = self.env["res.company"].create({"name": "ИП Соколов"})
        self.optician.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertFalse(self.events())


@tagged("post_install", "-at_install")
class TestComparison(PrescriptionCase):
    def compared(self, *prescriptions):
        both = self.env["optics.prescription"].with_user(self.optician).concat(*prescriptions)
        action = both.action_compare()
        return self.env[action["res_model"]].with_user(self.optician).browse(action["res_id"])

    def rows(self, comparison):
        return {
            row["label"]: (row["before"], row["after"], row["change"]) for row in comparison._rows()
        }

    def test_values_of_two_dates_side_by_side(self):
        new = self.prescribe(date="2026-11-30", od_sphere=-14, os_sphere=0, os_acuity="0.8")
        old = self.prescribe(date="2025-11-30")
        comparison = self.compared(new, old)
        self.assertEqual((comparison.before_id, comparison.after_id), (old, new))
        rows = self.rows(comparison)
        self.assertEqual(rows["OD SPH"], ("−1.25", "−1.75", "−0.50"))
        self.assertEqual(rows["OS SPH"], ("−1.50", "0.00", "+1.50"))
        self.assertEqual(rows["OD AXIS"], ("90", "90", ""))
        self.assertEqual(rows["OS VA"], ("", "0.8", ""))
        self.assertEqual(rows["PD far"], ("62.0", "62.0", ""))
        self.assertNotIn("OS CYL", rows)
        self.assertIn("11/30/2025", comparison.table)

    def test_two_of_one_patient(self):
        other = self.env["res.partner"].create({"name": "Соколов"})
        for wrong in (
            [self.prescribe()],
            [self.prescribe(), self.prescribe(patient_id=other.id)],
        ):
            with self.assertRaisesRegex(UserError, "two prescriptions of one patient"):
                self.compared(*wrong)

    def test_the_patients_page_leads_there(self):
        for day in ("2024-01-10", "2025-01-10", "2026-01-10"):
            self.prescribe(date=day).action_sign()
        action = self.patient.with_user(self.optician).action_optics_compare()
        comparison = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(str(comparison.before_id.date), "2025-01-10")
