import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import FiscalMixin

SUNGLASSES = {
    "name": "Очки солнцезащитные Ray-Ban",
    "quantity": 1,
    "price": 5000.00,
    "tax_rate": 22,
}


@tagged("post_install", "-at_install")
class TestApi(FiscalMixin, HttpCase):
    """The HTTP API, asked as a machine asks it: with the key of a user of the group KKT API."""

    def setUp(self):
        super().setUp()
        self.till = self.make_till(code="API-1")
        self.user = new_test_user(
            self.env,
            "kkt_api_client",
            groups="optics_kkt_driver.group_kkt_api",
            company_id=self.env.company.id,
        )
        self.key = (
            self.env["res.users.apikeys"]
            .with_user(self.user)
            .sudo()
            ._generate("rpc", "test", fields.Datetime.now() + timedelta(days=1))
        )

    def call(self, path, body=None, *, key="k1", method=None, **headers):
        sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        if key and body is not None:
            sent["X-Idempotency-Key"] = key
        data = body if isinstance(body, (str, bytes)) else body and json.dumps(body)
        answer = self.url_open(path, data=data, headers={**sent, **headers}, method=method)
        self.assertEqual(answer.headers["Content-Type"], "application/json; charset=utf-8")
        return answer.status_code, answer.json()

    def sell(self, key="k1", **changes):
        body = {
            "pos_id": "API-1",
            "items": [SUNGLASSES],
            "total": 5000.00,
            "payment_method": "card",
            **changes,
        }
        return self.call("/v1/kkt/receipt", body, key=key)

    def rows(self):
        return self.env["fiscal.document"].search([("device_id", "=", self.till.id)])

    def receipts(self):
        return self.rows().filtered(lambda row: row.kind == "receipt")

    def test_a_sale_is_signed_once_for_its_key(self):
        status, first = self.sell()
        self.assertEqual(status, 201)
        self.assertEqual(first["state"], "printed")
        self.assertEqual(first["document"]["ecashTotalSum"], 500000)
        self.assertEqual(first["receipt_number"], 1, "the closed shift was opened first")
        status, second = self.sell()
        self.assertEqual((status, second), (200, first))
        self.assertEqual(
            self.rows().filtered(lambda row: row.kind == "receipt").mapped("state"), ["printed"]
        )

    def test_the_document_is_found_by_its_key(self):
        _status, sold = self.sell(key="find me")
        self.assertEqual(self.call("/v1/kkt/receipt/find%20me"), (200, sold))
        self.assertEqual(self.call("/v1/kkt/receipt/other")[0], 404)

    def test_20_percent_of_2026_is_signed_at_22_with_a_warning(self):
        status, sold = self.sell(items=[{**SUNGLASSES, "tax_rate": 20}])
        self.assertEqual(status, 201)
        self.assertEqual(sold["document"]["items"][0]["nds"], 11)
        self.assertEqual(sold["document"]["totalSum"], 500000)
        self.assertEqual(len(sold["warnings"]), 1)
        self.assertIn("items[0]", sold["warnings"][0]["field"])

    def test_20_percent_of_2026_is_refused_where_the_company_wants_it(self):
        self.till.company_id.fiscal_rate_20_api = "refuse"
        status, answer = self.sell(items=[{**SUNGLASSES, "tax_rate": 20}])
        self.assertEqual(status, 422)
        self.assertEqual(answer["error"]["details"]["field"], "items[0].tax_rate")
        self.assertFalse(self.rows())

    def test_other_body_under_the_same_key(self):
        self.sell()
        status, answer = self.sell(total=4000.00, items=[{**SUNGLASSES, "price": 4000.00}])
        self.assertEqual((status, answer["error"]["code"]), (409, "key_conflict"))

    def test_bad_input_names_the_field_and_leaves_no_row(self):
        cases = [
            ({"total": 4999.99}, "total"),
            ({"items": [{**SUNGLASSES, "tax_rate": 19}]}, "items[0].tax_rate"),
            ({"items": [{**SUNGLASSES, "price": -1}]}, "items[0].price"),
            ({"items": [{**SUNGLASSES, "price": 0.001}]}, "items[0].price"),
            ({"items": [{**SUNGLASSES, "quantity": 0}]}, "items[0].quantity"),
            ({"items": [{**SUNGLASSES, "colour": "red"}]}, "items[0].colour"),
            ({"items": []}, "items"),
            ({"items": [{**SUNGLASSES, "name": ""}]}, "items[0].name"),
            ({"discount": 5}, "discount"),
            ({"payment_method": "shells"}, "payment_method"),
            ({"payments": [{"method": "cash", "amount": 1}]}, "payments"),
            ({"customer": {"email": "nobody"}}, "customer.phone_or_address"),
            ({"customer": {"email": "a@b.ru", "phone": "+79001234567"}}, "customer.phone"),
            ({"customer": {"inn": "7707083893"}}, "customer.name"),
            ({"internet_site": "https://optika.example"}, "customer.phone_or_address"),
            ({"items": [{**SUNGLASSES, "country": "Italy"}]}, "items[0].country"),
            ({"items": [{**SUNGLASSES, "marking_code": "123"}]}, "items[0].marking_code"),
            ({"cashier": {"name": "Иванова", "inn": "1"}}, "cashier.inn"),
            ({"pos_id": "NOPE"}, "pos_id"),
        ]
        for changes, field in cases:
            with self.subTest(changes):
                status, answer = self.sell(**changes)
                self.assertEqual(status, 422)
                self.assertEqual(answer["error"]["details"]["field"], field)
        self.assertFalse(self.rows())

    def test_bad_calls(self):
        body = {"pos_id": "API-1"}
        for path, sent, options, expected in [
            ("/v1/kkt/receipt", "{", {}, (400, "bad_json")),
            ("/v1/kkt/receipt", "[1]", {}, (400, "bad_json")),
            ("/v1/kkt/receipt", '{"total": NaN}', {}, (400, "bad_json")),
            ("/v1/kkt/receipt", body, {"key": None}, (400, "idempotency_key_required")),
            (
                "/v1/kkt/receipt",
                body,
                {"Content-Type": "text/plain"},
                (415, "unsupported_media_type"),
            ),
            ("/v1/kkt/receipt", None, {"method": "DELETE"}, (405, "method_not_allowed")),
            ("/v1/nothing", None, {}, (404, "not_found")),
            ("/v1/health", None, {"Authorization": "Bearer wrong"}, (401, "unauthorized")),
            ("/v1/health", None, {"Authorization": ""}, (401, "unauthorized")),
        ]:
            with self.subTest(path=path, sent=sent, options=options):
                status, answer = self.call(path, sent, **options)
                self.assertEqual((status, answer["error"]["code"]), expected)
        self.assertFalse(self.rows())

    def test_a_key_of_another_group_is_refused(self):
        self.user.group_ids = self.env.ref("base.group_user")
        self.assertEqual(self.call("/v1/health")[0], 403)

    def test_a_till_of_another_company_is_unknown(self):
        other = self.env["res.company"].create({"name": "Other", "vat": "5"})
        self.till.write({"company_id": other.id, "ofd_id": False})
        status, answer = self.sell()
        self.assertEqual((status, answer["error"]["code"]), (422, "unknown_till"))
        self.assertFalse(self.rows())

    def test_other_companies_are_not_counted(self):
        self.sell()
        company = self.env["res.company"].create({"name": "Other"})
        other = self.make_till(code="API-2", company_id=company.id, ofd_id=False)
        other._status().silence = {"reason": "silent"}
        self.enqueue("k9", till=other)
        _status, buffer = self.call("/v1/kkt/buffer/status")
        self.assertEqual((buffer["pending_count"], buffer["queued_count"]), (1, 0))
        _status, health = self.call("/v1/health")
        self.assertNotIn("API-2", health["components"]["tills"]["silent"])
        self.user.company_ids |= other.company_id
        _status, buffer = self.call("/v1/kkt/buffer/status")
        self.assertEqual((buffer["pending_count"], buffer["queued_count"]), (1, 1))
        _status, health = self.call("/v1/health")
        self.assertIn("API-2", health["components"]["tills"]["silent"])

    def test_a_refusal_is_told_and_a_repeat_retries(self):
        self.set_faults(times=1, refuse_code="6B")
        status, answer = self.sell()
        self.assertEqual((status, answer["error"]["code"]), (502, "device_refused"))
        self.assertIn("6B", answer["error"]["message"], "the shift's opening was refused")
        self.assertEqual(answer["error"]["details"]["state"], "queued")
        self.set_faults()
        self.assertEqual(self.sell()[0], 201)
        self.set_faults(times=1, refuse_code="6B")
        status, answer = self.sell(key="k2")
        self.assertEqual((status, answer["error"]["details"]["code"]), (502, "6B"))
        self.assertEqual(answer["error"]["details"]["state"], "failed")
        self.assertEqual(self.sell(key="k2")[0], 201)

    def test_a_silent_till(self):
        self.sell()
        self.set_faults(silent=True)
        status, answer = self.sell(key="k2")
        self.assertEqual((status, answer["error"]["code"]), (504, "device_silent"))
        self.assertEqual(answer["error"]["details"]["state"], "queued")
        self.set_faults()
        self.assertEqual(self.sell(key="k2")[0], 201)

    def test_buffer_status_counts_receipts(self):
        self.sell()
        _status, buffer = self.call("/v1/kkt/buffer/status?pos_id=API-1")
        self.assertEqual(
            (buffer["pending_count"], buffer["synced_count"], buffer["network_status"]),
            (1, 0, "ONLINE"),
        )
        self.receipts()._delivered("test")
        _status, buffer = self.call("/v1/kkt/buffer/status?pos_id=API-1")
        self.assertEqual((buffer["pending_count"], buffer["synced_count"]), (0, 1))

    def test_health(self):
        status, report = self.call("/v1/health")
        self.assertEqual(status, 200)
        self.assertIn(report["status"], ("healthy", "degraded"))
        self.assertEqual(report["circuit_breaker"], "CLOSED")
        self.assertEqual(report["version"], "19.0.4.1.0")
