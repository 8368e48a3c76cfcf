"""What a driver adds to a receipt, beside a bare exchange of the same messages with the same till.

The till is an emulator that prints in no time. A receipt is what the flow makes of it: the
baseline is asked for, then the document is registered. The bare exchange sends what the driver
had sent, message by message, and waits for each answer; it understands none of them.
"""

from __future__ import annotations

import os
import re
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from kkt.drivers.clock import SystemClock
from kkt.drivers.contract import Intent
from kkt.drivers.registry import open_driver
from tests.bench.timing import interleaved, show
from tests.chaos.interruption.bench import PROTOCOLS, SETTINGS
from tests.chaos.interruption.scenarios import SCENARIOS
from tests.wire.messages import WireProtocol
from tests.wire.proxy import Message, Proxy
from tests.wire.till import EmulatedTill

RECEIPTS = int(os.environ.get("BENCH_RECEIPTS", "60"))
LIMIT = timedelta(seconds=30)
_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Seller:
    """Registers documents as the flow does: each with a driver that is opened for it."""

    def __init__(self, name: str, address: str) -> None:
        self._name = name
        self._settings = {
            **{key: value.format(address) for key, value in SETTINGS[name].items()},
            "timezone": "Europe/Moscow",
        }
        self._clock = SystemClock()

    def register(self, scenario: str) -> None:
        key = f"B{uuid4().hex[:7].upper()}"
        document = SCENARIOS[scenario].build(key)
        with closing(open_driver(self._name, self._settings)) as driver:
            baseline = driver.baseline(document)
            deadline = self._clock.now() + LIMIT
            driver.register(document, Intent(key, str(uuid4()), baseline, 1, deadline))

    def sell(self) -> None:
        self.register("sale")


class BareExchange:
    """Sends recorded messages over a socket; only a task's number is made anew each time."""

    def __init__(
        self, protocol: WireProtocol, till: tuple[str, int], recorded: Sequence[Message]
    ) -> None:
        self._protocol = protocol
        self._till = till
        self._recorded = recorded

    def __call__(self) -> None:
        fresh: dict[bytes, bytes] = {}
        with closing(socket.create_connection(self._till, timeout=10)) as link:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            answers = self._answers(link)
            for message in self._recorded:
                if message.to_till:
                    link.sendall(_UUID.sub(_renewed(fresh), message.raw))
                else:
                    next(answers)

    def _answers(self, link: socket.socket) -> Iterator[bytes]:
        splitter = self._protocol.splitter()
        while data := link.recv(65536):
            yield from splitter.feed(data)
        raise ConnectionError("the till has closed the connection")


def _renewed(fresh: dict[bytes, bytes]) -> Callable[[re.Match[bytes]], bytes]:
    return lambda found: fresh.setdefault(found[0], str(uuid4()).encode())


def recorded_sale(name: str, till: EmulatedTill) -> list[Message]:
    with closing(Proxy(PROTOCOLS[name], till.address)) as proxy:
        Seller(name, proxy.address).sell()
        return proxy.messages


def measure(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        till = EmulatedTill(name, Path(folder) / "till")
        stack.callback(till.kill)
        seller = Seller(name, "{}:{}".format(*till.address))
        seller.register("opening")
        messages = recorded_sale(name, till)
        bare = BareExchange(PROTOCOLS[name], till.address, messages)
        medians = interleaved({"driver": seller.sell, "bare": bare}, RECEIPTS)
    sent = sum(each.to_till for each in messages)
    size = sum(len(each.raw) for each in messages)
    ours, base = medians["driver"], medians["bare"]
    show(
        f"A receipt of two lines over TCP, driver {name}, {RECEIPTS} interleaved, nothing printed",
        [
            ("messages to the till, from it, bytes", f"{sent}, {len(messages) - sent}, {size}"),
            ("bare exchange of the same messages (1.0)", f"{base:.1f} ms"),
            (
                "driver: opened, baseline, registered (goal: × 2)",
                f"{ours:.1f} ms  × {ours / base:.2f}",
            ),
        ],
    )


def run() -> None:
    for name in PROTOCOLS:
        measure(name)
