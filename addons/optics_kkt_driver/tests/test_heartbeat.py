from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..kkt.clock import SystemClock
from ..kkt.drivers.virtual import VirtualDriver
from ..kkt.ofd.memory import MemoryTransport
from ..kkt.virtual.ofd import MemoryOfdStore, OfdEmulator
from ..lane import held
from .common import FiscalCase

EVERY = timedelta(seconds=30)


@tagged("post_install", "-at_install")
class TestHeartbeat(FiscalCase):
    """The job, one till and its endpoint; how beats count is in tests/plain/flow."""

    def setUp(self):
        super().setUp()
        self.ofd = MemoryTransport(OfdEmulator(MemoryOfdStore()))
        self.startPatcher(
            patch.object(self.env.registry["fiscal.ofd"], "_transport", lambda _ofd: self.ofd)
        )
        self.startPatcher(patch.object(SystemClock, "sleep", lambda *_: None))
        others = self.env["kkt.device"].search([("id", "!=", self.till.id)])
        others.active = False
        self.env["fiscal.ofd"].search([("id", "!=", self.till.ofd_id.id)]).active = False
        self.asked = 0
        status = VirtualDriver.status

        def counted(driver):
            self.asked += 1
            return status(driver)

        self.startPatcher(patch.object(VirtualDriver, "status", counted))

    def passes(self, seconds):
        """Let time pass: what was said is so much older."""
        for row, names in (
            (self.till._status(), ("beat_at", "presence_since", "asked_at", "seen_at")),
            (self.till.ofd_id._breaker(), ("beat_at", "presence_since")),
        ):
            for name in names:
                row[name] = row[name] and row[name] - timedelta(seconds=seconds)

    def beat(self, count=1):
        for _number in range(count):
            self.passes(30)
            self.env.ref("optics_kkt_driver.cron_beat").method_direct_trigger()
            self.env.invalidate_all()

    def told(self, record):
        return record.message_ids.sorted("id").mapped("preview")

    def test_a_till_that_answers_is_online(self):
        self.beat(2)
        for told in (self.till, self.till.ofd_id):
            self.assertEqual(told.presence, "online")
            self.assertLess(fields.Datetime.now() - told.presence_since, EVERY)

    def test_one_silence_is_none(self):
        self.beat(4)
        self.set_faults(silent=True)
        self.beat(2)
        self.assertEqual(self.till._status().presence, "online")
        health = self.env["kkt.monitor"]._health_report(self.till)
        self.assertEqual(health["components"]["tills"]["silent"], [])
        self.beat()
        self.assertEqual(self.till.presence, "offline")
        self.assertGreaterEqual(fields.Datetime.now() - self.till.seen_at, 3 * EVERY)
        health = self.env["kkt.monitor"]._health_report(self.till)
        self.assertEqual(health["components"]["tills"]["silent"], [self.till.code])
        self.assertIn("The till does not answer", self.told(self.till)[-1])
        self.set_faults(silent=False)
        self.beat(2)
        self.assertEqual(self.till.presence, "offline", "it stays for 90 seconds")
        self.beat()
        self.assertEqual(self.till.presence, "online")
        self.assertEqual(self.told(self.till)[-1], "The till answers again.")

    def test_beats_that_are_long_past_tell_nothing(self):
        self.beat(2)
        self.set_faults(silent=True)
        self.passes(600)
        self.till._refresh_status()
        health = self.env["kkt.monitor"]._health_report(self.till)
        self.assertEqual(health["components"]["tills"]["silent"], [self.till.code])

    def test_who_has_answered_since_is_not_asked(self):
        self.beat()
        for speak in (self.open_shift, self.register):
            speak()
            self.asked = 0
            self.beat()
            self.assertEqual(self.asked, 0, "it has signed something")
        self.assertEqual(self.till.presence, "online")
        self.beat()
        self.assertEqual(self.asked, 1)

    def test_a_busy_till_is_left_alone(self):
        self.beat()
        at = self.till._status().beat_at
        self.asked = 0
        with patch.object(held, "try_advisory_lock", return_value=False):
            self.beat()
        self.enqueue()
        self.beat()
        self.assertEqual(self.asked, 0)
        self.assertEqual(self.till._status().beat_at, at - 2 * EVERY)

    def test_what_it_said_to_others_counts(self):
        self.beat(4)
        self.set_faults(silent=True)
        for _number in range(3):
            self.passes(10)
            self.till._refresh_status()
            self.asked = 0
            self.beat()
            self.assertEqual(self.asked, 0, "who asked it in vain counts for a beat")
        self.assertEqual(self.till.presence, "offline")

    def test_an_operator_that_is_not_there(self):
        self.beat(4)
        with patch.object(MemoryTransport, "is_there", return_value=False):
            self.beat(3)
        ofd = self.till.ofd_id
        self.assertEqual(ofd.presence, "offline")
        self.assertEqual(self.told(ofd)[-1], "The OFD cannot be reached.")
        self.assertEqual(ofd.sending, "sends", "documents ask for themselves")
        self.beat(3)
        self.assertEqual(self.told(ofd)[-1], "The OFD can be reached again.")

    def test_a_clock_that_was_set_back_stops_no_beat(self):
        self.beat(2)
        self.passes(-86400)
        self.beat()
        self.assertLessEqual(self.till._status().beat_at, fields.Datetime.now())

    def test_an_archived_till_has_none(self):
        self.till.active = False
        self.beat()
        self.assertFalse(self.till._status().beat_at)
