"""A setting that nobody can see is no setting."""

from lxml import etree

from tests.suite.suite_case import SUITE, SuiteCase


class TestSettingsScreen(SuiteCase):
    def test_every_setting_of_ours_is_on_the_screen(self):
        settings = self.env["res.config.settings"]
        screen = etree.fromstring(settings.get_view(view_type="form")["arch"])
        shown = {node.get("name") for node in screen.iter("field")}
        ours = {name for name, field in settings._fields.items() if field._module in SUITE}
        self.assertFalse(ours - shown)
