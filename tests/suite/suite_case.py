"""What the tests of the whole suite share: which models, groups and addons are ours."""

from pathlib import Path

from odoo.modules.module import get_module_path
from odoo.tests import TransactionCase

SUITE = ("optics_core", "optics_kkt_driver", "optics_ofd_mock", "optics_pos_ru54fz")


class SuiteCase(TransactionCase):
    # Odoo gives these to test classes inside of addons only.
    test_tags = frozenset({"standard"})
    test_module = "suite"

    def our_models(self):
        """Models that our addons define (not those that they extend), with a table of their own."""
        return [
            model
            for model in self.env.values()
            if model._original_module in SUITE and not model._abstract
        ]

    def lasting_models(self):
        return [model for model in self.our_models() if not model._transient]

    def addon_path(self, addon):
        return Path(get_module_path(addon))
