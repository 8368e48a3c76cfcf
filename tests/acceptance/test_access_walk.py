"""Everything that can be called from outside, by everybody who can log in: what came of it?

Every model of ours and of the point of sale × operation, every public method of ours × shapes of
arguments, every private one, and every route, by each role. It is the database that is asked after
each call, not the answer; the answers are searched for secrets and for the other company's records.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import psycopg2
import pytest
import requests

from tests.acceptance.harness.roles import API, CASHIER, MANAGER, Player, Role, roles
from tests.acceptance.harness.server import OdooServer, RpcError
from tests.acceptance.harness.shop import Shop
from tests.acceptance.harness.surface import Route, surface
from tests.acceptance.harness.till import Till

SURFACE = surface()
POS_MODELS = ("pos.order", "pos.session", "pos.config", "pos.order.line", "pos.payment")
MODELS = (*sorted(SURFACE.models), *POS_MODELS)
SECRETS = {"token": "SECRET-OFD-TOKEN", "proxy": "https://user:SECRET-PROXY@proxy.example:3128"}
WHOLE = 1800
"""Seconds that all calls together may need beside other tests."""
FEW = 6
"""Calls of each role that `make test` makes, drawn from all of them."""
CASHIERS_DOORS = {
    ("pos.order", "fiscal_register"),
    ("pos.order", "fiscal_progress"),
    ("pos.order", "fiscal_give_up"),
    ("pos.config", "fiscal_status"),
    ("pos.session", "fiscal_open_shift"),
    ("pos.session", "fiscal_close_shift"),
    ("pos.session", "fiscal_renew_shift"),
    ("pos.session", "action_fiscal_close_shift"),
}
"""By these a cashier has the till work: they write documents in the system's name."""
MACHINES_DOORS = ("/v1/kkt/", "/ofd/v1/")
EMULATOR = "/ofd/v1/"
"""Plays an operator outside of all companies, in development only: it tells what it was sent."""
FOLLOWS = {
    "fiscal.ofd": {"kkt.device", "fiscal.ofd.breaker"},
    "kkt.device": {"kkt.lane", "kkt.device.status"},
    "fiscal.correction": {"fiscal.correction.line"},
}
"""What Odoo writes together with a model."""
USUAL = ("odoo.exceptions.", "builtins.TypeError", "builtins.ValueError")
"""What a call that is refused, or of a wrong shape, is answered by; any other kind is listed."""
VALUES = {
    "character varying": "walked",
    "text": "walked",
    "boolean": True,
    "jsonb": {},
    "date": "2026-11-29",
    "timestamp without time zone": "2026-11-29 12:00:00",
}
"""By a column's type, a number where none is named here."""
SQL = re.compile(
    r"psycopg2|\bSELECT .+ FROM\b|\bINSERT INTO\b|\bUPDATE \S+ SET\b|Traceback|/addons/optics"
)


class Call(NamedTuple):
    what: str
    model: str
    method: str
    args: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.model}.{self.method}{self.args}"


# --- what is called ------------------------------------------------------------------------------


