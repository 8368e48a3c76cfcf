"""Whatever a person writes, in whatever order: what a till must sign is not paid unsigned.

Random walks over a running server, by role, through the doors that a browser's console has. After
each step the database is looked at. A failing walk is told with its seed and its steps.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.acceptance.harness.server import OdooServer, Person, RpcError
from tests.acceptance.harness.shop import PRICE, Shop

ROLES = {
    "cashier": ["base.group_user", "point_of_sale.group_pos_user"],
    "manager": ["base.group_user", "point_of_sale.group_pos_manager"],
    "accountant": [
        *("base.group_user", "point_of_sale.group_pos_user", "account.group_account_manager"),
    ],
}
FEW, MANY = 2, 60
"""Walks of each role."""
STEPS = 25
PAID = ("paid", "done", "invoiced")
LOOK = """
    SELECT o.id, o.state, o.fiscal_required, o.session_id, o.config_id, s.config_id AS its_config,
           d.payload, coalesce(d.signed, false) AS signed,
           coalesce(own.kkt_device_id, its.kkt_device_id) IS NOT NULL AS at_till,
           (SELECT round(sum(price_subtotal_incl) * 100) FROM pos_order_line WHERE order_id = o.id)
             AS lines
      FROM pos_order o
      LEFT JOIN pos_config own ON own.id = o.config_id
      LEFT JOIN pos_session s ON s.id = o.session_id
      LEFT JOIN pos_config its ON its.id = s.config_id
      LEFT JOIN LATERAL (
          SELECT payload, state IN ('printed', 'delivered', 'dead') AS signed FROM fiscal_document
           WHERE pos_order_id = o.id AND kind = 'receipt' AND state <> 'cancelled') d ON true
"""


class Walk:
    """One person's calls, and what each order has been meanwhile."""

    def __init__(self, shop: Shop, person: Person, elsewhere: int, seed: int) -> None:
        self._shop, self._person, self._elsewhere = shop, person, elsewhere
        self._random = random.Random(seed)  # noqa: S311
        self._trail = [f"{person.login}, seed {seed}"]
        self._places: dict[int, tuple[Any, ...]] = {}
        self._needs: set[int] = set()
        self._drafts: list[dict[str, Any]] = []
        self._begun = False
        self._look()
        self._begun = True

    # --- what is looked at -----------------------------------------------------------------------

    def step(self) -> None:
        """Do something, and see that nothing is paid that should have been signed."""
        (doing,) = self._random.choices([*DOINGS], [*DOINGS.values()])
        try:
            told = str(doing(self))
        except RpcError as refusal:
            told = f"{refusal.name}: {refusal}"
            assert not refusal.is_a_crash_of_ours, self._story(refusal.debug)
        self._trail.append(f"{doing.__name__}: {told[:150]}")
        self._look()

    def _look(self) -> None:
        for row in self._shop.server.sql(LOOK):
            place = (row["session_id"], row["config_id"], row["its_config"])
            came = self._places.get(row["id"]) != place
            if row["at_till"] and came if self._begun else row["fiscal_required"]:
                self._needs.add(row["id"])
            self._places[row["id"]] = place
            unsigned = row["state"] in PAID and not row["signed"]
            assert not (unsigned and row["id"] in self._needs), self._story(f"unsigned: {row}")
            if row["payload"]:
                assert row["payload"]["totalSum"] == row["lines"], self._story(f"differs: {row}")

    def _story(self, end: str) -> str:
        return "\n".join([*self._trail, end])

    # --- what a person does ----------------------------------------------------------------------

    def _call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        self._trail.append(f"  {model}.{method}{args}")
        return self._person.rpc(model, method, *args, **kwargs)

    def _any(self, table: str) -> int:
        """One of the newest rows, the newest of all more often than not."""
        rows = self._shop.server.sql(f"SELECT id FROM {table} ORDER BY id DESC LIMIT 4")
        if not rows:
            return 0
        return (rows[0] if self._random.random() < 0.6 else self._random.choice(rows))["id"]

    def _place(self) -> dict[str, Any]:
        """A point of sale and its open session, or anything else that could be written."""
        config = self._random.choice([self._shop.config, self._elsewhere])
        session = self._open_session(config)
        if self._random.random() < 0.2 or not session:
            session = self._any("pos_session")
        return {"config_id": config, "session_id": session}

    def _open_session(self, config: int) -> int | None:
        rows = self._shop.server.sql(
            "SELECT id FROM pos_session WHERE config_id = %s AND state <> 'closed'", config
        )
        return rows[0]["id"] if rows else None

    def save_a_draft(self) -> object:
        order = {**self._shop.values(1), **self._place()}
        self._drafts.append(order)
        return self._call("pos.order", "sync_from_ui", [{**order, "state": "draft"}])

    def pay_a_draft(self) -> object:
        if not self._drafts:
            return "none"
        order = {**self._random.choice(self._drafts[-2:]), "lines": [], "payment_ids": []}
        if self._random.random() < 0.5:
            order |= self._place()
        return self._call("pos.order", "sync_from_ui", [order])

    def sell(self) -> object:
        return self._call("pos.order", "sync_from_ui", [{**self._shop.values(1), **self._place()}])

    def register(self) -> object:
        return self._call("pos.order", "fiscal_register", [self._any("pos_order")])

    def give_up(self) -> object:
        return self._call("pos.order", "fiscal_give_up", [self._any("pos_order")])

    def create_an_order(self) -> object:
        order = {**self._shop.values(1), **self._place(), "pos_reference": "26-001"}
        order["state"] = self._random.choice([*PAID[:2], "draft"])
        order[self._random.choice(["config_id", "access_token"])] = False
        return self._call("pos.order", "create", [order])

    def write_an_order(self) -> object:
        place = self._place()
        vals: dict[str, Any] = {}
        parts = [
            {"config_id": self._random.choice([False, place["config_id"]])},
            {"session_id": self._random.choice([False, place["session_id"]])},
            {"state": self._random.choice(["paid", "paid", "done", "cancel"])},
            {"fiscal_required": False, "fiscal_turn": 0, "fiscal_decision": "mine"},
            self._random.choice([{"amount_total": 1, "amount_paid": 1}, {"lines": [[5]]}]),
        ]
        for part in self._random.choices(parts, (4, 3, 4, 1, 1), k=self._random.choice([1, 1, 2])):
            vals |= part
        return self._call("pos.order", "write", [self._any("pos_order")], vals)

    def act_on_an_order(self) -> object:
        action = self._random.choice(
            [
                *("action_pos_order_paid", "action_pos_order_invoice", "action_pos_order_cancel"),
                *("refund", "copy", "unlink", "action_fiscal_decide", "action_fiscal_correct"),
            ]
        )
        return self._call("pos.order", action, [self._any("pos_order")])

    def write_a_line(self) -> object:
        vals = self._random.choice(
            [
                {"price_unit": 1, "price_subtotal_incl": 1, "price_subtotal": 0.82},
                {"order_id": self._any("pos_order")},
                {"qty": 2, "price_subtotal_incl": 2 * PRICE},
                {"company_id": False},
            ]
        )
        return self._call("pos.order.line", "write", [self._any("pos_order_line")], vals)

    def write_a_payment(self) -> object:
        vals = self._random.choice(
            [{"amount": 1}, {"pos_order_id": self._any("pos_order")}, {"session_id": False}]
        )
        return self._call("pos.payment", "write", [self._any("pos_payment")], vals)

    def write_a_session(self) -> object:
        place = self._place()
        vals = self._random.choice(
            [
                *({"state": state} for state in ("closed", "opened", "opening_control")),
                {"config_id": place["config_id"]},
                {"order_ids": [[4, self._any("pos_order")]]},
                {"rescue": True},
            ]
        )
        return self._call("pos.session", "write", [self._any("pos_session")], vals)

    def write_a_point_of_sale(self) -> object:
        (till,) = self._shop.server.sql("SELECT id FROM kkt_device ORDER BY id LIMIT 1")
        config = self._random.choice([self._shop.config, self._elsewhere])
        vals = self._random.choice(
            [
                {"kkt_device_id": self._random.choice([False, till["id"]])},
                {"session_ids": [[4, self._any("pos_session")]]},
                {"trusted_config_ids": [[4, self._elsewhere]]},
            ]
        )
        return self._call("pos.config", "write", [config], vals)

    def close_a_session(self) -> object:
        session = self._any("pos_session")
        closing = self._random.choice(
            [
                *("fiscal_close_shift", "close_session_from_ui"),
                *("action_pos_session_closing_control", "action_pos_session_validate"),
            ]
        )
        return self._call("pos.session", closing, [session])

    def open_a_session(self) -> object:
        config = self._random.choice([self._shop.config, self._elsewhere])
        self._call("pos.config", "open_ui", [config])
        session = self._open_session(config)
        self._call("pos.session", "set_opening_control", [session], 0, "")
        return self._call("pos.session", "fiscal_open_shift", [session])


