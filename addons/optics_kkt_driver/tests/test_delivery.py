import random
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..kkt.drivers.virtual import VirtualDriver
from ..kkt.ofd.memory import MemoryTransport
from ..kkt.virtual.ofd import MemoryOfdStore, OfdEmulator
from ..models.fiscal_ofd import MEMORY_OFD
from .common import FiscalCase, open_till


@tagged("post_install", "-at_install")
class TestDelivery(FiscalCase):
    """The sender's job against the emulator's core; the wire has its tests in tests/."""

    def setUp(self):
        super().setUp()
        self.ofd = OfdEmulator(MemoryOfdStore())
        self.startPatcher(
            patch.object(
                self.env.registry["fiscal.ofd"],
                "_transport",
                lambda ofd: MemoryTransport(self.ofd),
            )
        )
        random.seed(19)
        self.open_shift()
        self.receipt = self.register()
        self.shift = self.env["fiscal.document"].search(
            [("device_id", "=", self.till.id), ("kind", "=", "shift_open")]
        )

    def deliver(self):
        self.env.ref("optics_kkt_driver.cron_deliver").method_direct_trigger()
        self.env.invalidate_all()

    def test_everything_signed_is_delivered_in_order(self):
        self.deliver()
        self.assertEqual((self.shift | self.receipt).mapped("state"), ["delivered"] * 2)
        _status, held = self.ofd.health()
        self.assertEqual(held["receipts_received"], 1)
        self.assertEqual(held["documents_received"], 2)
        self.assertEqual(
            self.receipt.event_ids.mapped("to_state"), ["printing", "printed", "delivered"]
        )
        with open_till(self.till) as driver:
            self.assertEqual(driver.status().undelivered, 0, "the drive was told")

    def test_a_drive_with_an_exchange_of_its_own_is_not_spoken_to(self):
        with patch.object(VirtualDriver, "hears_acknowledgements", False):
            self.deliver()
        self.assertEqual(self.receipt.state, "delivered")
        with open_till(self.till) as driver:
            self.assertEqual(driver.status().undelivered, 2, "nobody opened the driver")

    def test_what_is_wrong_with_the_till_is_no_fault_of_the_endpoint(self):
        """As it was: the operator was left alone for five minutes."""
        broken = patch.object(type(self.till), "_driver_settings", side_effect=AttributeError)
        with broken, self.assertLogs("odoo.addons.optics_kkt_driver.lane.outbox") as logs:
            self.deliver()
        self.assertIn("was not told", logs.output[0])
        self.assertEqual((self.shift | self.receipt).mapped("state"), ["delivered"] * 2)
        self.assertFalse(self.till.ofd_id.paused_until)

    def test_a_failing_operator_gets_it_later(self):
        self.ofd.set_failure({"permanent_failure": True})
        self.deliver()
        self.assertEqual(self.receipt.state, "printed")
        self.assertEqual(self.receipt.delivery_attempts, 1)
        self.assertGreater(self.receipt.next_attempt_at, fields.Datetime.now())
        self.assertIn("HTTP 5", self.receipt.delivery_message)
        self.ofd.set_success()
        self.deliver()
        self.assertEqual(self.receipt.state, "printed", "its time has not come")
        (self.shift | self.receipt).next_attempt_at = fields.Datetime.now() - timedelta(seconds=1)
        self.deliver()
        self.assertEqual(self.receipt.state, "delivered")

    def test_a_lost_acknowledgement_makes_no_second_copy(self):
        self.deliver()
        self.env.cr.execute(
            """ALTER TABLE fiscal_document DISABLE TRIGGER USER;
            UPDATE fiscal_document SET state = 'printed' WHERE id = %s;
            ALTER TABLE fiscal_document ENABLE TRIGGER USER""",
            [self.receipt.id],
        )
        self.env.invalidate_all()
        self.deliver()
        self.assertEqual(self.receipt.state, "delivered")
        self.assertEqual(self.receipt.event_ids[-1].why, "had it already")
        self.assertEqual(self.ofd.health()[1]["receipts_received"], 1)

    def test_refused_for_good_is_dead_and_stops_nobody(self):
        self.ofd.set_failure({"failure_count": 1, "status_code": 422})
        self.deliver()
        self.assertEqual((self.shift.state, self.shift.dead_reason), ("dead", "refused"))
        self.assertEqual(self.receipt.state, "delivered")

    def test_a_till_may_deliver_to_the_emulator_in_this_process(self):
        self.till.write({"delivery": "memory", "ofd_id": False})
        received = MEMORY_OFD.health()[1]["documents_received"]
        self.deliver()
        self.assertEqual((self.shift | self.receipt).mapped("state"), ["delivered"] * 2)
        self.assertEqual(MEMORY_OFD.health()[1]["documents_received"], received + 2)

    def test_refused_credentials_spend_no_attempt_and_call_a_person(self):
        self.ofd.set_failure({"permanent_failure": True, "status_code": 401})
        self.deliver()
        endpoint = self.till.ofd_id
        self.assertEqual(self.receipt.delivery_attempts, 0)
        self.assertTrue(endpoint.paused_until)
        self.assertTrue(endpoint.activity_ids)
        self.assertEqual(
            self.env["kkt.monitor"]._buffer_status(self.till)["network_status"], "OFFLINE"
        )
        self.ofd.set_success()
        self.deliver()
        self.assertEqual(self.receipt.state, "printed", "paused")
        endpoint.action_resume()
        self.deliver()
        self.assertEqual(self.receipt.state, "delivered")
