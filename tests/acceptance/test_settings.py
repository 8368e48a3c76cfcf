"""What is changed on the settings screen is in force at once, in each process of a server."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.harness.browser import log_in
from tests.acceptance.harness.server import OdooServer, free_port
from tests.acceptance.harness.till import Till

MODES = {"threaded": (), "prefork": ("--workers=3",)}
CALLS = 12
"""Enough for each worker to get some."""


def capacities(till: Till) -> set[int]:
    with ThreadPoolExecutor(4) as pool:
        return set(pool.map(lambda _call: till.buffer()["capacity"], range(CALLS)))


def save(page: Page, field: Locator, value: str) -> None:
    """Odoo loads the page again after it. Opening another one earlier would stop that."""
    field.fill(value)
    with page.expect_event("load"):
        page.locator(".o_form_button_save").click()


@pytest.mark.parametrize("mode", ["threaded", pytest.param("prefork", marks=pytest.mark.full)])
def test_a_setting_counts_at_once(
    make_server: Callable[..., OdooServer], page: Page, mode: str
) -> None:
    server = make_server()
    till = Till(server)
    if MODES[mode]:
        server.stop()
        server.start(*MODES[mode], f"--gevent-port={free_port()}")
        # The browser asks workers for its websocket, which is at a port of its own.
        server.expect_log("Couldn't bind the websocket")
    assert capacities(till) == {100}

    log_in(page, server.url)
    page.goto(f"{server.url}/odoo/settings#optics_kkt_driver")
    field = page.locator("#fiscal_buffer_max_size input")
    expect(field).to_have_value("100")
    save(page, field, "7")
    assert capacities(till) == {7}

    source = page.locator("#fiscal_buffer_max_size [name=buffer_max_size_source]")
    expect(source).to_contain_text("Задано здесь")
    save(page, field, "100")
    assert capacities(till) == {100}
    assert not server.sql(
        "SELECT 1 FROM ir_config_parameter WHERE key = 'optics_kkt.buffer_max_size'"
    ), "the environment's counts again"
