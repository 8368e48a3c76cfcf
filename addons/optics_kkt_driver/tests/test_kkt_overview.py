from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..kkt.fiscal.document import Cashier
from .common import FiscalCase


@tagged("post_install", "-at_install")
class TestKktOverview(FiscalCase):
    def setUp(self):
        super().setUp()
        (self.env["kkt.device"].search([]) - self.till).active = False
        self.owner = new_test_user(
            self.env, "owner", "base.group_user,optics_kkt_driver.group_fiscal_user", lang="en_US"
        )

    def page(self):
        self.env.invalidate_all()
        return self.env["kkt.overview"].with_user(self.owner).read_overview()

    def advice(self):
        return [(each["level"], each["text"]) for each in self.page()["advice"]]

    def test_a_till_and_its_day(self):
        self.open_shift()
        self.register("one")
        self.register("two")
        self.till._refresh_status()
        (tile,) = self.page()["tills"]
        self.assertEqual((tile["code"], tile["health"]), ("TEST-1", "ready"))
        self.assertEqual((tile["receipts"], tile["counters"]), (2, "pending"))
        self.assertIn("10,000.00", tile["turnover"])
        self.assertEqual((tile["waiting"], tile["shift"]), (3, "Shift 1, 24 h left"))
        self.till._shift_close(Cashier("Кассир Иванова"), "close", "backend")
        (tile,) = self.page()["tills"]
        self.assertEqual((tile["receipts"], tile["counters"]), (2, "agree"))
        self.assertEqual(tile["shift"], "The shift is closed")

    def test_it_says_what_to_do(self):
        self.open_shift()
        receipt = self.register()
        self.assertEqual(self.advice(), [])
        receipt._transition("dead", "refused", dead_reason="refused")
        self.set_faults(silent=True)
        self.till._refresh_status()
        levels, texts = zip(*self.advice(), strict=True)
        self.assertEqual(set(levels), {"danger"})
        self.assertTrue(texts[0].startswith("TEST-1: "))
        self.assertIn("not accepted: 1", texts[1])

    def test_each_advice_leads_somewhere(self):
        self.register()._transition("dead", "refused", dead_reason="refused")
        self.till.status_ids.fn_valid_until = "2026-01-01"
        for each in self.page()["advice"]:
            action = each["action"]
            if isinstance(action, str):
                self.env.ref(action).with_user(self.owner).check_access("read")
            else:
                record = self.env[action["res_model"]].browse(action["res_id"])
                record.with_user(self.owner).check_access("read")

    def test_others_tills_are_not_shown(self):
        company = self.env["res.company"].create({"name": "Another"})
        self.owner.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.assertEqual(self.page()["tills"], [])

    def test_who_has_no_business_with_tills_sees_nothing(self):
        self.owner = new_test_user(self.env, "nobody", "base.group_user")
        with self.assertRaises(AccessError):
            self.page()
