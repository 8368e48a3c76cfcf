import json
import time
from contextlib import suppress
from datetime import timedelta

from requests.exceptions import ConnectionError

from odoo import fields
from odoo.tests import Form, HttpCase, new_test_user, tagged

from odoo.addons.optics_ofd_mock.store import PostgresOfdStore

from .common import FN, message, switched

RECEIPTS = "/ofd/v1/receipts"
ADMIN = "/ofd/v1/admin"


@tagged("post_install", "-at_install")
class TestOfdDoor(HttpCase):
    def setUp(self):
        super().setUp()
        self.enterContext(switched("on"))
        user = new_test_user(self.env, "ofd_machine", "optics_kkt_driver.group_kkt_api")
        self.key = (
            self.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate("rpc", "test", fields.Datetime.now() + timedelta(days=1))
        )
        PostgresOfdStore(self.env.registry).clear()

    def call(self, path, body=None, method=None, key=True, **headers):
        """Return (status, JSON) of one call; a body makes it a POST."""
        if key:
            headers["Authorization"] = f"Bearer {self.key}"
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        method = method or ("GET" if body is None else "POST")
        answer = self.url_open(path, data=body, headers=headers, method=method)
        return answer.status_code, answer.json()

    def test_a_receipt_arrives_once(self):
        status, first = self.call(RECEIPTS, message())
        self.assertEqual(status, 201)
        self.assertEqual((first["id"], first["duplicate"]), (f"{FN}-1", False))
        status, again = self.call(RECEIPTS, message())
        self.assertEqual(status, 200)
        self.assertEqual(again, {**first, "duplicate": True})
        status, listed = self.call(RECEIPTS)
        self.assertEqual((status, listed["count"]), (200, 1))
        self.assertEqual(listed["receipts"][0]["document"], message()["document"])
        self.assertFalse(listed["receipts"][0]["real"])

    def test_a_cut_connection_is_no_answer(self):
        for number, (manner, stored) in enumerate([("reset", 0), ("lost", 1)], 1):
            with self.subTest(manner):
                self.call(f"{ADMIN}/set-failure", {"manner": manner})
                # Not by assertRaises: it would take back what was stored.
                with suppress(ConnectionError):
                    self.fail(f"answered: {self.call(RECEIPTS, message(number))}")
                self.call(f"{ADMIN}/set-success", {})
                self.assertEqual(self.call(RECEIPTS)[1]["count"], stored)
                self.assertEqual(self.call(RECEIPTS, message(number))[0], 200 if stored else 201)
                PostgresOfdStore(self.env.registry).clear()

    def test_another_manner_and_when_to_come_again(self):
        self.call(f"{ADMIN}/set-failure", {"manner": "rejected"})
        self.assertEqual(self.call(RECEIPTS, message())[1]["status"], "rejected")
        self.call(f"{ADMIN}/set-failure", {"status_code": 429, "retry_after": 7})
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        answer = self.url_open(RECEIPTS, data=json.dumps(message()), headers=headers)
        self.assertEqual((answer.status_code, answer.headers["Retry-After"]), (429, "7"))

    def test_the_form_is_what_the_calls_say(self):
        self.call(f"{ADMIN}/set-failure", {"manner": "echo", "probability": 0.5, "seed": 3})
        action = self.env["ofd.mock.state"].action_open()
        state = self.env["ofd.mock.state"].browse(action["res_id"])
        with Form(state) as form:
            self.assertEqual((form.manner, form.probability, form.seed), ("echo", 0.5, 3))
            form.manner = "lost"
        self.assertEqual(self.call("/ofd/v1/health")[1]["manner"], "lost")
        state.action_behave()
        self.assertEqual(self.call("/ofd/v1/health")[1]["manner"], "well")

    def test_other_content_under_a_known_number_is_refused(self):
        self.call(RECEIPTS, message())
        status, answer = self.call(RECEIPTS, message(total=1))
        self.assertEqual((status, answer["error"]["code"]), (409, "conflict"))

    def test_what_is_wrong_is_named(self):
        status, answer = self.call(RECEIPTS, message(ecashTotalSum=1))
        self.assertEqual((status, answer["error"]["details"]["field"]), (422, "document.totalSum"))
        status, answer = self.call(RECEIPTS, b"{")
        self.assertEqual((status, answer["error"]["code"]), (400, "bad_json"))
        self.assertEqual(self.call(RECEIPTS)[1]["count"], 0)

    def test_the_idempotency_key_must_name_the_document(self):
        status, answer = self.call(RECEIPTS, message(), **{"Idempotency-Key": f"{FN}:2"})
        self.assertEqual((status, answer["error"]["code"]), (422, "invalid"))
        self.assertEqual(self.call(RECEIPTS, message(), **{"Idempotency-Key": f"{FN}:1"})[0], 201)

    def test_it_fails_as_often_as_told(self):
        status, health = self.call(f"{ADMIN}/set-failure", {"failure_count": 2})
        self.assertEqual((status, health["failure_count"]), (200, 2))
        statuses = [self.call(RECEIPTS, message())[0] for _call in range(3)]
        self.assertEqual(statuses, [503, 503, 201])

    def test_it_fails_until_told_otherwise(self):
        self.call(f"{ADMIN}/set-failure", {"permanent_failure": True, "status_code": 500})
        self.assertEqual([self.call(RECEIPTS, message())[0] for _call in range(3)], [500] * 3)
        self.assertEqual(self.call("/ofd/v1/health")[1]["status"], "failing")
        self.assertEqual(self.call(f"{ADMIN}/set-success", method="POST")[0], 200)
        self.assertEqual(self.call(RECEIPTS, message())[0], 201)

    def test_a_failure_without_settings_is_permanent(self):
        status, health = self.call(f"{ADMIN}/set-failure", method="POST")
        self.assertEqual((status, health["failure_mode"]), (200, "permanent"))

    def test_a_setting_it_does_not_know_is_refused(self):
        status, answer = self.call(f"{ADMIN}/set-failure", {"failures": 1})
        self.assertEqual((status, answer["error"]["details"]["field"]), (422, "failures"))
        self.assertEqual(self.call("/ofd/v1/health")[1]["failure_mode"], "disabled")

    def test_it_answers_late(self):
        self.call(f"{ADMIN}/set-failure", {"response_delay": 0.25})
        called_at = time.monotonic()
        self.assertEqual(self.call(RECEIPTS, message())[0], 201)
        self.assertGreaterEqual(time.monotonic() - called_at, 0.25)

    def test_health_counts_receipts_and_documents(self):
        shift = message(1, kind="shift_open")
        for each in (shift, message(2), message(3)):
            self.assertEqual(self.call(RECEIPTS, each)[0], 201)
        health = self.call("/ofd/v1/health")[1]
        self.assertEqual((health["receipts_received"], health["documents_received"]), (2, 3))

    def test_what_has_not_come_is_told_until_it_comes(self):
        for number in (1, 4):
            self.assertEqual(self.call(RECEIPTS, message(number))[0], 201)
        gap = {"fiscalDriveNumber": FN, "first": 2, "last": 3}
        for path in (RECEIPTS, "/ofd/v1/health"):
            self.assertEqual(self.call(path)[1]["gaps"], [gap])
        for number in (3, 2):
            self.assertEqual(self.call(RECEIPTS, message(number))[0], 201)
        self.assertEqual(self.call("/ofd/v1/health")[1]["gaps"], [])

    def test_reset_forgets(self):
        self.call(RECEIPTS, message())
        self.call(f"{ADMIN}/set-failure", {"permanent_failure": True})
        self.assertEqual(self.call(f"{ADMIN}/reset", method="POST")[0], 200)
        health = self.call("/ofd/v1/health")[1]
        self.assertEqual((health["status"], health["documents_received"]), ("healthy", 0))

    def test_strangers_stay_outside(self):
        status, answer = self.call(RECEIPTS, message(), key=False)
        self.assertEqual((status, answer["error"]["code"]), (401, "unauthorized"))
        self.assertEqual(self.call("/ofd/v1/health", key=False)[0], 401)
        self.assertEqual(self.call(f"{ADMIN}/reset", method="POST", key=False)[0], 401)

    def test_pages_of_other_sites_reset_nothing(self):
        self.call(RECEIPTS, message())
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            for path in ("reset", "set-failure", "set-success"):
                with self.subTest(path=path, headers=headers):
                    status, answer = self.call(f"{ADMIN}/{path}", method="POST", **headers)
                    self.assertEqual((status, answer["error"]["code"]), (403, "foreign_origin"))
        health = self.call("/ofd/v1/health")[1]
        self.assertEqual((health["status"], health["documents_received"]), ("healthy", 1))

    def test_a_browsers_question_resets_nothing(self):
        self.call(RECEIPTS, message())
        headers = {"Authorization": f"Bearer {self.key}", "Origin": "https://evil.example"}
        for path in ("reset", "set-failure", "set-success"):
            with self.subTest(path):
                answer = self.url_open(f"{ADMIN}/{path}", headers=headers, method="OPTIONS")
                self.assertEqual(
                    (answer.status_code, answer.headers["Allow"]), (204, "POST, OPTIONS")
                )
        answer = self.url_open(RECEIPTS, headers=headers, method="OPTIONS")
        self.assertEqual(answer.headers["Allow"], "GET, HEAD, POST, OPTIONS")
        health = self.call("/ofd/v1/health")[1]
        self.assertEqual((health["status"], health["documents_received"]), ("healthy", 1))

    def test_nothing_is_there_unless_switched_on(self):
        with switched("off"):
            self.check_nothing_is_there()

    def test_nothing_is_there_on_a_shops_server(self):
        with switched("on", development=False):
            self.check_nothing_is_there()

    def check_nothing_is_there(self):
        for path, method in (
            (RECEIPTS, "GET"),
            (RECEIPTS, "POST"),
            ("/ofd/v1/health", "GET"),
            (f"{ADMIN}/set-failure", "POST"),
            (f"{ADMIN}/set-success", "POST"),
            (f"{ADMIN}/reset", "POST"),
        ):
            with self.subTest(f"{method} {path}"):
                status, answer = self.call(path, method=method)
                self.assertEqual((status, answer["error"]["code"]), (404, "not_found"))
