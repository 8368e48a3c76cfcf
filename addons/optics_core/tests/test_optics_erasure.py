from datetime import date

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..models.optics_prescription import SIGNING
from .test_optics_prescription import PrescriptionCase

NAME = "Мухоярова-Ёжикова Евстолия Полуэктовна"
MAIDEN = "Тарантаскина Евстолия Полуэктовна"
PHONE = "+7 (916) 048-17-93"
EMAIL = "evstolia.mukhoyarova@primer.example"
STREET = "Незабудковый пр., 83-217"
WORDS = [
    *("Мухоярова", "Ёжикова", "Евстоли", "Полуэктовн", "Тарантаскина", "ТАРАНТАСКИНА"),
    *("0481793", "048-17-93", "evstolia", "Незабудковый", "1951-03-17", "17.03.1951"),
]


class ErasureCase(PrescriptionCase):
    def setUp(self):
        super().setUp()
        self.manager = self.user("manager")
        self.patient = self.env["res.partner"].create({"name": MAIDEN, "company_id": False})
        self.flush_tracking()
        self.patient.write({"name": NAME, "optics_birthdate": "1951-03-17", "phone": PHONE})
        self.patient.write({"email": EMAIL, "street": STREET, "comment": f"<p>{NAME}</p>"})
        self.order = self.env["sale.order"].create(
            {"partner_id": self.patient.id, "client_order_ref": "для Мухоярова-Ёжикова"}
        )
        self.signed = self.prescribe(date="2026-03-01", note=f"Со слов: {NAME}")
        self.signed.action_sign()
        self.revise()
        self.measured = self.env["optics.measurement"].create(
            {
                **{"patient_id": self.patient.id, "kind": "objective", "note": NAME},
                **{"date": "2026-02-01 09:00:00", "od_measured": True, "od_sphere": -137},
            }
        )
        self.consent = self.env["optics.consent"].create(
            {
                "patient_id": self.patient.id,
                "purpose_id": self.env.ref("optics_core.consent_purpose_health").id,
            }
        )
        self.write_about_her()
        self.flush_tracking()

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()
        self.env.flush_all()

    def revise(self):
        action = self.signed.with_user(self.optician).action_revise()
        self.revision = self.env["optics.prescription"].browse(action["res_id"])
        self.revision.with_context(optics_signing=SIGNING).action_sign()

    def write_about_her(self):
        """Leave her name wherever people write."""
        neighbour = self.env["res.partner"].create({"name": "Дубов Олег", "comment": NAME})
        self.patient.message_post(body=f"Звонила {NAME}, {PHONE}")
        self.order.message_post(body=f"Готово: 8916 048 17 93, {EMAIL.upper()}")
        self.order.message_post(body=f"Родилась 17.03.1951, {STREET}")
        neighbour.message_post(body="Соседка: ТАРАНТАСКИНА Евстолия. И Мухоярова-Ежикова.")
        self.patient.activity_schedule("mail.mail_activity_data_call", summary=f"Для: {NAME}")
        neighbour.activity_schedule("mail.mail_activity_data_call", summary=f"Для: {NAME}")
        self.env["ir.attachment"].create(
            [
                {**of, "name": f"{NAME}.txt", "raw": NAME.encode(), "mimetype": "text/plain"}
                for of in (
                    {"res_model": "res.partner", "res_id": self.patient.id},
                    {"res_model": "sale.order", "res_id": self.order.id},
                    {"res_model": "res.partner", "res_id": neighbour.id},
                )
            ]
        )
        self.env["res.partner.bank"].create(
            {"partner_id": self.patient.id, "acc_number": "40817810000001234567"}
        )
        self.signed.with_user(self.optician).web_read({"od_sphere": {}})

    def erase(self, user=None):
        return self.env["optics.erasure"].with_user(user or self.manager)._erase(self.patient)

    def found(self):
        """Return the tables and columns that have one of her words, of the whole database."""
        self.flush_tracking()
        self.cr.execute(
            """
            SELECT relname, attname FROM pg_attribute
            JOIN pg_class ON pg_class.oid = attrelid
            JOIN pg_type ON pg_type.oid = atttypid
            WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND attnum > 0
                AND typname IN ('varchar', 'text', 'bpchar', 'json', 'jsonb') AND NOT attisdropped
            """
        )
        tables = {}
        for table, column in self.cr.fetchall():
            tables.setdefault(table, []).append(column)
        found = set()
        for table, columns in tables.items():
            hits = SQL(", ").join(
                SQL("bool_or(%s::text ~ %s)", SQL.identifier(column), "|".join(WORDS))
                for column in columns
            )
            row = self.env.execute_query(SQL("SELECT %s FROM %s", hits, SQL.identifier(table)))[0]
            found |= {(table, column) for column, hit in zip(columns, row, strict=True) if hit}
        return found

    def license(self, company=None):
        (company or self.env.company).optics_licence = "ЛО-77-01-000001"


