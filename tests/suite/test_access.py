"""Who may do what: every model of ours against every group, by the checks that users meet."""

import csv
from pathlib import Path

from odoo.fields import Command

from tests.suite.suite_case import SuiteCase

MATRIX = Path(__file__).with_name("access_matrix.csv")
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}


class TestAccessMatrix(SuiteCase):
    """``access_matrix.csv`` is what we mean: model, group, rights.

    A group has its own line's rights and those of the groups that it implies, and nothing else.
    A model that no line names is closed to everybody.
    """

    def setUp(self):
        super().setUp()
        self.groups = self.env["res.groups"].search([])
        self.names = self.groups._ensure_xml_id()
        with MATRIX.open() as lines:
            self.meant = {
                (line["model"], line["group"]): set(line["rights"])
                for line in csv.DictReader(lines)
            }

    def test_every_model_against_every_group(self):
        wrong = []
        for group in self.groups:
            user = self.env["res.users"].create(
                {
                    "name": f"Only {group.full_name}",
                    "login": f"only-{group.id}",
                    "group_ids": [Command.set(group.ids)],
                }
            )
            closure = [self.names[each.id] for each in group | group.all_implied_ids]
            for model in self.our_models():
                meant = set().union(
                    *(self.meant.get((model._name, name), set()) for name in closure)
                )
                has = {
                    letter
                    for letter, operation in OPERATIONS.items()
                    if model.with_user(user).has_access(operation)
                }
                if has != meant:
                    wrong.append(
                        f"{model._name}, {self.names[group.id]}: has {_letters(has)},"
                        f" {MATRIX.name} says {_letters(meant)}"
                    )
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def test_matrix_names_only_what_exists(self):
        models = {model._name for model in self.our_models()}
        groups = set(self.names.values())
        unknown = [key for key in self.meant if key[0] not in models or key[1] not in groups]
        self.assertFalse(unknown)


def _letters(rights):
    return "".join(letter for letter in OPERATIONS if letter in rights) or "nothing"
