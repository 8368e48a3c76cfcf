"""What the owner sees in the morning: a till that falls silent, an OFD that refuses or is away."""

from __future__ import annotations

import re

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.harness.browser import log_in
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till

SEEN = 40_000
"""Milliseconds: three beats, and the page's own look."""


@pytest.fixture(scope="module")
def lively(server: OdooServer) -> OdooServer:
    """Beats come as fast as the settings allow."""
    server.configure(sync_interval=1, heartbeat_interval=5)
    return server


@pytest.fixture
def overview(lively: OdooServer, till: Till, page: Page) -> Locator:
    log_in(page, till.server.url)
    page.goto(f"{till.server.url}/odoo/fiscal-health")
    tile = page.locator("[data-till='POS-001']")
    expect(tile).to_be_visible()
    return tile


def silent_tills(server: OdooServer) -> list[str]:
    health = requests.get(f"{server.url}/v1/health", timeout=30).json()
    silent: list[str] = health["components"]["tills"]["silent"]
    return silent


def test_a_till_falls_silent_and_comes_back(till: Till, overview: Locator, page: Page) -> None:
    before = int(re.findall(r"\d+", overview.get_by_text("Чеков сегодня").inner_text())[-1])
    till.sell_until_signed("seen-at-once")
    expect(overview).to_contain_text(f"Чеков сегодня: {before + 1}", timeout=SEEN)
    expect(page.locator(".alert-success")).to_be_visible(timeout=SEEN)
    till.beat_until("online")
    assert silent_tills(till.server) == []

    till.set_faults(silent=True)
    till.beat_until("offline")
    assert silent_tills(till.server) == ["POS-001"]
    advice = page.locator(".o_fiscal_advice button", has_text="POS-001")
    expect(advice).to_be_visible(timeout=SEEN)
    expect(overview.locator(".text-bg-danger")).to_be_visible()

    till.mend()
    expect(advice).to_have_count(0, timeout=SEEN)
    till.beat_until("online")
    assert silent_tills(till.server) == []


def test_what_the_ofd_refuses_leads_to_the_list(till: Till, overview: Locator, page: Page) -> None:
    till.ofd("set-failure", failure_count=1, status_code=422)
    till.sell_until_signed("refused")
    till.wait_for("refused", "dead")
    page.locator(".o_fiscal_advice button", has_text="ОФД не принял: 1").click(timeout=SEEN)
    expect(page.locator(".o_last_breadcrumb_item")).to_have_text("Не приняты")
    page.locator("thead .o_list_record_selector input").check()
    page.locator(".o_control_panel button[name=action_resend]").click()
    till.wait_for("refused", "delivered")
    page.goto(f"{till.server.url}/odoo/fiscal-health")
    expect(page.locator(".alert-success")).to_be_visible(timeout=SEEN)


def test_an_ofd_that_is_away(till: Till, overview: Locator, page: Page) -> None:
    till.server.configure(circuit_breaker_threshold=1, circuit_breaker_recovery=600)
    till.ofd("set-failure", permanent_failure=True)
    till.sell_until_signed("waits")
    till.wait_for_buffer(circuit_breaker="OPEN")
    advice = page.locator(".o_fiscal_advice button", has_text="Эмулятор ОФД")
    expect(advice).to_contain_text("Ждут документов: 1", timeout=SEEN)
    till.ofd("set-success")
    advice.click()
    page.locator("button[name=action_try_now]").click()
    till.wait_for("waits", "delivered")
    page.goto(f"{till.server.url}/odoo/fiscal-health")
    expect(page.locator(".alert-success")).to_be_visible(timeout=SEEN)
