from base64 import b64decode, b64encode
from datetime import date, datetime
from io import BytesIO
from zipfile import ZipFile

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .test_optics_erasure import ErasureCase
from .test_optics_patient_export import ExportCase
from .test_optics_prescription import PrescriptionCase

POWERS = {"R": "<Sphere>-6.38</Sphere><Cylinder>-0.64</Cylinder><Axis>177</Axis>"}
POWERS["L"] = "<Sphere>-5.12</Sphere><Cylinder>-0.00</Cylinder><Axis>0</Axis>"


def device_file(number="0003", powers=None, more="", **person):
    """Return the bytes of an autorefractor's file; `person` is of elements such as LastName."""
    eyes = "".join(
        f"<{letter}><AR><ARMedian>{told}</ARMedian></AR></{letter}>"
        for letter, told in (powers or POWERS).items()
    )
    told = "".join(f"<{name}>{value}</{name}>" for name, value in person.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Data><Company>NIDEK</Company>'
        "<ModelName>ARK-1</ModelName><Date>2026/03/11</Date><Time>16:03:07</Time>"
        f"<Patient><No.>{number}</No.>{told}</Patient><VD>12.00 mm</VD>{eyes}{more}</Data>"
    ).encode()


@tagged("post_install", "-at_install")
class DeviceFileCase(PrescriptionCase):
    def setUp(self):
        super().setUp()
        self.files = self.env["optics.device.file"].with_user(self.optician)
        self.env.company.partner_id.tz = "Europe/Moscow"

    def drop(self, raw, patient=None, name="AR0003.xml"):
        """Drop a file on a page; return the answer and the file's record."""
        before = self.files.search([])
        answer = self.files.receive(name, b64encode(raw).decode(), patient and patient.id)
        return answer, self.files.search([]) - before

    def dropped(self, *args, **kwargs):
        return self.drop(*args, **kwargs)[1]

    def person(self, name, **values):
        return self.env["res.partner"].create({"name": name, **values})


