"""A till that is silent when the cashier validates, and answers again by itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.harness.pos import REGISTERED, PosPage
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till

SUNGLASSES = "Очки солнцезащитные Ray-Ban"


@pytest.fixture
def till(server: OdooServer) -> Till:
    till = Till(server)
    till.slow_down()
    till.mend()
    return till


def test_the_refusal_turns_into_the_receipt(server: OdooServer, till: Till, page: Page) -> None:
    """As it was: "the sale has not happened" stayed although the till had signed meanwhile."""
    pos = PosPage(page, server)
    pos.enter()
    pos.add(SUNGLASSES)
    pos.pay("Банковская карта")
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
