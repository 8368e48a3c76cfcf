"""A shop's server reports to head office: two servers, two databases, a real call between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.acceptance.harness.browser import ConsoleWatch, log_in
from tests.acceptance.harness.database import TestDatabase
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till

SILENT_AFTER = 10
"""Seconds; the reports come every 5."""
SOON = 60


@pytest.fixture
def office(make_server: Callable[..., OdooServer]) -> OdooServer:
    return make_server(SITE_SILENT_AFTER=str(SILENT_AFTER))


@pytest.fixture
def shop(make_server: Callable[..., OdooServer]) -> Iterator[OdooServer]:
    shop = make_server(SYNC_INTERVAL="1", HEARTBEAT_INTERVAL="5")
    yield shop
    # Before its head office, which it would miss in its log.
    shop.stop()


def settings_of_a_report(office: OdooServer, key: str) -> dict[str, str]:
    return {
        "head_office_url": office.url,
        "head_office_token": key,
        "head_office_database": office.db,
        "head_office_reporting": "on",
    }


def report_to(shop: OdooServer, office: OdooServer, key: str) -> None:
    shop.configure(**settings_of_a_report(office, key))


def watch(office: OdooServer, site: int, state: str, calls: int) -> None:
    """Run head office's job until the shop is seen in this state, with so many people called."""
    (job,) = office.sql("SELECT res_id FROM ir_model_data WHERE name = 'cron_watch_sites'")
    deadline = time.monotonic() + SOON
    while True:
        office.rpc("ir.cron", "method_direct_trigger", [job["res_id"]])
        (seen,) = office.rpc("kkt.site", "read", [site], ["state", "activity_ids", "age"])
        if (seen["state"], len(seen["activity_ids"])) == (state, calls):
            return
        assert time.monotonic() < deadline, seen
        time.sleep(1)


@pytest.mark.full
def test_a_shop_falls_silent_and_comes_back(office: OdooServer, shop: OdooServer) -> None:
    site = office.rpc("kkt.site", "create", {"name": "Васильевский остров"})
    key = office.rpc("kkt.site", "action_new_key", [site])["context"]["default_key"]
    report_to(shop, office, key)
    watch(office, site, "healthy", 0)
    (told,) = office.rpc("kkt.site", "read", [site], ["version", "tills", "number"])
    assert [till["code"] for till in told["tills"]] == ["POS-001"]
    health = requests.get(f"{office.url}/api/v1/health", timeout=30).json()
    assert health["status"] == "healthy"
    assert health["heartbeats_received"] > 0

    shop.configure(head_office_reporting="off")
    watch(office, site, "silent", 1)

    shop.configure(head_office_reporting="on")
    watch(office, site, "healthy", 0)
    (later,) = office.rpc("kkt.site", "read", [site], ["number", "heartbeats_received"])
    assert int(later["number"]) > int(told["number"])


def test_of_reports_at_once_with_one_number_one_is_taken(office: OdooServer) -> None:
    office.expect_log("could not serialize access")
    site = office.rpc("kkt.site", "create", {"name": "Петроградская сторона"})
    key = office.rpc("kkt.site", "action_new_key", [site])["context"]["default_key"]
    report = {
        "number": 7,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": "19.0.11.1.0",
        **{"status": "healthy", "circuit_breaker": "CLOSED", "network_status": "ONLINE"},
        **{"percent_full": 0, "pending": 0, "dead": 0, "oldest_pending_at": None, "tills": []},
    }

    def post(_number: int) -> int:
        return requests.post(
            f"{office.url}/api/v1/kkt/heartbeat",
            json=report,
            headers={"Authorization": f"Bearer {key}"},
            timeout=60,
        ).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(post, range(8)))
    assert statuses == [200, *[409] * 7]
    (row,) = office.sql("SELECT heartbeats_received FROM kkt_site WHERE id = %s", site)
    assert row["heartbeats_received"] == 1


