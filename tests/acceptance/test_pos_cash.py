"""Cash and the end of a shift, as a cashier meets them without an administrator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.harness.pos import REGISTERED, PosPage
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till

SUNGLASSES = "Очки солнцезащитные Ray-Ban"


def test_a_return_out_of_the_cash_counted(
    server: OdooServer, till: Till, page: Page, screenshot: Callable[[str], Path]
) -> None:
    """As it was: refused with 46, and nobody at the counter could put cash in."""
    pos = PosPage(page, server)
    pos.enter(counted="4000")
    server.wait_for_sql(
        "SELECT 1 FROM fiscal_document WHERE kind = 'cash_in' AND fpd IS NULL"
        " AND state NOT IN ('queued', 'printing')"
    )
    assert till.drawer() == 4000_00

    pos.move_cash("out", "1000", "В банк")
    assert till.drawer() == 3000_00
    pos.add(SUNGLASSES)
    pos.pay("Банковская карта")
    pos.validate()
    sold = pos.receipt()
    pos.next_order()
    (row,) = server.sql("SELECT reference FROM fiscal_document WHERE fd_number = %s", sold.fd)
    pos.take_back(row["reference"])
    pos.choose_method("Наличные")
    pos.validate()
    refusal = page.locator(".fiscal-refusal")
    expect(refusal.locator(".fiscal-refusal-code")).to_have_text("46", timeout=REGISTERED)
    screenshot("cash-refused")
    refusal.locator(".fiscal-way-out").click()
    expect(page.locator(".modal .cash-reason")).to_be_visible()
    screenshot("cash-in")
    pos.fill_cash_move("2500", "Размен")
    pos.receipt()
    assert till.drawer() == 500_00
    moves = server.sql(
        "SELECT amount FROM account_bank_statement_line"
        " WHERE fiscal_document_id IS NOT NULL ORDER BY id"
    )
    assert [move["amount"] for move in moves] == [-1000, 2500]


def test_a_shift_that_is_over_keeps_the_basket(
    server: OdooServer, till: Till, page: Page, screenshot: Callable[[str], Path]
) -> None:
    """As it was: the basket had to be dropped and the register closed."""
    pos = PosPage(page, server)
    pos.come_to_pay(SUNGLASSES, "Банковская карта")
    shift = till.age_shift(hours=25)
    pos.validate()
    refusal = page.locator(".fiscal-refusal")
    expect(refusal.locator(".fiscal-refusal-code")).to_have_text("4E", timeout=REGISTERED)
    screenshot("shift-over")
    refusal.locator(".fiscal-way-out").click()
    signed = pos.receipt()
    (row,) = server.sql("SELECT shift_number FROM fiscal_document WHERE fd_number = %s", signed.fd)
    assert row["shift_number"] == shift + 1
    (session,) = server.sql("SELECT state FROM pos_session")
    assert session["state"] == "opened"


@pytest.mark.full
def test_an_old_shift_is_told_in_time(
    server: OdooServer, till: Till, page: Page, screenshot: Callable[[str], Path]
) -> None:
    pos = PosPage(page, server)
    pos.enter()
    server.wait_for_sql("SELECT 1 FROM kkt_shift WHERE state = 'open'", timeout=60)
    shift = till.age_shift(hours=23.5)
    warning = page.locator(".fiscal-shift-warning")
    expect(warning).to_be_visible(timeout=REGISTERED)
    screenshot("shift-warning")
    warning.locator(".o_notification_buttons button").click()
    expect(warning).to_have_count(0)
    server.wait_for_sql("SELECT 1 FROM kkt_shift WHERE number = %s AND state = 'open'", shift + 1)