class World:
    """Two companies that have signed something, and what their records are known by."""

    def __init__(self, server: OdooServer) -> None:
        self.server = server
        till = Till(server)
        shop = Shop(server)
        shop.sell(1)
        shop.sync({**shop.values(1), "state": "draft"})
        assert till.sell("walk-api-1").status_code == 201
        self.other = self._second_company(till.id)
        server.sql("UPDATE fiscal_ofd SET token = %s, proxy = %s", *SECRETS.values())
        self.players = [Player(server, role) for role in roles(self.other)]
        self.marks = {company: self._marks(company) for company in (1, self.other)}
        assert all(len(marks) > 4 for marks in self.marks.values()), self.marks
        self._tables = self._tables_of_models()
        self._link = psycopg2.connect(dbname=server.db)
        self._link.autocommit = True

    def close(self) -> None:
        self._link.close()

    def last_written(self) -> object:
        """The number that the next transaction gets which writes: the same, nothing was written."""
        with self._link.cursor() as cursor:
            cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
            return cursor.fetchone()

    def _second_company(self, till: int) -> int:
        rpc = self.server.rpc
        company: int = rpc("res.company", "create", {"name": "ИП Соколов", "vat": "7707083893"})
        context = {"allowed_company_ids": [company, 1]}
        ofd = rpc(
            "fiscal.ofd",
            "create",
            {"name": "ОФД Соколова", "url": "/ofd/v1", "company_id": company},
            context=context,
        )
        (values,) = rpc(
            "kkt.device", "read", [till], ["driver", "retail_address", "retail_place", "delivery"]
        )
        values.pop("id")
        values |= {"code": "POS-C2", "name": "Касса Соколова", "ofd_id": ofd, "company_id": company}
        device = rpc("kkt.device", "create", values, context=context)
        rpc("kkt.device", "action_open_shift", [device], context=context)
        return company

    def _marks(self, company: int) -> set[str]:
        """What an answer has only if it tells of this company's records."""
        rows = self.server.sql(
            "SELECT fn_number AS mark FROM kkt_drive WHERE company_id = %(c)s"
            " UNION SELECT fpd FROM fiscal_document WHERE company_id = %(c)s"
            " UNION SELECT short_key FROM fiscal_document WHERE company_id = %(c)s"
            " UNION SELECT idempotency_key FROM fiscal_document WHERE company_id = %(c)s"
            " UNION SELECT code FROM kkt_device WHERE company_id = %(c)s"
            " UNION SELECT uuid FROM pos_order WHERE company_id = %(c)s"
            " UNION SELECT name FROM fiscal_ofd WHERE company_id = %(c)s".replace(
                "%(c)s", str(company)
            )
        )
        return {row["mark"] for row in rows if row["mark"] and len(row["mark"]) > 5}

    def _tables_of_models(self) -> dict[str, tuple[str, bool]]:
        """Tables that exist, with their model and whether they have a company."""
        rows = self.server.sql(
            "SELECT table_name, bool_or(column_name = 'company_id') AS company"
            " FROM information_schema.columns WHERE table_schema = 'public' GROUP BY table_name"
        )
        exist = {row["table_name"]: row["company"] for row in rows}
        tables = {model.replace(".", "_"): model for model in MODELS}
        return {name: (model, exist[name]) for name, model in tables.items() if name in exist}

    def look(self) -> dict[tuple[str, int], Any]:
        """What each table holds of each company."""
        parts = [
            f"SELECT '{model}' AS model, {'coalesce(company_id, 0)' if has else '0'} AS company,"
            " count(*) || ':' || sum(hashtextextended(t::text, 0)) AS holds"
            f" FROM {table} t GROUP BY 2"
            for table, (model, has) in self._tables.items()
        ]
        rows = self.server.sql(" UNION ALL ".join(parts))
        return {(row["model"], row["company"]): row["holds"] for row in rows}

    def columns(self, model: str) -> list[tuple[str, Any]]:
        """Each column of a model with something that it may hold."""
        rows = self.server.sql(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position",
            model.replace(".", "_"),
        )
        return [
            (row["column_name"], VALUES.get(row["data_type"], 1))
            for row in rows
            if row["column_name"] != "id"
        ]

    def ids(self, model: str, company: int) -> list[int]:
        table = model.replace(".", "_")
        if table not in self._tables:
            return []
        where = f"WHERE company_id = {company}" if self._tables[table][1] else ""
        rows = self.server.sql(f"SELECT id FROM {table} {where} ORDER BY id LIMIT 2")
        return [row["id"] for row in rows]


def operations(world: World, model: str) -> Iterator[Call]:
    for company in (1, world.other):
        ids = world.ids(model, company) or [1]
        fields = {"display_name": {}, "company_id": {"fields": {"display_name": {}}}}
        name = {"name": "walked", "code": "walked"}
        for method, *args in (
            ("read", ids),
            ("read", ids, ["display_name"]),
            ("web_read", ids, fields),
            ("search_read", [["id", "in", ids]]),
            ("search_count", [["company_id", "=", company]]),
            ("web_search_read", [], fields),
            ("formatted_read_group", [], ["company_id"], ["__count"]),
            ("name_search", ""),
            ("get_metadata", ids),
            ("export_data", ids, ["id", "display_name", "company_id/name"]),
            ("write", ids, name),
            ("write", ids, {"company_id": world.other if company == 1 else 1}),
            ("write", ids, {"state": "printed", "active": False}),
            ("create", {**name, "company_id": company}),
            ("copy", ids),
            ("unlink", ids),
            ("web_save", ids, name, fields),
            ("web_save", [], {**name, "company_id": company}, fields),
            ("onchange", ids[:1], name, ["name"], {"name": {}, "display_name": {}}),
            ("load", ["name", "company_id/.id"], [["walked", str(company)]]),
            ("check_access_rights", "write"),
            ("action_archive", ids),
            ("message_post", ids),
        ):
            what = "look" if method in LOOKS else "change"
            yield Call(what, model, method, tuple(args))
        for column, value in world.columns(model):
            yield Call("change", model, "write", (ids, {column: value}))


