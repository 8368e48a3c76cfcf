from datetime import UTC, date, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..kkt.flow.gate import Breaker
from ..kkt.virtual.faults import Faults
from ..models.kkt_metrics import Seen
from .common import FiscalCase, make_receipt, open_till
from .test_delivery import DeliveryCase
from .test_documents import ApiCase


def read(text):
    """Return the samples of an exposition: name and labels (without company) → value."""
    samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = tuple(sorted((n, v) for n, v in sample.labels.items() if n != "company"))
            key = (sample.name, *(value for _name, value in labels))
            assert key not in samples, key
            samples[key] = sample.value
    return samples


class MetricsMixin:
    def metrics(self, devices=None):
        devices = (devices or self.till).sudo()
        self.env.flush_all()
        self.env.invalidate_all()
        sites = self.env["kkt.site"].search([("company_id", "in", devices.company_id.ids)])
        registry = self.env["kkt.metrics"]._registry(Seen(devices, devices.ofd_id, sites))
        return read(generate_latest(registry).decode())


@tagged("post_install", "-at_install")
class TestKktMetrics(MetricsMixin, FiscalCase):
    def test_documents_by_state(self):
        self.open_shift()
        self.register("a")
        self.enqueue("b")
        self.enqueue("c")._give_up("changed her mind")
        self.till.buffer_size = 7
        told = self.metrics()

        def count(state):
            return told["optics_fiscal_documents", "TEST-1", state]

        self.assertEqual((count("printed"), count("queued"), count("cancelled")), (2, 1, 1))
        self.assertEqual((count("unknown"), count("dead"), count("delivered")), (0, 0, 0))
        self.assertEqual(told["optics_fiscal_buffer_documents", "TEST-1"], 2)
        self.assertEqual(told["optics_fiscal_buffer_capacity_documents", "TEST-1"], 7)
        move = "optics_fiscal_transitions_total", "TEST-1", "printing", "receipt", "printed"
        self.assertEqual(told[move], 1)

    def test_cash_operations_do_not_wait(self):
        self.open_shift()
        before = self.metrics()["optics_fiscal_documents", "TEST-1", "printed"]
        self.till._cash_in(10000, self.env.user._cashier_of_button(), "cash-1", "backend")
        self.assertEqual(self.metrics()["optics_fiscal_documents", "TEST-1", "printed"], before)

    def test_recoveries_by_outcome(self):
        self.open_shift()
        for number, fault in enumerate(("after_signing", "before_signing")):
            with open_till(self.till) as driver:
                driver.till.set_faults(Faults(times=1, lost_answer=fault))
            self.register(f"lost-{number}")._sign()
        told = self.metrics()
        name = "optics_fiscal_recoveries_total"
        self.assertEqual(
            {outcome: told[name, "TEST-1", outcome] for outcome in ("printed", "queued", "manual")},
            {"printed": 1, "queued": 1, "manual": 0},
        )

    def test_durations_are_cumulated(self):
        self.env["kkt.histogram"]._observe(self.till, "registration", [0.01, 0.3, 40])
        told = self.metrics()
        name = "optics_fiscal_registration_duration_seconds"
        bucket = f"{name}_bucket"
        self.assertEqual(told[bucket, "TEST-1", "0.05"], 1)
        self.assertEqual(told[bucket, "TEST-1", "0.5"], 2)
        self.assertEqual(told[bucket, "TEST-1", "+Inf"], told[f"{name}_count", "TEST-1"])
        self.assertEqual(told[f"{name}_count", "TEST-1"], 3)
        self.assertAlmostEqual(told[f"{name}_sum", "TEST-1"], 40.31)

    def test_the_oldest_undelivered(self):
        self.assertNotIn(
            ("optics_fiscal_oldest_undelivered_timestamp_seconds", "TEST-1"), self.metrics()
        )
        self.open_shift()
        self.register()
        told = self.metrics()["optics_fiscal_oldest_undelivered_timestamp_seconds", "TEST-1"]
        self.assertEqual(told, self.till.waiting_since.replace(tzinfo=UTC).timestamp())

    def test_a_till_that_was_never_seen_has_no_word(self):
        told = self.metrics()
        for name in ("online", "shift_open", "seen_timestamp_seconds", "clock_difference_seconds"):
            self.assertNotIn((f"optics_kkt_{name}", "TEST-1"), told)
        self.assertEqual(told["optics_kkt_troubles", "TEST-1"], 0)

    def test_a_till_as_it_is(self):
        self.set_faults(clock_offset=90)
        self.open_shift()
        self.till._refresh_status()
        status = self.till._status()
        status.fn_valid_until = date(2027, 1, 31)
        with freeze_time(fields.Datetime.now()):
            for _beat in range(2):
                status._beat(answered=True)
            told = self.metrics()
        self.assertEqual(told["optics_kkt_online", "TEST-1"], 1)
        self.assertEqual(told["optics_kkt_shift_open", "TEST-1"], 1)
        self.assertAlmostEqual(told["optics_kkt_clock_difference_seconds", "TEST-1"], 90, delta=31)
        valid = told["optics_kkt_drive_valid_until_timestamp_seconds", "TEST-1"]
        self.assertEqual(valid, 1801342800, "midnight in Moscow")
        self.assertEqual(
            told["optics_kkt_heartbeat_timestamp_seconds", "TEST-1"] % 1, 0, "Odoo keeps seconds"
        )
        with freeze_time(fields.Datetime.now() + timedelta(minutes=6)):
            self.assertNotIn(("optics_kkt_online", "TEST-1"), self.metrics(), "beats are too old")

    def test_cash_that_differs(self):
        self.open_shift()
        self.register("cash", make_receipt(cash=True))
        self.till._x_report(self.env.user._cashier_of_button(), "x-1", "backend")
        name = "optics_kkt_cash_difference_rubles"
        self.assertEqual(self.metrics()[name, "TEST-1"], 0)
        shift = self.env["kkt.shift"].search([("device_id", "=", self.till.id)])
        counters = dict(shift.device_counters)
        shift.device_counters = {**counters, "cashInDrawer": counters["cashInDrawer"] - 12345}
        self.assertEqual(self.metrics()[name, "TEST-1"], -123.45)

    def test_shops_and_the_ticker(self):
        site = self.env["kkt.site"].create({"name": "Салон «Север»"})
        told = self.metrics()
        self.assertNotIn(("optics_site_silent", site.name), told, "it has never reported")
        self.assertEqual(told["optics_ticker_alive",], 0, "a test's server has none")
        self.assertNotIn(("optics_ticker_timestamp_seconds",), told)
        site.received_at = fields.Datetime.now() - timedelta(hours=3)
        told = self.metrics()
        self.assertEqual(told["optics_site_silent", site.name], 1)
        self.assertEqual(told["optics_scrape_success",], 1)

    @mute_logger("odoo.addons.optics_kkt_driver.models.kkt_metrics")
    def test_a_part_that_fails_leaves_the_others(self):
        def fails(metrics, _seen):
            metrics.env.cr.execute("SELECT 1 / 0")

        with (
            mute_logger("odoo.sql_db"),
            patch.object(self.env.registry["kkt.metrics"], "_shifts", fails),
        ):
            told = self.metrics()
        self.assertEqual(told["optics_scrape_success",], 0)
        self.assertNotIn(("optics_kkt_shift_open", "TEST-1"), told)
        self.assertIn(("optics_fiscal_buffer_documents", "TEST-1"), told)
        self.assertIn(("optics_ticker_alive",), told, "parts after it too")


