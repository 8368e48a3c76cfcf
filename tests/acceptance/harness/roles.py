"""People of two companies, one for each role that a shop has, with API keys; and what is theirs."""

from __future__ import annotations

import csv
import secrets
from pathlib import Path
from typing import Any, NamedTuple

from passlib.context import CryptContext

from tests.acceptance.harness.server import OdooServer, Person

MATRIX = Path(__file__).resolve().parents[2] / "suite" / "access_matrix.csv"
CASHIER = "point_of_sale.group_pos_user"
INTERNAL, PORTAL = "base.group_user", "base.group_portal"
API = "optics_kkt_driver.group_kkt_api"
READER = "optics_kkt_driver.group_fiscal_user"
MANAGER = "optics_kkt_driver.group_fiscal_manager"


class Role(NamedTuple):
    name: str
    groups: tuple[str, ...]
    company: int = 1

    @property
    def closure(self) -> set[str]:
        """Its groups, and those of ours that they imply."""
        return {*self.groups, *({READER} if MANAGER in self.groups else ())}

    def has(self, group: str) -> bool:
        return group in self.groups

    def may_change(self, model: str) -> bool:
        return any(
            line["model"] == model and line["group"] in self.closure and set(line["rights"]) - {"r"}
            for line in _matrix()
        )


def roles(other: int) -> list[Role]:
    """Those that may change more come later, so that what they change is looked at before."""
    return [
        Role("internal", (INTERNAL,)),
        Role("portal", (PORTAL,)),
        Role("api", (API,)),
        Role("reader", (INTERNAL, READER)),
        Role("cashier-2", (INTERNAL, CASHIER), other),
        Role("manager-2", (INTERNAL, MANAGER), other),
        Role("cashier-1", (INTERNAL, CASHIER)),
        Role("manager-1", (INTERNAL, MANAGER)),
    ]


class Player:
    """A person with a role: login, password and an API key of their own."""

    def __init__(self, server: OdooServer, role: Role) -> None:
        self.role = role
        login = f"walk-{role.name}"
        groups = [
            server.rpc("ir.model.data", "check_object_reference", *name.split("."))[1]
            for name in role.groups
        ]
        user = server.rpc(
            "res.users",
            "create",
            {
                "name": login,
                "login": login,
                "password": login,
                "company_id": role.company,
                "company_ids": [[6, 0, [role.company]]],
                "group_ids": [[6, 0, groups]],
            },
        )
        self.person = Person(server, login)
        self.key = secrets.token_hex(20)
        context = CryptContext(["pbkdf2_sha512"], pbkdf2_sha512__rounds=6000)  # as Odoo keeps them
        server.sql(
            "INSERT INTO res_users_apikeys (name, user_id, scope, index, key)"
            " VALUES ('walk', %s, 'rpc', %s, %s)",
            user,
            self.key[:8],
            context.hash(self.key),
        )


def _matrix() -> list[dict[str, Any]]:
    with MATRIX.open() as lines:
        return list(csv.DictReader(lines))