@tagged("post_install", "-at_install")
class TestErasure(ErasureCase):
    """Nothing tells any more who it was."""

    def test_nothing_is_left_in_the_whole_database(self):
        before = self.found()
        for place in (
            *(("res_partner", "name"), ("res_partner", "complete_name"), ("mail_message", "body")),
            *(("mail_tracking_value", "old_value_char"), ("optics_consent", "text")),
            *(("optics_prescription", "note"), ("sale_order", "client_order_ref")),
            *(("ir_attachment", "name"), ("mail_activity", "summary")),
        ):
            self.assertIn(place, before)
        self.erase()
        self.assertFalse(self.found())
        self.assertFalse(self.signed.exists() or self.revision.exists() or self.measured.exists())
        self.assertFalse(self.env["optics.patient.archive"].search([]))
        self.assertEqual(self.patient.name, f"Erased patient {self.patient.id}")
        self.assertFalse(self.patient.optics_birthdate or self.patient.active)
        self.assertFalse(self.patient.message_ids)
        self.assertNotEqual(self.patient.bank_ids.acc_number, "40817810000001234567")

    def test_orders_consents_and_log_stay_nameless(self):
        self.erase()
        self.assertEqual(self.order.partner_id, self.patient)
        self.assertTrue(self.order.message_ids, "what was told of the order stays")
        self.assertEqual(self.consent.state, "withdrawn")
        self.assertIn("***", self.consent.text)
        line = self.env["optics.access.log"].search([("patient_id", "=", self.patient.id)])
        self.assertEqual(line.user_id, self.optician)

    def test_with_a_licence_only_the_archive_tells(self):
        self.license()
        self.erase()
        self.assertEqual({table for table, _column in self.found()}, {"optics_patient_archive"})
        self.assertEqual(self.signed.sudo().od_sphere, -10)
        self.assertTrue(self.revision.exists() and self.measured.exists())
        archive = self.env["optics.patient.archive"].search([])
        self.assertEqual((archive.name, archive.phone, archive.email), (NAME, PHONE, EMAIL))
        self.assertEqual(archive.birthdate, date(1951, 3, 17))
        last = max(self.revision.date, self.signed.date)
        self.assertEqual(archive.kept_until, last.replace(year=last.year + 25))

    def test_the_term_is_the_companys_and_ends(self):
        self.license()
        self.env.company.optics_record_years = 5
        self.erase()
        archives = self.env["optics.patient.archive"]
        archive = archives.search([])
        self.assertEqual(archive.kept_until.year, self.revision.date.year + 5)
        archives._cron_drop_expired()
        self.assertTrue(archive.exists())
        archive.kept_until = fields.Date.context_today(archive).replace(year=2020)
        archives._cron_drop_expired()
        self.assertFalse(archive.exists() or self.signed.exists() or self.measured.exists())

    def test_the_answer_says_what_stays_why_and_until_when(self):
        self.license()
        erasure = self.erase()
        until = self.env["optics.patient.archive"].search([]).kept_until
        for told in ("Рецепты и измерения", "323-ФЗ", until.strftime("%d.%m.%Y"), "402-ФЗ"):
            self.assertIn(told, erasure.text)
        html, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.manager)
            ._render_qweb_html("optics_core.report_erasure_document", erasure.ids)
        )
        self.assertIn("По закону обязаны сохранить", html.decode())
        self.assertNotIn("Erased patient", html.decode())

    def test_the_plan_is_the_answer(self):
        action = self.patient.with_user(self.manager).action_optics_erase()
        wizard = self.env[action["res_model"]].with_user(self.manager).browse(action["res_id"])
        self.assertIn("Рецепты, измерения", wizard.plan)
        self.assertNotIn("323-ФЗ", wizard.plan)
        self.assertIn("Заказы", wizard.plan)
        with self.assertRaisesRegex(UserError, "in writing"):
            wizard.action_erase()
        wizard.is_asked = True
        answer = wizard.action_erase()
        erasure = self.env[answer["res_model"]].with_user(self.manager).browse(answer["res_id"])
        self.assertIn("Заказы", erasure.text)
        self.assertFalse(self.found())

    def test_a_namesake_keeps_everything(self):
        twin = self.env["res.partner"].create({"name": NAME, "phone": PHONE, "email": EMAIL})
        twin.message_post(body=f"Звонила {NAME}")
        hers = self.env["sale.order"].create({"partner_id": twin.id})
        hers.message_post(body=f"Заказ: {NAME}, {PHONE}")
        self.erase()
        self.assertEqual((twin.name, twin.phone, twin.email), (NAME, PHONE, EMAIL))
        self.assertIn(NAME, twin.message_ids[0].body)
        self.assertIn(PHONE, hers.message_ids[0].body)
        self.assertNotIn("Мухоярова", str(self.order.message_ids.mapped("body")))


