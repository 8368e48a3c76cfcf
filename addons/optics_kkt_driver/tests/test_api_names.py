"""One thing has one name at every door: keys of calls, names of purchases."""

import http.client
import importlib.util
import json
from pathlib import Path
from urllib.parse import quote, urlsplit

from odoo.tests import new_test_user, tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME

from .common import FiscalCase
from .document_table import SUNGLASSES_API
from .test_documents import ApiCase

KEYS = (
    "Заказ-1",
    "2026/11-1",
    "a b",
    "100%",
    "a//b",
    "/a/",
    "ключ/№ 5",
    "?key=1&x",
    "%D0%97",
    "a,b",
    "Заказ-Р",
    "мех",
    "à",
)
ALIKE = ("D-1 ", " D-1", "D-1\u00a0", "\u202fD-1", "D-1\u2003", "D-1\u200b")
MIGRATIONS = Path(__file__).parents[1] / "migrations" / "19.0.11.1.0"


def run_migration(name, cr):
    spec = importlib.util.spec_from_file_location("migration", MIGRATIONS / f"{name}.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.migrate(cr, "19.0.9.0.0")


@tagged("post_install", "-at_install")
class TestKeysOfCalls(ApiCase):
    def sell(self, *keys, **changes):
        """Sell with these values of the key's header, as bytes go over the wire."""
        body = json.dumps(
            {
                "pos_id": self.till.code,
                "items": [SUNGLASSES_API],
                "total": SUNGLASSES_API["price"],
                "payment_method": "card",
                **changes,
            }
        ).encode()
        address = urlsplit(self.base_url())
        with self.allow_requests(all_requests=True):
            call = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
            call.putrequest("POST", "/v1/kkt/receipt")
            call.putheader("Authorization", f"Bearer {self.key}")
            call.putheader("Content-Type", "application/json")
            call.putheader("Content-Length", str(len(body)))
            call.putheader("Cookie", f"{TEST_CURSOR_COOKIE_NAME}={self.http_request_key}")
            for key in keys:
                call.putheader("X-Idempotency-Key", key)
            call.endheaders(body)
            answer = call.getresponse()
            told = answer.status, json.loads(answer.read())
            call.close()
        return told

    def ask(self, path):
        answer = self.url_open(path, headers={"Authorization": f"Bearer {self.key}"})
        return answer.status_code, answer.json()

    def test_either_door_takes_the_same_keys(self):
        for key in KEYS:
            with self.subTest(key=key):
                status, sold = self.sell(key.encode())
                self.assertEqual(status, 201, sold)
                row = self.env["fiscal.document"].search([("fpd", "=", sold["fpd"])])
                self.assertEqual(row.idempotency_key, key)
                self.assertEqual(
                    self.ask(f"/v1/kkt/receipt?key={quote(key, safe='')}"), (200, sold)
                )
                if "//" not in key and key.strip("/") == key:
                    path = f"/v1/kkt/receipt/{quote(key, safe='')}"
                    self.assertEqual(self.ask(path), (200, sold))
                self.assertEqual(self.sell(key.encode()), (200, sold))

    def test_a_key_that_nobody_can_mean_is_refused(self):
        for keys in ((b"a", b"b"), (b"a", b"a"), ("Заказ".encode("cp1251"),), ()):
            with self.subTest(keys=keys):
                status, answer = self.sell(*keys)
                self.assertEqual(
                    (status, answer["error"]["code"]), (400, "idempotency_key_required")
                )
        self.assertEqual(self.ask("/v1/kkt/receipt")[0], 422)

    def test_a_call_of_before_the_upgrade_finds_its_row(self):
        for key in ("Заказ-Р", "Заказ-7/№", "поставка-верх", "voilà"):
            with self.subTest(key=key):
                self._check_upgraded(key)

    def _check_upgraded(self, key):
        """Sell, put the row back as the server of before kept it, upgrade, repeat the call."""
        _status, sold = self.sell(key.encode())
        rows = self.env["fiscal.document"].search([("idempotency_key", "like", key)])
        self.env.flush_all()
        stored_before = key.encode().decode("latin-1").strip()
        self.env.cr.execute("ALTER TABLE fiscal_document DISABLE TRIGGER USER")
        for row in rows:
            self.env.cr.execute(
                "UPDATE fiscal_document SET idempotency_key = %s WHERE id = %s",
                (row.idempotency_key.replace(key, stored_before), row.id),
            )
        self.env.cr.execute("ALTER TABLE fiscal_document ENABLE TRIGGER USER")
        self.env.invalidate_all()
        run_migration("post-keys_as_utf8", self.env.cr)
        self.env.invalidate_all()
        self.assertEqual(self.sell(key.encode()), (200, sold))
        kept = rows.mapped("idempotency_key")
        self.assertTrue(all(key in each for each in kept), kept)

    def test_a_purchase_is_found_by_what_looks_alike(self):
        _status, sold = self.advance("D/1 й")
        self.assertEqual(sold["purchase"], "D/1 й")
        for name in ("D/1 й", " D/1\u00a0й ", "D/1 и\u0306"):
            with self.subTest(name=name):
                for path in (
                    f"/v1/kkt/purchase/{quote(name, safe='')}?pos_id={self.till.code}",
                    f"/v1/kkt/purchase?name={quote(name, safe='')}&pos_id={self.till.code}",
                ):
                    status, told = self.ask(path)
                    self.assertEqual((status, told.get("prepaid")), (200, "100.00"), told)
        self.assertEqual(self.ask(f"/v1/kkt/purchase/d%2F1?pos_id={self.till.code}")[0], 404)

    def advance(self, name):
        body = {
            "pos_id": self.till.code,
            "stage": "advance",
            "purchase": name,
            "total": 100,
            "payment_method": "card",
        }
        answer = self.url_open(
            "/v1/kkt/receipt",
            data=json.dumps(body),
            headers={
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
                "X-Idempotency-Key": "advance",
            },
        )
        return answer.status_code, answer.json()


@tagged("post_install", "-at_install")
class TestNamesOfPurchases(FiscalCase):
    def test_what_looks_alike_is_one_purchase(self):
        company = self.env.company
        purchases = self.env["fiscal.purchase"]
        first = purchases._of(company, "D-1")
        for name in ALIKE:
            self.assertEqual(purchases._of(company, name), first, repr(name))
        self.assertEqual(purchases._of(company, "Заказ и\u0306"), purchases._of(company, "Заказ й"))
        self.assertNotEqual(purchases._of(company, "d-1"), first, "letter case is the caller's")

    def test_an_upgrade_makes_stored_names_alike(self):
        manager = new_test_user(
            self.env, "boss", "base.group_user,optics_kkt_driver.group_fiscal_manager"
        )
        make = self.env["fiscal.purchase"].create
        company = self.env.company.id
        alone = make({"company_id": company, "name": "Ж-7\u00a0"})
        pair = make([{"company_id": company, "name": name} for name in ("D-1", "D-1 ")])
        for _twice in range(2):
            self.env["fiscal.purchase"]._normalise_names()
        self.assertEqual(alone.name, "Ж-7")
        self.assertEqual(pair.mapped("name"), ["D-1", "D-1 "], "both stay")
        calls = self.env["mail.activity"].search(
            [("user_id", "=", manager.id), ("summary", "like", "names look alike")]
        )
        self.assertEqual(len(calls), 1)
        self.assertIn(f"({pair[1].id})", calls.note)
