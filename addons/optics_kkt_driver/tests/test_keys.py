"""A key stands beside its origin: no caller's key is in the way of the server's own."""

import importlib.util
from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..kkt.fiscal.correcting import Basis
from ..kkt.fiscal.document import Cashier
from .common import FiscalCase, FiscalMixin, make_receipt

RECEIPT = {
    "items": [{"name": "Очки", "quantity": 1, "price": 100, "tax_rate": 22}],
    "total": 100,
    "payment_method": "cash",
}
TOO_MUCH = 1_000_000


@tagged("post_install", "-at_install")
class TestCallersKeys(FiscalMixin, HttpCase):
    def setUp(self):
        super().setUp()
        self.till = self.make_till(code="API-1")
        user = new_test_user(self.env, "caller", groups="optics_kkt_driver.group_kkt_api")
        keys = self.env["res.users.apikeys"].with_user(user).sudo()
        self.token = keys._generate("rpc", "test", fields.Datetime.now() + timedelta(days=1))

    def call(self, path, body=None, key="k"):
        headers = {"Authorization": f"Bearer {self.token}", "X-Idempotency-Key": key}
        answer = self.url_open(
            f"/v1/kkt/{path}",
            json=None if body is None else {"pos_id": self.till.code, **body},
            headers=headers,
            method="GET" if body is None else "POST",
        )
        return answer.status_code, answer.json()

    def lane_row(self):
        return self.env["fiscal.document"].search(
            [("device_id", "=", self.till.id), ("key_origin", "=", "lane")]
        )

    def test_a_callers_key_is_not_that_of_an_opening(self):
        """As it was: the till was locked for everybody, and the job ended for all tills."""
        self.call("cash_out", {"amount": TOO_MUCH, "reason": "x"}, key="k:shift:0")
        self.call("cash_out", {"amount": TOO_MUCH, "reason": "x"}, key="api:k:shift:0")
        status, answer = self.call("receipt", RECEIPT, key="k")
        self.assertEqual(status, 201, answer)
        self.assertEqual(self.call("x_report", {}, key="x")[0], 201)

    def test_nothing_derived_is_seen_by_callers(self):
        self.assertEqual(self.call("receipt", RECEIPT, key="k")[0], 201)
        opening = self.lane_row()
        self.assertEqual((opening.kind, opening.idempotency_key), ("shift_open", "api:k:shift:0"))
        other = self.enqueue("mine")
        for row in (opening, other):
            with mute_logger("odoo.http"):
                status, _answer = self.call(f"receipt/{row.idempotency_key}")
            self.assertEqual(status, 404)
            refund = {**RECEIPT, "type": "refund", "original": {"key": row.idempotency_key}}
            status, answer = self.call("receipt", refund, key="back")
            self.assertEqual((status, answer["error"]["details"]["field"]), (422, "original.key"))

    def test_one_key_in_two_origins(self):
        mine = self.register("k")
        status, answer = self.call("receipt", RECEIPT, key="k")
        self.assertEqual(status, 201, answer)
        self.assertNotEqual(answer["fd_number"], mine.fd_number)
        theirs = self.env["fiscal.document"].search(
            [("key_origin", "=", "api"), ("idempotency_key", "=", "k")]
        )
        self.assertNotEqual(theirs.short_key, mine.short_key, "on the drive they are told apart")

    def test_a_key_with_wildcards_is_only_itself(self):
        for key in ("%", "abc", "a_c"):
            self.assertEqual(self.call("receipt", RECEIPT, key=key)[0], 201)
            self.till.sudo().action_close_shift()
        keys = self.lane_row().mapped("idempotency_key")
        self.assertEqual(sorted(keys), ["api:%:shift:0", "api:a_c:shift:0", "api:abc:shift:0"])


