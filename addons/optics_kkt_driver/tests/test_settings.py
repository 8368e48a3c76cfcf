import os
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

from ..settings import SETTINGS


@tagged("post_install", "-at_install")
class TestSettings(TransactionCase):
    def test_environment_seeds_and_the_screen_wins(self):
        settings = self.env["res.config.settings"]
        with patch.dict(os.environ, {"SYNC_INTERVAL": "7"}):
            self.assertEqual(settings._fiscal_setting("sync_interval"), 7)
            screen = settings.create({})
            self.assertEqual(screen.sync_interval, 7)
            screen.sync_interval = 11
            screen.execute()
            self.assertEqual(settings._fiscal_setting("sync_interval"), 11)

    def test_defaults(self):
        with patch.dict(os.environ, clear=True):
            for name, (_variable, kind, default, _lowest) in SETTINGS.items():
                value = self.env["res.config.settings"]._fiscal_setting(name)
                self.assertEqual(value, kind(default), name)

    def test_a_bad_value_names_its_field(self):
        with self.assertRaises(ValidationError) as caught:
            self.env["res.config.settings"].create({"sync_interval": 0})
        label = self.env["res.config.settings"]._fields["sync_interval"].string
        self.assertIn(label, str(caught.exception))

    def test_every_setting_is_on_the_screen(self):
        arch = self.env["res.config.settings"].get_view()["arch"]
        for field, _name in self.env["res.config.settings"]._fiscal_fields():
            self.assertIn(f'name="{field}"', arch)

    def test_a_spoilt_stored_value_falls_back(self):
        self.env["ir.config_parameter"].set_param("optics_kkt.sync_interval", "often")
        with patch.dict(os.environ, clear=True):
            self.assertEqual(self.env["res.config.settings"]._fiscal_setting("sync_interval"), 30)

    def test_new_tills_follow_the_settings(self):
        parameters = self.env["ir.config_parameter"]
        for mode, driver in (("mock", "virtual"), ("real", "shtrih"), ("abacus", None)):
            parameters.set_param("optics_kkt.kkt_mode", mode)
            self.assertEqual(self.env["kkt.device"]._default_driver(), driver)
        parameters.set_param("optics_kkt.kkt_mode", "mock")
        for mode, delivery in (("http", "http"), ("memory", "memory"), ("mock", "memory")):
            parameters.set_param("optics_kkt.ofd_mode", mode)
            self.assertEqual(self.env["kkt.device"]._default_delivery(), delivery)
        parameters.set_param("optics_kkt.kkt_mode", "real")
        self.assertEqual(self.env["kkt.device"]._default_delivery(), "device")
