from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..kkt.flow.states import State
from .common import FiscalCase

MANAGER = "base.group_user,optics_kkt_driver.group_fiscal_manager"


@tagged("post_install", "-at_install")
class TestSetupStep(FiscalCase):
    def setUp(self):
        super().setUp()
        company = self.env["res.company"].create({"name": "Новый салон", "vat": False})
        self.manager = new_test_user(
            self.env, "setup", MANAGER, company_ids=company.ids, company_id=company.id
        )
        self.new_company = company

    def rows(self, user=None):
        """The steps as a manager sees them, by code; of the new company unless told."""
        steps = self.env["fiscal.setup.step"].with_user(user or self.manager)
        shown = steps.search(steps.action_list()["domain"])
        return {row.code: row for row in shown}

    def test_nothing_is_there(self):
        rows = self.rows()
        self.assertEqual(
            [rows[code].state for code in ("company", "till", "ofd", "receipt")], ["to_do"] * 4
        )
        self.assertEqual(rows["company"].words, "Missing or wrong: INN, address")
        self.assertEqual(rows["till"].words, "There is no till.")

    def test_company_is_complete(self):
        self.new_company.write({"vat": "7707083893", "street": "Невский пр., 100"})
        self.assertEqual(self.rows()["company"].state, "done")

    def test_till_from_unasked_to_well(self):
        self.move_to_the_company_of_the_till()
        self.assertEqual(self.rows()["till"].words, "Never asked yet: Касса")
        self.till._refresh_status()
        self.assertEqual(self.rows()["till"].state, "done")
        self.till._status().silence = {"code": "no_link"}
        self.assertEqual(self.rows()["till"].words, "No answer when last asked: Касса")

    def test_ofd_from_missing_to_well(self):
        self.move_to_the_company_of_the_till()
        ofd = self.till.ofd_id
        self.assertEqual(self.rows()["ofd"].words, "Has acknowledged no document yet: ОФД")
        ofd.stopped = True
        self.assertEqual(self.rows()["ofd"].state, "to_do")
        self.till.ofd_id = False
        self.assertEqual(self.rows()["ofd"].words, "Tills without an OFD: Касса")
        self.till.delivery = "device"
        self.assertEqual(self.rows()["ofd"].state, "unknown")

    def test_receipt_from_none_to_delivered(self):
        self.move_to_the_company_of_the_till()
        self.open_shift()
        self.assertIn("No receipt", self.rows()["receipt"].words)
        row = self.register("test")
        self.assertIn("does not have it yet", self.rows()["receipt"].words)
        row._transition(State.DELIVERED, "accepted")
        self.assertEqual(self.rows()["receipt"].state, "done")
        self.assertEqual(self.rows()["ofd"].state, "done")

    def test_products_need_a_rate(self):
        step = self.rows()["taxes"]
        product = self.env["product.template"].create({"name": "Очки", "taxes_id": False})
        product.company_id = self.new_company
        step.invalidate_recordset()
        self.assertEqual(step.state, "to_do")
        self.assertIn(product, self.env["product.template"].search(step.action_open()["domain"]))
        group = self.env["account.tax.group"].create(
            {"name": "НДС", "company_id": self.new_company.id}
        )
        product.taxes_id = self.env["account.tax"].create(
            {
                "name": "22 %",
                "amount": 22,
                "nds": "11",
                "company_id": self.new_company.id,
                "tax_group_id": group.id,
                "country_id": self.env.ref("base.ru").id,
            }
        )
        domain = step.action_open()["domain"]
        self.assertNotIn(product, self.env["product.template"].search(domain))

    def test_each_step_opens_a_screen(self):
        for code, row in self.rows().items():
            self.assertEqual(row.action_open()["type"], "ir.actions.act_window", code)

    def test_many_tills_are_not_all_named(self):
        for number in range(5):
            self.till.copy({"code": f"MORE-{number}", "name": "Касса", "ofd_id": False})
        self.move_to_the_company_of_the_till()
        self.assertEqual(self.rows()["ofd"].words, "Tills without an OFD: Касса, Касса, Касса (+2)")

    def test_readers_of_documents_have_no_list(self):
        reader = new_test_user(
            self.env, "reads", "base.group_user,optics_kkt_driver.group_fiscal_user"
        )
        with self.assertRaises(AccessError):
            self.env["fiscal.setup.step"].with_user(reader).action_list()

    def move_to_the_company_of_the_till(self):
        """Have the manager work where this test's tills are, and no others."""
        company = self.till.company_id
        self.manager.write({"company_ids": [(4, company.id)], "company_id": company.id})
        tills = self.env["kkt.device"].search([("company_id", "=", company.id)])
        tills.filtered(lambda till: till.name != "Касса").active = False
