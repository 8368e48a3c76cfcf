"""Every term of ours that a user can meet is translated into Russian."""

import io
import re

import polib

from odoo.tools.translate import trans_export

from tests.suite.suite_case import SUITE, SuiteCase


class TestRussian(SuiteCase):
    def test_no_untranslated_terms(self):
        for addon in SUITE:
            with self.subTest(addon=addon):
                missing = self.terms(addon) - self.translated(addon)
                self.assertFalse(
                    missing, f"{addon}: {len(missing)} terms without Russian in i18n/ru.po"
                )

    def terms(self, addon):
        """The source terms of an addon, as `odoo i18n export` finds them."""
        exported = io.BytesIO()
        trans_export(None, [addon], exported, "po", self.env)
        return {
            entry.msgid
            for entry in polib.pofile(exported.getvalue().decode())
            if needs_translation(entry.msgid)
        }

    def translated(self, addon):
        path = self.addon_path(addon) / "i18n" / "ru.po"
        if not path.exists():
            return set()
        return {entry.msgid for entry in polib.pofile(str(path)) if entry.translated()}


def needs_translation(term):
    """Demo data are Russian already, and a code such as ``{0} %`` has no words."""
    return bool(re.search("[A-Za-z]{2}", term)) and not re.search("[А-Яа-яЁё]", term)
