"""Our Russian of Odoo's own words: it is served, stored, and still fits Odoo's."""

import re
from functools import cached_property
from unittest.mock import patch

import polib

from odoo.fields import Command
from odoo.modules.module import get_module_path
from odoo.tools.misc import file_path
from odoo.tools.translate import code_translations

from odoo.addons.optics_pos_ru54fz import odoo_russian

from tests.suite.suite_case import SuiteCase

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdf]|\$\{|<[^>]+>")


class TestCatalogue(SuiteCase):
    """Each entry is one of Odoo's, so that what Odoo renames is noticed."""

    @cached_property
    def entries(self):
        return polib.pofile(file_path(odoo_russian.CATALOGUE))

    def test_every_place_is_one_of_odoos_template(self):
        for module in sorted(self.modules()):
            with self.subTest(module=module):
                places = self.places_of_odoo(module)
                unknown = [
                    (entry.msgid, where)
                    for entry in self.entries
                    for where in self.places_in(module, entry)
                    if where not in places.get(entry.msgid, ())
                ]
                self.assertFalse(unknown, f"not in {module}.pot")

    def test_every_entry_has_a_place_and_a_translation(self):
        lame = [e.msgid for e in self.entries if not e.occurrences or not e.translated()]
        self.assertFalse(lame)

    def test_a_term_stands_once(self):
        terms = [entry.msgid for entry in self.entries]
        self.assertEqual(len(terms), len(set(terms)))

    def test_placeholders_and_tags_agree(self):
        wrong = [
            entry.msgid
            for entry in self.entries
            if sorted(PLACEHOLDER.findall(entry.msgid)) != sorted(PLACEHOLDER.findall(entry.msgstr))
        ]
        self.assertFalse(wrong)

    def test_no_python_term(self):
        """Nothing would serve it, see docs/RUSSIAN.md."""
        lame = [
            entry.msgid
            for entry in self.entries
            for where, _line in entry.occurrences
            if where.startswith("code:") and where.endswith(".py")
        ]
        self.assertFalse(lame)

    def modules(self):
        return odoo_russian.modules_with_stored_terms() | set(odoo_russian.web_terms())

    def places_in(self, module, entry):
        """Where `entry` stands in `module`, of all that it says."""
        of_module = re.compile(rf"code:addons/{module}/|model(_terms)?:[\w.]+,\w+:{module}\.")
        return [where for where, _line in entry.occurrences if of_module.match(where)]

    def places_of_odoo(self, module):
        template = polib.pofile(f"{get_module_path(module)}/i18n/{module}.pot")
        return {e.msgid: {where for where, _line in e.occurrences} for e in template}


class TestWebTerms(SuiteCase):
    def served(self, module, lang="ru_RU"):
        translations, _parameters = self.env["ir.http"]._get_translations_for_webclient(
            [module], lang
        )
        return {each["id"]: each["string"] for each in translations[module]["messages"]}

    def test_ours_come_before_odoos(self):
        served = self.served("point_of_sale")
        self.assertEqual(served["Change"], "Сдача")
        self.assertEqual(served["Load Order"], "Открыть заказ")
        self.assertEqual(served["Cash"], "Наличные", "Odoo's own, which ours leave alone")

    def test_the_language_of_the_context_counts(self):
        http = self.env["ir.http"].with_context(lang="ru_RU")
        translations, _parameters = http._get_translations_for_webclient(["point_of_sale"], None)
        self.assertIn(
            {"id": "Change", "string": "Сдача"}, translations["point_of_sale"]["messages"]
        )

    def test_other_languages_and_odoos_cache_stay_as_they_are(self):
        self.served("point_of_sale")
        self.assertNotIn("Change", self.served("point_of_sale", "en_US"))
        cached = code_translations.get_web_translations("point_of_sale", "ru_RU")
        self.assertNotIn({"id": "Change", "string": "Сдача"}, cached["messages"])

    def test_the_browsers_hash_changes_with_our_words(self):
        http = self.env["ir.http"]
        before = http._get_web_translations_hash(["point_of_sale"], "ru_RU")
        self.env.registry.clear_cache()
        ours = {"point_of_sale": {"Change": "Другое слово"}}
        with patch.object(odoo_russian, "web_terms", lambda: ours):
            after = http._get_web_translations_hash(["point_of_sale"], "ru_RU")
        self.env.registry.clear_cache()
        self.assertNotEqual(before, after)


class TestStoredTerms(SuiteCase):
    def setUp(self):
        super().setUp()
        self.state = self.env.ref(
            "point_of_sale.selection__pos_session__state__opening_control"
        ).with_context(lang="ru_RU")
        self.dashboard = self.env.ref("point_of_sale.view_pos_config_kanban").with_context(
            lang="ru_RU"
        )

    def assert_ours(self):
        self.assertEqual(self.state.name, "Открытие кассы")
        self.assertIn("<span>Продано</span>", self.dashboard.arch_db)

    def test_ours_are_there(self):
        self.assert_ours()

    def test_ours_survive_that_odoos_are_loaded(self):
        for overwrite in (False, True):
            with self.subTest(overwrite=overwrite):
                self.env["ir.module.module"]._load_module_terms(
                    ["point_of_sale"], ["ru_RU"], overwrite=overwrite
                )
                self.assert_ours()

    def test_an_update_of_ours_mends_them(self):
        self.state.name = "Управление открыванием"
        self.env["ir.module.module"]._load_module_terms(["optics_pos_ru54fz"], ["ru_RU"])
        self.assert_ours()

    def test_ours_come_with_the_language(self):
        self.state.name = "Управление открыванием"
        russian = self.env["res.lang"]._lang_get("ru_RU")
        self.env["base.language.install"].create(
            {"lang_ids": [Command.set(russian.ids)], "overwrite": True}
        ).lang_install()
        self.assert_ours()
