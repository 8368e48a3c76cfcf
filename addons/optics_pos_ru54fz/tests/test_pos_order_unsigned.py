"""Money without a receipt, however it came about: told, answered, and until then in the way."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestPaidWithoutAReceipt(ShopCase):
    def setUp(self):
        super().setUp()
        groups = self.env.ref("optics_kkt_driver.group_fiscal_manager") + self.env.ref(
            "point_of_sale.group_pos_manager"
        )
        self.administrator = self.cashier.copy(
            {
                "name": "Петрова А. С.",
                "login": "petrova",
                "lang": "en_US",
                "group_ids": [Command.set(groups.ids)],
            }
        )
        self.order = self.unsigned()

    def unsigned(self, lines=None, total=5000):
        """A draft that something below the guard has made paid."""
        lines = lines or [self.line(self.sunglasses)]
        order = self.sync(self.order_values(lines, [(self.card, total)], state="draft"))
        self.env.flush_all()
        self.env.cr.execute("UPDATE pos_order SET state = 'paid' WHERE id = %s", [order.id])
        order.invalidate_recordset()
        return order

    def as_administrator(self, record):
        return record.with_user(self.administrator)

    def correction(self, order=None):
        action = self.as_administrator(order or self.order).action_fiscal_correct()
        wizards = self.env["fiscal.correction"].with_user(self.administrator)
        return Form(wizards.with_context(**action["context"])).save()

    # It is found ----------------------------------------------------------------------------------

    def test_it_is_found(self):
        sold = self.sell()
        found = self.env["pos.order"].search([("fiscal_unsigned", "=", True)])
        self.assertIn(self.order, found)
        self.assertNotIn(sold, found)
        others = self.env["pos.order"].search([("fiscal_unsigned", "=", False)])
        self.assertIn(sold, others)
        self.assertNotIn(self.order, others)

    def test_health_tells_of_it(self):
        report = self.env["kkt.monitor"]._health_report(self.till)
        self.assertEqual(report["components"]["sales"], {"status": "degraded", "unsigned": 1})
        self.assertEqual(report["status"], "degraded")

    def test_the_owners_page_leads_to_them(self):
        (advice,) = [
            each
            for each in self.env["kkt.overview"]
            .with_user(self.administrator)
            .read_overview()["advice"]
            if "without a receipt" in each["text"]
        ]
        self.assertIn("Orders paid without a receipt: 1.", advice["text"])
        found = self.env["pos.order"].search(advice["action"]["domain"])
        self.assertEqual(found, self.order)

    def test_the_job_calls_people(self):
        job = self.env.ref("optics_pos_ru54fz.cron_tell_of_unsigned")
        job.method_direct_trigger()
        self.env.invalidate_all()
        calls = self.till.activity_ids.filtered(lambda call: call.user_id == self.administrator)
        self.assertEqual(calls.summary, "Orders are paid without a receipt")
        self.assertIn(self.order.pos_reference, calls.note)
        job.method_direct_trigger()
        self.env.invalidate_all()
        again = self.till.activity_ids.filtered(lambda call: call.user_id == self.administrator)
        self.assertEqual(again, calls, "one call until it is done")

    # It is in the way -----------------------------------------------------------------------------

    def test_no_session_is_closed_over_it(self):
        for close in (self.pos_session.fiscal_close_shift, self.pos_session.close_session_from_ui):
            answer = close()
            self.assertFalse(answer["successful"])
            self.assertIn(self.order.pos_reference, answer["message"])
        self.till.sudo().action_close_shift()
        with self.assertRaisesRegex(UserError, "have no receipt"):
            self.pos_session.action_pos_session_closing_control()

    def assert_session_closes(self):
        self.assertTrue(self.pos_session.fiscal_close_shift()["successful"])
        self.assertTrue(self.pos_session.close_session_from_ui()["successful"])

    # It is answered -------------------------------------------------------------------------------

    def test_a_correction_receipt_answers_it(self):
        self.order.sudo().date_order = "2026-06-01 22:30:00"
        wizard = self.correction()
        self.assertEqual(str(wizard.settled_on), "2026-06-02", "where the till stands")
        self.assertEqual(wizard.right_line_ids.name, self.sunglasses.name)
        wizard.action_print()
        document = self.receipt_of(self.order)
        self.assertEqual((document.kind, document.state), ("correction", "printed"))
        signed = document.signed_json
        self.assertEqual((signed["correctionType"], signed["totalSum"]), (0, 500000))
        self.assertEqual(signed["ecashTotalSum"], 500000)
        self.assertTrue(signed["correctionBase"]["correctionDocumentDate"].startswith("2026-06-02"))
        self.assertEqual(document.pos_line_ids, self.order.lines.ids)
        self.assertFalse(self.order.fiscal_unsigned)
        self.assertEqual(self.order.fiscal_state, "printed")
        self.assert_session_closes()

    def test_a_correction_freezes_the_order(self):
        self.correction().action_print()
        with self.assertRaisesRegex(UserError, "is signed"):
            self.order.lines.write({"qty": 2})

    def test_what_was_corrected_can_be_returned(self):
        self.correction().action_print()
        line = self.line(self.sunglasses, qty=-1, refunded_orderline_id=self.order.lines.id)
        returned = self.sell([line], [(self.card, -5000)], is_refund=True)
        self.assertEqual(self.receipt_of(returned).original_id, self.receipt_of(self.order))

    def test_no_order_is_corrected_twice(self):
        first, second = self.correction(), self.correction()
        first.action_print()
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            second.action_print()

    def test_an_order_whose_lines_make_no_receipt_is_entered_by_hand(self):
        self.sunglasses.taxes_id = False
        order = self.unsigned([self.line(self.sunglasses, tax_ids=[Command.clear()])])
        wizard = self.correction(order)
        self.assertIn("exactly one sale tax", wizard.pos_order_problem)
        self.assertFalse(wizard.right_line_ids)
        wizard.write(
            {
                "ecash": 5000,
                "right_line_ids": [
                    Command.create({"name": "Очки", "price": 5000, "nds": "11", "side": "right"})
                ],
            }
        )
        wizard.action_print()
        self.assertFalse(order.fiscal_unsigned)
        self.assertFalse(self.receipt_of(order).pos_line_ids)

    def test_a_decision_answers_it(self):
        action = self.as_administrator(self.order).action_fiscal_decide()
        decisions = self.env["pos.order.decision"].with_user(self.administrator)
        decision = decisions.with_context(**action["context"]).create({"reason": " "})
        with self.assertRaisesRegex(UserError, "Reason"):
            decision.action_decide()
        decision.reason = "entered twice"
        decision.action_decide()
        self.assertFalse(self.order.fiscal_unsigned)
        self.assertEqual(self.order.fiscal_decision, "entered twice")
        self.assertIn("Петрова А. С.", self.order.message_ids[0].body)
        self.assert_session_closes()

    def test_a_cashier_answers_nothing(self):
        for answer in ("action_fiscal_correct", "action_fiscal_decide"):
            with self.subTest(answer=answer), self.assertRaises(AccessError):
                getattr(self.order, answer)()
        self.order.write({"fiscal_decision": "mine"})
        self.assertTrue(self.order.fiscal_unsigned)
        with self.assertRaises(AccessError):
            self.env["pos.order.decision"].with_user(self.cashier).create(
                {"order_id": self.order.id, "reason": "mine"}
            )

    def test_nothing_is_decided_where_a_receipt_is(self):
        sold = self.sell()
        for answer in ("action_fiscal_correct", "action_fiscal_decide"):
            with self.subTest(answer), self.assertRaisesRegex(UserError, "nothing to decide"):
                getattr(self.as_administrator(sold), answer)()
