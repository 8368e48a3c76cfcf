"""The sender in this process: beside a bare loop to the same OFD, and over a long history."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import partial
from statistics import median

import requests

from tests.acceptance.harness.database import TestDatabase
from tests.acceptance.harness.ofd_process import OfdProcess
from tests.bench.shop import Shop
from tests.bench.timing import milliseconds, show

DOCUMENTS = 100
FEW, MANY = 10_000, int(os.environ.get("BENCH_ROWS", "1000000"))
REPETITIONS = 15

GROW = """
    INSERT INTO fiscal_document (%(columns)s)
    SELECT %(values)s FROM fiscal_document, generate_series(%(first)s, %(last)s) AS number
     WHERE id = %(row)s"""
"""Copies of one delivered receipt, each under numbers and a key of its own."""
OWN = {
    "id": "nextval('fiscal_document_id_seq')",
    "fd_number": "1000000 + number",
    "idempotency_key": "'bench-' || number",
    "short_key": "'b' || number",
    "task_id": "'bench-' || number",
    # A busy shop's; the shift of today is none of them.
    "shift_number": "1000 + number / 200",
}


def drain(shop: Shop, ofd: OfdProcess) -> None:
    """Our sender and a bare loop send the same documents, in turn."""
    for _number in range(DOCUMENTS):
        shop.serve(shop.queue())
    with shop.env() as env:
        rows = env["fiscal.document"].search([("state", "=", "printed"), ("fd_number", ">", 0)])
        bodies = [row._ofd_message().to_bytes() for row in rows]
    ours = milliseconds(partial(deliver, shop)) / len(bodies)
    ofd.reset()
    bare = milliseconds(partial(_post_all, ofd, bodies)) / len(bodies)
    show(
        f"{len(bodies)} documents to an OFD that answers at once",
        [
            ("a bare loop of requests", f"{bare:.1f} ms each"),
            (
                "our sender (goal: 0.5 of its rate)",
                f"{ours:.1f} ms each  × {bare / ours:.2f}",
            ),
            ("    what it adds to a call", f"{ours - bare:+.1f} ms"),
        ],
    )


def deliver(shop: Shop) -> None:
    from odoo.addons.optics_kkt_driver.kkt.clock import SystemClock
    from odoo.addons.optics_kkt_driver.lane.sender import send_what_is_due

    stop_at = SystemClock().now() + timedelta(seconds=120)
    assert send_what_is_due(shop.registry, shop.device_id, stop_at)
    with shop.env() as env:
        assert not env["fiscal.document"].search_count(
            [("state", "=", "printed"), ("fd_number", ">", 0)]
        )


def _post_all(ofd: OfdProcess, bodies: list[bytes]) -> None:
    with requests.Session() as session:
        for body in bodies:
            assert session.post(f"{ofd.url}/receipts", data=body).status_code == 201


def history(shop: Shop) -> None:
    """What is asked all the time, with few and with many delivered documents behind it."""
    shop.serve(shop.queue())  # one that waits
    spent = {}
    grown = 0
    for count in (FEW, MANY):
        grow(shop, grown + 1, count)
        grown = count
        spent[count] = _asked(shop)
    names = {
        "buffer": "buffer status",
        "sender": "what the sender asks",
        "due": "what the job asks",
        "page": "the owner's page (goal: 300 ms)",
        "metrics": "GET /metrics (goal: 50 ms)",
    }
    show(
        f"With {MANY} delivered documents beside {FEW} (goal: 1.5)",
        [
            (
                words,
                f"{spent[FEW][name]:.1f} → {spent[MANY][name]:.1f} ms"
                f"  × {spent[MANY][name] / spent[FEW][name]:.2f}",
            )
            for name, words in names.items()
        ],
    )


def grow(shop: Shop, first: int, last: int) -> None:
    with shop.env() as env:
        cr = env.cr
        row = env["fiscal.document"].search([("state", "=", "delivered")], limit=1, order="id desc")
        cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = 'fiscal_document' ORDER BY 1"
        )
        columns = [name for (name,) in cr.fetchall()]
        statement = GROW % {
            "columns": ", ".join(columns),
            "values": ", ".join(OWN.get(name, name) for name in columns),
            "first": first,
            "last": last,
            "row": row.id,
        }
        cr.execute("ALTER TABLE fiscal_document DISABLE TRIGGER USER")
        cr.execute(statement)
        cr.execute("ALTER TABLE fiscal_document ENABLE TRIGGER USER")
        cr.commit()
        cr.execute("ANALYZE fiscal_document")


def _asked(shop: Shop) -> dict[str, float]:
    asks = {
        "buffer": lambda env, till: env["kkt.monitor"]._buffer_status(till),
        "sender": lambda env, till: env["fiscal.document"]._next_due(till.id, 1),
        "due": lambda env, _till: env["fiscal.ofd"]._due_devices(),
        "page": lambda env, _till: env["kkt.overview"].read_overview(),
        "metrics": lambda env, _till: _scrape(env(su=True)),
    }

    def ask(name: str) -> None:
        with shop.env() as env:
            asks[name](env, env["kkt.device"].browse(shop.device_id))

    taken: dict[str, list[float]] = {name: [] for name in asks}
    for number in range(-3, REPETITIONS):
        for name, each in taken.items():
            spent = milliseconds(partial(ask, name))
            if number >= 0:
                each.append(spent)
    return {name: median(each) for name, each in taken.items()}


def _scrape(env) -> None:
    from prometheus_client import generate_latest

    from odoo.addons.optics_kkt_driver.models.kkt_metrics import Seen

    records = (env[model].search([]) for model in ("kkt.device", "fiscal.ofd", "kkt.site"))
    assert b"optics_scrape_success 1.0" in generate_latest(
        env["kkt.metrics"]._registry(Seen(*records))
    )


def run() -> None:
    database = TestDatabase()
    try:
        shop = Shop(database, development=True)
        with OfdProcess() as ofd:
            with shop.env() as env:
                device = env["kkt.device"].browse(shop.device_id)
                device.buffer_size = 5000
                device.ofd_id.url = ofd.url
            drain(shop, ofd)
            history(shop)
        shop.close()
    finally:
        database.drop()
