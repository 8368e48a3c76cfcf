import html
import re

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .test_optics_prescription import PrescriptionCase

REPORT = "optics_core.report_prescription"


@tagged("post_install", "-at_install")
class PrintedCase(PrescriptionCase):
    def printed(self, prescription, user=None):
        """Return the words of the page, in their order."""
        reports = self.env["ir.actions.report"].with_user(user or self.optician)
        page, _kind = reports._render_qweb_html(REPORT, prescription.ids)
        body = re.sub(r"<(style|script).*?</\1>", " ", page.decode(), flags=re.DOTALL)
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


@tagged("post_install", "-at_install")
class TestPrintedPrescription(PrintedCase):
    def test_it_has_the_fields_of_the_form_in_russian_whoever_prints(self):
        self.env.company.optics_licence = "Л041-01137-78/00000001"
        self.patient.optics_birthdate = "1985-03-02"
        one = self.prescribe(
            date="2026-11-30",
            **{"od_prism_horizontal": 150, "od_prism_vertical": 200, "od_acuity": "1.0"},
            **{"od_addition": 12, "os_addition": 12, "purpose": "progressive"},
            **{"pd_near": 590, "working_distance_near": 400},
        )
        page = self.printed(one)
        for words in (
            "Форма 2-МИ",
            "Лицензия Л041-01137-78/00000001",
            "от 30.11.2026",
            "Пациент: Ёлкина Вера , дата рождения 02.03.1985",
            "Назначение: Прогрессивные",
            "OD (правый) −1,25 −0,75 90 2,50 53 +1,50 1.0 −2,00 +0,75 × 180",
            "OS (левый) −1,50 +1,50",
            "Межзрачковое расстояние (PD), мм: для дали 62,0 . для близи 59,0 .",
            "РОЦ",
            "Рабочее расстояние, мм: близь 400",
            "Действует до 30.11.2027",
            "(подпись)",
        ):
            with self.subTest(words=words):
                self.assertIn(words, page)

    def test_an_eye_without_a_power_is_told_in_words(self):
        one = self.prescribe(os_state="prosthesis", os_sphere=0)
        self.assertIn("OS (левый) Протез", self.printed(one))

    def test_what_is_not_in_force_says_so(self):
        one = self.prescribe()
        self.assertIn("ЧЕРНОВИК", self.printed(one))
        one.action_sign()
        self.assertNotIn("ЧЕРНОВИК", self.printed(one))
        revision = one.browse(one.action_revise()["res_id"])
        revision.action_sign()
        self.assertIn("ЗАМЕНЁН", self.printed(one))

    def test_who_may_not_read_does_not_print(self):
        cashier = new_test_user(self.env, "cashier", "base.group_user")
        with self.assertRaises(AccessError):
            self.printed(self.prescribe(), cashier)
        self.assertIn("Ёлкина", self.printed(self.prescribe(), self.workshop))
