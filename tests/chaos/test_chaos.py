"""Servers, PostgreSQL, the OFD and its wire fail at random under load: each sale is one receipt.

CHAOS_KILLS disturbances (12 unless told, `make chaos` does 200); CHAOS_SEED repeats a run's
choices, though not its timing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from tests.chaos.clients import Client
from tests.chaos.monkey import OUTSIDE, Monkey
from tests.chaos.shop import QUIET_WITHIN, Shop

KILLS = int(os.environ.get("CHAOS_KILLS", "12"))
SEED = int(os.environ.get("CHAOS_SEED", time.time_ns() % 1_000_000))
CLIENTS = 4
CUT_OFFS = 2
"""Of each server, in the test of a lost lane."""
OUTAGE = 3.0
"""Seconds, longer than anybody's first attempt to reconnect."""
SECONDS_A_KILL = 20
"""A run is given up when it needs more on average; four to six are usual."""


def sell_under(
    monkey: Monkey, shop: Shop, kills: int, also: Callable[[], None] | None = None
) -> list[Client]:
    """Let the clients sell while the monkey acts `kills` times, then end their sales."""
    deadline = time.monotonic() + kills * SECONDS_A_KILL + QUIET_WITHIN
    clients = [Client(f"client{number}", shop.servers, deadline) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        while sum(monkey.done.values()) < kills and time.monotonic() < deadline:
            monkey.act()
        if also:
            also()
    finally:
        monkey.leave()
        for client in clients:
            client.stop()
        for client in clients:
            client.join(QUIET_WITHIN)
    return clients


def test_nothing_is_lost_or_doubled(shop: Shop) -> None:
    till = shop.open()
    monkey = Monkey(shop.servers, shop.cluster, shop.wire, SEED)
    started = time.monotonic()
    clients = sell_under(monkey, shop, KILLS)
    shop.wait_until_quiet()
    end = shop.history(till, clients)
    of_the_wire = sum(monkey.done[what] for what in OUTSIDE)
    print(
        f"\nseed {SEED}: {sum(monkey.done.values())} disturbances, {of_the_wire} of the wire, in"
        f" {time.monotonic() - started:.0f} s {dict(monkey.done)};"
        f" {len(end.told)} sales in {sum(client.asked for client in clients)} requests,"
        f" {len(end.drive)} documents on the drive, {len(end.ofd)} at the OFD"
        f" in {len(end.calls)} calls {dict(shop.wire.done)}"
    )
    assert not [client.trouble for client in clients if client.trouble]
    assert sum(monkey.done.values()) == KILLS
    assert len(end.told) >= KILLS
    assert end.violations() == []


def test_delivery_goes_on_after_postgresql_was_away(shop: Shop) -> None:
    """No server is restarted: jobs that were cut off deliver what is sold afterwards."""
    till = shop.open()
    assert till.sell("before").status_code == 201
    till.wait_for("before", "delivered", timeout=30)
    shop.cluster.outage(OUTAGE)
    clients = [Client("after", shop.servers, time.monotonic() + QUIET_WITHIN)]
    clients[0].start()
    till.wait_for("after-3", "delivered", timeout=QUIET_WITHIN)
    clients[0].stop()
    clients[0].join(QUIET_WITHIN)
    shop.wait_until_quiet()
    assert shop.history(till, clients).violations() == []


def test_a_server_that_lost_its_lane_does_no_harm(shop: Shop) -> None:
    """Frozen and cut off beyond the deadline, it wakes while the other works its lane."""
    till = shop.open()
    monkey = Monkey(shop.servers, shop.cluster, shop.wire, SEED)
    clients = sell_under(monkey, shop, 0, also=lambda: freeze_in_turn(monkey, shop))
    shop.wait_until_quiet()
    assert not [client.trouble for client in clients if client.trouble]
    assert shop.history(till, clients).violations() == []


def freeze_in_turn(monkey: Monkey, shop: Shop) -> None:
    for _ in range(CUT_OFFS):
        for server in shop.servers:
            time.sleep(1)
            monkey.freeze(server, cut_off=True)


@pytest.mark.full
def test_a_planted_bug_is_caught(shop: Shop) -> None:
    """A lookup that always answers "not signed" doubles receipts: this harness must see it."""
    shop.plant("lookup finds nothing")
    till = shop.open()
    clients = [
        Client(f"planted{number}", shop.servers, time.monotonic() + 60) for number in range(2)
    ]
    for client in clients:
        client.start()
    till.wait_for_signature(1, timeout=30)
    for _ in range(3):
        till.wait_for_signature(len(till.signed_receipts()) + 1)
        for server in shop.servers:
            server.kill()
        shop.start()
    for client in clients:
        client.stop()
        client.join(QUIET_WITHIN)
    assert [each for each in shop.history(till, clients).violations() if "doubled" in each]
