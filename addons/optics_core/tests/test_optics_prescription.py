import re
from base64 import b64encode
from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.optics_words import QUESTIONS
from ..optics.traps import CODES


@tagged("post_install", "-at_install")
class PrescriptionCase(TransactionCase):
    def setUp(self):
        super().setUp()
        self.optician = self.user("optician")
        self.workshop = self.user("workshop")
        self.patient = self.env["res.partner"].create({"name": "Ёлкина Вера"})

    def user(self, role):
        groups = f"base.group_user,optics_core.group_optics_{role}"
        return new_test_user(self.env, role, groups, lang="en_US")

    def prescribe(self, **values):
        prescriptions = self.env["optics.prescription"].with_user(self.optician)
        return prescriptions.create(
            {
                "patient_id": self.patient.id,
                **{"od_sphere": -10, "od_cylinder": -6, "od_axis": 90},
                **{"os_sphere": -12, "pd_far": 620},
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestValues(PrescriptionCase):
    """What may stand in a prescription; the rules are those of the plain package."""

    def refused(self, message, **values):
        with self.subTest(**values), self.assertRaisesRegex(ValidationError, message):
            self.prescribe(**values)

    def test_both_sides_of_each_bound(self):
        bounds = {
            "od_sphere": (-240, 240, 2),
            "os_cylinder": (-80, 80, 2),
            "os_addition": (2, 48, 2),
            "od_prism_horizontal": (-2000, 2000, 25),
            "os_prism_vertical": (-2000, 2000, 25),
            "pd_near": (380, 620, 1),
            "vertex": (500, 2500, 5),
            "working_distance_near": (150, 1000, 5),
        }
        for name, (lowest, highest, step) in bounds.items():
            beside = {"os_axis": 10} if name == "os_cylinder" else {}
            label = self.env["optics.prescription"]._fields[name].string
            for value in (lowest, highest):
                self.prescribe(**beside, **{name: value})
            for value in (lowest - step, highest + step):
                # Nought is "not told".
                if value:
                    self.refused(f"^{label}: ", **beside, **{name: value})

    def test_the_message_names_eye_field_value_and_range(self):
        self.refused(r"^OD SPH: -31.00 dpt is not from -30.00 to \+30.00$", od_sphere=-248)
        self.refused(r"^OS SPH: \+0.12 dpt lies between two steps of \+0.25$", os_sphere=1)
        self.refused("^OD AXIS: the cylinder needs one, from 1 to 180$", od_axis=0)
        self.refused("^OS AXIS: 90 without a cylinder$", os_axis=90)
        self.refused("^PD near: 63.0 mm is more than the far one, 62.0$", pd_near=630)
        self.refused(
            "^PD far: 62.0 mm is not the sum of both eyes, 64.0, give or take 0.5$",
            **{"od_pd_monocular": 320, "os_pd_monocular": 320},
        )
        self.refused("^OS VA: good is no visual acuity", os_acuity="good")
        self.refused("^OD SPH: must be empty: the eye has no lens", od_state="prosthesis")

    def test_all_problems_are_told_at_once(self):
        with self.assertRaises(ValidationError) as refused:
            self.prescribe(od_sphere=999, os_sphere=-999, pd_far=100)
        self.assertEqual(
            [line.split(":")[0] for line in str(refused.exception).splitlines()],
            ["OD SPH", "OS SPH", "PD far"],
        )

    def test_in_russian(self):
        self.optician.lang = "ru_RU"
        self.refused("дптр – не от -30,00 до", od_sphere=-248)

    def test_a_sphere_alone_is_enough(self):
        one = self.prescribe(od_cylinder=0, od_axis=0, pd_far=0)
        self.assertFalse(one.od_other_form)

    def test_the_other_form(self):
        one = self.prescribe()
        self.assertEqual(one.od_other_form, "−2.00 +0.75 × 180")
        self.assertEqual(one.od_equivalent, "−1.50", "-1.625 to the next quarter")
        self.assertFalse(one.os_other_form)

    def test_prism_as_resultant_and_base(self):
        one = self.prescribe(od_prism_horizontal=150, od_prism_vertical=-200)
        self.assertEqual(one.od_resultant, "2.50 Δ, base 307°")
        self.assertFalse(one.os_resultant)

    def test_a_scan_is_kept_as_it_was_signed(self):
        one = self.prescribe(source="paper", scan=b64encode(b"paper"), scan_name="paper.pdf")
        one.action_sign()
        with self.assertRaisesRegex(UserError, "is signed"):
            one.scan = b64encode(b"another")
        self.assertFalse(self.env["ir.attachment"].search([("res_model", "=", one._name)]))
        self.refused("^Scan: .* larger", scan=b64encode(b"x" * 5_000_003))

    def test_valid_until_is_the_shops_practice(self):
        self.env.company.optics_prescription_months = 6
        self.assertEqual(self.prescribe(date="2026-08-31").valid_until, date(2027, 2, 28))
        self.env.company.optics_prescription_months = 0
        self.assertFalse(self.prescribe().valid_until)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.prescribe(date="2026-08-31", valid_until="2026-08-30")

    def test_the_message_stands_at_its_cell_while_one_types(self):
        draft = self.env["optics.prescription"].with_user(self.optician).new({})
        draft.update({"patient_id": self.patient.id, "od_cylinder": -6, "pd_far": 850})
        self.assertEqual(
            draft.entry_problems,
            {
                "od_axis": "the cylinder needs one, from 1 to 180",
                "pd_far": "85.0 mm is not from 40.0 to 80.0",
            },
        )
        draft.update({"od_axis": 90, "pd_far": 620})
        self.assertFalse(draft.entry_problems)

    def test_another_state_empties_the_cells_that_it_hides(self):
        with Form(self.env["optics.prescription"].with_user(self.optician)) as form:
            form.patient_id = self.patient
            form.od_sphere, form.od_cylinder, form.od_axis = -10, -6, 90
            form.od_state = "prosthesis"
            self.assertEqual((form.od_sphere, form.od_cylinder, form.od_axis), (0, 0, 0))

    def test_steps_of_an_eighth_are_a_setting(self):
        self.refused("OD SPH: .* between two steps", od_sphere=-9)
        self.env.company.optics_eighths = True
        self.assertEqual(self.prescribe(od_sphere=-9).od_sphere, -9)


@tagged("post_install", "-at_install")
class TestQuestions(PrescriptionCase):
    """Slips of the pen are asked about, and the answers kept; which ones, says ``optics.traps``."""

    def sign(self, prescription):
        """Press the button; return the questions of the dialogue, none when it is signed."""
        answer = prescription.action_sign()
        return prescription.question_ids if answer is not True else prescription.question_ids[:0]

    def test_a_usual_one_is_signed_at_once(self):
        one = self.prescribe()
        self.assertFalse(one.open_questions)
        self.assertFalse(self.sign(one))
        self.assertEqual((one.state, one.question_ids.ids), ("signed", []))

    def test_it_is_not_signed_before_each_is_answered(self):
        one = self.prescribe(pd_far=0, os_sphere=12)
        self.assertEqual(len(one.open_questions.splitlines()), 3)
        questions = self.sign(one)
        self.assertEqual(
            set(questions.mapped("code")), {"pd_missing", "spheres_differ", "anisometropia"}
        )
        questions[:2].is_right = True
        self.assertEqual(self.sign(one), questions)
        self.assertEqual(one.state, "draft")
        questions[2].write({"is_right": True, "remark": "Проверено"})
        self.sign(one)
        self.assertEqual((one.state, len(one.question_ids)), ("signed", 3))
        self.assertEqual(one.question_ids.answered_by_id, self.optician)

    def test_a_mended_value_is_not_asked_about(self):
        one = self.prescribe(pd_far=0)
        self.assertTrue(self.sign(one))
        one.pd_far = 620
        self.assertFalse(self.sign(one))
        self.assertFalse(one.question_ids)

    def test_another_value_is_asked_about_anew(self):
        one = self.prescribe(os_sphere=40)
        self.sign(one).is_right = True
        one.os_sphere = 48
        asked = self.sign(one).filtered(lambda question: not question.is_right)
        self.assertEqual(asked.mapped("code"), ["anisometropia"])

    def test_it_is_compared_with_the_last_signed_one(self):
        self.sign(self.prescribe(date="2025-01-10", od_sphere=10, os_sphere=12))
        self.prescribe(date="2025-06-10", od_sphere=-30, pd_far=0)  # a draft tells nothing
        one = self.prescribe(date="2026-01-10")
        self.assertIn("OD: SPH was +1.25 last time and is −1.25", one.open_questions)

    def test_not_with_what_it_replaces(self):
        wrong = self.prescribe(od_sphere=10)
        self.sign(wrong).is_right = True
        wrong.action_sign()
        revision = wrong.browse(wrong.action_revise()["res_id"])
        revision.od_sphere = -10
        self.assertFalse(revision.open_questions)

    def test_not_with_another_persons(self):
        self.sign(self.prescribe(od_sphere=10, os_sphere=12))
        other = self.env["res.partner"].create({"name": "Соколов Пётр"})
        self.assertFalse(self.prescribe(patient_id=other.id).open_questions)

    def test_the_age_counts(self):
        self.patient.optics_birthdate = "1965-05-01"
        values = {"purpose": "progressive", "od_addition": 6, "os_addition": 6}
        one = self.prescribe(date="2026-04-30", **values)
        self.assertEqual(one.patient_age, 60)
        self.assertIn("unusual at the age of 60", one.open_questions)

    def test_in_russian(self):
        self.optician.lang = "ru_RU"
        self.assertIn("межзрачков", self.prescribe(pd_far=0).open_questions.lower())

    def test_answers_are_nobody_elses(self):
        one = self.prescribe(pd_far=0)
        question = self.sign(one)
        with self.assertRaises(AccessError):
            question.with_user(self.workshop).is_right = True
        for values in ({"question": "…"}, {"code": "jump"}, {"answered_by_id": self.workshop.id}):
            with self.subTest(**values), self.assertRaisesRegex(UserError, "as it was asked"):
                question.write(values)
        with self.assertRaises(AccessError):
            question.unlink()
        question.is_right = True
        one.action_sign()
        with self.assertRaisesRegex(UserError, "is signed"):
            question.is_right = False

    def test_every_question_has_its_sentence(self):
        self.assertEqual(set(CODES), set(QUESTIONS))
        for code, names in CODES.items():
            with self.subTest(code=code):
                told = re.findall(r"%\((\w+)\)s", str(QUESTIONS[code]))
                self.assertLessEqual(set(told), set(names))


@tagged("post_install", "-at_install")
class TestPatient(PrescriptionCase):
    def test_age_in_whole_years(self):
        born = self.patient.with_user(self.optician)
        born.optics_birthdate = "2010-03-01"
        self.assertEqual(born._optics_age_on(date(2020, 2, 29)), 9)
        self.assertEqual(born._optics_age_on(date(2020, 3, 1)), 10)

    def test_a_date_of_birth_is_one_of_the_living(self):
        for day in ("1890-01-01", fields.Date.today() + timedelta(days=1)):
            with self.subTest(day=day), self.assertRaisesRegex(ValidationError, "^Date of birth"):
                self.patient.optics_birthdate = day

    def test_only_opticians_see_it(self):
        with self.assertRaises(AccessError):
            self.patient.with_user(self.workshop).read(["optics_birthdate"])


@tagged("post_install", "-at_install")
class TestSigned(PrescriptionCase):
    def test_it_never_changes(self):
        one = self.prescribe()
        one.action_sign()
        self.assertEqual((one.state, one.signed_by_id), ("signed", self.optician))
        for values in (
            {"od_sphere": -8},
            {"note": "…"},
            {"patient_id": self.env.user.partner_id.id},
        ):
            with self.subTest(**values), self.assertRaisesRegex(UserError, "is signed"):
                one.write(values)
        with self.assertRaisesRegex(UserError, "not deleted"):
            one.unlink()
        with self.assertRaises(UserError):
            one.action_sign()

    def test_nobody_signs_past_the_button(self):
        other = self.prescribe()
        for values in (
            {"state": "signed"},
            {"signed_by_id": self.workshop.id},
            {"entered_by_id": self.workshop.id},
            {"previous_id": other.id},
            {"revision": 7},
        ):
            with self.subTest(**values):
                with self.assertRaisesRegex(UserError, "its button"):
                    self.prescribe().write(values)
                with self.assertRaisesRegex(UserError, "its button"):
                    self.prescribe(**values)

    def test_a_revision_replaces_it(self):
        one = self.prescribe()
        with self.assertRaises(UserError):
            one.action_revise()
        one.action_sign()
        drafts = [one.browse(one.action_revise()["res_id"]) for _draft in range(2)]
        second, rival = drafts
        self.assertEqual((second.od_sphere, second.revision, one.state), (-10, 2, "signed"))
        with self.assertRaisesRegex(ValidationError, "^Patient: "), self.env.cr.savepoint():
            second.patient_id = self.env["res.partner"].create({"name": "Соколов Пётр"})
        second.od_sphere = -8
        second.action_sign()
        self.assertEqual((one.state, one.od_sphere, second.state), ("replaced", -10, "signed"))
        with self.assertRaises(UserError):
            rival.action_sign()


@tagged("post_install", "-at_install")
class TestWhoMay(PrescriptionCase):
    def test_the_workshop_reads(self):
        one = self.prescribe()
        self.assertEqual(one.with_user(self.workshop).od_sphere, -10)
        for call in (
            lambda: one.with_user(self.workshop).write({"note": "…"}),
            self.sign_as_workshop,
        ):
            with self.assertRaises(AccessError):
                call()

    def sign_as_workshop(self):
        self.prescribe().with_user(self.workshop).action_sign()

    def test_others_know_nothing(self):
        one = self.prescribe()
        cashier = new_test_user(self.env, "cashier", "base.group_user")
        with self.assertRaises(AccessError):
            one.with_user(cashier).read(["od_sphere"])
        with self.assertRaises(AccessError):
            self.patient.with_user(cashier).read(["optics_prescription_ids"])
        self.assertNotIn("optics_prescription_count", self.patient.with_user(cashier).fields_get())

    def test_another_company_knows_nothing(self):
        one = self.prescribe()
        other = self.env["res.company"].create({"name": "ИП Соколов"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "base.group_user,optics_core.group_optics_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.assertFalse(self.env["optics.prescription"].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            one.with_user(stranger).read(["od_sphere"])

    def test_none_is_moved_into_a_foreign_company(self):
        other = self.env["res.company"].create({"name": "ИП Соколов"})
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            self.prescribe().company_id = other

    def test_an_optician_writes_down_new_patients(self):
        patient = self.env["res.partner"].with_user(self.optician).create({"name": "Новый"})
        self.assertTrue(self.prescribe(patient_id=patient.id))

    def test_the_patients_page_leads_there(self):
        one = self.prescribe()
        patient = self.patient.with_user(self.optician)
        self.assertEqual(patient.optics_prescription_count, 1)
        action = patient.action_optics_prescriptions()
        self.assertEqual(self.env["optics.prescription"].search(action["domain"]), one)