@tagged("post_install", "-at_install")
class TestReceived(DeviceFileCase):
    """A file that is dropped: what is kept of it, and what is built of it."""

    def test_on_a_patients_page_it_becomes_measurements(self):
        answer, file = self.drop(device_file(), self.patient)
        self.assertEqual(answer["params"]["type"], "success")
        self.assertEqual((file.state, file.patient_id), ("assigned", self.patient))
        one = file.measurement_ids
        self.assertEqual((one.patient_id, one.kind), (self.patient, "objective"))
        self.assertEqual((one.od_sphere, one.od_cylinder, one.od_axis), (-638, -64, 177))
        self.assertEqual((one.os_sphere, one.os_cylinder, one.vertex), (-512, 0, 1200))
        self.assertEqual((one.device, one.examiner), ("NIDEK ARK-1", False))
        self.assertEqual(one.date, datetime(2026, 3, 11, 13, 3, 7), "by the shop's time zone")
        self.assertEqual(b64decode(file.content), device_file())
        self.env.flush_all()
        self.env.invalidate_all()
        (event,) = self.patient.with_user(self.optician).optics_event_ids
        self.assertEqual((event.res_model, event.res_id), (one._name, one.id))

    def test_what_follows_is_rounded_and_names_what_it_follows_from(self):
        one = self.dropped(device_file(), self.patient).measurement_ids
        context = one.action_prescribe()["context"]
        draft = self.env["optics.prescription"].with_user(self.optician).with_context(**context)
        draft = draft.create({})
        self.assertEqual((draft.od_sphere, draft.od_cylinder, draft.measurement_id), (-52, -6, one))

    def test_several_measurements_and_what_is_left_out(self):
        more = "<PD><PDList No='1'><FarPD>62</FarPD><NearPD>59</NearPD></PDList></PD>"
        acuity = POWERS["R"] + "</ARMedian></AR><VA><UCVA>20/40</UCVA><BCVA>1.0</BCVA></VA>"
        raw = device_file(powers={"R": acuity + "<AR><ARMedian>", "L": POWERS["L"]}, more=more)
        file = self.dropped(raw, self.patient)
        self.assertEqual(set(file.measurement_ids.mapped("kind")), {"objective", "acuity"})
        self.assertIn("20/40 is no visual acuity", file.left_out)
        self.assertIn("20/40", file.measurement_ids[0].device_left_out)
        self.assertIn("62.0", file.summary)

    def test_the_same_file_twice_is_one_measurement(self):
        file = self.dropped(device_file(), self.patient)
        answer, again = self.drop(device_file(), self.patient, name="other.xml")
        self.assertFalse(again)
        self.assertEqual(answer["params"]["type"], "success")
        self.assertEqual(len(file.measurement_ids), 1)
        answer, again = self.drop(device_file(), self.person("Дубов Олег"))
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertIn("Ёлкина", answer["params"]["message"])
        self.assertFalse(again)

    def test_of_an_unreadable_one_nothing_is_kept(self):
        wrong = device_file(powers={"R": "<Sphere>-99.00</Sphere>"})
        for raw, words in (
            (b"", "no XML"),
            (b"\0\xff" * 99, "cannot be read as|no XML"),
            (device_file()[:-20], "no XML, or was cut off"),
            (b"<!DOCTYPE a>" + device_file(), "declares a document type"),
            (b"<a/>", "no device that is read: its root is a"),
            (wrong, "OD SPH: "),
            (b" " * (1024 * 1024 + 1), "larger than 1048576 bytes"),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                self.drop(raw, self.patient)
        self.assertFalse(self.files.search([]))

    def test_in_russian(self):
        self.optician.lang = "ru_RU"
        file = self.dropped(device_file()).with_context(lang="ru_RU")
        self.assertIn("OD −6,38 −0,64 × 177", file.summary)

    def test_a_clock_that_was_never_set_tells_no_time(self):
        for told in ("0001/01/01", "9999/12/31"):
            raw = device_file().replace(b"2026/03/11", told.encode())
            self.assertEqual(bool(self.dropped(raw).measured_on), told > "1970")

    def test_only_whom_to_put_it_to_is_written_by_hand(self):
        file = self.dropped(device_file())
        file.candidate_id = self.patient
        for values in ({"told_name": "X"}, {"patient_id": self.patient.id}, {"content": False}):
            with self.assertRaisesRegex(UserError, "as it was received"):
                file.with_context(optics_filing=True).write(values)
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            self.files.create({"name": "x", "sha256": "x", "company_id": self.env.company.id})


@tagged("post_install", "-at_install")
class TestWhose(DeviceFileCase):
    """A file goes to nobody by itself whom the device does not mean for certain."""

    def test_the_id_of_a_known_patient(self):
        self.patient.ref = "2000000000077"
        file = self.dropped(device_file(ID="2000000000077", LastName="Ёлкина"))
        self.assertEqual((file.state, file.patient_id), ("assigned", self.patient))

    def test_the_id_of_two_or_of_somebody_of_another_name_waits(self):
        self.patient.ref = "77"
        other_name = self.dropped(device_file(ID="77", LastName="Дубов"))
        self.assertEqual((other_name.state, other_name.candidate_id), ("waiting", self.patient))
        self.assertIn("The device names Дубов; the patient is Ёлкина Вера", other_name.doubts)
        self.person("Дубов Олег", ref="77")
        two = self.dropped(device_file(ID="77"))
        self.assertEqual((two.state, two.candidate_id.id), ("waiting", False))

    def test_a_number_of_the_day_or_a_name_alone_is_only_proposed(self):
        self.patient.ref = "0003"
        self.assertEqual(self.dropped(device_file()).candidate_id, self.patient)
        self.patient.ref = False
        file = self.dropped(device_file(LastName="Ёлкина", FirstName="Вера"))
        self.assertEqual((file.state, file.candidate_id), ("waiting", self.patient))
        self.assertFalse(self.dropped(device_file(FirstName="Вера")).candidate_id)

    def test_name_and_birth_date(self):
        self.patient.optics_birthdate = "1960-05-09"
        told = {"LastName": "ЕЛКИНА", "FirstName": "Вера", "DOB": "1960/05/09"}
        self.assertEqual(self.dropped(device_file(**told)).patient_id, self.patient)
        other_day = self.dropped(device_file(**told | {"DOB": "1961/05/09"}))
        self.assertEqual(other_day.state, "waiting")
        self.person("Ёлкина Вера", optics_birthdate="1960-05-09")
        self.assertEqual(self.dropped(device_file("9", **told)).state, "waiting", "one of two")

    def test_of_another_company_is_nobody(self):
        other = self.env["res.company"].create({"name": "Другая"})
        self.patient.write({"ref": "77", "company_id": other.id})
        file = self.dropped(device_file(ID="77"))
        self.assertEqual((file.state, file.candidate_id.id), ("waiting", False))

    def test_on_the_page_of_somebody_else_it_asks(self):
        self.patient.optics_birthdate = "1960-05-09"
        known = self.person("Дубов Олег", ref="77")
        raw = device_file(ID="77", DOB="1955/01/02", LastName="Дубов", FirstName="Олег")
        answer, file = self.drop(raw, self.patient)
        self.assertEqual(answer["target"], "new")
        self.assertEqual((file.state, file.candidate_id), ("waiting", self.patient))
        for words in ("the ID 77, which is that of Дубов Олег", "date of birth", "names Дубов"):
            self.assertIn(words, file.doubts)
        self.assertFalse(self.env["optics.measurement"].search([("patient_id", "=", known.id)]))
        file.action_assign_anyway()
        self.assertEqual(file.measurement_ids.patient_id, self.patient)

    def test_it_is_put_to_a_patient_once(self):
        file = self.dropped(device_file())
        with self.assertRaisesRegex(UserError, "Choose the patient first"):
            file.action_assign()
        file.candidate_id = self.patient
        self.assertIs(file.action_assign(), True)
        with self.assertRaisesRegex(UserError, "waits for no patient"):
            file.action_assign()
        self.assertEqual(len(file.measurement_ids), 1)

    def test_it_is_taken_back_unless_it_was_used(self):
        file = self.dropped(device_file(), self.patient)
        with self.assertRaisesRegex(UserError, "Take the file back"):
            file.unlink()
        measured = file.measurement_ids
        draft = self.prescribe(measurement_id=measured.id)
        with self.assertRaisesRegex(UserError, "was derived"):
            file.action_detach()
        draft.unlink()
        file.action_detach()
        self.assertFalse(measured.exists())
        self.assertEqual((file.state, file.patient_id.id), ("waiting", False))
        file.candidate_id = self.person("Дубов Олег")
        file.action_assign()
        self.assertEqual(file.measurement_ids.patient_id.name, "Дубов Олег")
        file.action_detach()
        file.unlink()


@tagged("post_install", "-at_install")
class TestWhoMay(DeviceFileCase):
    def test_nobody_but_opticians(self):
        file = self.dropped(device_file(), self.patient)
        clerk = new_test_user(self.env, "clerk", "base.group_user,base.group_partner_manager")
        for user in (self.workshop, clerk):
            theirs = file.with_user(user)
            for attempt in (
                lambda theirs=theirs: theirs.read(["content"]),
                lambda theirs=theirs: theirs.receive("x.xml", ""),
                theirs.action_assign,
                theirs.action_detach,
                theirs.action_check_folder,
            ):
                with self.assertRaises(AccessError), mute_logger("odoo.models"):
                    attempt()
        self.assertFalse(self.env["ir.attachment"].search([("res_model", "=", file._name)]))

    def test_another_companys_files_are_unseen_and_their_own(self):
        other = self.env["res.company"].create({"name": "Другая"})
        file = self.dropped(device_file(), self.patient)
        groups = "base.group_user,optics_core.group_optics_optician"
        stranger = new_test_user(
            self.env, "stranger", groups, company_id=other.id, company_ids=other.ids
        )
        files = self.files.with_user(stranger)
        self.assertFalse(files.search([]))
        files.receive("same.xml", b64encode(device_file()).decode())
        self.assertEqual(files.search([]).state, "waiting", "the same file, of another company")
        self.assertEqual(len(file.measurement_ids), 1)

    def test_reading_is_logged_once_it_is_known_whose_it_is(self):
        file = self.dropped(device_file())
        file.web_read({"summary": {}})
        log = self.env["optics.access.log"]
        self.assertFalse(log.search([("res_model", "=", file._name)]))
        file.candidate_id = self.patient
        file.action_assign()
        file.web_read({"summary": {}})
        line = log.search([("res_model", "=", file._name)])
        self.assertEqual((line.what, line.patient_id), ("opened", self.patient))
        self.assertNotIn("-6", str(self.patient.message_ids.mapped("body")))


@tagged("post_install", "-at_install")
class TestDownload(HttpCase, DeviceFileCase):
    def test_the_download_of_the_original_is_logged(self):
        file = self.dropped(device_file(), self.patient)
        self.authenticate("optician", "optician")
        with mute_logger("odoo.http", "odoo.sql_db"):
            # It is served again with a cursor that can write, as all that is read and logged.
            answer = self.url_open(f"/web/content/{file._name}/{file.id}/content?download=true")
        self.assertEqual(answer.content, device_file())
        line = self.env["optics.access.log"].search([("res_model", "=", file._name)])
        self.assertEqual((line.what, line.res_id), ("exported", file.id))
        self.authenticate("workshop", "workshop")
        with mute_logger("odoo.http"):
            answer = self.url_open(f"/web/content/{file._name}/{file.id}/content")
        self.assertNotIn(b"Sphere", answer.content)


@tagged("post_install", "-at_install")
class TestExported(ExportCase, DeviceFileCase):
    def test_the_person_is_given_the_files_too(self):
        file = self.dropped(device_file(), self.patient)
        content = self.env["optics.patient.export"].with_user(self.optician)._zip(self.patient)
        with ZipFile(BytesIO(content)) as archive:
            self.assertEqual(archive.read(f"devices/{file.id}.xml"), device_file())
            page = archive.read("data.html").decode()
        self.assertIn("Файлы приборов", page)
        self.assertIn("−6,38", page)
        log = self.env["optics.access.log"].search([("res_model", "=", file._name)])
        self.assertEqual(log.what, "exported")


@tagged("post_install", "-at_install")
class TestErased(ErasureCase, DeviceFileCase):
    """Nothing of an erased person stays in a device's file."""

    def named(self, number, **told):
        told = {"LastName": "Мухоярова-Ёжикова", "FirstName": "Евстолия", **told}
        return device_file(number, **told)

    def test_hers_and_those_that_name_her_are_gone(self):
        hers = self.dropped(self.named("1"), self.patient)
        waits = self.dropped(self.named("2"))
        maiden = self.dropped(self.named("3", LastName="Тарантаскина"))
        name = "Евстолия Мухоярова-Ёжикова.xml"
        refused = self.files._take_in(name, b"<broken", self.env.company)
        namesake = self.dropped(self.named("4", DOB="2001/01/01"))
        other = self.dropped(device_file("5", LastName="Дубов", FirstName="Олег"))
        self.erase()
        self.assertFalse((hers + waits + maiden + refused).exists())
        self.assertTrue(other.exists())
        self.assertEqual(namesake.exists().told_birthdate, date(2001, 1, 1))

    def test_with_a_licence_the_measurements_stay_without_the_file(self):
        self.license()
        hers = self.dropped(self.named("1"), self.patient)
        measured = hers.measurement_ids.sudo()
        self.erase()
        self.assertFalse(hers.exists())
        self.assertEqual((measured.od_sphere, measured.device_file_id.id), (-638, False))
        self.assertNotIn("optics_device_file", {table for table, _column in self.found()})
