"""Servers and PostgreSQL are killed, frozen and cut off under load: each sale is one receipt.

CHAOS_KILLS disruptions (12 unless told, `make chaos` does 200); CHAOS_SEED repeats a run's choices,
though not its timing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kkt.virtual import VirtualTill
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till
from tests.chaos.clients import Client
from tests.chaos.cluster import Cluster, ClusterDatabase
from tests.chaos.history import History
from tests.chaos.monkey import Monkey

KILLS = int(os.environ.get("CHAOS_KILLS", "12"))
SEED = int(os.environ.get("CHAOS_SEED", time.time_ns() % 1_000_000))
CLIENTS = 4
CUT_OFFS = 2
"""Of each server, in the test of a lost lane."""
OUTAGE = 3.0
"""Seconds, longer than anybody's first attempt to reconnect."""
SECONDS_A_KILL = 20
"""A run is given up when it needs more on average; four to six are usual."""
QUIET_WITHIN = 90
"""Seconds for the servers to settle and deliver all, once nothing disturbs them."""
PLANTED = Path(__file__).parent / "planted"


@pytest.fixture
def servers(cluster: Cluster, database: ClusterDatabase) -> Iterator[list[OdooServer]]:
    """Two servers on one database: whatever happens to one, the other may take its lane."""
    servers = [OdooServer(database, cluster.environment) for _ in range(2)]
    yield servers
    for server in servers:
        server.kill()


def start(servers: list[OdooServer], *options: str) -> Till:
    """Start them with a till that is slow enough to be interrupted at any point."""
    # A killed delivery counts as an attempt; nobody here can wait five minutes for the next.
    servers[0].sql(
        "INSERT INTO ir_config_parameter (key, value) VALUES ('optics_kkt.ofd_retry_cap', '5')"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
    )
    for server in servers:
        server.start(*options)
    till = Till(servers[0])
    till.slow_down(sign_delay=0.1, print_time=0.1)
    return till


def sell_under(
    monkey: Monkey, servers: list[OdooServer], kills: int, also: Callable[[], None] | None = None
) -> list[Client]:
    """Let the clients sell while the monkey acts `kills` times, then end their sales."""
    deadline = time.monotonic() + kills * SECONDS_A_KILL + QUIET_WITHIN
    clients = [Client(f"client{number}", servers, deadline) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        while sum(monkey.done.values()) < kills and time.monotonic() < deadline:
            monkey.act()
        if also:
            also()
    finally:
        for client in clients:
            client.stop()
        for client in clients:
            client.join(QUIET_WITHIN)
    return clients


def wait_until_quiet(till: Till) -> None:
    """Until no document waits; what still does then, the history shows."""
    deadline = time.monotonic() + QUIET_WITHIN
    while time.monotonic() < deadline and till.server.sql(
        "SELECT 1 FROM fiscal_document WHERE state IN ('queued', 'printing', 'unknown', 'printed')"
    ):
        time.sleep(0.5)


def history(till: Till, clients: list[Client]) -> History:
    with closing(VirtualTill(till.memory)) as drive:
        last = drive.baseline().last_fd
        documents = [dict(drive.read(number)) for number in range(1, last + 1)]
    return History(
        told={key: number for client in clients for key, number in client.sold.items()},
        rows=till.server.sql("SELECT * FROM fiscal_document ORDER BY id"),
        drive=documents,
        ofd=[
            (row["fn_number"], row["fd_number"])
            for row in till.server.sql("SELECT fn_number, fd_number FROM ofd_mock_receipt")
        ],
    )


def test_nothing_is_lost_or_doubled(servers: list[OdooServer], cluster: Cluster) -> None:
    till = start(servers)
    monkey = Monkey(servers, cluster, SEED)
    started = time.monotonic()
    clients = sell_under(monkey, servers, KILLS)
    wait_until_quiet(till)
    end = history(till, clients)
    print(
        f"\nseed {SEED}: {sum(monkey.done.values())} disruptions in"
        f" {time.monotonic() - started:.0f} s {dict(monkey.done)};"
        f" {len(end.told)} sales in {sum(client.asked for client in clients)} requests,"
        f" {len(end.drive)} documents on the drive, {len(end.ofd)} at the OFD"
    )
    assert not [client.trouble for client in clients if client.trouble]
    assert sum(monkey.done.values()) == KILLS
    assert len(end.told) >= KILLS
    assert end.violations() == []


def test_delivery_goes_on_after_postgresql_was_away(
    servers: list[OdooServer], cluster: Cluster
) -> None:
    """No server is restarted: jobs that were cut off deliver what is sold afterwards."""
    till = start(servers)
    assert till.sell("before").status_code == 201
    till.wait_for("before", "delivered", timeout=30)
    cluster.outage(OUTAGE)
    clients = [Client("after", servers, time.monotonic() + QUIET_WITHIN)]
    clients[0].start()
    till.wait_for("after-3", "delivered", timeout=QUIET_WITHIN)
    clients[0].stop()
    clients[0].join(QUIET_WITHIN)
    wait_until_quiet(till)
    assert history(till, clients).violations() == []


def test_a_server_that_lost_its_lane_does_no_harm(
    servers: list[OdooServer], cluster: Cluster
) -> None:
    """Frozen and cut off beyond the deadline, it wakes while the other works its lane."""
    till = start(servers)
    monkey = Monkey(servers, cluster, SEED)
    clients = sell_under(monkey, servers, 0, also=lambda: freeze_in_turn(monkey, servers))
    wait_until_quiet(till)
    assert not [client.trouble for client in clients if client.trouble]
    assert history(till, clients).violations() == []


def freeze_in_turn(monkey: Monkey, servers: list[OdooServer]) -> None:
    for _ in range(CUT_OFFS):
        for server in servers:
            time.sleep(1)
            monkey.freeze(server, cut_off=True)


@pytest.mark.full
def test_a_planted_bug_is_caught(servers: list[OdooServer], cluster: Cluster) -> None:
    """A lookup that always answers "not signed" doubles receipts: this harness must see it."""
    for server in servers:
        server.environment["ODOO_ADDONS_PATH"] = f"{os.environ['ODOO_ADDONS_PATH']},{PLANTED}"
    till = start(servers, "--load=base,rpc,web,optics_kkt_driver,chaos_planted")
    monkey = Monkey(servers, cluster, SEED)
    clients = [Client(f"planted{number}", servers, time.monotonic() + 60) for number in range(2)]
    for client in clients:
        client.start()
    till.wait_for_signature(1, timeout=30)
    for _ in range(3):
        till.wait_for_signature(len(till.signed_receipts()) + 1)
        for server in servers:
            server.kill()
        for server in servers:
            server.start("--load=base,rpc,web,optics_kkt_driver,chaos_planted")
    for client in clients:
        client.stop()
        client.join(QUIET_WITHIN)
    assert monkey.done == {}
    assert [each for each in history(till, clients).violations() if "doubled" in each]