LOOKS = frozenset(
    {
        *("read", "web_read", "search_read", "search_count", "web_search_read", "name_search"),
        *("formatted_read_group", "get_metadata", "export_data", "check_access_rights"),
    }
)


def methods(world: World) -> Iterator[Call]:
    for model, method in sorted(SURFACE.public):
        if method in ("write", "create", "unlink", "init"):
            continue  # operations, and what Odoo does not let in
        ours, theirs = world.ids(model, 1) or [1], world.ids(model, world.other) or [1]
        for args in ((), (ours,), (theirs,), (ours, {"name": "walked"}), (ours, ours, "walked")):
            yield Call("method", model, method, args)


def private_methods(world: World) -> Iterator[Call]:
    framework = ("_write", "_read_group", "_search", "_check_credentials", "sudo", "with_user")
    for model in MODELS:
        for method in framework:
            yield Call("private", model, method, (world.ids(model, 1) or [1],))
    for model, method in sorted(SURFACE.private):
        yield Call("private", model, method, (world.ids(model, 1) or [1],))


# --- what is judged -------------------------------------------------------------------------------


class Walk:
    """One player's calls; each is judged as soon as it is made."""

    def __init__(self, world: World, player: Player, table: Counter[tuple[str, str, str]]) -> None:
        self._world, self._player, self.table = world, player, table
        self._role = player.role
        self.wrong: list[str] = []
        self.crashes: Counter[str] = Counter()
        self._before = world.look()
        self._written = world.last_written()

    def call(self, call: Call) -> None:
        held, text = self._make(call)
        self._judge(str(call), call.what, held, text, self._may(call))
        if call.what == "private" and not held:
            self.wrong.append(f"{self._role.name}: {call} was called: {text[:200]}")

    def _make(self, call: Call) -> tuple[bool, str]:
        try:
            told = self._player.person.rpc(call.model, call.method, *call.args)
        except RpcError as error:
            said = f"{error.name}: {error}"
            usual = error.name.startswith(USUAL)
            if not usual:
                self.crashes[said.replace(call.model, "…")[:100]] += 1
            if SQL.search(said) or (error.is_a_crash_of_ours and not usual):
                self.wrong.append(f"{self._role.name}: {call} crashed: {said[:300]}")
            return True, f"{said} {error.debug}"
        except requests.HTTPError as error:
            self.wrong.append(f"{self._role.name}: {call} ended with {error}")
            return True, ""
        return False, json.dumps(told, ensure_ascii=False)

    def route(self, route: Route, body: dict[str, Any]) -> None:
        path = re.sub(r"<path:\w+>", "nothing", re.sub(r"<string:\w+>", "walk-api-1", route.path))
        answer = requests.request(
            route.verb,
            self._world.server.url + path,
            json=body if route.verb == "POST" else None,
            headers={
                "Authorization": f"Bearer {self._player.key}",
                "X-Idempotency-Key": f"walk-{random.getrandbits(60)}",
            },
            timeout=60,
        )
        let_in = self._role.has(API) or self._role.has(MANAGER)
        what = f"{route.verb} {path} {body}"
        if answer.status_code >= 500 and answer.status_code not in (502, 503, 504):
            self.wrong.append(f"{self._role.name}: {what}: {answer.status_code}")
        if SQL.search(answer.text):
            self.wrong.append(f"{self._role.name}: {what} leaks {answer.text[:200]}")
        if not let_in and answer.status_code != 403:
            self.wrong.append(f"{self._role.name}: {what} is let in: {answer.text[:200]}")

        def may(_model: str) -> bool:
            return let_in and path.startswith(MACHINES_DOORS)

        self._judge(what, "route", answer.status_code >= 400, answer.text, may)

    def _judge(
        self, what: str, kind: str, held: bool, text: str, may: Callable[[str], bool]
    ) -> None:
        self.table[self._role.name, kind, "held" if held else "allowed"] += 1
        for secret in self._secrets_in(text) if EMULATOR not in what else ():
            if secret in what:
                continue  # told by the caller himself
            self.wrong.append(f"{self._role.name}: {what} tells {secret!r}")
        if self._world.last_written() == self._written:
            return
        after = self._world.look()
        for model, company in {key for key, _ in self._before.items() ^ after.items()}:
            if company not in (0, self._role.company) or not may(model):
                self.wrong.append(f"{self._role.name}: {what} changed {model} of {company}")
        self._before, self._written = after, self._world.last_written()

    def _secrets_in(self, text: str) -> Iterator[str]:
        yield from (secret for secret in SECRETS.values() if secret in text)
        yield from (each.key for each in self._world.players if each.key in text)
        for company, marks in self._world.marks.items():
            if company != self._role.company:
                yield from (mark for mark in marks if mark in text)
        if "pbkdf2" in text:
            yield "a password"

    def _may(self, call: Call) -> Callable[[str], bool]:
        """Whether this call of this role may change a model's rows, in its own company."""
        role = self._role

        def may(model: str) -> bool:
            if call.what == "method":
                return _may_by_method(role, call, model)
            if model in POS_MODELS:
                return role.has(CASHIER)
            also = {call.model, *FOLLOWS.get(call.model, ())}
            return call.what == "change" and model in also and role.may_change(call.model)

        return may


