"""A copy of a shop's database (`odoo neutralize`) must reach neither its tills nor its operator."""

from odoo.modules.neutralize import get_neutralization_queries

from tests.suite.suite_case import SUITE, SuiteCase

#: Addons whose records name something outside of the database.
REACHING_OUT = ("optics_kkt_driver", "optics_ofd_mock")


class TestNeutralize(SuiteCase):
    def test_addons_that_reach_out_have_the_script(self):
        for addon in REACHING_OUT:
            with self.subTest(addon=addon):
                self.assertTrue((self.addon_path(addon) / "data" / "neutralize.sql").exists())

    def test_no_operator_is_reached(self):
        operator = self.env["fiscal.ofd"].create(
            {
                "name": "A real operator",
                "url": "https://ofd.example/v1",
                "token": "secret",
                "proxy": "http://proxy.example:3128",
            }
        )
        self.neutralize()
        reached = self.env["fiscal.ofd"].search([("url", "not like", "/%")])
        self.assertFalse(reached, "active operators outside of this server")
        self.assertFalse(operator.token or operator.proxy)

    def test_no_till_is_driven(self):
        self.neutralize()
        driven = self.env["kkt.device"].search([("driver", "!=", "virtual")])
        self.assertFalse(driven, "active tills of a real driver")

    def test_tills_begin_with_a_drive_of_their_own(self):
        till = self.env["kkt.device"].create(
            {
                "name": "Till",
                "code": "COPY-1",
                "driver": "virtual",
                "retail_address": "Nevsky 1",
                "retail_place": "Shop",
            }
        )
        drive = self.env["kkt.drive"].create(
            {
                "device_id": till.id,
                "fn_number": "9999000000000001",
                "seen_since": "2026-01-05 12:00:00",
            }
        )
        till.lane_ids.sudo().write({"fn_number": drive.fn_number, "last_fd": 7})
        self.neutralize()
        self.assertEqual((drive.state, till.drive_id.id), ("archived", False))
        self.assertTrue(drive.archived_at)
        self.assertFalse(till.lane_ids.fn_number or till.lane_ids.last_fd)

    def neutralize(self):
        self.env.flush_all()
        for query in get_neutralization_queries(SUITE):
            self.env.cr.execute(query)
        self.env.invalidate_all()
