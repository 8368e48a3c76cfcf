"""A line or a payment is changed while its receipt is being queued: one of the two is refused.

In each round both requests have begun, have seen the order as it was, and stand before its row.
Whoever came first wins; the other is run again on what is true by then.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import pytest

from tests.acceptance.harness.held import held
from tests.acceptance.harness.server import OdooServer, RpcError
from tests.acceptance.harness.shop import PRICE, Shop
from tests.acceptance.harness.till import Till

FEW, MANY = 2, 50
"""Rounds of each order of arrival."""
CHANGES: dict[str, Callable[[int], dict[str, Any]]] = {
    "pos.order.line": lambda _other: {
        "price_unit": 1,
        "price_subtotal_incl": 1,
        "price_subtotal": 0.82,
    },
    "pos.payment": lambda other: {"payment_method_id": other},
}


class Saved(NamedTuple):
    """A draft that a screen has saved, and what it sends to have it paid."""

    id: int
    wish: dict[str, Any]


class ChangingShop(Shop):
    def saved(self) -> Saved:
        order = self.values(1)
        order_id = self.sync({**order, "state": "draft"})
        return Saved(order_id, {**order, "lines": [], "payment_ids": []})

    def change(self, model: str, order_id: int) -> None:
        field = "order_id" if model == "pos.order.line" else "pos_order_id"
        (cash,) = self.server.rpc("pos.payment.method", "search", [["name", "=", "Наличные"]])
        rows = self.server.rpc(model, "search", [[field, "=", order_id]])
        self.server.rpc(model, "write", rows, CHANGES[model](cash))

    def receipts(self, order_id: int) -> list[dict[str, Any]]:
        return self.server.sql(
            "SELECT payload FROM fiscal_document WHERE pos_order_id = %s AND state <> 'cancelled'",
            order_id,
        )

    def changed(self, order_id: int) -> bool:
        (row,) = self.server.sql(
            "SELECT (SELECT min(price_unit) FROM pos_order_line WHERE order_id = o.id) = 1"
            " OR (SELECT bool_or(method.is_cash_count) FROM pos_payment p"
            " JOIN pos_payment_method method ON method.id = p.payment_method_id"
            " WHERE p.pos_order_id = o.id AND NOT coalesce(p.is_change, false)) AS changed"
            " FROM pos_order o WHERE o.id = %s",
            order_id,
        )
        return bool(row["changed"])


@pytest.fixture
def shop(server: OdooServer) -> ChangingShop:
    # Of two requests PostgreSQL refuses one, which Odoo says loudly and runs again.
    server.expect_log("could not serialize access|pos_order")
    server.expect_log("is with the till|is signed|do not add up|not fully paid")
    Till(server).slow_down()
    return ChangingShop(server)


def told(call: Callable[[], object]) -> str:
    """What the server refused; nothing where it agreed."""
    try:
        call()
    except RpcError as refusal:
        return str(refusal)
    return ""


def at_once(server: OdooServer, *calls: Callable[[], object]) -> list[str]:
    """Let these requests stand before the order in this order, then go on together."""
    with ThreadPoolExecutor(len(calls)) as screens, held(server, "pos_order", "fiscal_turn") as row:
        running = []
        for number, call in enumerate(calls, 1):
            running.append(screens.submit(told, call))
            assert row.wait_for(number), "the request did not come to the order's row"
        row.release()
        return [each.result() for each in running]


each_change = pytest.mark.parametrize("model", CHANGES)
in_rounds = pytest.mark.parametrize("rounds", [FEW, pytest.param(MANY, marks=pytest.mark.full)])


@each_change
@in_rounds
def test_the_receipt_comes_first(
    server: OdooServer, shop: ChangingShop, model: str, rounds: int
) -> None:
    for _round in range(rounds):
        order, wish = shop.saved()
        queued, refused = at_once(
            server,
            partial(shop.sync, wish),
            partial(shop.change, model, order),
        )
        assert queued == ""
        assert "The receipt of order" in refused
        (row,) = shop.receipts(order)
        assert row["payload"]["totalSum"] == row["payload"]["ecashTotalSum"] == PRICE * 100
        assert not shop.changed(order)


@each_change
@in_rounds
def test_the_change_comes_first(
    server: OdooServer, shop: ChangingShop, model: str, rounds: int
) -> None:
    """The receipt says what is true by then, or there is none because it does not add up."""
    for _round in range(rounds):
        order, wish = shop.saved()
        changed, queued = at_once(
            server,
            partial(shop.change, model, order),
            partial(shop.sync, wish),
        )
        assert changed == ""
        assert shop.changed(order)
        rows = shop.receipts(order)
        if model == "pos.payment":
            assert queued == ""
            assert rows[0]["payload"]["cashTotalSum"] == PRICE * 100
        else:
            assert "add up" in queued
            assert not rows
