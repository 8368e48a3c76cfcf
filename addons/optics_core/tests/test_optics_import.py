from odoo.exceptions import UserError
from odoo.fields import Date
from odoo.tests import tagged

from ..models.quantity import Quantity
from .test_optics_prescription import PrescriptionCase

OPTIONS = {
    **{"has_headers": True, "separator": ";", "quoting": '"', "encoding": "utf-8"},
    **{"float_thousand_separator": " ", "float_decimal_separator": ","},
    **{"date_format": "%d.%m.%Y", "datetime_format": "%d.%m.%Y %H:%M:%S", "advanced": False},
}
"""As the import's screen sends them for a Russian CSV."""
HEADER = "Пациент;Дата;OD SPH;OD CYL;OD ось;OS SPH;PD для дали"
COLUMNS = ["patient_id", "date", "od_sphere", "od_cylinder", "od_axis", "os_sphere", "pd_far"]
GOOD = "Ёлкина Вера;30.11.2026;-1,25;-075;90;пл;62,5"


class ImportCase(PrescriptionCase):
    def setUp(self):
        super().setUp()
        self.optician.group_ids += self.env.ref("base.group_allow_export")
        self.optician.lang = "ru_RU"

    def of_patient(self, model="optics.prescription"):
        records = self.env[model].with_user(self.optician).with_context(lang="ru_RU")
        return records.search([("patient_id", "=", self.patient.id)])

    def imported(self, *rows, header=HEADER, columns=None, model="optics.prescription"):
        """Do what the screen does: upload the file, then import it."""
        wizard = self.file("\n".join([header, *rows]), model)
        columns = columns or COLUMNS
        return wizard.execute_import(columns, header.split(";"), dict(OPTIONS))

    def file(self, text, model="optics.prescription"):
        wizards = self.env["base_import.import"].with_user(self.optician)
        return wizards.with_context(lang="ru_RU").create(
            {"res_model": model, "file": text.encode(), "file_type": "text/csv"}
        )


