import json
from io import BytesIO
from zipfile import ZipFile

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_optics_prescription import PrescriptionCase


class ExportCase(PrescriptionCase):
    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("ru_RU")
        self.patient.write(
            {
                **{"name": "Ёлкина Вера", "optics_birthdate": "1960-05-09"},
                **{"phone": "+7 916 000-00-01", "email": "elkina@primer.example"},
            }
        )
        self.one = self.prescribe(note="Беречь <глаза>")
        self.measured = self.env["optics.measurement"].create(
            {
                **{"patient_id": self.patient.id, "kind": "objective"},
                **{"od_measured": True, "od_sphere": -137},
            }
        )
        self.env["optics.consent"].create(
            {
                "patient_id": self.patient.id,
                "purpose_id": self.env.ref("optics_core.consent_purpose_health").id,
            }
        )
        self.order = self.env["sale.order"].create({"partner_id": self.patient.id})
        self.one.with_user(self.workshop).web_read({"od_sphere": {}})

    def held(self, content):
        with ZipFile(BytesIO(content)) as archive:
            self.assertEqual(archive.namelist(), ["data.json", "data.html"])
            return json.loads(archive.read("data.json")), archive.read("data.html").decode()


@tagged("post_install", "-at_install")
class TestPatientExport(ExportCase):
    """What a person is given who asks what is held about him."""

    def export(self, user=None):
        export = self.env["optics.patient.export"].with_user(user or self.optician)
        return self.held(export._zip(self.patient.with_user(user or self.optician)))

    def test_everything_is_there_as_it_was_written(self):
        held, page = self.export()
        for told in ("Ёлкина Вера", "09.05.1960", "+7 916 000-00-01", "elkina@primer.example"):
            self.assertIn(told, held["Контактные данные"][0].values())
            self.assertIn(told, page)
        (prescription,) = held["Рецепты"]
        self.assertIn("−1,25", prescription.values())
        self.assertIn("62,0", prescription.values())
        self.assertIn("OD −1,25 −0,75 × 90", prescription["Итог"])
        self.assertIn("Беречь <глаза>", prescription.values())
        self.assertIn("Беречь &lt;глаза&gt;", page)
        (measured,) = held["Измерения"]
        self.assertIn("−1,37", measured.values())
        (consent,) = held["Согласия"]
        self.assertIn("Ёлкина Вера", "".join(str(told) for told in consent.values()))
        self.assertIn(self.order.name, held["Заказы"][0].values())
        readers = str(held["Кто получал медицинские записи"])
        self.assertIn(self.workshop.name, readers)

    def test_nothing_of_anybody_else(self):
        other = self.env["res.partner"].create({"name": "Дубов Олег"})
        self.prescribe(patient_id=other.id, note="чужое")
        held, page = self.export()
        self.assertEqual(len(held["Рецепты"]), 1)
        self.assertNotIn("чужое", page)

    def test_each_record_is_logged_once_as_exported(self):
        self.export()
        lines = self.env["optics.access.log"].search([("what", "=", "exported")])
        self.assertCountEqual(
            [(line.res_model, line.res_id, line.user_id) for line in lines],
            [(one._name, one.id, self.optician) for one in (self.one, self.measured)],
        )

    def test_no_file_stays(self):
        before = self.env["ir.attachment"].search_count([])
        self.export()
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)

    def test_rights(self):
        self.assertTrue(self.export(self.user("manager")))
        with self.assertRaises(AccessError):
            self.export(self.workshop)
        with self.assertRaises(AccessError):
            self.patient.with_user(self.workshop).action_optics_export()

    def test_of_the_own_companies_only(self):
        elsewhere = self.env["res.company"].create({"name": "ИП Соколов"})
        self.optician.write({"company_ids": [(6, 0, elsewhere.ids)], "company_id": elsewhere.id})
        held, _page = self.export()
        for chapter in ("Рецепты", "Измерения", "Согласия", "Заказы"):
            self.assertFalse(held[chapter])
        self.assertFalse(held["Кто получал медицинские записи"])


@tagged("post_install", "-at_install")
class TestPatientExportDownload(ExportCase, HttpCase):
    def test_the_button_leads_to_the_download(self):
        action = self.patient.with_user(self.optician).action_optics_export()
        self.authenticate("optician", "optician")
        answer = self.url_open(action["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        held, _page = self.held(answer.content)
        self.assertEqual(len(held["Рецепты"]), 1)

    def test_not_for_others(self):
        url = f"/optics/patient/{self.patient.id}/export"
        self.authenticate("workshop", "workshop")
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(url).status_code, 403)
        self.authenticate(None, None)
        self.assertNotIn("zip", self.url_open(url).headers.get("Content-Type", ""))