@tagged("post_install", "-at_install")
class TestErasureRights(ErasureCase):
    """Who may erase, and who sees what stays."""

    def test_only_a_manager_erases(self):
        for user in (self.optician, self.workshop):
            with self.assertRaises(AccessError):
                self.erase(user)
            with self.assertRaises(AccessError):
                self.patient.with_user(user).action_optics_erase()
            for model in ("optics.patient.archive", "optics.erasure", "optics.patient.erasure"):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])

    def test_only_a_manager_sees_what_stays(self):
        self.license()
        self.erase()
        hers = [("patient_id", "=", self.patient.id)]
        for user in (self.optician, self.workshop):
            with self.assertRaises(AccessError):
                self.signed.with_user(user).read(["od_sphere"])
            self.assertFalse(self.env["optics.prescription"].with_user(user).search(hers))
        with self.assertRaises(AccessError):
            self.measured.with_user(self.optician).read(["od_sphere"])
        with self.assertRaises(AccessError):
            self.consent.with_user(self.optician).read(["text"])
        events = self.env["optics.patient.event"]
        self.assertFalse(events.with_user(self.optician).search(hers))
        self.assertTrue(events.with_user(self.manager).search(hers))
        self.assertTrue(self.signed.with_user(self.manager).read(["od_sphere"]))
        self.assertTrue(self.measured.with_user(self.manager).read(["od_sphere"]))

    def test_reading_the_archive_is_logged(self):
        self.license()
        self.erase()
        archive = self.env["optics.patient.archive"].with_user(self.manager).search([])
        self.assertEqual(archive.web_read({"name": {}})[0]["name"], NAME)
        line = self.env["optics.access.log"].search([("res_model", "=", archive._name)])
        self.assertEqual((line.user_id, line.patient_id), (self.manager, self.patient))
        with self.assertRaises(AccessError):
            archive.write({"name": "other"})

    def test_another_company_neither_erases_nor_sees(self):
        self.license()
        elsewhere = self.env["res.company"].create({"name": "ИП Соколов"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "base.group_user,optics_core.group_optics_manager",
            company_ids=[Command.set(elsewhere.ids)],
            company_id=elsewhere.id,
        )
        with self.assertRaisesRegex(UserError, "company that you do not work for"):
            self.erase(stranger)
        self.erase()
        self.assertFalse(self.env["optics.patient.archive"].with_user(stranger).search([]))
        self.assertFalse(self.env["optics.erasure"].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            self.signed.with_user(stranger).read(["od_sphere"])

    def test_who_can_log_in_is_refused(self):
        customer = new_test_user(self.env, "customer", "base.group_portal")
        customer.partner_id = self.patient
        with self.assertRaisesRegex(UserError, "can log in"):
            self.erase()
        customer.write({"active": False, "login": EMAIL})
        self.flush_tracking()
        self.erase()
        self.assertFalse(self.found())

    def test_twice_and_companies_are_refused(self):
        self.erase()
        with self.assertRaisesRegex(UserError, "already"):
            self.erase()
        self.patient = self.env.company.partner_id
        with self.assertRaisesRegex(UserError, "no person"):
            self.erase()

    def test_no_client_can_claim_to_erase(self):
        with self.assertRaises(UserError):
            self.signed.with_context(optics_erasing=True).sudo().unlink()