DOINGS: dict[Callable[[Walk], object], int] = {
    Walk.save_a_draft: 4,
    Walk.pay_a_draft: 2,
    Walk.sell: 1,
    Walk.register: 2,
    Walk.give_up: 1,
    Walk.create_an_order: 2,
    Walk.write_an_order: 8,
    Walk.act_on_an_order: 2,
    Walk.write_a_line: 2,
    Walk.write_a_payment: 1,
    Walk.write_a_session: 2,
    Walk.write_a_point_of_sale: 2,
    Walk.close_a_session: 1,
    Walk.open_a_session: 2,
}
"""What a person does, and how often beside the others."""


@pytest.fixture(scope="module")
def elsewhere(server: OdooServer) -> int:
    """A point of sale without a till in the same shop."""
    (card,) = server.rpc("pos.payment.method", "search", [["name", "=", "Банковская карта"]])
    config: int = server.rpc(
        "pos.config", "create", {"name": "Без кассы", "payment_method_ids": [[6, 0, [card]]]}
    )
    server.rpc("pos.config", "open_ui", [config])
    (session,) = server.sql("SELECT id FROM pos_session WHERE config_id = %s", config)
    server.rpc("pos.session", "set_opening_control", [session["id"]], 0, "")
    return config


@pytest.fixture(scope="module")
def people(server: OdooServer) -> dict[str, Person]:
    for role, groups in ROLES.items():
        ids = [
            server.rpc("ir.model.data", "check_object_reference", *name.split("."))[1]
            for name in groups
        ]
        server.rpc(
            "res.users",
            "create",
            {"name": f"Walker {role}", "login": role, "password": role, "group_ids": [[6, 0, ids]]},
        )
    return {role: Person(server, role) for role in ROLES}


@pytest.fixture(scope="module")
def shop(server: OdooServer) -> Shop:
    return Shop(server)


@pytest.mark.parametrize("walks", [FEW, pytest.param(MANY, marks=pytest.mark.full)])
@pytest.mark.parametrize("role", ROLES)
def test_walks(
    server: OdooServer,
    shop: Shop,
    people: dict[str, Person],
    elsewhere: int,
    role: str,
    walks: int,
) -> None:
    # Refusals are what this is about; a crash of ours fails the walk.
    server.expect_log("")
    for seed in range(walks):
        walk = Walk(shop, people[role], elsewhere, seed)
        for _step in range(STEPS):
            walk.step()
