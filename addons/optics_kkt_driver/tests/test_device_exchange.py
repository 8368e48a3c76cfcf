from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..kkt.fiscal.document import Cashier, CashIn
from ..models import kkt_device_exchange
from ..models.kkt_lane import Lane
from .common import FiscalCase

REAL = {"driver": "shtrih", "address": "socket://127.0.0.1:7778", "delivery": "device"}


@tagged("post_install", "-at_install")
class TestExchange(FiscalCase):
    """Documents are signed by a virtual till; then it is told to be one that sends by itself."""

    def setUp(self):
        super().setUp()
        self.shift = self.open_shift()
        self.first = self.register("a")
        self.second = self.register("b")
        with self.till._driver() as driver:
            self.said = driver.status()
        self.till.write(REAL)
        self.env.flush_all()

    def till_says(self, **values):
        """The till's answer reaches the lane, however it came."""
        self.env.flush_all()
        Lane(self.env.registry, self.till.id, self.env.uid).status_seen(
            replace(self.said, **values), None
        )
        self.env.invalidate_all()

    def states(self):
        return (self.shift | self.first | self.second).mapped("state")

    def deliver(self):
        self.env.ref("optics_kkt_driver.cron_deliver").method_direct_trigger()
        self.env.invalidate_all()

    def test_what_lies_before_the_queue_is_delivered(self):
        self.till_says(undelivered=1, undelivered_first_fd=self.second.fd_number)
        self.assertEqual(self.first.state, "delivered")
        self.assertEqual(self.first.event_ids[-1].why, "the till's own exchange")
        self.assertTrue(self.first.delivered_at)
        self.assertEqual(self.second.state, "printed")
        self.till_says(undelivered=0, undelivered_first_fd=0)
        self.assertEqual(self.second.state, "delivered")

    def test_an_empty_queue_reaches_no_further_than_the_last_fd(self):
        self.till_says(undelivered=0, undelivered_first_fd=0, last_fd=self.first.fd_number)
        self.assertEqual((self.first.state, self.second.state), ("delivered", "printed"))

    def test_a_queue_without_a_beginning_says_nothing(self):
        self.till_says(undelivered=2, undelivered_first_fd=0)
        self.assertEqual(set(self.states()), {"printed"})

    def test_another_drive_says_nothing_of_ours(self):
        self.till_says(undelivered=0, undelivered_first_fd=0, fn_number="9999078900000001")
        self.assertEqual(set(self.states()), {"printed"})

    def test_a_till_whose_documents_we_send_says_nothing(self):
        self.till.delivery = "http"
        self.till_says(undelivered=0, undelivered_first_fd=0)
        self.assertEqual(set(self.states()), {"printed"})

    def test_cash_operations_have_no_number_and_stay(self):
        self.till.write({"driver": "virtual", "delivery": "http"})
        cash = self.register("cash", CashIn(100, Cashier("Кассир Иванова")))
        self.till.write(REAL)
        self.till_says(undelivered=0, undelivered_first_fd=0)
        self.assertEqual(cash.state, "printed")
        self.assertFalse(self.till.undelivered_count)

    def test_one_look_marks_so_many(self):
        self.startPatcher(patch.object(kkt_device_exchange, "EXCHANGE_BATCH", 2))
        self.till_says(undelivered=0, undelivered_first_fd=0)
        self.assertEqual(self.states(), ["delivered", "delivered", "printed"])
        self.till_says(undelivered=0, undelivered_first_fd=0)
        self.assertEqual(set(self.states()), {"delivered"})

    def test_the_job_asks_tills_that_have_something_to_tell(self):
        status = self.till._status()
        status.asked_at = False
        self.assertEqual(self.env["kkt.device"]._due_exchanges(), [self.till])
        status.asked_at = fields.Datetime.now()
        self.assertFalse(self.env["kkt.device"]._due_exchanges(), "not at every ring")
        status.asked_at = fields.Datetime.now() - timedelta(minutes=10)
        self.till._lane().fn_number = "9999078900000001"
        self.assertFalse(self.env["kkt.device"]._due_exchanges(), "rows of a drive that is gone")

    def test_the_sender_of_ours_leaves_them_alone(self):
        self.assertTrue(self.till.ofd_id)
        self.assertFalse(self.env["fiscal.ofd"]._due_devices())

    def test_the_job_looks_and_marks(self):
        """The virtual till has no exchange; told of what the OFD has, it answers as if."""
        self.env.cr.execute(
            "UPDATE kkt_device SET driver = 'virtual' WHERE id = %s", [self.till.id]
        )
        self.env.invalidate_all()
        with self.till._driver() as driver:
            driver.acknowledge(self.shift.fd_number)
            driver.acknowledge(self.first.fd_number)
        self.till._status().asked_at = False
        self.deliver()
        self.assertEqual(self.states(), ["delivered", "delivered", "printed"])

    def test_the_network_is_judged_by_the_drives_own_word(self):
        now = self.said.clock
        for waited, network, lamp in (
            (timedelta(minutes=5), "ONLINE", "green"),
            (timedelta(hours=2), "DEGRADED", "yellow"),
            (timedelta(days=2), "OFFLINE", "yellow"),
        ):
            self.till_says(
                undelivered=2,
                undelivered_first_fd=self.first.fd_number,
                undelivered_since=now - waited,
            )
            self.assertEqual(self.till._buffer_status()["network_status"], network)
            self.assertEqual(self.till._pos_status()["state"], lamp)

    def test_an_operator_that_is_paused_does_not_matter(self):
        self.till.ofd_id.paused_until = fields.Datetime.now() + timedelta(minutes=5)
        status = self.till._buffer_status()
        self.assertEqual(
            (status["network_status"], status["circuit_breaker"]), ("ONLINE", "CLOSED")
        )


@tagged("post_install", "-at_install")
class TestDeliveryOfDrivers(FiscalCase):
    def test_a_virtual_till_sends_nothing_by_itself(self):
        with self.assertRaisesRegex(ValidationError, "Delivery"):
            self.till.delivery = "device"

    def test_documents_of_a_real_till_are_no_trial(self):
        with self.assertRaisesRegex(ValidationError, "Delivery"):
            self.till.write({**REAL, "delivery": "memory"})

    def test_a_real_till_may_be_served_by_us_with_a_warning(self):
        self.assertFalse(self.till.delivery_warning)
        self.till.write({**REAL, "delivery": "http"})
        self.assertIn("cloud", self.till.delivery_warning)
        self.till.delivery = "device"
        self.assertFalse(self.till.delivery_warning)

    def test_a_new_till_begins_as_its_driver_does(self):
        values = {"name": "Касса", "code": "NEW-1", "driver": "shtrih", "address": "/dev/ttyS0"}
        self.assertEqual(self.env["kkt.device"].create(values).delivery, "device")

    def test_what_the_sender_needs_not_be_told(self):
        """A real drive hears its acknowledgements itself: no connection is opened for them."""
        with self.till._driver() as driver:
            driver.till.set_faults(replace(driver.till.faults(), silent=True))
        self.till._acknowledged(1, "")
