import base64
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestSale(ShopCase):
    def test_the_order_stays_draft_until_the_till_has_signed(self):
        values = self.order_values([self.line(self.sunglasses)], [(self.card, 5000)])
        order = self.sync(values)
        self.assertEqual((order.state, order.fiscal_state), ("draft", "queued"))
        self.assertFalse(order.fiscal_receipt)
        answer = order.fiscal_register()
        self.assertEqual((answer["state"], answer["is_signed"]), ("printed", True))
        self.assertEqual(order.state, "draft", "signed, and not yet complete")
        self.sync(values)
        self.assertEqual(order.state, "paid")
        self.assertEqual(order.amount_paid, 5000)
        document = self.receipt_of(order)
        self.assertEqual(document.pos_session_id, self.pos_session.sudo())
        self.assertEqual(document.reference, order.pos_reference)
        self.assertEqual(document.signed_json["ecashTotalSum"], 500000)
        self.assertEqual(document.signed_json["operator"], "Кассир Иванова М. П.")
        self.assertEqual(document.signed_json["operatorInn"], "500100732259")

    def test_change_is_booked_once_and_only_after_the_signature(self):
        values = self.order_values([self.line(self.sunglasses)], [(self.cash, 5500)])
        order = self.sync(values)
        self.assertEqual(order.payment_ids.mapped("amount"), [5500])
        order.fiscal_register()
        self.assertEqual(self.receipt_of(order).signed_json["cashTotalSum"], 500000)
        for _ in range(3):
            self.sync(values)
        self.assertEqual(sorted(order.payment_ids.mapped("amount")), [-500, 5500])
        self.assertEqual(order.amount_paid, 5000)
        self.assertEqual(order.state, "paid")

    def test_the_same_sale_sent_again_is_the_same_receipt(self):
        values = self.order_values([self.line(self.sunglasses)], [(self.card, 5000)])
        order = self.sync(values)
        self.assertEqual(self.sync(values), order)
        self.assertEqual(order.sudo().fiscal_document_count, 1)
        first = order.fiscal_register()
        self.assertEqual(order.fiscal_register(), first)

    def test_another_screen_with_another_sum_is_told(self):
        values = self.order_values([self.line(self.sunglasses)], [(self.card, 5000)])
        order = self.sync(values)
        other = self.order_values(
            [self.line(self.sunglasses), self.line(self.frame)],
            [(self.card, 11500)],
            uuid=values["uuid"],
        )
        with self.assertRaisesRegex(UserError, "with the till already"):
            self.sync(other)
        self.assertEqual(order.amount_total, 5000)

    def test_a_draft_from_another_screen_changes_nothing(self):
        values = self.order_values([self.line(self.sunglasses)], [(self.card, 5000)])
        order = self.sync(values)
        other = self.order_values(
            [self.line(self.frame)], [(self.card, 6500)], state="draft", uuid=values["uuid"]
        )
        self.assertEqual(self.sync(other), order)
        self.assertEqual(order.lines.product_id, self.sunglasses)
        self.assertEqual(order.amount_total, 5000)

    def test_refused_then_retried(self):
        self.set_faults(no_paper=True)
        order = self.sync(self.order_values([self.line(self.sunglasses)], [(self.card, 5000)]))
        answer = order.fiscal_register()
        self.assertEqual((answer["state"], answer["is_signed"]), ("failed", False))
        self.assertEqual(answer["error"]["code"], "6B")
        self.assertIn("6B", answer["text"])
        self.set_faults()
        self.assertTrue(order.fiscal_register()["is_signed"])

    def test_given_up_edited_and_sold(self):
        self.set_faults(no_paper=True)
        values = self.order_values([self.line(self.sunglasses)], [(self.card, 5000)])
        order = self.sync(values)
        order.fiscal_register()
        self.assertEqual(order.fiscal_give_up()["state"], "")
        self.assertEqual((order.state, order.fiscal_state), ("draft", False))
        self.set_faults()
        order.payment_ids.unlink()
        again = {
            **values,
            "lines": [],
            "payment_ids": self.order_values([], [(self.cash, 5000)])["payment_ids"],
        }
        self.sync(again)
        self.assertTrue(order.fiscal_register()["is_signed"])
        keys = order.sudo().fiscal_document_ids.sorted("id").mapped("idempotency_key")
        self.assertEqual(keys, [f"pos:{order.uuid}:0", f"pos:{order.uuid}:1"])
        self.assertEqual(self.receipt_of(order).signed_json["cashTotalSum"], 500000)

    def test_a_signed_receipt_cannot_be_given_up(self):
        order = self.sync(self.order_values([self.line(self.sunglasses)], [(self.card, 5000)]))
        order.fiscal_register()
        answer = order.fiscal_give_up()
        self.assertTrue(answer["is_signed"])
        self.assertEqual(answer["state"], "printed")

    def test_a_silent_till_leaves_the_receipt_waiting(self):
        order = self.sync(self.order_values([self.line(self.sunglasses)], [(self.card, 5000)]))
        self.set_faults(silent=True)
        answer = order.fiscal_register()
        self.assertEqual((answer["state"], answer["outcome"]), ("queued", "silent"))
        self.assertIn(self.till.code, answer["text"])
        self.set_faults()
        self.assertTrue(order.fiscal_register()["is_signed"])

    def test_an_undecided_receipt_is_settled_by_asking_again(self):
        order = self.sync(self.order_values([self.line(self.sunglasses)], [(self.card, 5000)]))
        self.set_faults(times=1, lost_answer="after_signing")
        answer = order.fiscal_register()
        self.assertTrue(answer["is_signed"] or order.fiscal_register()["is_signed"])
        self.assertEqual(order.sudo().fiscal_document_count, 1)

    def test_the_job_completes_what_was_signed_while_nobody_waited(self):
        order = self.sync(self.order_values([self.line(self.sunglasses)], [(self.cash, 6000)]))
        self.receipt_of(order)._sign()
        job = self.env.ref("optics_pos_ru54fz.cron_complete_sales")
        job.method_direct_trigger()
        self.assertEqual(order.state, "draft", "the cashier's own call may still come")
        self.env.cr.execute(
            "UPDATE fiscal_document SET write_date = write_date - interval '11 seconds'"
        )
        job.method_direct_trigger()
        self.assertEqual(order.state, "paid")
        self.assertEqual(sorted(order.payment_ids.mapped("amount")), [-1000, 6000])

    def test_a_mail_that_failed_is_not_called_sent(self):
        order = self.sell()
        image = base64.b64encode(b"picture").decode()
        fails = patch.object(
            type(self.env["mail.mail"]),
            "send",
            lambda mails, **_kwargs: mails.write(
                {"state": "exception", "failure_reason": "Connection refused"}
            ),
        )
        with fails, self.assertRaisesRegex(UserError, "Connection refused"):
            order.sudo().action_send_receipt("buyer@example.com", image, False)

    def test_a_signature_calls_the_job(self):
        cron = self.env.ref("optics_pos_ru54fz.cron_complete_sales")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.sell()
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.assertEqual(after, before + 1)

    def test_invoicing_follows_the_signature(self):
        buyer = self.env["res.partner"].create({"name": "ООО «Ромашка»"})
        values = self.order_values(
            [self.line(self.sunglasses)],
            [(self.card, 5000)],
            partner_id=buyer.id,
            to_invoice=True,
        )
        order = self.sync(values)
        self.assertFalse(order.account_move)
        order.fiscal_register()
        self.sync(values)
        self.assertEqual(order.state, "done")
        self.assertEqual(order.account_move.amount_total, 5000)

    def test_a_point_of_sale_without_a_till_sells_as_odoo_does(self):
        self.pos_session.fiscal_close_shift()
        self.pos_session.close_session_from_ui()
        self.config.kkt_device_id = False
        self.open_session()
        order = self.sync(self.order_values([self.line(self.sunglasses)], [(self.cash, 5500)]))
        self.assertEqual(order.state, "paid")
        self.assertEqual(sorted(order.payment_ids.mapped("amount")), [-500, 5500])
        self.assertFalse(order.sudo().fiscal_document_ids)
        self.assertFalse(order.fiscal_state)
        self.assertFalse(self.config.fiscal_status())