@tagged("post_install", "-at_install")
class TestMetricsOfDelivery(MetricsMixin, DeliveryCase):
    def attempts(self):
        told = self.metrics()
        outcomes = ("accepted", "duplicate", "later", "endpoint", "refused")
        return [told["optics_ofd_attempts_total", "TEST-1", outcome] for outcome in outcomes]

    def test_attempts_by_their_end(self):
        self.assertEqual(self.attempts(), [0, 0, 0, 0, 0])
        self.ofd.set_failure({"failure_count": 1, "status_code": 503})
        self.deliver()
        self.assertEqual(self.attempts(), [1, 0, 1, 0, 0])
        self.shift.next_attempt_at = False
        self.deliver()
        self.assertEqual(self.attempts(), [2, 0, 1, 0, 0])
        self.ofd.set_failure({"failure_count": 1, "status_code": 422})
        self.sell(1)
        self.deliver()
        self.assertEqual(self.attempts(), [2, 0, 1, 0, 1])
        self.assertEqual(self.metrics()["optics_fiscal_dead_letters", "TEST-1", "refused"], 1)
        self.ofd.set_failure({"permanent_failure": True, "status_code": 401})
        self.register("locked out")
        self.deliver()
        self.assertEqual(self.attempts(), [2, 0, 1, 1, 1])
        self.assertEqual(self.metrics()["optics_ofd_paused", self.till.ofd_id.name], 1)

    def test_the_breaker_is_in_one_state(self):
        self.set(circuit_breaker_threshold=1)
        self.ofd.set_failure({"permanent_failure": True, "status_code": 503})
        self.deliver()
        told = self.metrics()
        name = self.till.ofd_id.name
        states = {
            state: told["optics_ofd_breaker_state", name, state.value.replace("-", "_")]
            for state in Breaker
        }
        self.assertEqual(states, {state: state is Breaker.OPEN for state in Breaker})
        self.assertEqual(told["optics_ofd_failures", name], 1)


