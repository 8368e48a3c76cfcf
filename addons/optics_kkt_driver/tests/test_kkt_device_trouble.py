from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import new_test_user, tagged

from .. import ticker
from ..exceptions import KeyConflict
from ..lane.held import HeldLane
from .common import FiscalCase

SECRET = "what a driver has said to itself"
GUARD = "odoo.addons.optics_kkt_driver.lane.one_of_many"


@tagged("post_install", "-at_install")
class TestBadTillBesideAGoodOne(FiscalCase):
    """Nothing that goes wrong with one till keeps a job from the others, and people see it."""

    def setUp(self):
        super().setUp()
        self.manager = new_test_user(
            self.env, "manager", "base.group_user,optics_kkt_driver.group_fiscal_manager"
        )
        self.good = self.make_till(code="TEST-2")
        self.assertLess(self.till.id, self.good.id, "the bad one has its turn first")

    def run_job(self, name):
        self.env.ref(f"optics_kkt_driver.{name}").method_direct_trigger()
        self.env.invalidate_all()

    @contextmanager
    def failing(self, name):
        with self.assertLogs(GUARD, "ERROR") as logs:
            self.run_job(name)
            self.run_job(name)
            yield
        self.assertIn(SECRET, logs.output[0])

    def calls(self, till):
        return till.activity_ids.filtered(lambda call: call.user_id == self.manager)

    def tills_health(self):
        return self.env["kkt.monitor"]._health_report(self.till | self.good)["components"]["tills"]

    def check_that_it_is_told(self, job):
        self.assertIn(self.env.ref(f"optics_kkt_driver.{job}").name, self.till.trouble)
        self.assertIn("RuntimeError", self.till.trouble)
        self.assertNotIn(SECRET, self.till.trouble)
        self.assertFalse(self.good.trouble)
        self.assertEqual(len(self.calls(self.till)), 1, "one call until it is done")
        health = self.tills_health()
        self.assertEqual((health["status"], health["troubled"]), ("degraded", [self.till.code]))

    def check_that_it_is_gone(self):
        self.assertFalse(self.till.trouble)
        self.assertEqual(self.tills_health()["troubled"], [])

    def test_printing(self):
        bad = self.enqueue(open_shift=True)
        beside = self.enqueue("k2", till=self.good, open_shift=True)
        with self.broken_lane(), self.failing("cron_serve"):
            self.assertEqual((bad.state, beside.state), ("queued", "printed"))
            self.check_that_it_is_told("cron_serve")
        self.run_job("cron_serve")
        self.assertEqual(bad.state, "printed")
        self.check_that_it_is_gone()

    def test_a_till_without_work_is_looked_at_again(self):
        bad = self.enqueue()
        with self.broken_lane(), self.failing("cron_serve"):
            self.assertTrue(self.till.trouble)
        bad._give_up("not wanted any more")
        self.run_job("cron_serve")
        self.check_that_it_is_gone()

    def broken_lane(self):
        original, bad = HeldLane.next_queued, self.till.code

        def next_queued(lane):
            if lane.till == bad:
                raise RuntimeError(SECRET)
            return original(lane)

        return patch.object(HeldLane, "next_queued", next_queued)

    def test_warning_of_age(self):
        for till in (self.till, self.good):
            self.enqueue(f"open-{till.id}", till=till, open_shift=True)._sign(1.0)
        devices, bad = self.env.registry["kkt.device"], self.till.id

        def warning(device):
            if device.id == bad:
                raise RuntimeError(SECRET)
            return "It must be closed."

        with patch.object(devices, "_shift_warning", warning), self.failing("cron_warn_of_age"):
            self.assertIn("must be closed", self.calls(self.good).summary)
            self.check_that_it_is_told("cron_warn_of_age")
        self.run_job("cron_warn_of_age")
        self.check_that_it_is_gone()

    def test_one_job_does_not_clear_what_another_has_told(self):
        self.enqueue()
        with self.broken_lane(), self.failing("cron_serve"):
            self.run_job("cron_warn_of_age")
            self.assertTrue(self.till.trouble)

    def test_what_is_meant_for_people_is_told_to_them(self):
        self.till._keep_run("optics_kkt_driver.cron_serve", KeyConflict("Key k1 is taken.", None))
        self.assertIn("Key k1 is taken.", self.till.trouble)
        russian = self.till.with_context(lang="ru_RU")
        self.env["res.lang"]._activate_lang("ru_RU")
        self.till._keep_run("optics_kkt_driver.cron_serve", RuntimeError(SECRET))
        self.assertIn("непредвиденная ошибка RuntimeError", russian.trouble)

    def test_the_form_shows_it(self):
        self.till._keep_run("optics_kkt_driver.cron_serve", RuntimeError(SECRET))
        view = self.env["kkt.device"].with_user(self.manager).get_view(view_type="form")
        self.assertIn('name="trouble"', view["arch"])
        self.assertIn("RuntimeError", self.till.with_user(self.manager).trouble)