@tagged("post_install", "-at_install")
class TestJobsWhateverComes(ShopCase):
    """One order that cannot be worked on holds no other, and its till's page tells of it."""

    def fail(self, method, bad):
        """Have a method of orders fail where `bad` says so."""
        original = getattr(self.env.registry["pos.order"], method)

        def failing(order, *args):
            if bad(order):
                raise RuntimeError("no people's business")
            return original(order, *args)

        return patch.object(self.env.registry["pos.order"], method, failing)

    def run_job(self, name):
        self.env.ref(f"optics_pos_ru54fz.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def check_failing(self, name):
        for _ in range(2):
            with self.assertLogs("odoo.addons.optics_kkt_driver.lane.one_of_many", "ERROR"):
                self.run_job(name)
        self.assertIn("RuntimeError", self.till.sudo().trouble)
        report = self.env["kkt.monitor"]._health_report(self.till.sudo())
        self.assertEqual(report["components"]["tills"]["troubled"], [self.till.code])
        self.assertEqual(report["status"], "degraded")

    def signed_draft(self):
        order = self.sync(self.order_values([self.line(self.sunglasses)], [(self.card, 5000)]))
        self.receipt_of(order)._sign()
        return order

    def test_completing(self):
        bad, good = self.signed_draft(), self.signed_draft()
        self.env.cr.execute(
            "UPDATE fiscal_document SET write_date = write_date - interval '11 seconds'"
        )
        with self.fail("_fiscal_complete", lambda order: order.id == bad.id):
            self.check_failing("cron_complete_sales")
            self.assertEqual((bad.state, good.state), ("draft", "paid"))
        self.run_job("cron_complete_sales")
        self.assertEqual(bad.state, "paid")
        self.assertFalse(self.till.sudo().trouble)

    def test_telling_of_unsigned_orders(self):
        order = self.sync(
            self.order_values([self.line(self.sunglasses)], [(self.card, 5000)], state="draft")
        )
        self.env.flush_all()
        self.env.cr.execute("UPDATE pos_order SET state = 'paid' WHERE id = %s", [order.id])
        self.env.invalidate_all()
        with self.fail("_tell_of_unsigned", lambda _order: True):
            self.check_failing("cron_tell_of_unsigned")
        self.run_job("cron_tell_of_unsigned")
        self.assertFalse(self.till.sudo().trouble)
