"""A cashier sells on a till that hangs on a wire, and the till is killed in the middle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.harness.pos import PosPage
from tests.acceptance.harness.real_till import RealTill
from tests.acceptance.harness.server import OdooServer
from tests.wire.proxy import Fault, Strike, named

SUNGLASSES = "Очки солнцезащитные Ray-Ban"
EXECUTION_LIMIT = 3
"""Seconds."""
DECIDED_WITHIN = 90
"""Seconds after the till came back, its recovery and a loaded machine included."""


@pytest.fixture(scope="module", params=("shtrih", "atol"))
def till(
    request: pytest.FixtureRequest, server: OdooServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealTill]:
    """POS-001, its shift closed, on a till with a new drive."""
    driver = request.param
    folder = tmp_path_factory.mktemp(driver) / "till"
    with ExitStack() as stack:
        yield RealTill(server, driver, folder, stack, execution_limit=EXECUTION_LIMIT)


def last_order_is_paid(server: OdooServer, timeout: float) -> dict[str, object]:
    """Wait until the receipt of the last order is signed; return its row."""
    (row,) = server.wait_for_sql(
        "SELECT d.* FROM fiscal_document d JOIN pos_order o ON o.id = d.pos_order_id"
        " WHERE o.id = (SELECT max(id) FROM pos_order) AND d.kind = 'receipt'"
        " AND d.state IN ('printed', 'delivered') AND o.state = 'paid'",
        timeout=timeout,
    )
    return row


def test_a_sale_on_a_real_till(
    server: OdooServer, till: RealTill, page: Page, screenshot: Callable[[str], Path]
) -> None:
    before = len(till.signed_receipts())
    pos = PosPage(page, server)
    pos.enter()
    shown = pos.sell(SUNGLASSES, "Банковская карта")
    screenshot(f"real-till-{till.driver}-receipt")
    signed = till.signed_receipts()
    assert len(signed) == before + 1
    (row,) = server.sql(
        "SELECT * FROM fiscal_document WHERE fn_number = %s AND fd_number = %s", shown.fn, shown.fd
    )
    assert row["signed_json"] == signed[-1]
    assert signed[-1]["fiscalDriveNumber"] == shown.fn
    assert f"{signed[-1]['fiscalSign']:010d}" == shown.fpd
    assert signed[-1]["ecashTotalSum"] == signed[-1]["totalSum"] == 500_000


MIDDLES = {
    "shtrih": {"before it signs": "> command FF45", "after it signed": "< answer FF45"},
    "atol": {"before it signs": "> POST /api/v2/requests", "after it signed": "< 201"},
}


@pytest.mark.parametrize("moment", ["before it signs", "after it signed"])
def test_the_till_dies_in_the_middle_of_a_sale(
    server: OdooServer,
    till: RealTill,
    page: Page,
    screenshot: Callable[[str], Path],
    moment: str,
) -> None:
    pos = PosPage(page, server)
    pos.enter()
    before = len(till.signed_receipts())
    pos.add(SUNGLASSES)
    pos.pay("Банковская карта")
    strike = Strike(named(MIDDLES[till.driver][moment]), Fault.KILL_TILL, kill=till.emulator.kill)
    till.proxy.arm(strike)
    pos.validate()
    overlay = page.locator(".fiscal-overlay")
    expect(overlay.and_(page.locator("[data-phase=asking]"))).to_be_visible(timeout=60_000)
    screenshot(f"real-till-{till.driver}-died-{moment.replace(' ', '-')}")
    assert till.proxy.struck is not None
    assert page.locator(".receipt-screen").count() == 0

    till.emulator.start()
    row = last_order_is_paid(server, DECIDED_WITHIN)
    shown = pos.receipt()
    signed = till.signed_receipts()
    assert len(signed) == before + 1
    assert (row["fn_number"], row["fd_number"], row["fpd"]) == (shown.fn, shown.fd, shown.fpd)
    assert signed[-1]["fiscalDocumentNumber"] == shown.fd
