"""Every row of the table of documents, by both doors; what the till holds is compared by tag."""

import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import FiscalCase, FiscalMixin, open_till
from .document_table import CASHIER_API, DOCUMENTS, OF_THE_REPORTS, OF_THE_TILL, SUNGLASSES_API

SETTLEMENTS = ("receipt", "correction")


class DocumentsMixin(FiscalMixin):
    """Compares a row's document with the table: as the till answered, and as it lies in it."""

    def check(self, row, wanted):
        self.assertEqual(row.state, "printed", row._explain())
        self.assertEqual(self.tags(row, row.signed_json), wanted.signed)
        if row.fd_number:
            with open_till(self.till) as driver:
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

    def test_an_error_takes_two_corrections_in_one_call(self):
        self.ask("sale")
        sale = self.row("sale")
        right = {"items": [{**SUNGLASSES_API, "price": 4500}], "total": 4500}
        body = {"pos_id": "API-1", "date": f"{self.till._local_date()}", "payment_method": "card"}
        body |= {**right, "original": {"key": "sale"}, "reason": "Не та цена"}
        status, answer = self.call("/v1/kkt/correction", body, "mend")
        self.assertEqual(status, 201, answer)
        reverse, again = answer["reverse"]["document"], answer["document"]
        for document in (reverse, again):
            self.assertEqual(document["code"], 31)
            self.assertEqual(document["propertiesData"], sale.fpd)
        self.assertEqual((reverse["operationType"], reverse["totalSum"]), (2, 500000))
        self.assertEqual((again["operationType"], again["totalSum"]), (1, 450000))
        self.assertEqual(self.call("/v1/kkt/correction", body, "mend"), (200, answer))
        back = {"pos_id": "API-1", "type": "refund", "payment_method": "card", "total": 5000}
        refusal = self.call("/v1/kkt/receipt", {**back, "original": {"key": "sale"}}, "back")
        self.assertEqual(refusal[1]["error"]["details"]["field"], "original")
        back |= {"original": {"key": "mend"}, "total": 4500}
        self.assertEqual(self.call("/v1/kkt/receipt", back, "back")[0], 201)
        self.assertEqual(len(sale.search([("original_id", "=", sale.id)])), 2)

    def test_an_error_in_somebody_elses_receipt(self):
        wrong = {"items": [{**SUNGLASSES_API, "tax_rate": 10}], "total": 5000}
        body = {
            "pos_id": "API-1",
            "date": "2025-12-30",
            "items": [{**SUNGLASSES_API, "tax_rate": 20}],
            "total": 5000,
            "payment_method": "card",
            "original": {"fn_number": "9999078900004312", "fd_number": 77, "fpd": "1234567890"},
            "wrong": {**wrong, "payment_method": "card"},
        }
        status, answer = self.call("/v1/kkt/correction", body, "mend")
        self.assertEqual(status, 201, answer)
        self.assertEqual(answer["reverse"]["document"]["items"][0]["nds"], 2)
        self.assertEqual(answer["document"]["items"][0]["nds"], 1, "the rate of 2025 stays")
        self.assertEqual(answer["original"]["fd_number"], 77)

    def test_wrong_corrections_name_the_field(self):
        right = DOCUMENTS["correction of a settlement without KKT"].body
        numbers = {"fn_number": "9999078900004312", "fd_number": 77, "fpd": "1234567890"}
        cases = [
            ({"date": "yesterday"}, "date"),
            ({"date": "2999-01-01"}, "date"),
            ({"date": None}, "date"),
            ({"basis": "order"}, "order_number"),
            ({"order_number": "1"}, "order_number"),
            ({"basis": "whim"}, "basis"),
            ({"items": [{**SUNGLASSES_API, "tax_rate": 20}]}, "items[0].tax_rate"),
            ({"total": 1}, "total"),
            ({"original": {"key": "none"}}, "original.key"),
            ({"original": {**numbers, "fpd": "x"}, "wrong": right}, "wrong.date"),
            ({"original": numbers}, "wrong"),
            ({"wrong": {}}, "original"),
            ({"stage": "handover"}, "stage"),
        ]
        for changes, field in cases:
            with self.subTest(changes):
                body = {"pos_id": "API-1", **right, **changes}
                status, answer = self.call("/v1/kkt/correction", body, "bad")
                self.assertEqual(
                    (status, answer["error"]["details"]["field"]), (422, field), answer
                )
        self.assertFalse(self.row("bad"))
