from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..kkt.virtual.faults import Faults
from ..models.kkt_histogram import BUCKETS, INFINITE
from .common import FiscalCase, open_till


@tagged("post_install", "-at_install")
class TestKktHistogram(FiscalCase):
    def distribution(self, metric):
        told = self.env["kkt.histogram"]._distributions(self.till, metric)[self.till]
        return {**told, "count": told["buckets"][INFINITE]}

    def test_every_signature_is_measured_once(self):
        self.till.sign_delay = 0.06
        self.open_shift()
        self.register("a")
        self.register("a")
        told = self.distribution("registration")
        self.assertEqual(told["count"], 2, "the opening and one receipt")
        self.assertGreaterEqual(told["sum"], 0.12)
        self.assertEqual(told["buckets"]["0.05"], 0)
        self.assertEqual(told["buckets"][INFINITE], 2)

    def test_a_lost_answer_counts_in_full(self):
        self.open_shift()
        with open_till(self.till) as driver:
            driver.till.set_faults(Faults(times=1, lost_answer="after_signing"))
        self.register()
        told = self.distribution("registration")
        self.assertEqual(told["count"], 2)
        self.assertEqual(told["buckets"]["1"], 1, "recovery waits for the deadline, 2 seconds")

    def test_delivery_is_measured_by_our_clock(self):
        with open_till(self.till) as driver:
            driver.till.set_faults(Faults(clock_offset=240))
        self.open_shift()
        row = self.register()
        with freeze_time(fields.Datetime.now() + timedelta(seconds=40)):
            row._delivered("acknowledged")
            row._delivered("acknowledged")
        told = self.distribution("delivery")
        self.assertEqual(told["count"], 1)
        self.assertLessEqual(abs(told["sum"] - 40), 1)
        self.assertEqual((told["buckets"]["15"], told["buckets"]["60"]), (0, 1))

    def test_buckets_are_cumulated_and_tills_are_apart(self):
        histogram = self.env["kkt.histogram"]
        histogram._observe(self.till, "registration", [0.01, 0.05, 0.051])
        histogram._observe(self.till, "registration", [30, 31])
        other = self.make_till(code="TEST-2")
        histogram._observe(other, "registration", [1])
        told = self.distribution("registration")
        counts = list(told["buckets"].values())
        self.assertEqual(counts, [2, 3, 3, 3, 3, 3, 3, 3, 4, 5])
        self.assertEqual(len(counts), len(BUCKETS["registration"]) + 1)
        self.assertAlmostEqual(told["sum"], 61.111)
        both = histogram._distributions(self.till | other, "registration")
        self.assertEqual([each["buckets"][INFINITE] for each in both.values()], [5, 1])


@tagged("post_install", "-at_install")
class TestKktCounter(FiscalCase):
    def test_recoveries_are_told_by_their_outcome(self):
        self.open_shift()
        for number, fault in enumerate(("after_signing", "before_signing")):
            with open_till(self.till) as driver:
                driver.till.set_faults(Faults(times=1, lost_answer=fault))
            self.register(f"lost-{number}")._sign()
        total = self.env["kkt.counter"]._total
        self.assertEqual(total(self.till, ["receipt"], "printed"), 2)
        self.assertEqual(total(self.till, ["receipt"], "printed", origin="unknown"), 1)
        self.assertEqual(total(self.till, ["receipt"], "queued", origin="unknown"), 1)
        self.assertEqual(total(self.till, ["receipt"], "unknown"), 2)
        self.assertEqual(total(self.till, ["receipt", "shift_open"], "printed"), 3)
