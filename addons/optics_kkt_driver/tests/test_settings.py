import os
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

from ..settings import SETTINGS

OTHER_VALUES = {int: 77, str: "other"}
"""By type: what no setting is by default."""


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
            for name, setting in SETTINGS.items():
                value = self.env["res.config.settings"]._fiscal_setting(name)
                self.assertEqual(value, setting.default, name)

    def test_each_has_a_variable_of_its_name(self):
        for name, setting in SETTINGS.items():
            wanted = OTHER_VALUES[type(setting.default)]
            with patch.dict(os.environ, {name.upper(): str(wanted)}):
                value = self.env["res.config.settings"]._fiscal_setting(name)
                self.assertEqual(value, wanted, name)

    def test_each_is_on_the_screen_with_words_of_its_own(self):
        screen = self.env["res.config.settings"]
        shown = {node.get("name") for node in etree.fromstring(screen.get_view()["arch"]).iter()}
        told = screen.fields_get(SETTINGS, ["string", "help"])
        for name, setting in SETTINGS.items():
            self.assertIn(name, shown)
            self.assertEqual(
                (told[name]["string"], told[name].get("help")), (setting.label, setting.help)
            )

    def test_each_is_stored_from_the_screen(self):
        screen = self.env["res.config.settings"].create({})
        for name, setting in SETTINGS.items():
            if isinstance(setting.default, int):
                screen[name] = OTHER_VALUES[int]
        screen.execute()
        for name in SETTINGS:
            stored = self.env["ir.config_parameter"].get_param(f"optics_kkt.{name}")
            self.assertEqual(stored, str(screen[name]), name)
            self.assertEqual(self.env["res.config.settings"]._fiscal_setting(name), screen[name])

    def test_what_is_too_low_is_refused_by_the_name_on_the_screen(self):
        limited = [setting for setting in SETTINGS.values() if setting.lowest is not None]
        self.assertTrue(limited)
        for setting in limited:
            with self.assertRaises(ValidationError) as caught:
                self.env["res.config.settings"].create({setting.name: setting.lowest - 1})
            self.assertIn(setting.label, str(caught.exception))

    def test_what_is_too_low_elsewhere_falls_back(self):
        self.env["ir.config_parameter"].set_param("optics_kkt.sync_interval", "0")
        with patch.dict(os.environ, {"SYNC_INTERVAL": "7"}):
            self.assertEqual(self.env["res.config.settings"]._fiscal_setting("sync_interval"), 7)

    def test_a_spoilt_stored_value_falls_back(self):
        self.env["ir.config_parameter"].set_param("optics_kkt.sync_interval", "often")
        with patch.dict(os.environ, clear=True):
            self.assertEqual(self.env["res.config.settings"]._fiscal_setting("sync_interval"), 30)

    def test_new_tills_follow_the_settings(self):
        parameters = self.env["ir.config_parameter"]
        for mode, driver in (("mock", "virtual"), ("real", None)):
            parameters.set_param("optics_kkt.kkt_mode", mode)
            self.assertEqual(self.env["kkt.device"]._default_driver(), driver)
        for mode, delivery in (("http", "http"), ("memory", "memory"), ("mock", "memory")):
            parameters.set_param("optics_kkt.ofd_mode", mode)
            self.assertEqual(self.env["kkt.device"]._default_delivery(), delivery)
