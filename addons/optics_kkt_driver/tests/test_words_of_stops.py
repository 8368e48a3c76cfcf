import string

from odoo.tests import TransactionCase, tagged

from ..kkt.device.errors import REASONS, NoAnswer, Refused
from ..kkt.flow import errors
from ..kkt.ofd.endpoint import BadSetting
from ..models.fiscal_words import (
    ENDPOINTS,
    LINKS,
    STOPS,
    stored_error,
    words_of_stop,
    words_of_stored_error,
)


def codes_of_stops(base=errors.LaneStopped):
    """Each code of a stop and its English text; classes that are only bases have none."""
    for stop in base.__subclasses__():
        if "code" in vars(stop):
            yield stop.code, stop.text
        yield from codes_of_stops(stop)


def parameters(template):
    return {
        name for _text, name, _format, _conversion in string.Formatter().parse(template) if name
    }


class Asked(dict):
    """Notes which parameters a ``%(name)s`` sentence asks for."""

    def __missing__(self, name):
        self[name] = name
        return name


@tagged("post_install", "-at_install")
class TestWordsOfStops(TransactionCase):
    """Whatever stops a lane or a link, a Russian cashier reads it in Russian."""

    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("ru_RU")
        self.russian = self.env["base"].with_context(lang="ru_RU").env

    def check(self, code, sentence, allowed):
        for env in (self.env, self.russian):
            asked, text = Asked(), env._(sentence)
            self.assertTrue(text % asked)
            self.assertLessEqual(set(asked), allowed, code)
        self.assertRegex(self.russian._(sentence), "[А-Яа-я]{3}", code)

    def test_every_stop_has_a_sentence(self):
        codes = dict(codes_of_stops())
        refusal = errors.TillRefused.code
        self.assertEqual(set(codes), {*STOPS, refusal}, "a refusal brings the till's own words")
        for code, sentence in STOPS.items():
            self.check(code, sentence, parameters(codes[code]) | {"till"})

    def test_every_failure_of_a_link_has_a_sentence(self):
        self.assertEqual(set(LINKS), set(REASONS))
        for reason, sentence in LINKS.items():
            self.check(reason, sentence, parameters(REASONS[reason]))

    def test_every_bad_setting_of_an_endpoint_has_a_sentence(self):
        self.assertEqual(set(ENDPOINTS), set(BadSetting.TEXTS))
        for code, sentence in ENDPOINTS.items():
            self.check(code, sentence, parameters(BadSetting.TEXTS[code]))

    def test_a_failed_link_inside_a_stop(self):
        stop = errors.ShiftNotOpened(why=NoAnswer("no_answer"))
        said = words_of_stop(self.russian, stop)
        self.assertNotRegex(said, "[A-Za-z]{3}")
        self.assertIn("не ответила", said)

    def test_a_refusal_keeps_the_tills_own_words(self):
        refusal = Refused("Нет чековой ленты", code="6B", remedy="Вставьте чековую ленту.")
        said = words_of_stop(self.russian, errors.TillRefused(refusal))
        self.assertEqual(said, words_of_stored_error(self.russian, stored_error(refusal)))
        for part in ("Нет чековой ленты", "6B", "Вставьте"):
            self.assertIn(part, said)
