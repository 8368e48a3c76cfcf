"""A real Prometheus beside a running shop: what goes wrong there is seen, and seen to end."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest
import requests
import yaml

from tests.acceptance.harness.prometheus import Prometheus, in_seconds, running
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till
from tests.plain.monitoring.conftest import programs as programs
from tests.plain.monitoring.deployed import MONITORING
from tests.plain.monitoring.metrics import METRICS
from tests.plain.monitoring.panels import FOLDER, expressions

QUICK = {
    "sync_interval": 1,
    "heartbeat_interval": 5,
    "circuit_breaker_threshold": 3,
    "circuit_breaker_recovery": 5,
    "site_silent_after": 10,
    "head_office_url": "/",
    "head_office_reporting": "on",
}
BUFFER = 10
SOON = 90
"""Seconds in which an alert begins and ends, on a busy machine too."""


@pytest.fixture(scope="module")
def shop(server: OdooServer) -> Till:
    """A till that has sold, and has told its counters, in a shop that reports to itself."""
    till = Till(server)
    server.configure(**QUICK)
    site = server.rpc("kkt.site", "create", {"name": "Салон на Невском"})
    key = server.rpc("kkt.site", "action_new_key", [site])["context"]["default_key"]
    server.configure(head_office_token=key)
    server.rpc("kkt.device", "write", [till.id], {"buffer_size": BUFFER})
    assert till.sell("first").status_code == 201
    answer = requests.post(
        f"{server.url}/v1/kkt/x_report",
        json={"pos_id": till.code},
        headers={"X-Idempotency-Key": "x"},
        timeout=60,
    )
    assert answer.status_code == 201, answer.text
    till.wait_for_buffer(pending_count=0, timeout=SOON)
    return till


@pytest.fixture(scope="module")
def prometheus(
    shop: Till, programs: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    folder = tmp_path_factory.mktemp("prometheus") / "monitoring"
    shutil.copytree(MONITORING, folder)
    in_seconds(folder / "rules" / "optics.yml")
    target = f"127.0.0.1:{shop.server.port}"
    with running(programs[0], folder / "prometheus.yml", target) as prometheus:
        prometheus.wait_for("count_over_time(optics_scrape_success[1m]) >= 3")
        yield prometheus


def test_the_metrics_are_as_prometheus_wants_them(shop: Till, programs: tuple[str, str]) -> None:
    text = requests.get(f"{shop.server.url}/metrics", timeout=30).text
    checked = subprocess.run(
        [programs[1], "check", "metrics"], input=text, capture_output=True, text=True
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    families = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    listed = set(METRICS) - {"up"}
    histograms = {name for name in families if f"{name}_bucket" in listed}
    assert len(histograms) == 2
    parts = {f"{name}_{part}" for name in histograms for part in ("bucket", "sum", "count")}
    assert (families - histograms) | parts == listed


@pytest.mark.parametrize("uid", sorted(path.stem for path in FOLDER.glob("*.json")))
def test_each_panel_shows_the_running_shop(uid: str, shop: Till, prometheus: Prometheus) -> None:
    # While Prometheus looks on: panels tell no duration of documents delivered before.
    assert shop.sell(f"delivered for {uid}").status_code == 201
    shop.wait_for_buffer(pending_count=0, timeout=SOON)
    shop.ofd("set-failure", permanent_failure=True, status_code=503)
    assert shop.sell(f"shown on {uid}").status_code == 201
    for expression in expressions(uid):
        prometheus.wait_for(expression)
    shop.ofd("set-success")


# Each alert, provoked and mended -------------------------------------------------------------


def past_triggers(server: OdooServer, statement: str, *parameters: object) -> None:
    """Change what PostgreSQL keeps from all programs, as if time had passed."""
    server.sql(
        "ALTER TABLE fiscal_document DISABLE TRIGGER USER;"
        f"{statement};"
        "ALTER TABLE fiscal_document ENABLE TRIGGER USER",
        *parameters,
    )


def wait_for_alerts(prometheus: Prometheus, *names: str, timeout: float = SOON) -> None:
    deadline = time.monotonic() + timeout
    while missing := set(names) - prometheus.firing():
        assert time.monotonic() < deadline, f"silent: {missing}"
        time.sleep(0.5)


def wait_for_quiet(prometheus: Prometheus, timeout: float = SOON) -> None:
    deadline = time.monotonic() + timeout
    while firing := prometheus.firing():
        assert time.monotonic() < deadline, f"still firing: {firing}"
        time.sleep(0.5)


def fill(shop: Till, prometheus: Prometheus) -> None:
    """Sell until no more documents may wait, the refused one counted; one level after another is
    told, and it alone."""
    levels = {8: "BufferFilling", 9: "BufferNearlyFull", 10: "BufferFull"}
    for count in range(2, BUFFER + 1):
        assert shop.sell(f"waits {count}").status_code == 201
        if count in levels:
            wait_for_alerts(prometheus, levels[count])
            others = set(levels.values()) - {levels[count]}
            prometheus.wait_for(f'absent(ALERTS{{alertname=~"{"|".join(others)}"}})')


def grow_old(shop: Till, prometheus: Prometheus) -> None:
    """Let the oldest document wait for days."""
    for days, alert in ((3, "UndeliveredTwoDays"), (26, "UndeliveredTwentyFiveDays")):
        past_triggers(
            shop.server,
            "UPDATE fiscal_document SET date_time = now() AT TIME ZONE 'UTC'"
            " - %s * interval '1 day' WHERE idempotency_key = 'waits 2'",
            days,
        )
        wait_for_alerts(prometheus, alert)


def refuse_one(shop: Till) -> None:
    shop.ofd("set-failure", failure_count=1, status_code=422)
    assert shop.sell("refused").status_code == 201
    shop.wait_for("refused", "dead", timeout=SOON)


def silence(shop: Till) -> None:
    """The till says nothing any more, in the middle of a sale too."""
    shop.set_faults(lost_answer="after_signing", silent=False)
    seller = shop.sell_in_background("lost")
    shop.wait_for("lost", "printing", "unknown")
    shop.set_faults(silent=True)
    seller.join(60)
    shop.wait_for("lost", "unknown", timeout=SOON)
    shop.beat_until("offline", timeout=SOON)


def set_status(shop: Till, **values: str) -> None:
    """Change what the till said last: while it is silent, nobody corrects it."""
    columns = ", ".join(f"{name} = {value}" for name, value in values.items())
    shop.server.sql(
        f"UPDATE kkt_device_status SET {columns} WHERE device_id = %s RETURNING id", shop.id
    )


def told_cash(shop: Till, kopecks: int) -> None:
    """Have the till have counted so much more cash than it did."""
    shop.server.sql(
        "UPDATE kkt_shift SET device_counters = jsonb_set(device_counters, '{cashInDrawer}',"
        " to_jsonb((device_counters ->> 'cashInDrawer')::int + %s)) WHERE told_at IS NOT NULL"
        " RETURNING id",
        kopecks,
    )


@pytest.mark.full
@pytest.mark.timeout(900)
def test_every_alert_comes_and_goes(shop: Till, prometheus: Prometheus) -> None:
    server = shop.server
    rules = yaml.safe_load((MONITORING / "rules" / "optics.yml").read_text(encoding="utf-8"))
    alerts = {
        rule["alert"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule
    }
    seen: set[str] = set()

    def see(*names: str) -> None:
        wait_for_alerts(prometheus, *names)
        seen.update(names)

    shop.wait_for_buffer(pending_count=0, timeout=SOON)
    wait_for_quiet(prometheus)

    # The OFD.
    refuse_one(shop)
    see("DeadLetters")
    shop.ofd("set-failure", permanent_failure=True, status_code=503)
    server.expect_log("OFD")
    fill(shop, prometheus)
    grow_old(shop, prometheus)
    see("BufferFull", "UndeliveredTwentyFiveDays", "BreakerOpen")
    seen.update({"BufferFilling", "BufferNearlyFull", "UndeliveredTwoDays"})
    operators = server.rpc("fiscal.ofd", "search", [])
    server.rpc("fiscal.ofd", "action_stop", operators)
    see("OfdPaused")
    server.rpc("fiscal.ofd", "action_try_now", operators)
    shop.ofd("set-success")
    server.rpc("fiscal.ofd", "action_reset", operators)
    (row,) = server.sql("SELECT id FROM fiscal_document WHERE idempotency_key = 'refused'")
    server.rpc("fiscal.document", "action_resend", [row["id"]])
    wait_for_quiet(prometheus)

    # The till.
    silence(shop)
    see("DocumentUnknown", "TillOffline")
    set_status(
        shop,
        clock_difference="100",
        fn_valid_until="current_date + 20",
        shift_opened_at="now() AT TIME ZONE 'UTC' - interval '23 hours 30 minutes'",
        troubles="""'{"optics_kkt_driver.cron_serve": {"at": "2026-01-01 00:00:00"}}'""",
    )
    told_cash(shop, 12345)
    see("ClockDiffers", "DriveEnds", "ShiftTooLong", "JobFails", "CashDifference")
    set_status(shop, fn_valid_until="current_date + 3")
    see("DriveEndsNow")
    past_triggers(server, "UPDATE fiscal_document SET state = 'manual' WHERE state = 'unknown'")
    see("DocumentUndecided")
    past_triggers(server, "UPDATE fiscal_document SET state = 'unknown' WHERE state = 'manual'")
    told_cash(shop, -12345)
    set_status(shop, troubles="NULL")
    shop.mend()
    shop.wait_for("lost", "printed", "delivered", timeout=SOON)
    shop.beat_until("online", timeout=SOON)
    server.rpc("kkt.device", "action_test_connection", [shop.id])
    wait_for_quiet(prometheus)

    # The shop and its server.
    server.configure(head_office_reporting="off")
    see("ShopSilent")
    server.configure(head_office_reporting="on")
    server.sql("ALTER TABLE kkt_shift RENAME COLUMN told_at TO gone")
    server.expect_log("kkt_shift|told_at|Metrics: a part could not be read")
    see("ScrapeFailed")
    server.sql("ALTER TABLE kkt_shift RENAME COLUMN gone TO told_at")
    wait_for_quiet(prometheus)
    server.stop()
    see("ServerAbsent")
    server.start("--max-cron-threads=0")
    see("TickerAbsent")
    server.restart()
    wait_for_quiet(prometheus)
    assert seen == alerts
