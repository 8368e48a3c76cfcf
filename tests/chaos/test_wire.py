"""Two servers in peace, and a bad wire: what a sender promises can be counted exactly.

Each bug of ``planted/chaos_planted`` must be seen here, or by a history like that of the monkey.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.acceptance.harness.till import Till
from tests.chaos.history import overlapping
from tests.chaos.shop import QUIET_WITHIN, Shop
from tests.chaos.wire import Call, Mode

SALES = 4
NEVER = 1000
"""Calls that nobody makes here."""
TILLS = 4
"""So many senders one server has for an endpoint."""
PROBES = 2
ON_THE_WAY = 0.2
"""Seconds in which a call that was let through just before the breaker opened is on the wire."""


def lose_answers(shop: Shop, till: Till) -> list[str]:
    """Sell at both servers while acknowledgements are lost, then one late; what was wrong."""
    shop.settle(circuit_breaker_threshold=NEVER, ofd_retry_cap=1, ofd_read_timeout=5)
    shop.wire.disturb(Mode.LOSE, calls=SALES)
    shop.wire.disturb(Mode.DELAY, calls=1)
    keys = [f"lost-{number}" for number in range(SALES)]
    doors = [Till(server) for server in shop.servers] * SALES
    with ThreadPoolExecutor(SALES) as pool:
        answers = list(pool.map(lambda door, key: door.sell(key), doors, keys))
    wait_for(lambda: shop.wire.done["delay"] == 1)
    shop.wait_until_quiet()
    refused = [
        f"{key}: {answer.status_code} at the first asking"
        for key, answer in zip(keys, answers, strict=True)
        if answer.status_code != 201
    ]
    return refused + shop.history(till, []).violations_in_peace()


def be_silent(shop: Shop, first: Till) -> list[Call]:
    """Open the breaker of some tills' endpoint; the calls that were made while it was open."""
    shop.settle(circuit_breaker_threshold=2, ofd_read_timeout=1, ofd_retry_cap=1)
    shop.wire.disturb(Mode.SILENT, calls=NEVER)
    for till in tills_like(first):
        assert till.sell(f"silent-{till.code}").status_code == 201
    shop.servers[0].wait_for_sql("SELECT 1 FROM fiscal_ofd_breaker WHERE state = 'open'")
    opened = time.time() + ON_THE_WAY
    probes: list[Call] = []

    def have_ended() -> bool:
        probes[:] = [call for call in list(shop.wire.calls) if call.begun >= opened]
        return sum(call.ended <= time.time() for call in probes) >= PROBES

    wait_for(have_ended)
    shop.wire.calm()
    first.server.rpc("fiscal.ofd", "action_try_now", first.server.rpc("fiscal.ofd", "search", []))
    shop.wait_until_quiet()
    return probes


def tills_like(first: Till) -> list[Till]:
    codes = [f"POS-00{number}" for number in range(2, TILLS + 1)]
    for code in codes:
        first.server.rpc("kkt.device", "copy", [first.id], {"name": code, "code": code})
    return [first, *(Till(first.server, code) for code in codes)]


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + QUIET_WITHIN
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_sender_keeps_its_promises(shop: Shop) -> None:
    till = shop.open()
    assert lose_answers(shop, till) == []

    probes = be_silent(shop, till)
    assert len(probes) >= PROBES
    assert overlapping(probes) == []
    assert not shop.servers[0].sql("SELECT 1 FROM fiscal_document WHERE state <> 'delivered'")


@pytest.mark.full
@pytest.mark.parametrize(
    ("bug", "seen"),
    [
        ("a new key after a failure", "sent under keys"),
        ("attempts not counted", "failed attempts"),
        ("no outbox lock", "at the same time"),
        ("no lane lock", "at the first asking"),
    ],
)
def test_a_planted_bug_of_the_sender_is_caught(shop: Shop, bug: str, seen: str) -> None:
    shop.plant(bug)
    violations = lose_answers(shop, shop.open())
    print(f"\n{bug}: {violations}")
    assert [each for each in violations if seen in each]


@pytest.mark.full
def test_a_planted_bug_of_the_breaker_is_caught(shop: Shop) -> None:
    shop.plant("everybody probes")
    together = overlapping(be_silent(shop, shop.open()))
    print(f"\neverybody probes: {len(together)} pairs of probes at the same time")
    assert together
