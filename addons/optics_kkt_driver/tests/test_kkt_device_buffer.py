"""How much may wait for the OFD, who is told when, and what is refused then."""

from dataclasses import replace
from unittest.mock import patch
from uuid import uuid4

from odoo import fields
from odoo.tests import tagged

from ..exceptions import BufferFull
from ..kkt.drivers.virtual import VirtualDriver
from ..kkt.fiscal.document import CashIn
from ..kkt.fiscal.vocabulary import OperationType
from ..models.fiscal_document_delivery import OWED
from .common import FiscalCase, make_receipt, open_till

LIMIT = 10


@tagged("post_install", "-at_install")
class TestBuffer(FiscalCase):
    def setUp(self):
        super().setUp()
        self.till.buffer_size = LIMIT
        self.open_shift()

    def sign(self, count):
        """Sign so many receipts; the opening of the shift waits for the OFD too."""
        rows = self.env["fiscal.document"]
        for _ in range(count):
            rows += self.register(str(uuid4()), make_receipt())
        return rows

    def calls(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", "kkt.device"), ("res_id", "=", self.till.id)]
        )

    def watch(self):
        self.env.ref("optics_kkt_driver.cron_watch_buffers").method_direct_trigger()
        return len(self.calls())

    def drain(self, count):
        """The OFD acknowledges the oldest so many."""
        owed = [("device_id", "=", self.till.id), *OWED]
        for row in self.env["fiscal.document"].search(owed, order="fd_number", limit=count):
            if row.state == "dead":
                row._transition("printed", "resent", dead_reason=False)
            row._delivered("acknowledged")

    def fill(self):
        self.sign(LIMIT - self.till._owed_now())

    def test_a_full_buffer_refuses_sales_and_nothing_else(self):
        self.fill()
        before = self.env["fiscal.document"].search_count([])
        with self.assertRaisesRegex(BufferFull, f"{LIMIT} documents"):
            self.sign(1)
        self.assertEqual(self.env["fiscal.document"].search_count([]), before)
        self.assertEqual(self.till._pos_status()["state"], "red")
        self.assertTrue(self.till._pos_status()["buffer_full"])
        given_back = replace(make_receipt(), operation_type=OperationType.SALE_RETURN)
        back = self.register("back", given_back)
        self.assertTrue(back.is_signed)
        self.assertTrue(self.register("cash", CashIn(100, make_receipt().cashier)).is_signed)
        self.drain(2)
        self.assertTrue(self.sign(1).is_signed)

    def test_a_repeated_call_is_answered_by_its_row(self):
        self.fill()
        (row,) = self.env["fiscal.document"].search([("kind", "=", "receipt")], limit=1)
        again = self.register(row.idempotency_key, make_receipt())
        self.assertEqual(again, row)

    def test_a_dead_letter_still_counts(self):
        (row,) = self.sign(1)
        count = self.till._owed_now()
        row._transition("dead", "refused", dead_reason="refused")
        self.assertEqual(self.till._owed_now(), count)
        opening = self.env["fiscal.document"].search([("kind", "=", "shift_open")])
        self.assertEqual(self.till._oldest_undelivered(), opening)
        opening._delivered("acknowledged")
        self.assertEqual(self.till._oldest_undelivered(), row)

    def test_people_are_called_once_a_level(self):
        managers = len(self.env["kkt.device"]._fiscal_managers(self.till.company_id))
        self.sign(6)
        self.assertEqual((self.till._owed_now(), self.watch()), (7, 0))
        for count, level in [(8, 80), (9, 90), (10, 100)]:
            self.sign(count - self.till._owed_now())
            self.assertEqual(self.till._owed_now(), count)
            for _ in range(2):
                self.watch()
            self.assertEqual(self.till.buffer_level, level)
            self.assertEqual(len(self.calls()), managers, "one call a manager, its note renewed")
            self.assertIn(f"{level} %", self.calls()[0].note)
        # It drains to just below a level and fills again: nobody is called anew.
        self.calls().unlink()
        self.drain(1)
        self.assertEqual((self.watch(), self.till.buffer_level), (0, 100))
        self.fill()
        self.assertEqual(self.watch(), 0)
        self.drain(5)
        self.assertEqual((self.watch(), self.till.buffer_level), (0, 0))
        self.sign(3)
        self.assertEqual(self.watch(), managers)

    def test_whose_limit_counts(self):
        self.env.company.fiscal_buffer_size = 50
        self.assertEqual(self.till._buffer_limit(), LIMIT)
        self.till.buffer_size = 0
        self.assertEqual(self.till._buffer_limit(), 50)
        self.env.company.fiscal_buffer_size = 0
        ours = self.env["res.config.settings"]._fiscal_setting("buffer_max_size")
        self.assertEqual(self.till._buffer_limit(), ours)


