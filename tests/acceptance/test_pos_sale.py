"""A cashier's day in a real browser, on a real server with cron and ticker."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.acceptance.harness.pos import PosPage
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till

SUNGLASSES = "Очки солнцезащитные Ray-Ban"


@pytest.fixture
def till(till: Till) -> Till:
    till.slow_down(print_time=0.3)
    return till


def use_language(server: OdooServer, code: str) -> None:
    # Of the users, not of their partners: else the server may go on with what it remembers.
    server.rpc("res.users", "write", server.rpc("res.users", "search", []), {"lang": code})


@pytest.mark.parametrize("language", [pytest.param("en_US", marks=pytest.mark.full), "ru_RU"])
def test_a_cashiers_day(
    server: OdooServer,
    till: Till,
    page: Page,
    screenshot: Callable[[str], Path],
    language: str,
) -> None:
    use_language(server, language)
    received = till.ofd("health")["receipts_received"]
    pos = PosPage(page, server)
    pos.enter()
    server.wait_for_sql(
        "SELECT 1 FROM fiscal_document d JOIN pos_session s ON s.id = d.pos_session_id"
        " WHERE d.kind = 'shift_open' AND d.state IN ('printed', 'delivered')"
        " AND s.state = 'opened'"
    )

    pos.add(SUNGLASSES)
    screenshot(f"pos-order-{language}")
    pos.pay("Банковская карта")
    pos.validate()
    shown = pos.receipt()
    screenshot(f"pos-receipt-{language}")

    (row,) = server.sql("SELECT * FROM fiscal_document WHERE fd_number = %s", shown.fd)
    assert (row["fn_number"], row["fpd"]) == (shown.fn, shown.fpd)
    signed = row["signed_json"]
    when = signed["dateTime"][:16].replace("-", "").replace(":", "")
    assert shown.qr == (f"t={when}&s=5000.00&fn={shown.fn}&i={shown.fd}&fp={int(shown.fpd)}&n=1")
    for words in (signed["user"], signed["userInn"], signed["kktRegId"], "901,64", "НДС 22%"):
        assert words in shown.text
    (order,) = server.sql("SELECT state FROM pos_order WHERE id = %s", row["pos_order_id"])
    assert order["state"] == "paid"

    server.wait_for_sql(
        "SELECT 1 FROM fiscal_document WHERE id = %s AND state = 'delivered'", row["id"], timeout=5
    )
    assert till.ofd("health")["receipts_received"] == received + 1
    held = [
        receipt
        for receipt in till.ofd("receipts")["receipts"]
        if receipt["fiscalDocumentNumber"] == shown.fd
    ]
    assert [receipt["fiscalDriveNumber"] for receipt in held] == [shown.fn]

    pos.next_order()
    pos.close_session()
    (closing,) = server.sql(
        "SELECT * FROM fiscal_document WHERE kind = 'shift_close' ORDER BY id DESC LIMIT 1"
    )
    assert closing["state"] in ("printed", "delivered")
    assert closing["signed_json"]["receiptQuantity"] == 1
    (session,) = server.sql(
        "SELECT state FROM pos_session WHERE id = %s", closing["pos_session_id"]
    )
    assert session["state"] == "closed"


def test_change_comes_from_cash_alone(server: OdooServer, till: Till, page: Page) -> None:
    use_language(server, "en_US")
    pos = PosPage(page, server)
    pos.enter()
    pos.add(SUNGLASSES)
    pos.pay("Наличные")
    pos.tender("6000")
    expect(page.locator(".payment-status-amount")).to_have_text(re.compile(r"^\s*Change[^-]*1.000"))
    pos.validate()
    shown = pos.receipt()
    (row,) = server.sql("SELECT * FROM fiscal_document WHERE fd_number = %s", shown.fd)
    assert row["signed_json"]["cashTotalSum"] == 500000
    (payments,) = server.sql(
        "SELECT sum(amount) AS kept, count(*) AS count FROM pos_payment WHERE pos_order_id = %s",
        row["pos_order_id"],
    )
    assert (float(payments["kept"]), payments["count"]) == (5000.0, 2)


def test_a_refused_receipt_sells_nothing(server: OdooServer, till: Till, page: Page) -> None:
    use_language(server, "en_US")
    pos = PosPage(page, server)
    pos.enter()
    before = len(till.signed_receipts())
    till.set_faults(no_paper=True)
    pos.add(SUNGLASSES)
    pos.pay("Банковская карта")
    pos.validate()
    refusal = page.locator(".fiscal-refusal")
    expect(refusal.locator(".fiscal-refusal-code")).to_have_text("6B")
    (order,) = server.sql("SELECT id, state FROM pos_order ORDER BY id DESC LIMIT 1")
    assert order["state"] == "draft"
    assert len(till.signed_receipts()) == before

    refusal.locator(".fiscal-give-up").click()
    expect(refusal).to_have_count(0)
    expect(page.locator(".payment-screen, .product-screen").first).to_be_visible()
    server.wait_for_sql(
        "SELECT 1 FROM fiscal_document WHERE pos_order_id = %s AND state = 'cancelled'",
        order["id"],
    )

    till.set_faults()
    if page.locator(".product-screen").count():
        page.locator(".product-screen .pay-order-button:visible").click()
    pos.validate()
    assert pos.receipt().fd
    assert len(till.signed_receipts()) == before + 1
    (order,) = server.sql("SELECT state FROM pos_order WHERE id = %s", order["id"])
    assert order["state"] == "paid"


def test_the_screen_stays_covered_while_a_retry_prints(
    server: OdooServer, till: Till, page: Page, screenshot: Callable[[str], Path]
) -> None:
    """Somebody has closed the shift meanwhile: Retry opens it, then prints."""
    use_language(server, "ru_RU")
    pos = PosPage(page, server)
    pos.enter()
    till.set_faults(no_paper=True)
    pos.add(SUNGLASSES)
    pos.pay("Банковская карта")
    pos.validate()
    expect(page.locator(".fiscal-refusal-code")).to_have_text("6B")
    till.mend()
    closed = requests.post(
        f"{server.url}/v1/kkt/z_report",
        json={"pos_id": till.code},
        headers={"X-Idempotency-Key": "closed by somebody"},
        timeout=60,
    )
    assert closed.status_code == 201
    till.slow_down(print_time=1.5)
    page.locator(".fiscal-retry").click()
    expect(page.locator(".fiscal-overlay[data-phase=opening_shift]")).to_be_visible()
    expect(page.locator(".fiscal-overlay[data-phase=printing]")).to_be_visible()
    screenshot("retry-printing")
    assert pos.receipt().fd


def test_a_reload_in_the_middle_of_printing(server: OdooServer, till: Till, page: Page) -> None:
    use_language(server, "en_US")
    pos = PosPage(page, server)
    pos.enter()
    before = len(till.signed_receipts())
    till.slow_down(sign_delay=1.0)
    pos.add(SUNGLASSES)
    pos.pay("Банковская карта")
    pos.validate()
    server.wait_for_sql(
        "SELECT 1 FROM fiscal_document WHERE kind = 'receipt' AND state = 'printing'"
    )
    page.reload()
    (row,) = server.wait_for_sql(
        "SELECT d.* FROM fiscal_document d JOIN pos_order o ON o.id = d.pos_order_id"
        " WHERE o.id = (SELECT max(id) FROM pos_order) AND d.state IN ('printed', 'delivered')"
        " AND o.state = 'paid'",
        timeout=90,
    )
    assert len(till.signed_receipts()) == before + 1
    assert row["fd_number"] == till.signed_receipts()[-1]["fiscalDocumentNumber"]


def test_the_server_dies_while_the_till_prints(
    server: OdooServer, till: Till, page: Page, console
) -> None:
    console.expect("ERR_|Failed to load|Connection|WebSocket")
    use_language(server, "en_US")
    pos = PosPage(page, server)
    pos.enter()
    before = len(till.signed_receipts())
    till.slow_down(print_time=1.5)
    pos.add(SUNGLASSES)
    pos.pay("Банковская карта")
    pos.validate()
    till.wait_for_signature(before + 1)
    server.kill()
    expect(page.locator(".receipt-screen .fiscal-receipt")).to_have_count(0)
    server.start()
    server.wait_for_sql(
        "SELECT 1 FROM fiscal_document d JOIN pos_order o ON o.id = d.pos_order_id"
        " WHERE o.id = (SELECT max(id) FROM pos_order) AND d.state IN ('printed', 'delivered')"
        " AND o.state = 'paid'",
        timeout=120,
    )
    assert len(till.signed_receipts()) == before + 1
