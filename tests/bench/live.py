"""A running server beside an OFD of its own process: what its delivery costs a cashier."""

from __future__ import annotations

import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from statistics import median, quantiles
from uuid import uuid4

import requests

from tests.acceptance.harness.database import TestDatabase
from tests.acceptance.harness.ofd_process import OfdProcess
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.sightings import Sightings
from tests.acceptance.harness.till import Till
from tests.bench.timing import milliseconds, show

BLOCK = 15
"""Sales of one condition, before the other one has its turn."""
BLOCKS = 3
DRAINED = int(os.environ.get("BENCH_DRAIN", "200"))
TILLS = 8
MANY_TILLS, SILENT_TILLS = 40, 5
BEATS = {True: 5, False: 86400}
"""Seconds between two heartbeats, with and as good as without."""
ROUND = re.compile(r"Job 'Tills and OFDs: ask [^\n]* fully done [^\n]*duration ([0-9.]+)s")
"""What Odoo's log says of a round that is over."""
SCRAPES = 5
"""Seconds between two looks of whoever watches; Prometheus usually takes 15."""
RESPONSE = 0.35
"""Seconds that a real OFD takes for an answer."""
SILENT = 60.0
"""Seconds: beyond all time-outs."""
DRAIN_WITHIN = 300


class LiveShop:
    """A server with eight tills of one operator."""

    def __init__(self, server: OdooServer, ofd: OfdProcess) -> None:
        self.server, self.ofd = server, ofd
        for name, value in {"buffer_max_size": 5000, "ofd_retry_cap": 2}.items():
            server.sql(
                "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)"
                " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                f"optics_kkt.{name}",
                str(value),
            )
        server.sql("UPDATE fiscal_ofd SET url = %s", ofd.url)
        server.sql("UPDATE res_company SET fiscal_buffer_size = 0")
        first = Till(server)
        first.slow_down()
        self.tills = [first, *(self.copy(first, number) for number in range(2, TILLS + 1))]
        for till in self.tills:
            till.sell_until_signed(str(uuid4()))
        self.wait_until_drained()

    def copy(self, till: Till, number: int) -> Till:
        code = f"POS-{number:03d}"
        self.server.rpc("kkt.device", "copy", [till.id], {"name": code, "code": code})
        return Till(self.server, code)

    def wait_until_beaten(self, tills: int) -> None:
        """Wait until the heartbeat has asked so many tills; the ticker rings for it."""
        self.server.wait_for_sql(
            "SELECT 1 FROM kkt_device_status HAVING count(beat_at) >= %s",
            tills,
            timeout=DRAIN_WITHIN,
        )

    def sell(self, till: Till) -> float:
        """Milliseconds of one sale."""
        return milliseconds(partial(till.sell_until_signed, str(uuid4())))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let what is signed meanwhile wait; then it is sent at once."""
        endpoints = [row["id"] for row in self.server.sql("SELECT id FROM fiscal_ofd")]
        self.server.rpc("fiscal.ofd", "action_stop", endpoints)
        yield
        self.server.rpc("fiscal.ofd", "action_try_now", endpoints)

    def waiting(self) -> int:
        (row,) = self.server.sql(
            "SELECT count(*) AS n FROM fiscal_document WHERE state = 'printed' AND fd_number > 0"
        )
        count: int = row["n"]
        return count

    def wait_until_drained(self) -> None:
        deadline = time.monotonic() + DRAIN_WITHIN
        while self.waiting():
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.waiting()} documents still wait")
            time.sleep(0.05)

    def fill(self, tills: list[Till], count: int) -> None:
        """Have so many documents wait, spread over these tills; to be called while paused."""
        with ThreadPoolExecutor(len(tills)) as pool:
            list(pool.map(self.sell, tills * (count // len(tills))))


def silent_ofd(shop: LiveShop) -> list[tuple[str, str]]:
    """Sales in blocks by turns: the OFD answers at once, or not at all."""
    till = shop.tills[0]
    spent: dict[bool, list[float]] = {False: [], True: []}
    for number in range(2 * BLOCKS):
        silent = bool(number % 2)
        if silent:
            shop.ofd.set_failure(response_delay=SILENT)
        for _sale in range(BLOCK):
            spent[silent].append(shop.sell(till))
        shop.ofd.set_success()
        with shop.paused():
            pass
        shop.wait_until_drained()
    healthy, silent_ms = median(spent[False]), median(spent[True])
    return [
        ("a sale, the OFD answers at once (1.0)", f"{healthy:.0f} ms"),
        ("a sale, the OFD is silent (goal: 1.1)", _ratio(silent_ms, healthy)),
    ]


def draining(shop: LiveShop) -> list[tuple[str, str]]:
    """Sales while the buffer drains, beside sales while nothing waits."""
    till = shop.tills[0]
    calm = [shop.sell(till) for _sale in range(2 * BLOCK)]
    shop.wait_until_drained()
    shop.ofd.set_failure(response_delay=RESPONSE)
    with shop.paused():
        shop.fill([till], DRAINED)
    busy = []
    while shop.waiting() > BLOCK and len(busy) < 4 * BLOCK:
        busy.append(shop.sell(till))
    shop.ofd.set_success()
    shop.wait_until_drained()
    return [
        ("a sale, nothing waits (1.0)", f"{median(calm):.0f} ms"),
        (
            f"a sale while {DRAINED} drain (goal: 1.2; n = {len(busy)})",
            _ratio(median(busy), median(calm)),
        ),
    ]


def drain(shop: LiveShop, tills: int, goal: int) -> list[tuple[str, str]]:
    with shop.paused():
        shop.fill(shop.tills[:tills], DRAINED)
    shop.ofd.set_failure(response_delay=RESPONSE)
    waiting = shop.waiting()
    spent = milliseconds(shop.wait_until_drained) / 1000
    shop.ofd.set_success()
    alone = waiting * RESPONSE
    return [
        (
            f"{waiting} documents of {tills} till(s), {RESPONSE} s each (goal: {goal} s)",
            f"{spent:.1f} s  × {spent / alone:.2f} of one after the other",
        )
    ]


def drains(shop: LiveShop) -> list[tuple[str, str]]:
    """How long what has piled up takes, at an OFD that is as slow as a real one."""
    return [*drain(shop, 1, 75), *drain(shop, TILLS, 20)]


def hung_till(shop: LiveShop) -> list[tuple[str, str]]:
    """The others' sales while one till answers nothing, and somebody asks it all the time."""
    hung, *others = shop.tills
    calm = [shop.sell(till) for till in others * 3]
    hung.set_faults(silent=True)
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            hung.sell(str(uuid4()))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    busy = [shop.sell(till) for till in others * 3]
    stop.set()
    asking.join(30)
    hung.mend()
    return [
        ("a sale, all tills answer (1.0)", f"{median(calm):.0f} ms"),
        ("a sale, one till of eight is silent (goal: 1.1)", _ratio(median(busy), median(calm))),
    ]