@pytest.mark.full
def test_of_two_databases_on_one_server_one_reports_to_the_other(office: OdooServer) -> None:
    site = office.rpc("kkt.site", "create", {"name": "Выборгская сторона"})
    key = office.rpc("kkt.site", "action_new_key", [site])["context"]["default_key"]
    shop = TestDatabase()
    settings = settings_of_a_report(office, key) | {"heartbeat_interval": "5"}
    for name, value in settings.items():
        shop.query(
            "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (f"optics_kkt.{name}", value),
        )
    office.stop()
    office.start("-d", f"{office.db},{shop.name}", f"--db-filter=^({office.db}|{shop.name})$")
    try:
        for told in (1, 3):
            office.wait_for_sql(
                "SELECT 1 FROM kkt_site WHERE id = %s AND heartbeats_received >= %s",
                site,
                told,
                timeout=SOON,
            )
        assert shop.query("SELECT sum(heartbeats_received) AS n FROM kkt_site")[0]["n"] in (None, 0)
    finally:
        office.stop()
        shop.drop()


@pytest.mark.full
def test_what_troubles_a_shop_is_seen_there_and_at_head_office(
    office: OdooServer, shop: OdooServer, new_page: Callable[[], Page], console: ConsoleWatch
) -> None:
    # The shop goes away under its own page.
    console.expect("ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket")
    till = Till(shop)
    till.slow_down()
    till.mend()
    till.ofd("set-success")
    shop.configure(circuit_breaker_threshold=1, circuit_breaker_recovery=600)
    site = office.rpc("kkt.site", "create", {"name": "Коломна"})
    key = office.rpc("kkt.site", "action_new_key", [site])["context"]["default_key"]
    report_to(shop, office, key)
    owner, centre = new_page(), new_page()
    log_in(owner, shop.url)
    owner.goto(f"{shop.url}/odoo/fiscal-health")
    log_in(centre, office.url)
    advice, well = owner.locator(".o_fiscal_advice button"), owner.locator(".alert-success")

    def seen(*words: str) -> None:
        """The shop's tile at head office says so, soon."""
        centre.goto(f"{office.url}/odoo/action-optics_kkt_driver.kkt_site_action")
        tile = centre.locator(".o_kanban_record", has_text="Коломна")
        deadline = time.monotonic() + SOON
        while not all(word in tile.inner_text() for word in words):
            assert time.monotonic() < deadline, tile.inner_text()
            centre.reload()

    def all_is_well() -> None:
        expect(well).to_be_visible()
        seen("В порядке", "Отправляет")
        assert requests.get(f"{shop.url}/v1/health", timeout=30).json()["status"] == "healthy"

    till.sell_until_signed("first")
    all_is_well()

    till.set_faults(silent=True)
    till.beat_until("offline")
    expect(advice.filter(has_text="POS-001")).to_be_visible()
    seen("Не может продавать")
    till.mend()
    till.beat_until("online")
    all_is_well()

    till.ofd("set-failure", permanent_failure=True)
    till.sell_until_signed("waits")
    till.wait_for_buffer(circuit_breaker="OPEN")
    expect(advice.filter(has_text="Эмулятор ОФД")).to_contain_text("Ждут документов: 1")
    seen("Ждёт после неудач", "Не передано: 1", "Старейший непереданный")
    till.ofd("set-success")
    shop.rpc("fiscal.ofd", "action_try_now", shop.rpc("fiscal.ofd", "search", []))
    till.wait_for("waits", "delivered")
    all_is_well()

    shop.kill()
    watch(office, site, "silent", 1)
    seen("Молчит", "Как было тогда")
    expect(owner.get_by_text("Сервер не отвечает")).to_be_visible()
    shop.start()
    watch(office, site, "healthy", 0)
    owner.reload()
    all_is_well()


@pytest.mark.full
def test_a_head_office_that_knows_no_key_is_told_on_the_screen(
    office: OdooServer, shop: OdooServer
) -> None:
    shop.expect_log("Report to head office: unauthorized")
    report_to(shop, office, "0" * 40)
    shop.wait_for_sql("SELECT 1 FROM kkt_head_office WHERE trouble = 'unauthorized'", timeout=SOON)
    screen = shop.rpc("res.config.settings", "create", {})
    (seen,) = shop.rpc("res.config.settings", "read", [screen], ["head_office_trouble"])
    assert seen["head_office_trouble"]
    assert len(shop.log.read_text().split("Report to head office")) == 2, "logged once"
