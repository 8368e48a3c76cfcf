"""The demonstration's point of sale, spoken to as its screens speak to the server."""

from __future__ import annotations

import uuid
from typing import Any

from tests.acceptance.harness.server import OdooServer

SUNGLASSES = "Очки солнцезащитные Ray-Ban"
PRICE = 5000


class Shop:
    """Sells sunglasses by card; the shift is open."""

    def __init__(self, server: OdooServer) -> None:
        self.server = server
        (config,) = server.sql("SELECT id FROM pos_config WHERE kkt_device_id IS NOT NULL")
        server.rpc("pos.config", "open_ui", [config["id"]])
        (session,) = server.sql(
            "SELECT id FROM pos_session WHERE state <> 'closed' AND config_id = %s", config["id"]
        )
        server.rpc("pos.session", "set_opening_control", [session["id"]], 0, "")
        assert server.rpc("pos.session", "fiscal_open_shift", [session["id"]])["successful"]
        (product,) = server.rpc(
            "product.product", "search_read", [["name", "=", SUNGLASSES]], ["taxes_id"]
        )
        (card,) = server.rpc("pos.payment.method", "search", [["name", "=", "Банковская карта"]])
        self.config, self.session = config["id"], session["id"]
        self.product, self.card = product, card

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
            "product_id": self.product["id"],
            "full_product_name": SUNGLASSES,
            "qty": pieces,
            "price_unit": PRICE,
            "tax_ids": [[6, 0, self.product["taxes_id"]]],
            "price_subtotal": abs(round(total / 1.22, 2)),
            "price_subtotal_incl": abs(total),
            "refunded_orderline_id": returned or False,
            "uuid": str(uuid.uuid4()),
        }
        payment = {"payment_method_id": self.card, "amount": total, "uuid": str(uuid.uuid4())}
        return {
            "uuid": str(uuid.uuid4()),
            "access_token": str(uuid.uuid4()),
            "name": "/",
            "state": "paid",
            "session_id": self.session,
            "config_id": self.config,
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
