"""Two screens take back the same goods at the same instant: one receipt, and one refusal.

Real requests in real transactions: in Odoo's own tests all of them would share one.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest

from tests.acceptance.harness.server import OdooServer, RpcError
from tests.acceptance.harness.till import Till

SUNGLASSES = "Очки солнцезащитные Ray-Ban"
PRICE = 5000
ROUNDS = 5


class Shop:
    """The demonstration's point of sale, spoken to as its screens speak to the server."""

    def __init__(self, server: OdooServer) -> None:
        self.server = server
        (config,) = server.sql("SELECT id FROM pos_config WHERE kkt_device_id IS NOT NULL")
        server.rpc("pos.config", "open_ui", [config["id"]])
        (session,) = server.sql("SELECT id FROM pos_session WHERE state <> 'closed'")
        server.rpc("pos.session", "set_opening_control", [session["id"]], 0, "")
        assert server.rpc("pos.session", "fiscal_open_shift", [session["id"]])["successful"]
        (product,) = server.rpc(
            "product.product", "search_read", [["name", "=", SUNGLASSES]], ["taxes_id"]
        )
        (card,) = server.rpc("pos.payment.method", "search", [["name", "=", "Банковская карта"]])
        self._config, self._session = config["id"], session["id"]
        self._product, self._card = product, card

    def sell(self, pieces: int) -> int:
        """Sell so many pieces, signed and complete; return the id of the order's line."""
        order = self.values(pieces)
        order_id = self.sync(order)
        answer = self.server.rpc("pos.order", "fiscal_register", [order_id])
        assert answer["is_signed"], answer
        self.sync(order)
        (line,) = self.server.sql("SELECT id FROM pos_order_line WHERE order_id = %s", order_id)
        line_id: int = line["id"]
        return line_id

    def values(self, pieces: int, returned: int | None = None) -> dict[str, Any]:
        """An order as a screen sends it; `returned` is the line that is taken back."""
        total = pieces * PRICE
        line = {
            "product_id": self._product["id"],
            "full_product_name": SUNGLASSES,
            "qty": pieces,
            "price_unit": PRICE,
            "tax_ids": [[6, 0, self._product["taxes_id"]]],
            "price_subtotal": abs(round(total / 1.22, 2)),
            "price_subtotal_incl": abs(total),
            "refunded_orderline_id": returned or False,
            "uuid": str(uuid.uuid4()),
        }
        payment = {"payment_method_id": self._card, "amount": total, "uuid": str(uuid.uuid4())}
        return {
            "uuid": str(uuid.uuid4()),
            "access_token": str(uuid.uuid4()),
            "name": "/",
            "state": "paid",
            "session_id": self._session,
            "config_id": self._config,
            "company_id": 1,
            "is_refund": bool(returned),
            "lines": [[0, 0, line]],
            "payment_ids": [[0, 0, payment]],
            "amount_total": total,
            "amount_tax": round(total - total / 1.22, 2),
            "amount_paid": total,
            "amount_return": 0,
        }

    def sync(self, order: dict[str, Any]) -> int:
        data = self.server.rpc("pos.order", "sync_from_ui", [order])
        (sent,) = [row for row in data["pos.order"] if row["uuid"] == order["uuid"]]
        order_id: int = sent["id"]
        return order_id

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
def shop(server: OdooServer) -> Shop:
    # Of two requests PostgreSQL refuses one, which Odoo says loudly and runs again.
    server.expect_log("could not serialize access|duplicate key value|fiscal_purchase")
    server.expect_log("more is taken back than was sold")
    Till(server).slow_down()
    return Shop(server)


@contextmanager
def purchases_held(server: OdooServer) -> Iterator[None]:
    """Hold the rows of all purchases until two requests stand before them."""
    with (
        closing(psycopg2.connect(dbname=server.db)) as link,
        link.cursor() as cursor,
        ThreadPoolExecutor(1) as watcher,
    ):
        cursor.execute("UPDATE fiscal_purchase SET turn = turn")
        both = watcher.submit(_release_when_two_wait, server, link)
        yield
        assert both.result(), "the two requests did not stand before the purchase at once"


def _release_when_two_wait(server: OdooServer, link: Any) -> bool:
    waiting = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock' AND query LIKE 'UPDATE fiscal_purchase%%'"
    )
    deadline = time.monotonic() + 20
    while len(server.sql(waiting)) < 2:
        if time.monotonic() > deadline:
            link.rollback()
            return False
        time.sleep(0.05)
    link.rollback()
    return True


def test_both_have_begun_before_either_is_done(server: OdooServer, shop: Shop) -> None:
    line = shop.sell(3)
    shop.sync(shop.values(-1, returned=line))
    with purchases_held(server):
        first, second = shop.take_back_at_once(line, pieces=2)
    assert first == ""
    assert SUNGLASSES in second
    assert shop.queued_returns(line) == 2


def test_the_first_returns_of_a_sale(server: OdooServer, shop: Shop) -> None:
    """The purchase that they share is not there yet: both make it."""
    for _round in range(ROUNDS):
        line = shop.sell(1)
        first, second = shop.take_back_at_once(line, pieces=1)
        assert first == ""
        assert SUNGLASSES in second
        assert shop.queued_returns(line) == 1