@tagged("post_install", "-at_install")
class TestAge(FiscalCase):
    """The 30 days of the drive: warned of at 2, urgent at 25, no receipts from 30 on."""

    def setUp(self):
        super().setUp()
        self.open_shift()
        self.calls_before = self.till.activity_ids

    def age(self, days):
        """Let the oldest document be so old; a drive's own memory of it is not touched."""
        self.env.cr.execute(
            """ALTER TABLE fiscal_document DISABLE TRIGGER USER;
            UPDATE fiscal_document SET date_time = now() AT TIME ZONE 'UTC' - %s * interval '1 day'
             WHERE device_id = %s;
            ALTER TABLE fiscal_document ENABLE TRIGGER USER""",
            [days + 0.01, self.till.id],
        )
        self.env.invalidate_all()
        self.env.ref("optics_kkt_driver.cron_watch_buffers").method_direct_trigger()
        self.env.invalidate_all()

    def told(self):
        return self.till.activity_ids - self.calls_before

    def check(self, days, colour, words):
        self.assertEqual(self.till.waiting_days, days)
        state = self.till._pos_status()
        self.assertEqual(state["state"], colour)
        self.assertRegex(state["text"], words)

    def test_it_is_warned_of_at_each_level_once(self):
        managers = len(self.env["kkt.device"]._fiscal_managers(self.till.company_id))
        self.age(1)
        self.assertFalse(self.told())
        self.check(1, "green", "ready")
        for days, colour, words in (
            (2, "yellow", "In 28 days the drive stops"),
            (25, "yellow", "In 5 days the drive stops"),
            (30, "red", "signs no receipts"),
        ):
            self.age(days)
            self.check(days, colour, words)
            self.assertEqual(len(self.told()), managers, "one call a manager, its note renewed")
            call = self.told()[0]
            reader = self.till.with_context(lang=call.user_id.lang)
            self.assertIn(reader._age_warning(), call.note)
            self.assertEqual(self.till.waiting_level, days)
        report = self.env["kkt.monitor"]._health_report(self.till)
        self.assertEqual(report["status"], "unhealthy", "the only till signs nothing")
        self.assertEqual(report["components"]["ofd"]["days_waiting"], 30)

    def test_it_is_over_when_the_ofd_has_them(self):
        self.age(25)
        self.env["fiscal.document"].search([("device_id", "=", self.till.id)])._delivered(
            "acknowledged"
        )
        self.env.invalidate_all()
        self.assertEqual(self.till.waiting_days, 0)
        self.env.ref("optics_kkt_driver.cron_watch_buffers").method_direct_trigger()
        self.assertEqual(self.till.waiting_level, 0)

    def test_a_dead_letter_ages_too(self):
        self.age(3)
        opening = self.env["fiscal.document"].search([("device_id", "=", self.till.id)])
        opening._transition("dead", "refused", dead_reason="refused")
        self.assertEqual(self.till.waiting_days, 3)


@tagged("post_install", "-at_install")
class TestTillThatSendsByItself(FiscalCase):
    def setUp(self):
        super().setUp()
        self.till.write({"delivery": "device", "ofd_id": False, "exchange_pace": 0})
        self.open_shift()
        self.receipt = self.register()

    def deliver(self):
        self.env.ref("optics_kkt_driver.cron_deliver").method_direct_trigger()
        self.env.invalidate_all()

    def test_what_it_has_sent_is_delivered(self):
        self.deliver()
        rows = self.env["fiscal.document"].search([("device_id", "=", self.till.id)])
        self.assertEqual(set(rows.mapped("state")), {"delivered"})
        last = self.receipt.event_ids[-1].with_context(lang="en_US")
        self.assertEqual(last.why_text, "The till itself has sent it to the OFD")

    def test_what_it_has_not_sent_waits_and_is_asked_for_later(self):
        self.till.exchange_pace = 3600
        self.deliver()
        self.assertEqual(self.receipt.state, "printed")
        self.assertGreater(self.receipt.next_attempt_at, fields.Datetime.now())
        self.assertFalse(self.receipt.delivery_attempts)
        with patch.object(VirtualDriver, "status") as asked:
            self.deliver()
        self.assertFalse(asked.called, "not again before its time")

    def test_up_to_the_first_that_it_has_not_sent(self):
        self.till._set_virtual_faults(exchange_down=True)
        second = self.register("k2")
        self.deliver()
        self.assertEqual((self.receipt | second).mapped("state"), ["printed"] * 2)
        with open_till(self.till) as driver:
            driver.acknowledge(self.receipt.fd_number - 1)
            driver.acknowledge(self.receipt.fd_number)
        self.till._refresh_status()
        self.assertEqual((self.receipt | second).mapped("state"), ["delivered", "printed"])
        self.till._set_virtual_faults()
        self.till._refresh_status()
        self.assertEqual(second.state, "delivered")

    def test_a_full_buffer_only_warns(self):
        self.till.buffer_size = 2
        self.till._set_virtual_faults(exchange_down=True)
        self.till._refresh_status()
        more = self.register("k2")
        self.assertTrue(more.is_signed)
        self.assertFalse(self.till._pos_status()["buffer_full"])
        self.assertIn("by itself", self.till._buffer_warning())
