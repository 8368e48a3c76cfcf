import json

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..kkt.fiscal.document import Cashier
from .common import FiscalMixin, make_receipt

DEAR = 3_000_000_000
"""Kopecks, beyond 32 bits: so are the signs of half of all documents."""


@tagged("post_install", "-at_install")
class TestRemoteRead(FiscalMixin, HttpCase):
    """Whoever reads over XML-RPC, which has no numbers beyond 32 bits, gets our records whole."""

    def setUp(self):
        super().setUp()
        self.till = self.make_till()
        self.open_shift()
        self.receipt = self.register(document=make_receipt(price=DEAR, cash=True))
        self.till._shift_close(Cashier("Кассир Иванова"), "close-1", "backend")
        self.serve()
        roles = ("base.group_system", "optics_kkt_driver.group_fiscal_manager")
        self.reader = new_test_user(self.env, "remote_reader", f"base.group_user,{','.join(roles)}")

    def ask(self, model, method, *args, **options):
        with mute_logger("odoo.addons.rpc.controllers.xmlrpc"):  # it says that Odoo 20 has it not
            return self.xmlrpc_object.execute_kw(
                self.env.cr.dbname, self.reader.id, "remote_reader", model, method, args, options
            )

    def test_every_record_is_read_over_xml_rpc(self):
        told = set()
        for name in sorted(self.env.registry):
            model = self.env[name]
            if not name.startswith(("fiscal.", "kkt.", "ofd.mock.")) or not model._auto:
                continue
            with self.subTest(name):
                if model.with_user(self.reader).has_access("read"):
                    ids = self.ask(name, "search", [], limit=50)
                    told.update(name for _values in self.ask(name, "read", ids))
        self.assertLessEqual({"fiscal.document", "kkt.drive", "kkt.shift", "kkt.device"}, told)

    def test_what_is_beyond_32_bits_is_text(self):
        (told,) = self.ask("fiscal.document", "read", self.receipt.ids, ["hlc", "signed_json"])
        self.assertEqual(int(told["hlc"]), self.receipt.hlc)
        self.assertEqual(json.loads(told["signed_json"]), self.receipt.signed_json)
        self.assertEqual(self.receipt.signed_json["totalSum"], DEAR)
