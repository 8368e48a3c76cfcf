"""Two screens take back the same goods at the same instant: one receipt, and one refusal.

Real requests in real transactions: in Odoo's own tests all of them would share one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tests.acceptance.harness.held import held
from tests.acceptance.harness.server import OdooServer, RpcError
from tests.acceptance.harness.shop import SUNGLASSES, Shop
from tests.acceptance.harness.till import Till

ROUNDS = 5


class ReturningShop(Shop):
    """Takes back what it has sold, at two screens."""

    def take_back_at_once(self, line: int, pieces: int) -> list[str]:
        """Both screens validate their return; what each was told, nothing where it was taken.

        They have saved it before: the number of a new order would let only one of them in.
        """
        together = threading.Barrier(2)

        def take_back(order: dict[str, Any]) -> str:
            together.wait(timeout=10)
            try:
                self.sync({**order, "lines": []})
            except RpcError as refusal:
                return str(refusal)
            return ""

        orders = [self.values(-pieces, returned=line) for _screen in range(2)]
        for order in orders:
            self.sync({**order, "state": "draft", "payment_ids": []})
        with ThreadPoolExecutor(2) as screens:
            return sorted(screens.map(take_back, orders))

    def queued_returns(self, line: int) -> int:
        return len(
            self.server.sql(
                "SELECT d.id FROM fiscal_document d JOIN pos_order_line l"
                " ON l.order_id = d.pos_order_id WHERE l.refunded_orderline_id = %s"
                " AND d.operation_type = '2' AND d.state <> 'cancelled'",
                line,
            )
        )


@pytest.fixture
def shop(server: OdooServer) -> ReturningShop:
    # Of two requests PostgreSQL refuses one, which Odoo says loudly and runs again.
    server.expect_log("could not serialize access|duplicate key value|fiscal_purchase")
    server.expect_log("more is taken back than was sold")
    Till(server).slow_down()
    return ReturningShop(server)


@contextmanager
def purchases_held(server: OdooServer) -> Iterator[None]:
    """Hold the rows of all purchases until two requests stand before them."""

    def release_when_two_wait() -> bool:
        came = rows.wait_for(2)
        rows.release()
        return came

    with held(server, "fiscal_purchase", "turn") as rows, ThreadPoolExecutor(1) as watcher:
        both = watcher.submit(release_when_two_wait)
        yield
        assert both.result(), "the two requests did not stand before the purchase at once"


def test_both_have_begun_before_either_is_done(server: OdooServer, shop: ReturningShop) -> None:
    line = shop.sell(3)
    shop.sync(shop.values(-1, returned=line))
    with purchases_held(server):
        first, second = shop.take_back_at_once(line, pieces=2)
    assert first == ""
    assert SUNGLASSES in second
    assert shop.queued_returns(line) == 2


def test_the_first_returns_of_a_sale(server: OdooServer, shop: ReturningShop) -> None:
    """The purchase that they share is not there yet: both make it."""
    for _round in range(ROUNDS):
        line = shop.sell(1)
        first, second = shop.take_back_at_once(line, pieces=1)
        assert first == ""
        assert SUNGLASSES in second
        assert shop.queued_returns(line) == 1
