import os
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import config

from ..settings import SETTINGS


def other_value(setting):
    """Return what the setting can be and is not by default."""
    return setting.words[-1] if setting.words else 77


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
            wanted = other_value(setting)
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
            screen[name] = other_value(setting)
        screen.execute()
        for name, setting in SETTINGS.items():
            self.assertEqual(self.stored(name), str(other_value(setting)), name)
            self.assertEqual(self.env["res.config.settings"]._fiscal_setting(name), screen[name])

    def stored(self, name):
        return self.env["ir.config_parameter"].get_param(f"optics_kkt.{name}")

    def test_what_is_not_changed_on_the_screen_is_not_stored(self):
        with patch.dict(os.environ, {"SYNC_INTERVAL": "7", "OFD_MODE": "mock"}):
            screen = self.env["res.config.settings"].create({"ofd_max_attempts": 9})
            screen.execute()
        self.assertEqual(
            {name: value for name in SETTINGS if (value := self.stored(name))},
            {"ofd_max_attempts": "9"},
        )

    def test_the_value_below_removes_what_the_screen_said(self):
        settings = self.env["res.config.settings"]
        with patch.dict(os.environ, {"SYNC_INTERVAL": "7"}):
            settings.create({"sync_interval": 11}).execute()
            self.assertEqual(self.stored("sync_interval"), "11")
            settings.create({"sync_interval": 7}).execute()
            self.assertFalse(self.stored("sync_interval"))
        with patch.dict(os.environ, {"SYNC_INTERVAL": "8"}):
            self.assertEqual(settings._fiscal_setting("sync_interval"), 8)

    def test_an_emptied_choice_is_no_value_of_the_screen(self):
        settings = self.env["res.config.settings"]
        settings.create({"ofd_mode": "device"}).execute()
        settings.create({"ofd_mode": False}).execute()
        self.assertFalse(self.stored("ofd_mode"))

    def test_each_says_where_it_comes_from(self):
        settings = self.env["res.config.settings"]
        with patch.dict(os.environ, clear=True):
            self.assertEqual(settings.new({}).sync_interval_source, "Default")
            settings.create({"sync_interval": 11}).execute()
            self.assertEqual(
                settings.new({}).sync_interval_source,
                "Set here. To go back, enter the default: 30",
            )
        with patch.dict(os.environ, {"SYNC_INTERVAL": "7", "OFD_READ_TIMEOUT": "4"}):
            self.assertEqual(
                settings.new({}).sync_interval_source,
                "Set here. Without that, 7 would count (SYNC_INTERVAL in the environment): enter"
                " it to go back. Default: 30",
            )
            self.assertEqual(
                settings.new({}).ofd_read_timeout_source,
                "From the environment: OFD_READ_TIMEOUT. Default: 10",
            )
        with patch.dict(os.environ, clear=True), patch.dict(config.options, {"ofd_mode": "memory"}):
            self.assertEqual(
                settings.new({}).ofd_mode_source,
                "From odoo.conf: ofd_mode. Default: We send the documents",
            )

    def test_what_cannot_be_used_is_told(self):
        self.env["ir.config_parameter"].set_param("optics_kkt.sync_interval", "often")
        spoilt = {"OFD_MAX_ATTEMPTS": "many", "KKT_MODE": "magic"}
        with patch.dict(os.environ, spoilt, clear=True):
            self.assertEqual(
                self.env["res.config.settings"].new({}).fiscal_unusable.splitlines(),
                [
                    "KKT_MODE in the environment cannot be used: “magic”",
                    "optics_kkt.sync_interval in the system parameters cannot be used: “often”",
                    "OFD_MAX_ATTEMPTS in the environment cannot be used: “many”",
                ],
            )
        with patch.dict(os.environ, clear=True):
            self.env["res.config.settings"].create({}).execute()
            self.assertFalse(self.env["res.config.settings"].new({}).fiscal_unusable)

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