def acknowledged(shop: LiveShop) -> list[tuple[str, str]]:
    """How soon the operator has what is signed: from the commit to its word, kept."""
    waits = []
    with Sightings(shop.server) as seen:
        for key in (str(uuid4()) for _sale in range(2 * BLOCK)):
            shop.tills[0].sell_until_signed(key)
            waits.append(seen.wait_for(key, timeout=60) - seen.signed[key])
    p95 = quantiles(waits, n=20, method="inclusive")[-1]
    return [
        ("signed to acknowledged, median (goal: 1 s)", f"{median(waits):.2f} s"),
        ("signed to acknowledged, p95 (goal: 1 s)", f"{p95:.2f} s"),
    ]


def heartbeat(shop: LiveShop) -> list[tuple[str, str]]:
    """How long a round over many tills takes, some of them silent; sales with it and without."""
    first = shop.tills[0]
    numbers = range(TILLS + 1, MANY_TILLS + 1)
    more = [shop.copy(first, number) for number in numbers]
    shop.wait_until_beaten(MANY_TILLS)  # a till has no memory before it was first spoken to
    for till in more[:SILENT_TILLS]:
        till.set_faults(silent=True)
    spent: dict[bool, list[float]] = {False: [], True: []}
    begun = len(shop.server.log.read_text())
    for number in range(2 * BLOCKS):
        is_on = bool(number % 2)
        shop.server.configure(heartbeat_interval=BEATS[is_on])
        until = time.monotonic() + 3 * BEATS[True]
        while time.monotonic() < until:
            spent[is_on].append(shop.sell(first))
    taken = max(map(float, ROUND.findall(shop.server.log.read_text()[begun:])))
    silent, calm = median(spent[True]), median(spent[False])
    return [
        (
            f"the longest round, {MANY_TILLS} tills, {SILENT_TILLS} silent (goal: 5 s)",
            f"{taken:.1f} s",
        ),
        ("a sale without a heartbeat (1.0)", f"{calm:.0f} ms"),
        (f"a sale, a round every {BEATS[True]} s (goal: 1.05)", _ratio(silent, calm)),
    ]


def scraped(shop: LiveShop) -> list[tuple[str, str]]:
    """Sales of eight tills at once, while somebody reads the metrics and while nobody does."""
    spent: dict[bool, list[float]] = {False: [], True: []}
    reading: list[float] = []
    for number in range(2 * BLOCKS):
        is_on, stop = bool(number % 2), threading.Event()
        reader = threading.Thread(target=_read_metrics, args=(shop, stop, reading), daemon=True)
        if is_on:
            reader.start()
        with ThreadPoolExecutor(TILLS) as pool:
            spent[is_on] += pool.map(shop.sell, shop.tills * BLOCK)
        stop.set()
        if is_on:
            reader.join(30)
    shop.wait_until_drained()
    return [
        ("reading them beside eight selling tills, median", f"{median(reading):.0f} ms"),
        ("a sale of eight at once, nobody reads (1.0)", f"{median(spent[False]):.0f} ms"),
        (
            f"a sale, read every {SCRAPES} s (goal: 1.05)",
            _ratio(median(spent[True]), median(spent[False])),
        ),
    ]


def _read_metrics(shop: LiveShop, stop: threading.Event, reading: list[float]) -> None:
    def read() -> None:
        requests.get(f"{shop.server.url}/metrics", timeout=30).raise_for_status()

    while not stop.wait(SCRAPES):
        reading.append(milliseconds(read))


def _ratio(spent: float, baseline: float) -> str:
    return f"{spent:.0f} ms  × {spent / baseline:.2f}"


MEASURES = (acknowledged, silent_ofd, draining, hung_till, drains, heartbeat, scraped)


def run() -> None:
    database = TestDatabase()
    os.environ.setdefault("TEST_RUN_DIR", tempfile.mkdtemp(prefix="opticserp-bench-"))
    server = OdooServer(database)
    try:
        with OfdProcess() as ofd:
            server.start()
            shop = LiveShop(server, ofd)
            # Each when it is done: a part that fails takes no other's figures along.
            for measure in MEASURES:
                show((measure.__doc__ or "").partition("\n")[0], measure(shop))
    finally:
        server.kill()
        database.drop()
