import random
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.sql_db import db_connect
from odoo.tests import new_test_user, tagged
from odoo.tools import config

from ..kkt.drivers.virtual import VirtualDriver
from ..kkt.flow.gate import Admission
from ..kkt.ofd.answers import Outcome, Verdict
from ..kkt.ofd.memory import MemoryTransport
from ..kkt.ofd.transport import TimedOut
from ..kkt.virtual.ofd import MemoryOfdStore, OfdEmulator
from ..lane.cursor import ADVISORY_OUTBOX, try_advisory_lock
from ..lane.outbox import DeviceOutbox
from ..models.fiscal_ofd_sending import MEMORY_OFD
from .common import FiscalCase, open_till


class DeliveryCase(FiscalCase):
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

    def check_way(self, network_status, circuit_breaker):
        status = self.env["kkt.monitor"]._buffer_status(self.till)
        way = (status["network_status"], status["circuit_breaker"])
        self.assertEqual(way, (network_status, circuit_breaker))

    def set(self, **settings):
        for name, value in settings.items():
            self.env["ir.config_parameter"].set_param(f"optics_kkt.{name}", value)

    def sell(self, count):
        rows = self.env["fiscal.document"]
        for number in range(count):
            rows |= self.register(f"more-{number}")
        return rows


@tagged("post_install", "-at_install")
class TestDelivery(DeliveryCase):
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

    def test_what_comes_fast_is_kept_together(self):
        documents = self.shift | self.receipt | self.sell(4)
        kept = []
        delivered = self.env.registry["fiscal.document"]._delivered

        def keep(documents, why):
            kept.append(len(documents))
            return delivered(documents, why)

        with patch.object(self.env.registry["fiscal.document"], "_delivered", keep):
            self.deliver()
        self.assertEqual(kept, [1, 5], "the first at once: mostly it is the only one")
        self.assertEqual(documents.mapped("state"), ["delivered"] * 6)
        counted = self.env["kkt.counter"]._total(self.till, ["receipt"], "delivered")
        self.assertEqual(counted, 5)

    def test_who_dies_before_keeping_sends_again(self):
        documents = self.shift | self.receipt | self.sell(2)
        died = patch.object(DeviceOutbox, "_tell_drive", side_effect=KeyError("killed"))
        with died, self.assertLogs("odoo.addons.optics_kkt_driver.lane.one_of_many", "ERROR"):
            self.deliver()
        self.assertEqual(documents.mapped("state"), ["printed"] * 4)
        self.till.ofd_id.paused_until = False
        self.deliver()
        self.assertEqual(documents.mapped("state"), ["delivered"] * 4)
        said = [document.event_ids[-1].why for document in documents]
        self.assertEqual(said, ["had it already", *["acknowledged"] * 3])
        self.assertEqual(self.ofd.health()[1]["documents_received"], 4)

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

    def test_a_shops_server_delivers_nothing_to_that_emulator(self):
        self.till.write({"delivery": "memory", "ofd_id": False})
        with patch.dict(config.options, {"dev_mode": [], "test_enable": False}):
            self.deliver()
            with self.assertRaisesRegex(ValidationError, "Delivery: "):
                self.make_till(code="memory-2", delivery="memory")
        self.assertEqual((self.shift | self.receipt).mapped("state"), ["printed"] * 2)

    def test_refused_credentials_spend_no_attempt_and_call_a_person(self):
        self.ofd.set_failure({"permanent_failure": True, "status_code": 401})
        self.deliver()
        endpoint = self.till.ofd_id
        self.assertEqual(self.receipt.delivery_attempts, 0)
        self.assertTrue(endpoint.paused_until)
        self.assertTrue(endpoint.activity_ids)
        self.check_way("OFFLINE", "CLOSED")
        self.assertEqual(endpoint.sending, "paused")
        self.ofd.set_success()
        self.deliver()
        self.assertEqual(self.receipt.state, "printed", "paused")
        endpoint.action_try_now()
        self.deliver()
        self.assertEqual(self.receipt.state, "delivered")

    # Breaker --------------------------------------------------------------------------------------

    def fail_until_it_opens(self, **failure):
        self.set(circuit_breaker_threshold=3, circuit_breaker_recovery=60)
        rows = self.sell(5)
        self.ofd.set_failure(failure or {"permanent_failure": True})
        self.deliver()
        return rows

    def probe(self):
        """Have the time of the next probe come."""
        self.breaker().next_probe_at = fields.Datetime.now() - timedelta(seconds=1)
        self.deliver()

    def breaker(self):
        return self.till.ofd_id.breaker_ids

    def told(self):
        """The endpoint's history, the newest last."""
        return [str(note.body) for note in self.till.ofd_id.message_ids.sorted("id")]

    def test_failures_in_a_row_open_the_breaker_and_spare_the_rest(self):
        rows = self.fail_until_it_opens()
        self.assertEqual(self.ofd.health()[1]["call_count"], 3)
        self.assertEqual(
            (self.shift | self.receipt | rows).mapped("delivery_attempts"), [1] * 3 + [0] * 4
        )
        self.check_way("OFFLINE", "OPEN")
        self.assertEqual(self.till.ofd_id.sending, "waits")
        self.assertIn("3 calls in a row have failed", self.told()[-1])
        health = self.env["kkt.monitor"]._health_report(self.till)
        self.assertEqual((health["status"], health["failures"]), ("degraded", 3))
        self.deliver()
        self.assertEqual(self.ofd.health()[1]["call_count"], 3, "nothing is sent while it is open")

    def test_one_probe_brings_everything(self):
        rows = self.fail_until_it_opens()
        self.ofd.set_success()
        self.probe()
        self.assertEqual(set((self.shift | self.receipt | rows).mapped("state")), {"delivered"})
        self.check_way("ONLINE", "CLOSED")
        self.assertEqual(self.breaker().failures, 0)
        self.assertIn("takes documents again", self.told()[-1])

    def test_a_failed_probe_spends_no_attempt_and_waits_longer(self):
        rows = self.fail_until_it_opens()
        documents = self.shift | self.receipt | rows
        attempts = documents.mapped("delivery_attempts")
        since = self.breaker().changed_at
        for reopened in (1, 2):
            self.probe()
            self.assertEqual(self.ofd.health()[1]["call_count"], 3 + reopened)
            self.assertEqual(self.breaker().reopened, reopened)
            wait = self.breaker().next_probe_at - fields.Datetime.now()
            self.assertAlmostEqual(wait.total_seconds(), 60 * 2**reopened, delta=5)
        self.assertEqual(documents.mapped("delivery_attempts"), attempts)
        self.assertEqual(self.breaker().changed_at, since, "open since the first time")
        self.assertTrue(rows[1].next_attempt_at, "the second probe was another document's")

    def test_a_refused_document_is_the_answer_of_a_healthy_endpoint(self):
        self.fail_until_it_opens(permanent_failure=True, status_code=422)
        self.assertEqual(self.ofd.health()[1]["call_count"], 7)
        self.check_way("ONLINE", "CLOSED")

    def test_an_answer_with_an_error_is_a_degraded_way(self):
        self.ofd.set_failure({"failure_count": 2})
        self.deliver()
        self.check_way("DEGRADED", "CLOSED")

    def test_silence_is_offline_before_the_breaker_opens(self):
        self.set(circuit_breaker_threshold=50)
        with patch.object(MemoryTransport, "send", side_effect=TimedOut("no answer within 10 s")):
            self.deliver()
        self.check_way("OFFLINE", "CLOSED")
        self.env["res.lang"]._activate_lang("ru_RU")
        russian, english = (self.receipt.with_context(lang=lang) for lang in ("ru_RU", "en_US"))
        self.assertEqual(english.delivery_text, "The OFD did not answer for 10 s")
        self.assertRegex(russian.delivery_text, "ОФД не ответил")
        self.ofd.set_success()
        self.till.ofd_id.action_try_now()
        self.deliver()
        self.check_way("ONLINE", "CLOSED")

    def probe_of(self, till_id):
        """As a process that sends of this till leaves it, when it has begun its probe."""
        self.fail_until_it_opens()
        self.ofd.set_success()
        now = fields.Datetime.now()
        self.breaker().write(
            {
                "state": "half-open",
                "next_probe_at": now - timedelta(minutes=1),
                "probe_until": now + timedelta(seconds=10),
                "probing_till": till_id,
            }
        )
        self.check_way("DEGRADED", "HALF_OPEN")

    def test_one_probe_at_a_time(self):
        other_till = self.till.id + 1_000_000
        self.probe_of(other_till)
        # Another process: it holds its till's outbox.
        with db_connect(self.env.cr.dbname).cursor() as other:
            self.assertTrue(try_advisory_lock(other, ADVISORY_OUTBOX, other_till))
            self.deliver()
            self.assertEqual(self.receipt.state, "printed", "somebody probes")
            self.breaker().probe_until = fields.Datetime.now() - timedelta(seconds=1)
            self.deliver()
            self.assertEqual(self.receipt.state, "delivered", "longer than any call can last")

    def test_a_prober_that_was_killed_loses_its_turn(self):
        self.probe_of(self.till.id + 1_000_000)
        self.deliver()
        self.assertEqual(self.receipt.state, "delivered")

    def test_whoever_sends_of_the_probers_till_has_its_turn(self):
        self.probe_of(self.till.id)
        self.deliver()
        self.assertEqual(self.receipt.state, "delivered")

    def test_a_clock_that_was_set_back_keeps_nobody_waiting(self):
        self.fail_until_it_opens()
        self.ofd.set_success()
        self.breaker().next_probe_at = fields.Datetime.now() + timedelta(days=1)
        (self.shift | self.receipt).next_attempt_at = fields.Datetime.now() + timedelta(days=1)
        self.deliver()
        self.assertEqual((self.shift | self.receipt).mapped("state"), ["delivered"] * 2)

    def test_a_late_outcome_tells_nothing_of_a_breaker_that_has_moved(self):
        self.fail_until_it_opens()
        before = self.breaker().read()
        self.breaker()._after_call(Admission(version=0), Verdict(Outcome.ACCEPTED))
        self.assertEqual(self.breaker().state, "open")
        self.assertEqual(self.breaker().version, before[0]["version"])

    def test_by_hand(self):
        self.fail_until_it_opens()
        self.ofd.set_success()
        endpoint = self.till.ofd_id
        endpoint.action_stop()
        self.assertEqual(endpoint.sending, "stopped")
        self.probe()
        self.assertEqual(self.receipt.state, "printed", "stopped by hand")
        self.check_way("OFFLINE", "OPEN")
        endpoint.action_try_now()
        self.assertEqual(endpoint.sending, "waits", "until the probe is made")
        self.deliver()
        self.assertEqual(self.receipt.state, "delivered")

    def test_reset(self):
        self.fail_until_it_opens()
        self.till.ofd_id.action_reset()
        self.check_way("OFFLINE" if self.breaker().last_call == "silent" else "DEGRADED", "CLOSED")
        self.assertFalse(self.receipt.next_attempt_at)
        self.ofd.set_success()
        self.deliver()
        self.assertEqual(self.receipt.state, "delivered")

    # Dead letters ---------------------------------------------------------------------------------

    def exhaust(self, times=2):
        self.set(ofd_max_attempts=times, circuit_breaker_threshold=100)
        self.ofd.set_failure({"permanent_failure": True, "status_code": 500})
        for _attempt in range(times):
            (self.shift | self.receipt).next_attempt_at = False
            self.deliver()

    def test_used_up_attempts_call_a_person(self):
        self.exhaust()
        self.assertEqual((self.receipt.state, self.receipt.dead_reason), ("dead", "exhausted"))
        self.assertEqual(self.receipt.delivery_attempts, 2)
        self.assertIn("500", self.till.activity_ids[:1].note)
        status = self.env["kkt.monitor"]._buffer_status(self.till)
        self.assertEqual((status["dead_count"], status["pending_count"]), (1, 0))
        self.assertEqual(self.till.undelivered_count, 2, "it counts for the drive's 30 days")

    def test_they_are_sent_by_themselves_when_the_endpoint_delivers_again(self):
        self.exhaust()
        self.ofd.set_success()
        later = self.register("later")
        self.deliver()
        self.assertEqual(later.state, "delivered")
        self.assertEqual(set((self.shift | self.receipt).mapped("state")), {"delivered"})
        self.assertIn(
            "The OFD takes documents again: sent once more",
            self.receipt.event_ids.mapped("why_text"),
        )

    def test_those_of_a_till_without_an_endpoint_too(self):
        """As it was: only tills of an endpoint were looked at."""
        self.exhaust()
        self.till.write({"delivery": "memory", "ofd_id": False})
        self.register("later")
        self.deliver()
        self.assertEqual(set((self.shift | self.receipt).mapped("state")), {"delivered"})

    def test_refused_ones_wait_for_a_person(self):
        self.ofd.set_failure({"failure_count": 2, "status_code": 422})
        self.deliver()
        self.register("later")
        self.deliver()
        self.assertEqual((self.shift | self.receipt).mapped("state"), ["dead"] * 2)
        self.assertTrue(self.till.activity_ids)
        self.receipt.action_resend_alike()
        self.assertEqual((self.shift | self.receipt).mapped("state"), ["printed"] * 2)
        self.assertEqual(self.receipt.delivery_attempts, 0)
        self.deliver()
        self.assertEqual((self.shift | self.receipt).mapped("state"), ["delivered"] * 2)
        with self.assertRaisesRegex(UserError, "None of these"):
            self.receipt.action_resend()

    def test_only_administrators_of_tills_send_again(self):
        self.ofd.set_failure({"permanent_failure": True, "status_code": 422})
        self.deliver()
        reader = new_test_user(self.env, "reader", groups="optics_kkt_driver.group_fiscal_user")
        for act in ("action_resend", "action_resend_alike"):
            with self.subTest(act), self.assertRaises(AccessError):
                getattr(self.receipt.with_user(reader), act)()
        for act in ("action_try_now", "action_reset", "action_stop"):
            with self.subTest(act), self.assertRaises(AccessError):
                getattr(self.till.ofd_id.with_user(reader), act)()
