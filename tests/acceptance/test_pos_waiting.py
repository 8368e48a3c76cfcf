"""A till that is silent when the cashier validates, and answers again by itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.harness.pos import REGISTERED, PosPage
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till

SUNGLASSES = "Очки солнцезащитные Ray-Ban"


@pytest.mark.full
def test_the_refusal_turns_into_the_receipt(server: OdooServer, till: Till, page: Page) -> None:
    """As it was: "the sale has not happened" stayed although the till had signed meanwhile."""
    pos = PosPage(page, server)
    pos.come_to_pay(SUNGLASSES, "Банковская карта")
    till.set_faults(silent=True)
    pos.validate()
    refusal = page.locator(".fiscal-refusal")
    calling = page.locator("[data-phase='calling']")
    expect(refusal.or_(calling).first).to_be_visible(timeout=REGISTERED)
    expect(page.locator("[data-phase='waiting']")).to_have_count(0)
    expect(refusal.locator(".fiscal-waits")).to_be_visible(timeout=REGISTERED)
    till.mend()
    shown = pos.receipt()
    expect(refusal).to_have_count(0)
    (row,) = server.sql("SELECT pos_order_id FROM fiscal_document WHERE fd_number = %s", shown.fd)
    server.wait_for_sql(
        "SELECT 1 FROM pos_order WHERE id = %s AND state = 'paid'", row["pos_order_id"]
    )


def test_a_refused_order_is_shown_before_it_is_tried(
    server: OdooServer, till: Till, page: Page
) -> None:
    """As it was: opening it in the list registered it unasked."""
    pos = PosPage(page, server)
    pos.come_to_pay(SUNGLASSES, "Банковская карта")
    till.set_faults(no_paper=True)
    pos.validate()
    refusal = page.locator(".fiscal-refusal")
    expect(refusal.locator(".fiscal-refusal-code")).to_have_text("6B", timeout=REGISTERED)
    (refused,) = server.sql("SELECT id, reference FROM fiscal_document WHERE state = 'failed'")
    refusal.locator(".fiscal-later").click()
    till.mend()
    pos.open_order(refused["reference"])
    expect(refusal).to_be_visible(timeout=REGISTERED)
    history = "SELECT to_state FROM fiscal_document_event WHERE document_id = %s"
    states = [event["to_state"] for event in server.sql(history, refused["id"])]
    assert states.count("failed") == 1, "it was tried again unasked"
    refusal.locator(".fiscal-retry").click()
    pos.receipt()


@pytest.mark.full
def test_it_is_told_when_a_receipt_left_for_later_is_printed(
    server: OdooServer, till: Till, page: Page
) -> None:
    """As it was: signed within seconds, and no screen said so; the list said 06:46 at 18:46."""
    pos = PosPage(page, server)
    pos.come_to_pay(SUNGLASSES, "Банковская карта")
    till.set_faults(silent=True)
    pos.validate()
    page.locator(".fiscal-refusal .fiscal-later").click(timeout=REGISTERED)
    evening = "posmodel.getTime(luxon.DateTime.fromISO('2026-11-30T18:46:05'))"
    assert page.evaluate(evening) == "18:46"
    till.mend()
    told = page.locator(".fiscal-told-success")
    expect(told).to_be_visible(timeout=REGISTERED)
    told.locator(".o_notification_buttons button").click()
    pos.receipt()


def test_a_reload_after_the_sale_shows_its_receipt(
    server: OdooServer, till: Till, page: Page
) -> None:
    """As it was: a new empty order, and not a word of the sale that was signed and paid.

    What is printed of it there is a copy and says so: the receipt is the till's.
    """
    pos = PosPage(page, server)
    pos.come_to_pay(SUNGLASSES, "Банковская карта")
    in_the_middle = page.url
    pos.validate()
    sold = pos.receipt()
    server.wait_for_sql("SELECT 1 FROM pos_order WHERE state = 'paid'")
    page.goto(in_the_middle)
    assert pos.receipt().fd == sold.fd

    page.evaluate(
        """() => {
            window.print = () => {
                const marks = [...document.querySelectorAll(".fiscal-copy")];
                window.printed = marks.map((mark) => getComputedStyle(mark).display);
            };
        }"""
    )
    expect(page.locator(".receipt-screen .fiscal-copy")).to_be_hidden()
    page.locator(".receipt-options button.print").click()
    page.wait_for_function("window.printed && window.printed.includes('block')")


@pytest.mark.full
def test_a_full_buffer_is_told_before_the_buyer_pays(
    server: OdooServer, till: Till, page: Page
) -> None:
    pos = PosPage(page, server)
    pos.enter()
    till.ofd("set-failure")
    server.rpc("kkt.device", "write", [till.id], {"buffer_size": 1})
    assert till.sell("waits").status_code in (201, 503)
    pos.open()
    pos.add(SUNGLASSES)
    pay = page.locator(".product-screen .pay-order-button:visible")
    pay.click()
    told = page.locator(".modal .modal-body")
    expect(told).to_be_visible(timeout=REGISTERED)
    expect(page.locator(".payment-screen")).to_have_count(0)
    page.locator(".modal-footer .btn-primary").click()
    till.ofd("set-success")
    server.rpc("kkt.device", "write", [till.id], {"buffer_size": 0})
    pay.click()
    expect(page.locator(".payment-screen")).to_be_visible(timeout=REGISTERED)
