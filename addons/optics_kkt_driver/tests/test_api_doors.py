"""What never reaches a handler: other methods and paths, pages of other sites.

And how long an answer and how many lines of the log a call can make.
"""

import json
from unittest.mock import patch
from urllib.parse import quote

from psycopg2 import DatabaseError

from odoo.tests import tagged

from ..controllers import api
from ..kkt.fiscal.problems import MOST_TOLD
from .document_table import SUNGLASSES_API
from .test_documents import ApiCase

RECEIPT = "/v1/kkt/receipt"
MOST_OF_AN_ANSWER = 64 * 1024
FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)


class DoorCase(ApiCase):
    def raw(self, path, method, body=None, key="k1", *, allow_redirects=True, **headers):
        """Call as a machine does; return the answer as it came."""
        sent = {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/json",
            "X-Idempotency-Key": key,
        }
        data = json.dumps(body).encode() if body is not None else None
        return self.url_open(
            path,
            data=data,
            headers={**sent, **headers},
            method=method,
            allow_redirects=allow_redirects,
        )

    def rows(self):
        return self.env["fiscal.document"].search([("device_id", "=", self.till.id)])

    def sale(self):
        return {
            "pos_id": self.till.code,
            "items": [SUNGLASSES_API],
            "total": SUNGLASSES_API["price"],
            "payment_method": "card",
        }

    def error_code(self, answer):
        self.assertEqual(answer.headers["Content-Type"], "application/json; charset=utf-8")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        return answer.json()["error"]["code"]


@tagged("post_install", "-at_install")
class TestMethods(DoorCase):
    def test_a_sale_is_one(self):
        self.assertEqual(self.raw(RECEIPT, "POST", self.sale()).status_code, 201)

    def test_options_does_nothing_and_says_what_is_possible(self):
        cash = {"pos_id": self.till.code, "amount": 100}
        for path, body, allowed in [
            (RECEIPT, self.sale(), "GET, HEAD, POST, OPTIONS"),
            ("/v1/kkt/cash_in", cash, "POST, OPTIONS"),
            ("/v1/health", None, "GET, HEAD, OPTIONS"),
        ]:
            with self.subTest(path):
                answer = self.raw(path, "OPTIONS", body)
                self.assertEqual((answer.status_code, answer.content), (204, b""))
                self.assertEqual(answer.headers["Allow"], allowed)
                self.assertNotIn("Access-Control-Allow-Origin", answer.headers)
        self.assertFalse(self.rows())

    def test_options_needs_no_key(self):
        answer = self.raw(RECEIPT, "OPTIONS", self.sale(), Authorization="")
        self.assertEqual(answer.status_code, 204)

    def test_options_where_nothing_is(self):
        answer = self.raw("/v1/nothing", "OPTIONS")
        self.assertEqual((answer.status_code, self.error_code(answer)), (404, "not_found"))

    def test_head_is_possible_where_get_is(self):
        self.assertEqual(self.raw("/v1/health", "HEAD").status_code, 200)
        answer = self.raw("/v1/kkt/cash_in", "HEAD", self.sale())
        self.assertEqual((answer.status_code, answer.headers["Allow"]), (405, "POST, OPTIONS"))
        self.assertFalse(self.rows())

    def test_another_method_is_told_which_are_possible(self):
        for path, method, allowed in [
            (RECEIPT, "DELETE", ["GET", "HEAD", "POST", "OPTIONS"]),
            ("/v1/kkt/cash_in", "GET", ["POST", "OPTIONS"]),
            ("/v1/health", "POST", ["GET", "HEAD", "OPTIONS"]),
        ]:
            with self.subTest(f"{method} {path}"):
                answer = self.raw(path, method, {})
                self.assertEqual(
                    (answer.status_code, self.error_code(answer)), (405, "method_not_allowed")
                )
                self.assertEqual(answer.headers["Allow"], ", ".join(allowed))
                self.assertEqual(answer.json()["error"]["details"]["allowed"], allowed)


@tagged("post_install", "-at_install")
class TestPagesOfOtherSites(DoorCase):
    def keyless(self, **headers):
        return self.raw(RECEIPT, "POST", self.sale(), Authorization="", **headers)

    def test_they_are_refused_where_no_key_is_asked(self):
        with patch.object(api, "is_trusted_loopback", return_value=True):
            for headers in FOREIGN:
                with self.subTest(headers):
                    answer = self.keyless(**headers)
                    self.assertEqual(
                        (answer.status_code, self.error_code(answer)), (403, "foreign_origin")
                    )
            self.assertFalse(self.rows())

    def test_our_own_pages_and_programs_go_on(self):
        with patch.object(api, "is_trusted_loopback", return_value=True):
            for number, headers in enumerate(
                (
                    {},
                    {"Origin": self.base_url(), "Sec-Fetch-Site": "same-origin"},
                    {"Sec-Fetch-Site": "none"},
                )
            ):
                with self.subTest(headers):
                    answer = self.keyless(key=f"k{number}", **headers)
                    self.assertEqual(answer.status_code, 201)

    def test_a_key_stands_for_its_caller(self):
        answer = self.raw(RECEIPT, "POST", self.sale(), Origin="https://shop.example")
        self.assertEqual(answer.status_code, 201)