@tagged("post_install", "-at_install")
class TestMetricsDoor(ApiCase):
    def ask(self, groups="optics_kkt_driver.group_kkt_monitoring", **headers):
        user = new_test_user(
            self.env, f"watcher_{groups}", groups=groups, company_id=self.env.company.id
        )
        key = self.env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "m", None)
        return user, self.url_open(
            "/metrics", headers={"Authorization": f"Bearer {key}", **headers}
        )

    def test_a_monitoring_key_reads_metrics_and_nothing_else(self):
        user, answer = self.ask()
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain; version="))
        self.assertIn(("optics_fiscal_buffer_documents", self.till.code), read(answer.text))
        ours = [name for name in self.env if name.startswith(("kkt.", "fiscal."))]
        self.assertFalse(
            [name for name in ours if self.env[name].with_user(user).has_access("read")]
        )

    def test_who_has_no_key_of_that_kind_is_refused(self):
        for key in ("", "Bearer wrong"):
            answer = self.url_open("/metrics", headers={"Authorization": key})
            self.assertEqual(
                (answer.status_code, answer.json()["error"]["code"]), (401, "unauthorized")
            )
        _user, answer = self.ask("base.group_user")
        self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (403, "forbidden"))
        answer = self.url_open("/metrics", data=b"{}", method="POST")
        self.assertEqual(answer.status_code, 405)

    def test_other_companies_have_no_part_in_it(self):
        company = self.env["res.company"].create({"name": "Другая"})
        other = self.make_till_of(company, "OTHER-1")
        _user, answer = self.ask()
        self.assertNotIn(other.code, answer.text)
        self.assertNotIn("Другая", answer.text)

    def make_till_of(self, company, code):
        ofd = self.env["fiscal.ofd"].create(
            {"name": "ОФД другой", "url": "http://ofd.invalid/ofd/v1", "company_id": company.id}
        )
        return self.env["kkt.device"].create(
            {
                "name": "Касса",
                "code": code,
                "driver": "virtual",
                "company_id": company.id,
                "retail_address": "191025, Санкт-Петербург, Невский пр., 100",
                "retail_place": "Салон оптики",
                "delivery": "http",
                "ofd_id": ofd.id,
            }
        )

    def test_openmetrics_where_it_is_asked_for(self):
        accept = "application/openmetrics-text; version=1.0.0"
        _user, answer = self.ask(Accept=accept)
        self.assertIn("openmetrics-text", answer.headers["Content-Type"])
        self.assertTrue(answer.text.endswith("# EOF\n"))
