import json
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.common import JsonRpcException
from odoo.tools import mute_logger

from ..models.optics_access_log import ONE_OPENING
from .test_optics_prescription import PrescriptionCase

POWERS = {"od_sphere": {}, "os_sphere": {}}


class AccessLogCase(PrescriptionCase):
    def setUp(self):
        super().setUp()
        self.one = self.prescribe()
        self.two = self.prescribe()
        self.neighbour = self.env["res.partner"].create({"name": "Дубов Олег"})
        self.other = self.prescribe(patient_id=self.neighbour.id)
        self.all = self.one + self.two + self.other

    def lines(self):
        """What the log says: how, whose, which record."""
        lines = self.env["optics.access.log"].search([], order="id")
        return [(line.what, line.patient_id, line.res_id) for line in lines]

    def logged(self, *expected):
        self.assertCountEqual(self.lines(), expected)

    def age(self, moment):
        lines = self.env["optics.access.log"].search([])
        lines.write({"read_at": fields.Datetime.now() - moment})


@tagged("post_install", "-at_install")
class TestOpticsAccessLog(AccessLogCase):
    """Who was shown whose records."""

    def test_an_opening_is_one_line(self):
        one = self.one.with_user(self.workshop)
        one.web_read(POWERS)
        one.read(["od_sphere"])
        one.read()
        self.logged(("opened", self.patient, self.one.id))
        line = self.env["optics.access.log"].search([])
        self.assertEqual(line.user_id, self.workshop)
        self.assertEqual(line.res_model, "optics.prescription")
        self.assertEqual(line.company_id, self.one.company_id)
        self.assertLess(fields.Datetime.now() - line.read_at, timedelta(minutes=1))

    def test_another_user_record_or_time_is_another_line(self):
        self.one.with_user(self.workshop).web_read(POWERS)
        self.one.with_user(self.optician).web_read(POWERS)
        self.two.with_user(self.workshop).web_read(POWERS)
        self.assertEqual(len(self.lines()), 3)
        self.age(ONE_OPENING - timedelta(minutes=1))
        self.one.with_user(self.workshop).web_read(POWERS)
        self.assertEqual(len(self.lines()), 3)
        self.age(ONE_OPENING + timedelta(minutes=1))
        self.one.with_user(self.workshop).web_read(POWERS)
        self.assertEqual(len(self.lines()), 4)

    def test_a_list_is_one_line_for_each_patient(self):
        prescriptions = self.env["optics.prescription"].with_user(self.workshop)
        ours = [("id", "in", self.all.ids)]
        prescriptions.web_search_read(ours, POWERS)
        prescriptions.search_read(ours, ["od_sphere"])
        self.all.with_user(self.workshop).read(["od_sphere"])
        prescriptions.web_read_group(
            ours, ["patient_id"], auto_unfold=True, unfold_read_specification=POWERS
        )
        self.logged(("listed", self.patient, 0), ("listed", self.neighbour, 0))

    def test_a_list_of_one_is_no_opening(self):
        found = [("id", "=", self.one.id)]
        prescriptions = self.env["optics.prescription"].with_user(self.workshop)
        prescriptions.web_search_read(found, POWERS)
        self.logged(("listed", self.patient, 0))
        prescriptions.with_context(optics_listing=True).browse(self.one.id).web_read(POWERS)
        self.assertIn(("opened", self.patient, self.one.id), self.lines(), "not by a JSON context")

    def test_groups_of_values_are_a_list(self):
        prescriptions = self.env["optics.prescription"].with_user(self.workshop)
        ours = [("id", "=", self.one.id)]
        prescriptions.formatted_read_group(ours, ["patient_id", "purpose"], ["__count"])
        prescriptions.search_count(ours)
        self.logged()
        prescriptions.formatted_read_group(ours, ["patient_id"], ["od_sphere:array_agg"])
        self.logged(("listed", self.patient, 0))
        self.age(2 * ONE_OPENING)
        prescriptions.formatted_read_grouping_sets(ours, [["od_sphere"], ["date:month"]])
        self.assertEqual(len(self.lines()), 2)

    def test_the_name_alone_is_no_reading(self):
        prescriptions = self.env["optics.prescription"].with_user(self.workshop)
        self.assertTrue(prescriptions.name_search("Ёлкина"))
        prescriptions.browse(self.one.id).web_read({"display_name": {}})
        prescriptions.web_name_search("Ёлкина", {"display_name": {}})
        self.logged()

    def test_the_server_itself_is_not_logged(self):
        one = self.one.with_user(self.workshop)
        self.assertEqual(one.od_sphere, -10)
        one.sudo().read()
        self.env["optics.prescription"].search_read([("id", "in", self.all.ids)])
        self.logged()

    def test_each_export_and_each_print_is_a_line(self):
        self.optician.group_ids += self.env.ref("base.group_allow_export")
        for _twice in range(2):
            self.all.with_user(self.optician).export_data(["patient_id", "od_sphere"])
        self.assertEqual(self.lines().count(("exported", self.patient, self.one.id)), 2)
        self.assertEqual(len(self.lines()), 6)
        for _twice in range(2):
            self.one.with_user(self.workshop)._log_reading("printed")
        self.assertEqual(self.lines().count(("printed", self.patient, self.one.id)), 2)

    def test_an_export_by_way_of_the_patient(self):
        self.optician.group_ids += self.env.ref("base.group_allow_export")
        patient = self.patient.with_user(self.optician)
        patient.export_data(["name", "optics_birthdate"])
        self.logged()
        patient.export_data(["name", "optics_prescription_ids/od_sphere"])
        self.logged(
            ("exported", self.patient, self.one.id), ("exported", self.patient, self.two.id)
        )

    def test_the_patients_page_is_logged_only_if_it_shows_records(self):
        patient = self.patient.with_user(self.workshop)
        patient.web_read({"name": {}, "optics_prescription_count": {}})
        patient.web_read({"optics_prescription_ids": {"fields": {"display_name": {}}}})
        self.logged()
        patient.web_read({"optics_prescription_ids": {"fields": POWERS}})
        self.logged(("listed", self.patient, 0))

    def test_questions_tell_of_their_prescription(self):
        question = self.env["optics.prescription.question"].create(
            {"prescription_id": self.one.id, "code": "x", "question": "OD SPH −10.00?"}
        )
        self.one.with_user(self.workshop).web_read(
            {**POWERS, "question_ids": {"fields": {"question": {}}}}
        )
        question.with_user(self.workshop).read(["question"])
        self.logged(("opened", self.patient, self.one.id))

    def test_saving_and_typing_is_no_second_opening(self):
        one = self.one.with_user(self.optician)
        one.web_read(POWERS)
        one.web_save({"od_sphere": -12}, POWERS)
        one.onchange({"od_sphere": -14}, ["od_sphere"], {**POWERS, "od_other_form": {}})
        self.logged(("opened", self.patient, self.one.id))

    def test_what_is_refused_is_not_logged(self):
        outsider = new_test_user(self.env, "outsider", "base.group_user")
        with self.assertRaises(AccessError):
            self.one.with_user(outsider).web_read(POWERS)
        elsewhere = self.env["res.company"].create({"name": "Другая"})
        self.workshop.write(
            {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id}
        )
        with self.assertRaises(AccessError):
            self.one.with_user(self.workshop).web_read(POWERS)
        self.logged()

    def test_a_patient_who_moved_to_another_company_can_be_read(self):
        elsewhere = self.env["res.company"].create({"name": "Другая"})
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s", [elsewhere.id, self.patient.id]
        )
        self.env.invalidate_all()
        self.one.with_user(self.workshop).web_read(POWERS)
        self.logged(("opened", self.patient, self.one.id))

    def test_nobody_writes_the_log_and_the_manager_reads_it(self):
        self.one.with_user(self.workshop).web_read(POWERS)
        manager = self.user("manager")
        line = self.env["optics.access.log"].search([])
        self.assertEqual(line.with_user(manager).patient_id, self.patient)
        line.with_user(manager).web_read({"res_id": {"fields": {"display_name": {}}}})
        self.assertEqual(len(self.lines()), 1, "reading the log opens no record")
        for user in (manager, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                line.with_user(user).what = "listed"
            with self.assertRaises(AccessError):
                line.with_user(user).unlink()
            with self.assertRaises(AccessError):
                line.with_user(user).create({"what": "opened"})
        for user in (self.workshop, self.optician):
            with self.assertRaises(AccessError):
                line.with_user(user).read(["what"])
        elsewhere = self.env["res.company"].create({"name": "Другая"})
        manager.write({"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id})
        self.assertFalse(line.with_user(manager).search([]))


@tagged("post_install", "-at_install")
class TestOpticsAccessLogHttp(AccessLogCase, HttpCase):
    """Through the doors that are open to the outside; Odoo opens them with a read-only cursor."""

    def call(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def test_every_way_of_reading(self):
        self.authenticate(self.workshop.login, self.workshop.login)
        ids, found = self.one.ids, [("id", "=", self.one.id)]
        for method, args, what in (
            ("web_read", (ids, POWERS), "opened"),
            ("read", (ids, ["od_sphere"]), "opened"),
            ("search_read", (found, ["od_sphere"]), "listed"),
            ("web_search_read", (found, POWERS), "listed"),
            ("web_name_search", ("Ёлкина", POWERS, found), "listed"),
        ):
            with self.subTest(method), self.assertNoLogs("odoo.http", "WARNING"):
                self.age(2 * ONE_OPENING)
                before = self.lines()
                self.assertIn("-10", json.dumps(self.call("optics.prescription", method, *args)))
                whom = (what, self.patient, self.one.id if what == "opened" else 0)
                self.assertEqual(self.lines(), [*before, whom])

    def test_by_groups_that_are_open(self):
        self.authenticate(self.workshop.login, self.workshop.login)
        with self.assertNoLogs("odoo.http", "WARNING"):
            groups = self.call(
                "optics.prescription",
                "web_read_group",
                *([("id", "=", self.one.id)], ["purpose"]),
                **{"auto_unfold": True, "unfold_read_specification": POWERS},
            )
        self.assertEqual(groups["groups"][0]["__records"][0]["od_sphere"], -10)
        self.logged(("listed", self.patient, 0))

    def test_by_the_patients_page(self):
        self.authenticate(self.workshop.login, self.workshop.login)
        specification = {"optics_prescription_ids": {"fields": POWERS}}
        with mute_logger("odoo.http", "odoo.sql_db"):
            (page,) = self.call("res.partner", "web_read", self.patient.ids, specification)
        self.assertEqual(len(page["optics_prescription_ids"]), 2)
        self.logged(("listed", self.patient, 0))

    def test_by_a_key_of_the_api(self):
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.workshop)
            ._generate("rpc", "a machine", fields.Datetime.now() + timedelta(days=1))
        )
        answer = self.url_open(
            "/json/2/optics.prescription/read",
            data=json.dumps({"ids": self.one.ids, "fields": ["od_sphere"]}),
            headers={"Authorization": f"bearer {key}", "Content-Type": "application/json"},
        )
        self.assertEqual(answer.json(), [{"id": self.one.id, "od_sphere": -10}])
        self.logged(("opened", self.patient, self.one.id))

    def test_an_export_by_the_web_client(self):
        self.optician.group_ids += self.env.ref("base.group_allow_export")
        self.authenticate(self.optician.login, self.optician.login)
        wanted = {
            **{"model": "optics.prescription", "ids": self.one.ids, "domain": []},
            **{"fields": [{"name": "od_sphere", "label": "OD"}], "import_compat": False},
        }
        answer = self.url_open(
            "/web/export/csv",
            data={"data": json.dumps(wanted), "csrf_token": Request.csrf_token(self)},
        )
        self.assertIn("-1.25", answer.text)
        self.logged(("exported", self.patient, self.one.id))

    def test_refused_through_the_door(self):
        outsider = new_test_user(self.env, "outsider", "base.group_user")
        self.authenticate(outsider.login, outsider.login)
        with self.assertRaisesRegex(JsonRpcException, "AccessError"), mute_logger("odoo.http"):
            self.call("optics.prescription", "web_read", self.one.ids, POWERS)
        self.logged()

    def test_without_a_line_there_is_no_answer(self):
        self.authenticate(self.workshop.login, self.workshop.login)
        log = type(self.env["optics.access.log"])
        refusal = UserError("the disk is full")
        with (
            patch.object(log, "create", side_effect=refusal),
            mute_logger("odoo.http"),
            self.assertRaisesRegex(JsonRpcException, "UserError"),
        ):
            self.call("optics.prescription", "web_read", self.one.ids, POWERS)
        self.logged()


@tagged("post_install", "-at_install")
class TestCashier(AccessLogCase):
    """Who sells and has no role in optics sees nothing of eyes."""

    def setUp(self):
        super().setUp()
        groups = "base.group_user,base.group_partner_manager,base.group_allow_export"
        self.cashier = new_test_user(self.env, "cashier", groups)

    def test_reads_no_record(self):
        self.one.sudo()._questions()
        for model in ("optics.prescription", "optics.prescription.question", "optics.consent"):
            records = self.env[model].with_user(self.cashier)
            for read in (
                lambda records=records: records.search([]),
                lambda records=records: records.search_read([]),
                lambda records=records: records.web_search_read([], {"display_name": {}}),
                lambda records=records: records.name_search(""),
                lambda records=records: records.formatted_read_group([], [], ["__count"]),
            ):
                with self.assertRaises(AccessError):
                    read()
        one = self.one.with_user(self.cashier)
        for name in ("od_sphere", "display_name", "patient_id"):
            with self.assertRaises(AccessError):
                one.read([name])
        with self.assertRaises(AccessError):
            one.export_data(["od_sphere"])

    def test_sees_nothing_on_the_patients_page(self):
        patient = self.patient.with_user(self.cashier)
        self.assertFalse([name for name in patient.fields_get() if name.startswith("optics_")])
        ours = [name for name in patient._fields if name.startswith("optics_")]
        self.assertIn("optics_prescription_ids", ours)
        for name in ours:
            with self.subTest(name):
                with self.assertRaises(AccessError):
                    patient.read([name])
                with self.assertRaises(AccessError):
                    patient.search([(name, "!=", False)])
        with self.assertRaises(AccessError):
            patient.export_data(["optics_prescription_ids/od_sphere"])
        view = patient.get_view(self.env.ref("base.view_partner_form").id, "form")
        self.assertNotIn('name="optics_', view["arch"])

    def test_nothing_medical_in_the_patients_own_fields_or_messages(self):
        before = len(self.patient.message_ids)
        self.one.action_sign()
        self.assertEqual(self.one.state, "signed")
        self.assertEqual(len(self.patient.message_ids), before)
        fields_of_ours = [
            field for field in self.patient._fields.values() if field.name.startswith("optics_")
        ]
        self.assertFalse([each.name for each in fields_of_ours if getattr(each, "tracking", None)])
        for model in ("optics.prescription", "optics.prescription.question"):
            self.assertNotIn("message_ids", self.env[model]._fields)
            self.assertNotIn("activity_ids", self.env[model]._fields)
        attached = self.env["ir.attachment"].search([("res_model", "like", "optics.%")])
        self.assertFalse(attached)
