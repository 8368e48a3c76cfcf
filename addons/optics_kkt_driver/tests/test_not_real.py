from unittest.mock import patch

from odoo.tests import TransactionCase, new_test_user, tagged

from ..models import ir_http
from .common import make_till


@tagged("post_install", "-at_install")
class TestNotReal(TransactionCase):
    def setUp(self):
        super().setUp()
        self.env["kkt.device"].search([]).active = False
        self.till = make_till(self.env)

    def played(self):
        return self.env["kkt.monitor"]._not_real(self.env.company).get(self.env.company.id)

    def test_a_virtual_till(self):
        self.assertEqual(self.played(), ["tills"])
        self.till.active = False
        self.assertFalse(self.played())

    def test_an_ofd_of_this_machine(self):
        with patch.object(type(self.till), "_ofd_is_no_real_one", return_value=True):
            self.assertEqual(self.played(), ["tills", "ofd"])
        self.assertFalse(self.till._ofd_is_no_real_one())
        self.till.ofd_id.url = "/ofd/v1"
        self.assertTrue(self.till._ofd_is_no_real_one())
        self.till.delivery = "device"
        self.assertFalse(self.till._ofd_is_no_real_one())
        self.till.delivery = "memory"
        self.assertTrue(self.till._ofd_is_no_real_one())

    def test_another_company_is_left_out(self):
        other = self.env["res.company"].create({"name": "Другая"})
        self.assertFalse(self.env["kkt.monitor"]._not_real(other))

    def test_who_is_told(self):
        reader = new_test_user(
            self.env, "reads", "base.group_user,optics_kkt_driver.group_fiscal_user"
        )
        other = new_test_user(self.env, "other", "base.group_user")
        for development in (True, False):
            with patch.object(ir_http, "is_development", return_value=development):
                told = self.info(reader)["fiscal_not_real"]
            self.assertEqual(
                told,
                {"development": development, "companies": {reader.company_id.id: ["tills"]}},
            )
        self.assertNotIn("fiscal_not_real", self.info(other))

    def info(self, user):
        return self.env["ir.http"].with_user(user)._fiscal_session_info()
