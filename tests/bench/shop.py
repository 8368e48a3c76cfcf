"""The demonstration shop in this process: sales with its till and without, on real commits."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from statistics import median
from uuid import uuid4

from tests.acceptance.harness.database import TestDatabase
from tests.bench.timing import milliseconds, show

ORDERS = int(os.environ.get("BENCH_ORDERS", "60"))
WARM_UP = 8
PRODUCTS = ("sunglasses_ray_ban", "frame_vogue", "sunglasses_polaroid")
ADMIN = 2


def registry_of(database: TestDatabase, *, development: bool = False):
    """Open a database in this process."""
    # Odoo reads its folder when it is first imported.
    os.environ.update(ODOO_DATA_DIR=str(database.data_dir), ODOO_DEV="")
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["-c", os.environ["ODOO_RC"], "-d", database.name])
    # An OFD on this machine is let through in development mode alone.
    config["dev_mode"] = ["all"] if development else []
    config["data_dir"] = str(database.data_dir)
    logging.getLogger("odoo").setLevel(logging.WARNING)
    return Registry(database.name)


class Shop:
    """Two points of sale of one company with open sessions, stock kept at closing."""

    def __init__(self, database: TestDatabase, *, development: bool = False) -> None:
        self.registry = registry_of(database, development=development)
        with self.env() as env:
            self._set_up(env)

    @contextmanager
    def env(self) -> Iterator:
        """A transaction as the administrator of the demonstration company; committed at its end."""
        from odoo import api

        with self.registry.cursor() as cr:
            company = api.Environment(cr, ADMIN, {}).ref("base.main_company")
            yield api.Environment(cr, ADMIN, {"allowed_company_ids": company.ids, "lang": "en_US"})

    def _set_up(self, env) -> None:
        from odoo.fields import Command

        env.company.point_of_sale_update_stock_quantities = "closing"
        card = env.ref("optics_pos_ru54fz.payment_method_card")
        config = env.ref("optics_pos_ru54fz.pos_config_1")
        config.module_pos_hr = False
        config.payment_method_ids = [Command.set(card.ids)]
        config.kkt_device_id.print_time = 0
        plain = config.copy({"name": "Касса без ККТ", "kkt_device_id": False})
        env.user.fiscal_position = "Кассир"
        self.card_id = card.id
        self.device_id = config.kkt_device_id.id
        self.session_ids = {}
        for name, each in (("till", config), ("plain", plain)):
            each.open_ui()
            session = each.current_session_id
            session.set_opening_control(0, "")
            self.session_ids[name] = session.id
            env.cr.commit()
            assert session.fiscal_open_shift()["successful"]

    def order(self, env, which: str) -> dict:
        """A paid order of three lines, as the client sends it."""
        from odoo.fields import Command

        session = env["pos.session"].browse(self.session_ids[which])
        products = [
            env.ref(f"optics_pos_ru54fz.product_{name}").product_variant_id for name in PRODUCTS
        ]
        lines = [_line(product) for product in products]
        total = round(sum(line["price_subtotal_incl"] for line in lines), 2)
        untaxed = round(sum(line["price_subtotal"] for line in lines), 2)
        payment = {"payment_method_id": self.card_id, "amount": total, "uuid": str(uuid4())}
        return {
            "uuid": str(uuid4()),
            "access_token": str(uuid4()),
            "name": "/",
            "state": "paid",
            "session_id": session.id,
            "company_id": session.company_id.id,
            "config_id": session.config_id.id,
            "user_id": ADMIN,
            "lines": [Command.create(line) for line in lines],
            "payment_ids": [Command.create(payment)],
            "amount_total": total,
            "amount_tax": round(total - untaxed, 2),
            "amount_paid": total,
            "amount_return": 0,
            "date_order": "2026-06-01 10:00:00",
        }

    def sync(self, values: dict) -> tuple[float, int]:
        """Milliseconds, commit included, and queries of one synchronisation."""
        queries = 0

        def call() -> None:
            nonlocal queries
            with self.env() as env:
                env["pos.order"].sync_from_ui([dict(values)])
                env.flush_all()
                queries = env.cr.sql_log_count

        return milliseconds(call), queries

    def register(self, values: dict) -> None:
        with self.env() as env:
            order = env["pos.order"].search([("uuid", "=", values["uuid"])])
            answer = order.fiscal_register()
            assert answer["is_signed"], answer["text"]

    def queue(self) -> int:
        """Queue a receipt of one line as the API would; return its row."""
        from odoo.addons.optics_kkt_driver.kkt.fiscal.document import Item, Payments, Receipt
        from odoo.addons.optics_kkt_driver.kkt.fiscal.vocabulary import (
            Nds,
            OperationType,
            TaxationType,
        )
        from odoo.addons.optics_kkt_driver.models.fiscal_document import Wanted

        with self.env() as env:
            receipt = Receipt(
                operation_type=OperationType.SALE,
                applied_taxation_type=TaxationType.OSN,
                items=(Item.priced("Очки солнцезащитные", 500_000, Nds.NDS_22),),
                payments=Payments(ecash=500_000),
                cashier=env.user._fiscal_cashier(),
            )
            device = env["kkt.device"].browse(self.device_id)
            wanted = Wanted(receipt)
            return env["fiscal.document"]._enqueue(device, str(uuid4()), "api", wanted).id

    def serve(self, row_id: int) -> None:
        """Have a queued row registered, as the request that waits for it does."""
        with self.env() as env:
            row = env["fiscal.document"].browse(row_id)
            row._sign()
            assert row.is_signed, row._explain()

    def as_sent(self, row_id: int):
        """Return a row's document and an intent for it that is not over yet."""
        from datetime import UTC, datetime, timedelta

        from odoo.addons.optics_kkt_driver.kkt.device.contract import Baseline, Intent

        with self.env() as env:
            row = env["fiscal.document"].browse(row_id)
            deadline = datetime.now(UTC) + timedelta(seconds=2)
            intent = Intent(
                row.short_key, row.task_id, Baseline(**row.baseline), row.fence, deadline
            )
            return row._value(), intent

    @contextmanager
    def bare_driver(self) -> Iterator:
        """A till like the shop's with a memory of its own and an open shift."""
        from odoo.addons.optics_kkt_driver.kkt.drivers.registry import open_driver

        with self.env() as env:
            device = env["kkt.device"].browse(self.device_id)
            name, settings = device.driver, device._driver_settings()
            opening = (
                env["fiscal.document"]
                .search([("device_id", "=", device.id), ("kind", "=", "shift_open")], limit=1)
                .id
            )
        path = settings["path"].with_name(f"bare-{uuid4()}.sqlite")
        settings |= {"path": path, "serial": path.stem}
        with closing(open_driver(name, settings)) as driver:
            driver.register(*self.as_sent(opening))
            yield driver

    def close(self) -> None:
        """Let go of the database, so that it can be dropped."""
        from odoo.sql_db import close_db

        close_db(self.registry.db_name)


