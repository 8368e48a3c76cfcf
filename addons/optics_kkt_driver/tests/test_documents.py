"""Every row of the table of documents, by both doors; what the till holds is compared by tag."""

import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from ..kkt.drivers.virtual.faults import Faults
from .common import FiscalCase, FiscalMixin
from .document_table import CASHIER_API, DOCUMENTS, OF_THE_REPORTS, OF_THE_TILL

SETTLEMENTS = ("receipt", "correction")


class DocumentsMixin(FiscalMixin):
    """Compares a row's document with the table: as the till answered, and as it lies in it."""

    def check(self, row, wanted):
        self.assertEqual(row.state, "printed", row._explain())
        self.assertEqual(self.tags(row, row.signed_json), wanted.signed)
        if row.fd_number:
            with self.till._driver() as driver:
                self.assertEqual(self.tags(row, driver.read(row.fd_number)), wanted.signed)

    def tags(self, row, document):
        """What the document says beyond the till's own."""
        own = OF_THE_TILL | (set() if row.kind in SETTLEMENTS else OF_THE_REPORTS)
        if row.kind == "copy":
            own = own - {"fiscalDocumentNumber"}
        return {name: value for name, value in document.items() if name not in own}


@tagged("post_install", "-at_install")
class TestDocumentsByModels(DocumentsMixin, FiscalCase):
    def test_each_row_of_the_table(self):
        for name, wanted in DOCUMENTS.items():
            with self.subTest(name):
                row = self.register(name, wanted.value)
                self.check(row, wanted)
                self.assertEqual(self.register(name, wanted.value), row, "the key is known")


class ApiCase(FiscalMixin, HttpCase):
    """A till and a machine that has a key to the API."""

    def setUp(self):
        super().setUp()
        self.till = self.make_till(code="API-1")
        user = new_test_user(
            self.env,
            "kkt_api_client",
            groups="optics_kkt_driver.group_kkt_api",
            company_id=self.env.company.id,
        )
        expires = fields.Datetime.now() + timedelta(days=1)
        keys = self.env["res.users.apikeys"].with_user(user).sudo()
        self.key = keys._generate("rpc", "test", expires)

    def call(self, path, body=None, key="k"):
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/json",
            "X-Idempotency-Key": key,
        }
        answer = self.url_open(path, data=body and json.dumps(body), headers=headers)
        return answer.status_code, answer.json()

    def set_faults(self, **faults):
        with self.till._driver() as driver:
            driver.till.set_faults(Faults(**faults))


@tagged("post_install", "-at_install")
class TestDocumentsByApi(DocumentsMixin, ApiCase):
    def ask(self, name, **changes):
        """Call the API for a row of the table; its name is the key."""
        wanted = DOCUMENTS[name]
        body = {"pos_id": "API-1", "cashier": CASHIER_API, **wanted.body, **changes}
        return self.call(f"/v1/kkt/{wanted.path}", body, name)

    def row(self, key):
        return self.env["fiscal.document"].search(
            [("device_id", "=", self.till.id), ("idempotency_key", "=", key)]
        )

    def test_each_row_of_the_table(self):
        done = set()
        for name, wanted in DOCUMENTS.items():
            if not wanted.path:
                continue
            with self.subTest(name):
                self.assertLessEqual(set(wanted.before), done)
                status, answer = self.ask(name)
                self.assertEqual(status, 201, answer)
                self.check(self.row(name), wanted)
                self.assertEqual(answer["document"], self.row(name).signed_json)
                self.assertEqual(self.ask(name), (200, answer), "the key is known")
                done.add(name)
        self.assertGreaterEqual(len(done), 20)
