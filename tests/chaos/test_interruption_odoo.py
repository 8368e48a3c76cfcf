"""One fault at each kind of message between a real Odoo server and a till: one document each.

The client repeats its key until it is answered, as it should. The whole matrix, without Odoo, is
in ``test_interruption.py``.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import database
from tests.acceptance.harness.database import TestDatabase
from tests.acceptance.harness.real_till import RealTill
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import SUNGLASSES
from tests.chaos.clients import Client
from tests.chaos.history import History
from tests.wire.proxy import Fault, Message, Strike, named

EXECUTION_LIMIT = 2
"""Seconds."""
SALE_WITHIN = 60
"""Seconds from the first request with a key to its answer, whatever broke meanwhile."""
QUIET_WITHIN = 30
FAULTS = (Fault.LOSE, Fault.CUT, Fault.KILL_TILL, Fault.KILL_DRIVER)
DECISIVE = {"shtrih": "> command FF45", "atol": "> POST /api/v2/requests"}
"""Signs. Messages of kinds that come many times are struck after it."""


class OdooTill:
    """POS-001 of a server of its own, on an emulated till behind a proxy."""

    def __init__(self, driver: str, folder: Path, stack: ExitStack) -> None:
        self.driver = driver
        shop = TestDatabase()
        stack.callback(shop.drop)
        self.server = OdooServer(shop)
        stack.callback(self.server.kill)
        self.server.start()
        till = RealTill(self.server, driver, folder, stack, execution_limit=EXECUTION_LIMIT)
        self.emulator, self.proxy = till.emulator, till.proxy

    def sell(self, key: str) -> int:
        """Repeat one key until it is answered; the FD number that was told."""
        client = Client(key, [self.server], time.monotonic() + SALE_WITHIN)
        client.settle(key, SUNGLASSES)
        assert not client.trouble
        return client.sold[key]

    def sell_with(self, key: str, strike: Strike) -> tuple[int, Message | None]:
        """The same while a fault falls; also the message at which it fell."""
        self.proxy.arm(strike)
        fd_number = self.sell(key)
        struck = self.proxy.struck
        self.proxy.arm()
        return fd_number, struck

    def restart_server(self) -> None:
        self.server.kill()
        self.server.start(wait=False)

    def history(self, told: dict[str, int]) -> History:
        return History(
            told=told,
            rows=self.server.sql("SELECT * FROM fiscal_document ORDER BY id"),
            drive=self.emulator.documents(),
            ofd=[
                (row["fn_number"], row["fd_number"])
                for row in self.server.sql("SELECT fn_number, fd_number FROM ofd_mock_receipt")
            ],
        )

    def wait_until_quiet(self) -> None:
        """Until no document waits; what still does then, the history shows."""
        deadline = time.monotonic() + QUIET_WITHIN
        while time.monotonic() < deadline and self.server.sql(
            "SELECT 1 FROM fiscal_document"
            " WHERE state IN ('queued', 'printing', 'unknown', 'printed')"
        ):
            time.sleep(0.5)


@pytest.fixture(params=("shtrih", "atol"))
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OdooTill]:
    database.build_suite_template()
    with ExitStack() as stack:
        yield OdooTill(request.param, tmp_path / "till", stack)


def kinds_of(messages: list[Message], decisive: str) -> dict[str, str]:
    """Every kind of message of a sale, and after which one it is to be struck.

    Control bytes and answers that come with every command are struck where it matters most.
    """
    names = [str(message) for message in messages]
    later = names[names.index(decisive) + 1 :]
    return {name: decisive if name in later else "" for name in dict.fromkeys(names)}


def test_one_fault_at_each_kind_of_message_leaves_one_receipt(shop: OdooTill) -> None:
    told = {"opens-the-shift": shop.sell("opens-the-shift")}
    shop.proxy.arm()
    told["dry"] = shop.sell("dry")
    kinds = kinds_of(shop.proxy.messages, DECISIVE[shop.driver])
    struck = {}
    for (name, after), fault in zip(kinds.items(), itertools.cycle(FAULTS), strict=False):
        kill = shop.emulator.restart if fault is Fault.KILL_TILL else shop.restart_server
        strike = Strike(named(name, after=after), fault, kill)
        key = f"struck-{len(struck)}"
        told[key], message = shop.sell_with(key, strike)
        struck[name] = str(message)
    shop.wait_until_quiet()
    print(f"\n{shop.driver}: {len(struck)} kinds of messages struck, {len(told)} sales")
    assert struck == {name: name for name in kinds}
    assert shop.history(told).violations() == []