def _line(product) -> dict:
    from odoo.fields import Command

    price = product.list_price
    taxes = product.taxes_id.filtered(lambda tax: tax.company_id == product.env.company)
    return {
        "product_id": product.id,
        "full_product_name": product.display_name,
        "qty": 1,
        "price_unit": price,
        "discount": 0,
        "tax_ids": [Command.set(taxes.ids)],
        "price_subtotal": round(price / (1 + sum(taxes.mapped("amount")) / 100), 2),
        "price_subtotal_incl": price,
        "uuid": str(uuid4()),
    }


def sale(shop: Shop) -> None:
    """What the till adds to the transactions of a sale."""
    steps: dict[str, list[tuple[float, int]]] = {"plain": [], "first": [], "second": []}
    for number in range(-WARM_UP, ORDERS):
        with shop.env() as env:
            plain, on_till = shop.order(env, "plain"), shop.order(env, "till")
        spent = {"plain": shop.sync(plain), "first": shop.sync(on_till)}
        shop.register(on_till)
        spent["second"] = shop.sync(on_till)
        if number >= 0:
            for name, cost in spent.items():
                steps[name].append(cost)
    cost = {name: tuple(map(median, zip(*each, strict=True))) for name, each in steps.items()}
    base_ms, base_queries = cost["plain"]
    names = {
        "plain": "plain Odoo: one transaction makes it paid (1.0)",
        "first": "with a till: order and queued receipt",
        "second": "with a till: the signed sale is completed",
    }

    def row(spent: float, queries: float) -> str:
        return f"{spent:.1f} ms  {queries:.0f} queries  × {spent / base_ms:.2f}"

    both = [sum(each) for each in zip(cost["first"], cost["second"], strict=True)]
    show(
        f"sync_from_ui of a paid order of 3 lines, {ORDERS} interleaved, stock at closing",
        [
            *((words, row(*cost[name])) for name, words in names.items()),
            ("with a till: both", row(*both)),
            (
                "added before the till is spoken to (budget 5 ms, 4 queries)",
                f"{cost['first'][0] - base_ms:+.1f} ms  {cost['first'][1] - base_queries:+.0f}",
            ),
            (
                "added over both",
                f"{both[0] - base_ms:+.1f} ms  {both[1] - base_queries:+.0f}",
            ),
        ],
    )


def registration(shop: Shop) -> None:
    """Our own time in a registration: beside the driver's call alone, on a till of its own."""
    rows = []
    for print_time, repetitions in ((0.0, 40), (0.3, 12)):
        with shop.env() as env:
            env["kkt.device"].browse(shop.device_id).print_time = print_time
        ours, bare = [], []
        with shop.bare_driver() as driver:
            for number in range(-3, repetitions):
                row_id = shop.queue()
                spent = milliseconds(partial(shop.serve, row_id))
                alone = milliseconds(partial(driver.register, *shop.as_sent(row_id)))
                if number >= 0:
                    ours.append(spent)
                    bare.append(alone)
        rows += [
            (f"printing takes {print_time} s: the driver's call alone", f"{median(bare):.1f} ms"),
            (f"printing takes {print_time} s: the registration", f"{median(ours):.1f} ms"),
            ("    ours (goal: 40 ms)", f"{median(ours) - median(bare):+.1f} ms"),
        ]
    show("Registration of a receipt of one line, in this process", rows)


def run() -> None:
    database = TestDatabase()
    try:
        shop = Shop(database)
        sale(shop)
        registration(shop)
        shop.close()
    finally:
        database.drop()
