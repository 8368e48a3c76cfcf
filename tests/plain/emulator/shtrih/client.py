"""The other end of the wire, in plain hexadecimal: nothing here is made by our own encoder."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from operator import xor
from pathlib import Path

from kkt.drivers.virtual import TillRegistration
from kkt.emulator.host import TillHost
from kkt.emulator.shtrih.door import TcpDoor, make_device
from kkt.emulator.wire_faults import FaultPlan, WireFault
from tests.plain.drivers.builders import FakeClock

REGISTRATION = TillRegistration(
    seed="emulator",
    user="ООО Оптика",
    user_inn="7707083893",
    retail_address="Санкт-Петербург, Невский пр., 1",
    retail_place="Салон оптики",
    taxation_types=63,
    ofd_name="ОФД",
    ofd_inn="7707083893",
)
ENQ, ACK, NAK = "05", "06", "15"
SYSTEM, CASHIER = "1E000000", "01000000"
"""Passwords 30 and 1."""
WAIT = 5.0
QUIET = 0.15
"""Seconds after which nothing is taken to come any more."""


class Closed(Exception):
    """The till has closed the connection."""


class Client:
    """One connection; requests and answers are hexadecimal, spaces are for the reader."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), WAIT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def set_patience(self, seconds: float) -> None:
        """How long to wait for each byte."""
        self._socket.settimeout(seconds)

    def end(self) -> None:
        """Say that no more comes from us."""
        self._socket.shutdown(socket.SHUT_WR)

    def send(self, told: str) -> None:
        self._socket.sendall(bytes.fromhex(told))

    def send_raw(self, raw: bytes) -> None:
        self._socket.sendall(raw)

    def read(self, size: int) -> str:
        """Exactly so many bytes. Raises Closed, and TimeoutError."""
        found = b""
        while len(found) < size:
            try:
                piece = self._socket.recv(size - len(found))
            except ConnectionError as error:
                raise Closed from error
            if not piece:
                raise Closed
            found += piece
        return hexed(found)

    def read_frame(self) -> str:
        """The DATA of a frame whose LRC is right."""
        assert self.read(1) == "02"
        size = int(self.read(1), 16)
        data = bytes.fromhex(self.read(size))
        assert int(self.read(1), 16) == lrc(data)
        return hexed(data)

    def is_quiet(self) -> bool:
        """Nothing comes for a while."""
        self._socket.settimeout(QUIET)
        try:
            return self._socket.recv(1) is None
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(WAIT)

    def ask(self, request: str) -> str:
        """A whole exchange: ENQ, the command, its answer, our ACK. The DATA of the answer."""
        self.send(ENQ)
        assert self.read(1) == NAK
        self.send_raw(framed(request))
        assert self.read(1) == ACK
        answer = self.read_frame()
        self.send(ACK)
        return answer

    def done(self, *requests: str) -> None:
        """Ask for each, and see that the till did it."""
        for request in requests:
            code = 2 if request.upper().startswith("FF") else 1
            answer = bytes.fromhex(self.ask(request))
            assert answer[code] == 0, f"{request}: {answer[code]:02X}h"

    def close(self) -> None:
        self._socket.close()


@dataclass(frozen=True, slots=True)
class Bench:
    """A till in this process whose clock stands still at 09:00 on 2 March 2026, in Moscow."""

    host: TillHost
    door: TcpDoor
    clock: FakeClock

    def client(self) -> Client:
        return Client(self.door.port)

    def faults(self, *rules: WireFault) -> None:
        self.host.plan.replace(rules)


@contextmanager
def bench(
    folder: Path, *, registration: TillRegistration = REGISTRATION, print_time: float = 0.0
) -> Iterator[Bench]:
    clock = FakeClock()
    host = TillHost(folder, registration, print_time=print_time, plan=FaultPlan(), clock=clock)
    door = TcpDoor(host, make_device(host), 0)
    try:
        yield Bench(host, door, clock)
    finally:
        door.close()
        host.close()


def lrc(data: bytes) -> int:
    return reduce(xor, data, len(data))


def framed(request: str) -> bytes:
    """STX LEN DATA LRC around DATA."""
    data = bytes.fromhex(request)
    return bytes((2, len(data))) + data + bytes((lrc(data),))


def hexed(data: bytes) -> str:
    return data.hex().upper()


def plain(told: str) -> str:
    """Hexadecimal without the reader's spaces."""
    return told.replace(" ", "")