@tagged("post_install", "-at_install")
class TestOpeningByHand(FiscalCase):
    def setUp(self):
        super().setUp()
        groups = "base.group_user,optics_kkt_driver.group_fiscal_manager"
        self.people = [new_test_user(self.env, login, groups=groups) for login in ("anna", "boris")]
        for person in self.people:
            person.fiscal_inn = False
        self.till._refresh_status()

    def press(self, person):
        return self.till.with_user(person).action_open_shift()

    def openings(self):
        return self.env["fiscal.document"].search(
            [("device_id", "=", self.till.id), ("kind", "=", "shift_open")]
        )

    def test_an_opening_that_was_given_up_does_not_count(self):
        """As it was: the till answered everybody that its opening was given up."""
        self.set_faults(times=1, refuse_code="6B")
        sale = self.enqueue("k", open_shift=True)
        sale._sign()
        self.assertEqual((sale.state, self.openings().state), ("queued", "failed"))
        self.openings()._give_up("by hand")
        sale._sign()
        self.assertEqual(sale.state, "printed")
        self.assertEqual(self.register("next", open_shift=True).state, "printed")
        keys = self.openings().sorted("id").mapped("idempotency_key")
        self.assertEqual(keys, ["backend:k:shift:0", "backend:k:shift:1"])

    def test_after_a_refusal_anybody_opens_it(self):
        """As it was: a key conflict at every press, until something else was printed."""
        anna, boris = self.people
        self.set_faults(no_paper=True)
        with self.assertRaisesRegex(Exception, "6B"):
            self.press(anna)
        self.set_faults()
        self.press(boris)
        self.assertEqual(sorted(self.openings().mapped("state")), ["cancelled", "printed"])
        self.assertTrue(self.till.shift_open)

    def test_after_it_was_given_up_it_is_opened_anew(self):
        anna, _boris = self.people
        self.set_faults(no_paper=True)
        with self.assertRaisesRegex(Exception, "6B"):
            self.press(anna)
        self.openings()._give_up("by hand")
        self.set_faults()
        self.press(anna)
        self.assertTrue(self.till.shift_open)

    def test_pressed_again_after_a_refusal_it_is_the_same_opening(self):
        anna, _boris = self.people
        self.set_faults(no_paper=True)
        with self.assertRaisesRegex(Exception, "6B"):
            self.press(anna)
        self.set_faults()
        self.press(anna)
        self.assertEqual(self.openings().mapped("state"), ["printed"])


@tagged("post_install", "-at_install")
class TestKeysOfEarlierVersions(FiscalCase):
    """The upgrade splits what shared one space, and leaves the short keys on the drive alone."""

    def test_split(self):
        sale = self.enqueue("k", open_shift=True)
        sale._sign()
        opening = self.env["fiscal.document"].search(
            [("key_origin", "=", "lane"), ("device_id", "=", self.till.id)]
        )
        wrong = sale._as_wrong()
        basis = Basis(self.till._local_date())
        pair = sale._correct(
            self.till, "c", "backend", basis=basis, right=make_receipt(), wrong=wrong
        )
        rows = sale + opening + pair
        meant = [(row.key_origin, row.idempotency_key) for row in rows]
        short_keys = rows.mapped("short_key")
        self.as_it_was(rows, ["k", "k:shift:0", "c:reverse", "c"])
        self.migrate()
        self.assertEqual([(row.key_origin, row.idempotency_key) for row in rows], meant)
        self.assertEqual(rows.mapped("short_key"), short_keys)
        self.till._shift_close(Cashier("Кассир"), "z", "backend")
        again = self.enqueue("k", open_shift=True)
        self.assertEqual(again, sale, "a repeated key finds its row")

    def as_it_was(self, rows, keys):
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE fiscal_document DISABLE TRIGGER USER")
        for row, key in zip(rows, keys, strict=True):
            self.env.cr.execute(
                "UPDATE fiscal_document SET key_origin = source, idempotency_key = %s"
                " WHERE id = %s",
                [key, row.id],
            )
        self.env.cr.execute("ALTER TABLE fiscal_document ENABLE TRIGGER USER")

    def migrate(self):
        path = Path(__file__).parents[1] / "migrations/19.0.4.1.0/pre-key_origin.py"
        spec = importlib.util.spec_from_file_location("pre_key_origin", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.4.0.0")
        self.env.invalidate_all()