def _may_by_method(role: Role, call: Call, model: str) -> bool:
    if role.has(MANAGER):
        return model not in POS_MODELS
    if role.has(CASHIER):
        return model in POS_MODELS or (call.model, call.method) in CASHIERS_DOORS
    return False


# --- the walk -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(server: OdooServer) -> Iterator[World]:
    world = World(server)
    # Nothing moves but what is called: no jobs.
    server.stop()
    server.start("--max-cron-threads=0")
    yield world
    world.close()


def bodies(world: World) -> list[dict[str, Any]]:
    line = {"name": "walked", "price": "10.00", "tax_rate": 22}
    sale = {"items": [line], "total": "10.00", "payment_method": "card"}
    return [
        {},
        *({"pos_id": code, **sale} for code in ("POS-001", "POS-C2")),
        *({"pos_id": code, "amount": "5.00"} for code in ("POS-001", "POS-C2")),
    ]


@pytest.mark.parametrize(
    "few", [True, pytest.param(False, marks=[pytest.mark.full, pytest.mark.timeout(WHOLE)])]
)
def test_nobody_does_what_is_not_his(
    server: OdooServer, world: World, few: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    server.expect_log("")  # refusals are what this is about
    dice = random.Random(19)  # noqa: S311
    table: Counter[tuple[str, str, str]] = Counter()
    wrong: list[str] = []
    crashes: Counter[str] = Counter()
    for player in world.players:
        walk = Walk(world, player, table)
        calls = [call for model in MODELS for call in operations(world, model)]
        calls += [*methods(world), *private_methods(world)]
        for call in dice.sample(calls, FEW) if few else calls:
            walk.call(call)
        routes = sorted(SURFACE.routes)
        for route in dice.sample(routes, 4) if few else routes:
            for body in bodies(world) if route.verb == "POST" and not few else bodies(world)[:2]:
                walk.route(route, body)
        wrong += walk.wrong
        crashes += walk.crashes
    with capsys.disabled():
        print_table(table, crashes)
    assert not wrong, "\n".join(wrong)


def print_table(table: Counter[tuple[str, str, str]], crashes: Counter[str]) -> None:
    kinds = ("look", "change", "method", "private", "route")
    print("\n  held / allowed ", *(f"{kind:>13}" for kind in kinds))
    for role in dict.fromkeys(role for role, _kind, _end in table):
        cells = (f"{table[role, kind, 'held']} / {table[role, kind, 'allowed']}" for kind in kinds)
        print(f"  {role:<15} ", *(f"{cell:>13}" for cell in cells))
    for crash, count in crashes.most_common():
        print(f"  {count} × an exception of another kind: {crash}")