@tagged("post_install", "-at_install")
class TestImport(ImportCase):
    """Odoo's own import of prescriptions, as opticians write them."""

    def test_powers_are_read_as_opticians_write_them(self):
        self.assertFalse(self.imported(GOOD)["messages"])
        one = self.of_patient()
        self.assertEqual(
            (one.od_sphere, one.od_cylinder, one.od_axis, one.os_sphere, one.pd_far),
            (-10, -6, 90, 0, 625),
        )
        self.assertEqual((one.state, one.date), ("draft", Date.to_date("2026-11-30")))

    def test_the_screen_finds_the_columns_by_their_names(self):
        labels = self.env["optics.prescription"].with_context(lang="ru_RU").fields_get(COLUMNS)
        header = ";".join(labels[name]["string"] for name in COLUMNS)
        answer = self.file(f"{header}\n{GOOD}").parse_preview(dict(OPTIONS))
        found = {int(place): path for place, path in answer["matches"].items()}
        self.assertEqual(found, {place: [name] for place, name in enumerate(COLUMNS)})

    def test_a_bad_row_is_told_as_the_form_tells_it_and_nothing_is_saved(self):
        answer = self.imported(GOOD, "Ёлкина Вера;30.11.2026;-31;;;пл;62,5", GOOD)
        (told,) = answer["messages"]
        self.assertEqual(told["message"], "OD SPH: -31,00 дптр – не от -30,00 до +30,00")
        self.assertEqual((told["rows"], told["record"]), ({"from": 1, "to": 1}, 1))
        self.assertFalse(answer["ids"])
        self.assertFalse(self.of_patient())

    def test_every_bad_row_has_its_own_messages(self):
        rows = [GOOD.replace("90", ""), GOOD, GOOD.replace("62,5", "85"), GOOD.replace("пл", "6о")]
        told = [(each["record"], each["message"]) for each in self.imported(*rows)["messages"]]
        self.assertEqual([record for record, _message in sorted(told)], [0, 2, 3])
        words = dict(told)
        self.assertRegex(words[0], "^OD AXIS: ")
        self.assertIn("85,0", words[2])
        self.assertRegex(words[3], "^OS SPH: 6о ")

    def test_what_cannot_be_read_is_told_with_eye_and_value(self):
        for cell, text, words in (
            ("-1,25", "-1,2 5", "OD SPH: -1,2 5 "),
            ("-1,25", "-1,2", "OD SPH: -1,2 .*-1,25.*-1,12"),
            ("62,5", "62,55", "62,55 .*0,1"),
            ("90", "90%", "90% "),
        ):
            (told, *_rest) = self.imported(GOOD.replace(cell, text))["messages"]
            with self.subTest(text=text):
                self.assertRegex(told["message"], words)
                self.assertEqual(told["type"], "error")
        self.assertFalse(self.of_patient())

    def test_nothing_is_signed_by_a_file(self):
        answer = self.imported(
            f"{GOOD};signed", header=f"{HEADER};Состояние", columns=[*COLUMNS, "state"]
        )
        self.assertEqual(len(answer["messages"]), 1)
        self.assertFalse(self.of_patient())

    def test_a_signed_one_is_not_changed_by_a_file(self):
        one = self.prescribe()
        one.action_sign()
        answer = self.imported(f"{one.id};-3,00", header="ID;OD SPH", columns=[".id", "od_sphere"])
        self.assertEqual(len(answer["messages"]), 1)
        self.assertEqual(one.od_sphere, -10)

    def test_measurements_are_read_in_hundredths(self):
        answer = self.imported(
            "Ёлкина Вера;30.11.2026 10:00:00;objective;-1,37;-062;174;пл;1",
            header="Пациент;Измерено;Вид;OD SPH;OD CYL;OD ось;OS SPH;OS измерен",
            columns=[
                *("patient_id", "date", "kind", "od_sphere", "od_cylinder", "od_axis"),
                *("os_sphere", "os_measured"),
            ],
            model="optics.measurement",
        )
        self.assertFalse(answer["messages"])
        one = self.of_patient("optics.measurement")
        self.assertEqual((one.od_sphere, one.od_cylinder, one.os_measured), (-137, -62, True))


@tagged("post_install", "-at_install")
class TestExport(ImportCase):
    VALUES = {
        **{"od_sphere": -11, "od_cylinder": -6, "od_axis": 90, "od_addition": 13},
        **{"os_sphere": 0, "os_prism_vertical": -150, "pd_far": 617, "vertex": 1375},
        **{"od_pd_monocular": 308, "os_pd_monocular": 309, "working_distance_near": 400},
    }

    def setUp(self):
        super().setUp()
        self.env.company.optics_eighths = True
        self.one = self.prescribe(**self.VALUES)
        fields = self.one._fields.items()
        self.columns = [name for name, field in fields if isinstance(field, Quantity)]

    def test_numbers_are_written_out(self):
        names = ["od_sphere", "os_sphere", "os_axis", "pd_far", "od_axis"]
        (row,) = self.one.with_user(self.optician).export_data(names)["datas"]
        self.assertEqual(row, [-1.375, 0.0, "", 61.7, 90])

    def test_what_was_exported_comes_back_the_same(self):
        names = ["patient_id", *self.columns]
        (row,) = self.one.with_user(self.optician).export_data(names)["datas"]
        header = ";".join(names)
        text = ";".join(map(str, row))
        self.assertFalse(self.imported(text, header=header, columns=names)["messages"])
        again = self.of_patient() - self.one
        for name in self.columns:
            with self.subTest(name=name):
                self.assertEqual(again[name], self.one[name])

    def test_who_may_not_export_gets_nothing(self):
        self.optician.group_ids -= self.env.ref("base.group_allow_export")
        with self.assertRaises(UserError):
            self.one.with_user(self.optician).export_data(["od_sphere"])
