"""What plain code says in codes is said to people in words, whatever language they read."""

import ast
import dataclasses
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Formatter

from odoo.tests import TransactionCase, tagged

from ..kkt.device.errors import REASONS
from ..kkt.fiscal import correcting, document, rates
from ..kkt.fiscal.document import Cashier, InvalidDocument, Item
from ..kkt.fiscal.money import Kopecks
from ..kkt.fiscal.problems import Problem
from ..kkt.fiscal.rules import RULES
from ..kkt.fiscal.vocabulary import Nds
from ..kkt.ofd.endpoint import BadSetting
from ..models.fiscal_words import (
    FIELDS,
    PROBLEMS,
    words_of_move,
    words_of_problem,
    words_of_problems,
)

VALUES = (
    *(document.Receipt, document.Correction, document.Item, document.Payments, document.Cashier),
    *(document.Buyer, document.UserAttribute, document.ProductCode, document.ShiftOpening),
    *(document.CashIn, document.Copy, document.Registration, document.Reregistration),
    *(correcting.Basis, correcting.Wrong, rates.SellerRegime),
)


TELLING = (
    "signed",
    "unknown",
    "bytes_refused",
    "_undone",
    "_unknown",
    "_delivered",
    "Lookup",
    "_transition",
)
"""Calls that say why a row moves."""
ROOMS = ("kkt/flow", "kkt/device", "lane")


def reasons_in_plain_code():
    """Texts by which plain code says why a row moves, numbers filled in."""
    addon = Path(__file__).parents[1]
    for path in (path for room in ROOMS for path in addon.glob(f"{room}/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            told = []
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in TELLING:
                told = [*node.args, *(each.value for each in node.keywords if each.arg == "why")]
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "why":
                told = [node.value]
            yield from filter(None, map(as_told, told))
    yield from (text.format(name="x", why="y", version=7) for text in REASONS.values())
    yield from ("acknowledged", "had it already", "retry", "the OFD takes documents again")
    yield "the till has sent it"
    yield from ("HTTP 422", *failures_of_the_wire(addon))


def failures_of_the_wire(addon):
    """Reasons of the transports, as the sender keeps them."""
    for path in addon.glob("kkt/ofd/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if name in ("ConnectFailed", "TimedOut", "Broken", "EndpointUnusable"):
                if text := as_told(node.args[0]):
                    yield f"{name}: {text}"
    yield from (
        f"EndpointUnusable: {text.format(address='10.0.0.7')}" for text in BadSetting.TEXTS.values()
    )


def as_told(node):
    """The text that an expression is, if it is one."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "7" for part in node.values]
        return "".join(parts)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@tagged("post_install", "-at_install")
class TestFiscalWords(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        cls.english = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.russian = cls.env(context={**cls.env.context, "lang": "ru_RU"})

    def test_every_rule_has_a_sentence_in_russian_with_its_parameters(self):
        self.assertEqual(PROBLEMS.keys(), RULES.keys())
        for code, template in RULES.items():
            with self.subTest(code):
                told = {
                    re.match(r"\w+", name)[0]
                    for _, name, _, _ in Formatter().parse(template)
                    if name
                }
                english = self.english._(PROBLEMS[code])
                russian = self.russian._(PROBLEMS[code])
                for sentence in (english, russian):
                    self.assertEqual(set(re.findall(r"%\((\w+)\)s", sentence)), told, sentence)
                self.assertNotEqual(russian, english)
                self.assertRegex(russian, "[а-яё]")

    def test_every_move_of_a_row_is_told_in_russian(self):
        reasons = set(reasons_in_plain_code())
        self.assertGreater(len(reasons), 12)
        for reason in sorted(reasons):
            with self.subTest(reason):
                words = words_of_move(self.russian, reason)
                self.assertRegex(words, "[а-яё]")
                self.assertNotIn("%(", words)
                for number in re.findall(r"\d+", reason):
                    self.assertIn(number, words)

    def test_what_a_person_has_written_stays(self):
        self.assertEqual(words_of_move(self.russian, "Уронили кассу"), "Уронили кассу")
        self.assertFalse(words_of_move(self.russian, False))

    def test_every_field_of_a_document_has_a_name(self):
        fields = {each.name for value in VALUES for each in dataclasses.fields(value)}
        self.assertFalse(fields - FIELDS.keys())
        for name, label in FIELDS.items():
            with self.subTest(name):
                self.assertRegex(self.russian._(label), "[А-Яа-яё]")

    def test_a_problem_names_its_field_as_people_do(self):
        for path, field in (
            ("", ""),
            ("items", "Lines: "),
            ("items[2].price", "Line 3, price: "),
            ("right.items[2].price", "Line 3, price: "),
            ("wrong.items[0].nds", "Signed with an error, line 1, VAT rate: "),
            ("cashier.operator_inn", "Cashier, INN: "),
            ("nobody.named_this", ""),
        ):
            with self.subTest(path):
                words = words_of_problem(self.english, Problem(path, None, "required"))
                self.assertEqual(words, f"{field}must be filled in")

    def test_parameters_are_said_as_the_reader_writes_them(self):
        for problem, english, russian in (
            (
                Problem("total", 1, "not_the_items", total=Kopecks(123456)),
                "1,234.56",
                "1 234,56",
            ),
            (
                Problem("settled_on", 1, "after_today", today=date(2026, 1, 2)),
                "01/02/2026",
                "02.01",
            ),
            (
                Problem("items[0].nds", 1, "prepayment_rate", rate=Nds.NDS_22_122),
                "НДС 22/122",
                "НДС 22/122",
            ),
            (
                Problem("quantity", 1, "more_than_left", left=Decimal("0.5"), line=2),
                "line 2 only 0.5",
                "строке 2 можно вернуть ещё только 0.5",
            ),
            (
                Problem("vat", 1, "unknown_choice", choices=tuple(rates.SellerVat)),
                "general, 5, 7, exempt",
                "general, 5, 7, exempt",
            ),
            (Problem("nds", 1, "unknown_choice", choices=Nds), "НДС 20%, НДС 10%", "НДС 20%"),
        ):
            with self.subTest(problem.code):
                self.assertIn(english, words_of_problem(self.english, problem))
                said = words_of_problem(self.russian, problem).replace("\N{NO-BREAK SPACE}", " ")
                self.assertIn(russian, said)

    def test_all_problems_are_said(self):
        with self.assertRaises(InvalidDocument) as caught:
            Item("Оправа\tRay-Ban", 1 << 48, Decimal(-1), 0, Nds.NDS_22)
        self.assertEqual(
            words_of_problems(self.english, caught.exception),
            [
                "Name: must not have tabs, line breaks or other characters that cannot be printed",
                "Price: must be an amount from 0.00 to 2,814,749,767,106.55",
                "Quantity: must be more than 0 and less than 1000000000",
            ],
        )

    def test_a_call_without_a_language_is_answered_in_its_users(self):
        self.env.user.lang = "ru_RU"
        env = self.env(context={})
        with self.assertRaises(InvalidDocument) as caught:
            Cashier("Кассир Иванова", "123")
        (words,) = words_of_problems(env, caught.exception)
        self.assertIn("ИНН: такого ИНН", words)
