"""Two minutes of a shop's day, for the pictures of the dashboards.

    bash scripts/dashboard_pictures.sh

starts a server of its own with two tills of two operators and a Prometheus that reads it each
second, sells while operators and tills have their troubles, and draws what Prometheus has read.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import requests

from scripts.devtools.dashboard_pictures import pictures
from scripts.devtools.dashboard_shapes import Window
from scripts.devtools.settings import ROOT
from scripts.devtools.templates import build_suite_template
from tests.acceptance.harness.database import TestDatabase
from tests.acceptance.harness.prometheus import running
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till

SETTINGS = {
    "sync_interval": 1,
    "heartbeat_interval": 5,
    "circuit_breaker_threshold": 3,
    "circuit_breaker_recovery": 10,
    "ofd_retry_cap": 5,
}
BUFFER = 20
STEP = 1
"""Seconds between two points of a picture, as between two scrapes."""
SOON = 60
"""Seconds in which what was mended must be well."""
_keys = count(1)


@contextmanager
def shop() -> Iterator[tuple[Till, Till]]:
    """Two tills, each with an operator of its own, on a new server; both have sold."""
    database = TestDatabase()
    server = OdooServer(database)
    try:
        server.start()
        server.configure(**SETTINGS)
        first = Till(server)
        first.slow_down()
        server.rpc("kkt.device", "write", [first.id], {"buffer_size": BUFFER})
        server.rpc("kkt.device", "copy", [first.id], {"name": "Касса 2", "code": "POS-002"})
        second = Till(server, "POS-002")
        (row,) = server.sql("SELECT ofd_id FROM kkt_device WHERE id = %s", first.id)
        (other,) = server.rpc("fiscal.ofd", "copy", [row["ofd_id"]], {"name": "Запасной ОФД"})
        server.rpc("kkt.device", "write", [second.id], {"ofd_id": other})
        for till in (first, second):
            till.sell_until_signed(_key())
            _count_the_drawer(till)
        yield first, second
    finally:
        server.stop()
        database.drop()


def day(first: Till, second: Till) -> None:
    """What happens, in about two minutes; each part is bounded by its number of sales."""
    _sell((first, second), sales=8, pause=1.5)
    first.slow_down(sign_delay=1.5)
    _sell((first, second), sales=8, pause=0.5)
    first.slow_down()
    _refuse_one(second)
    first.ofd("set-failure", response_delay=1.0, delay_spread=2.0)
    _sell((first, second), sales=8, pause=1.0)
    first.ofd("set-failure", permanent_failure=True, status_code=503)
    _sell((first, first, second), sales=24, pause=0.8)
    first.ofd("set-success")
    _lose_one(first)
    _stop_for_a_while(second)
    _sell((first, second), sales=14, pause=1.2)
    first.ofd("set-failure", permanent_failure=True, status_code=503)
    _sell((first, first, first, second), sales=8, pause=0.5)


def _key() -> str:
    return f"pictured {next(_keys)}"


def _sell(tills: tuple[Till, ...], sales: int, pause: float) -> None:
    """Sell by turns, with seconds between."""
    for number in range(sales):
        tills[number % len(tills)].sell_until_signed(_key())
        time.sleep(pause)


def _count_the_drawer(till: Till) -> None:
    """Have the till tell its counters."""
    answer = requests.post(
        f"{till.server.url}/v1/kkt/x_report",
        json={"pos_id": till.code},
        headers={"X-Idempotency-Key": _key()},
        timeout=60,
    )
    answer.raise_for_status()


def _refuse_one(till: Till) -> None:
    """The OFD does not accept one document, for good."""
    key = _key()
    till.wait_for_buffer(pending_count=0, timeout=SOON)
    till.ofd("set-failure", failure_count=1, status_code=422)
    till.sell_until_signed(key)
    till.wait_for(key, "dead", timeout=SOON)


def _lose_one(till: Till) -> None:
    """The answer to a signed sale is lost; the server finds out by itself."""
    key = _key()
    till.set_faults(lost_answer="after_signing", times=1)
    seller = till.sell_in_background(key)
    till.wait_for(key, "printed", "delivered", timeout=SOON)
    seller.join(SOON)
    till.mend()


def _stop_for_a_while(till: Till) -> None:
    """A person stops sending to a till's operator, and lets it go on."""
    (row,) = till.server.sql("SELECT ofd_id FROM kkt_device WHERE id = %s", till.id)
    till.server.rpc("fiscal.ofd", "action_stop", [row["ofd_id"]])
    _sell((till,), sales=6, pause=1.5)
    till.server.rpc("fiscal.ofd", "action_try_now", [row["ofd_id"]])


def main() -> None:
    build_suite_template()
    with tempfile.TemporaryDirectory() as folder, shop() as (first, second):
        monitoring = Path(folder) / "monitoring"
        shutil.copytree(ROOT / "monitoring", monitoring)
        target = f"127.0.0.1:{first.server.port}"
        with running(os.environ["PROMETHEUS"], monitoring / "prometheus.yml", target) as prometheus:
            prometheus.wait_for('up{job="optics"} == 1')
            # Rates are of a minute: without one before it the day would begin with a ramp.
            _sell((first, second), sales=32, pause=1.8)
            started = int(time.time())
            day(first, second)
            # So that the last scrape has seen the last sale.
            time.sleep(2 * STEP)
            window = Window(started, int(time.time()), STEP)
            for file in pictures(prometheus.address, window):
                print(file.relative_to(ROOT))


if __name__ == "__main__":
    main()
