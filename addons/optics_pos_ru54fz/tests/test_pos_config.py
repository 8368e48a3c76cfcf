from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestPosConfig(ShopCase):
    def test_a_point_of_sale_takes_no_till_of_another_company(self):
        other = self.env["res.company"].create({"name": "ИП Соколов"})
        till = self.make_till(code="OTHER-1", company_id=other.id, ofd_id=False)
        config = self.env["pos.config"].create(
            {"name": "Вторая касса", "company_id": self.company.id, "payment_method_ids": False}
        )
        with self.assertRaises(UserError):
            config.kkt_device_id = till

    def test_the_dashboard_tells_day_and_orders_in_the_readers_language(self):
        session = self.pos_session.sudo()
        self.sell()
        session.start_at = "2026-11-29 09:00:00"
        config = self.config.with_context(lang="en_US", tz="Europe/Moscow")
        statistics = config.get_statistics_for_session(session.with_env(config.env))
        self.assertEqual(statistics["date"]["start_date"], "29 Nov")
        self.assertRegex(statistics["orders"]["paid"]["display"], r"\(orders: 1\)$")