@tagged("post_install", "-at_install")
class TestConflictInsideALane(FiscalCase):
    """A key that is taken fails the row that needs it, and neither lane nor job."""

    def setUp(self):
        super().setUp()
        self.bad = self.enqueue("k1", open_shift=True)
        original = self.env.registry["fiscal.document"]._enqueue_shift_opening
        bad = self.bad.id
        self.taken = True

        def opening(document):
            if self.taken and document.id == bad:
                raise KeyConflict("The key k1:shift:0 was used for another document.", document)
            return original(document)

        self.startPatcher(
            patch.object(self.env.registry["fiscal.document"], "_enqueue_shift_opening", opening)
        )

    def test_the_row_fails_and_the_others_are_printed(self):
        good = self.make_till(code="TEST-2")
        behind = self.enqueue("k2", open_shift=True)
        beside = self.enqueue("k3", till=good, open_shift=True)
        self.env.ref("optics_kkt_driver.cron_serve").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((self.bad.state, self.bad.error_code), ("failed", "opening_conflict"))
        self.assertEqual((behind.state, beside.state), ("printed", "printed"))
        self.assertFalse(self.till.trouble, "the lane is well")
        self.assertEqual(self.bad.event_ids.mapped("to_state").count("failed"), 1)

    def test_whoever_asked_is_told_what_to_do(self):
        ended = self.bad._sign(1.0)
        verdict = self.bad._verdict(ended)
        self.assertEqual(verdict.code, "device_refused")
        self.assertIn("Open the shift by hand", verdict.text)
        self.env["res.lang"]._activate_lang("ru_RU")
        self.assertIn("Откройте смену", self.bad.with_context(lang="ru_RU")._explain())

    def test_it_is_printed_once_the_shift_is_open(self):
        self.bad._sign(1.0)
        self.open_shift()
        self.bad._sign(1.0)
        self.assertEqual(self.bad.state, "printed")

    def test_a_key_that_is_free_again(self):
        self.bad._sign(1.0)
        self.taken = False
        self.bad._sign(1.0)
        self.assertEqual(self.bad.state, "printed")


@tagged("post_install", "-at_install")
class TestTicker(FiscalCase):
    def test_nothing_ends_it_but_being_told_to(self):
        bell = ticker.Ticker(self.env.cr.dbname)
        rung = []

        def ring(_connection):
            rung.append(len(rung))
            if len(rung) == 1:
                raise ValueError("a setting that is no number")
            bell.stop()

        with (
            patch.object(bell, "_ring_on", ring),
            patch.object(ticker, "RECONNECT_PAUSE", 0),
            self.assertLogs("odoo.addons.optics_kkt_driver.ticker", "ERROR"),
        ):
            bell.run()
        self.assertEqual(rung, [0, 1])

    def waits(self, change=None, **settings):
        """Return how long it waits in one turn, each time that it looks at its settings."""
        for name, value in settings.items():
            self.store(f"optics_kkt.{name}", value)
        bell, waited = ticker.Ticker(self.env.cr.dbname), []

        def wait(seconds):
            waited.append(seconds)
            if change and len(waited) == 1:
                self.store(*change)

        with (
            patch.object(bell._stopped, "wait", wait),
            patch.object(ticker.time, "monotonic", lambda: sum(waited)),
        ):
            bell._wait(self.env.cr)
        return waited

    def store(self, name, value):
        self.env["ir.config_parameter"].set_param(name, value)
        self.env.flush_all()

    def test_it_rings_as_often_as_the_most_frequent_job_wants(self):
        self.assertEqual(self.waits(sync_interval=3, heartbeat_interval=30), [3])
        self.assertEqual(self.waits(sync_interval=600, heartbeat_interval=12), [5, 5, 2])

    def test_a_setting_counts_before_the_wait_is_over(self):
        """As it was: an interval of ten minutes that was made five seconds went on to its end."""
        change = ("optics_kkt.sync_interval", 7)
        long = {"sync_interval": 600, "heartbeat_interval": 86400}
        self.assertEqual(self.waits(change, **long), [5, 2])