@tagged("post_install", "-at_install")
class TestPathsThatNothingServes(DoorCase):
    def test_they_are_told_in_json(self):
        for path in (
            "/v1",
            "/v1/",
            "/v1/nothing",
            "/V1/health",
            "/v1//health",
            "/v1/kkt//receipt",
            "/api/v1",
            "/api/V1/kkt",
            "/ofd/v1",
            "/OFD/v1/receipts",
            "/ofd//v1/receipts",
            "/v1/a%0ab",
        ):
            for method in ("GET", "POST", "OPTIONS"):
                with self.subTest(f"{method} {path}"):
                    answer = self.raw(path, method, allow_redirects=False)
                    self.assertEqual(
                        (answer.status_code, self.error_code(answer)), (404, "not_found")
                    )

    def test_pages_beside_them_are_odoos(self):
        for path in ("/v1x", "/web/v1/nothing", "/v2/health"):
            with self.subTest(path):
                answer = self.raw(path, "GET")
                self.assertEqual(answer.status_code, 404)
                self.assertIn("text/html", answer.headers["Content-Type"])

    def test_a_body_that_is_too_large(self):
        answer = self.raw(RECEIPT, "POST", {"pos_id": "x" * (1 << 20)})
        self.assertEqual((answer.status_code, self.error_code(answer)), (413, "too_large"))


@tagged("post_install", "-at_install")
class TestLengthOfAnswers(DoorCase):
    def test_problems_are_told_up_to_a_bound_and_counted(self):
        answer = self.raw(RECEIPT, "POST", {**self.sale(), "items": [0] * 20000})
        self.assertEqual((answer.status_code, self.error_code(answer)), (422, "invalid_request"))
        error = answer.json()["error"]
        self.assertEqual(error["details"]["field"], "items[0]")
        self.assertEqual(len(error["details"]["problems"]), MOST_TOLD)
        self.assertGreater(error["details"]["more"], 19_900)
        self.assertTrue(error["message"].endswith(f"; and {error['details']['more']} more"))
        self.assertLess(len(answer.content), MOST_OF_AN_ANSWER)

    def test_no_call_makes_a_long_answer(self):
        sale, long = self.sale(), "x" * 20_000
        nameless = {**SUNGLASSES_API, "name": ""}
        for name, path, body in [
            ("invalid items", RECEIPT, {**sale, "items": [nameless] * 8000}),
            ("payments", RECEIPT, {**sale, "payments": [0] * 20000}),
            ("lines", RECEIPT, {**sale, "original": {"key": "k"}, "items": [0] * 20000}),
            ("names", RECEIPT, {**sale, **{f"{number}{long}": 1 for number in range(40)}}),
            ("values", RECEIPT, {**sale, "items": [long] * 40}),
            ("a till", RECEIPT, {**sale, "pos_id": long * 40}),
            ("a wrong receipt", "/v1/kkt/correction", self.correction([0] * 20000)),
            ("a purchase", f"/v1/kkt/purchase/{long}?pos_id=API-1", None),
            ("a key", f"/v1/kkt/receipt/{long}", None),
            ("a path", f"/v1/{long}", None),
        ]:
            with self.subTest(name):
                answer = self.raw(path, "POST" if body else "GET", body)
                self.assertIn(answer.status_code, (404, 422))
                self.assertLess(len(answer.content), MOST_OF_AN_ANSWER)

    def correction(self, items):
        original = {"fn_number": "9999078902004312", "fd_number": 7, "fpd": "1234567890"}
        wrong = {"items": items, "total": 1, "payment_method": "cash"}
        return {**self.sale(), "date": "2026-01-15", "original": original, "wrong": wrong}

    def test_a_call_that_is_mended_bit_by_bit_has_no_more_in_its_answer(self):
        answer = self.raw(RECEIPT, "POST", {**self.sale(), "total": 1})
        self.assertNotIn("more", answer.json()["error"]["details"])


@tagged("post_install", "-at_install")
class TestLinesOfTheLog(DoorCase):
    def test_a_path_makes_no_line(self):
        forged = "2026-11-29 12:00:00,000 1 CRITICAL db odoo.http: FAKE"
        documents = self.env.registry["fiscal.document"]
        with (
            patch.object(documents, "search", side_effect=RuntimeError("broken")),
            self.assertLogs("odoo.addons.optics_kkt_driver", "ERROR") as told,
        ):
            answer = self.raw(f"{RECEIPT}/a%0d{quote(forged)}", "GET")
        self.assertEqual((answer.status_code, self.error_code(answer)), (500, "internal_error"))
        (record,) = told.records
        self.assertIn("FAKE", record.getMessage())
        self.assertNotIn("\r", record.getMessage())

    def test_a_connection_that_breaks_in_a_commit_is_an_outage(self):
        """psycopg2 has no name for it but the base of all its errors."""
        cut = DatabaseError("server closed the connection unexpectedly")
        with (
            patch.object(self.env.registry["fiscal.document"], "search", side_effect=cut),
            self.assertLogs("odoo.addons.optics_kkt_driver.controllers.api", "WARNING") as logs,
        ):
            answer = self.raw(f"{RECEIPT}/k1", "GET")
        self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (503, "unavailable"))
        self.assertTrue(answer.headers["Retry-After"])
        self.assertEqual(len(logs.output), 1)
