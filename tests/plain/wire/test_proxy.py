"""The proxy hits the message that it was told to hit, and no other."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.wire.messages import Shtrih
from tests.wire.proxy import Fault, Proxy, Strike, named, numbered

ENQ, ACK, NAK = b"\x05", b"\x06", b"\x15"
COMMAND = bytes.fromhex("02 05 10 1E000000 0B")
ANSWER = bytes.fromhex("02 02 10 37 25")


class FakeTill:
    """Answers NAK to ENQ, and ACK and an answer to a command; writes down what came."""

    def __init__(self) -> None:
        self.came = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            with closing(link):
                self._link = link
                self._speak(link)

    def die(self) -> None:
        """Let go of the link as a killed process does; the next one finds it started again."""
        self._link.shutdown(socket.SHUT_RDWR)

    def _speak(self, link: socket.socket) -> None:
        splitter = Shtrih().splitter()
        try:
            while data := link.recv(4096):
                self.came += data
                for message in splitter.feed(data):
                    if message == ENQ:
                        link.sendall(NAK)
                    elif message == COMMAND:
                        link.sendall(ACK + ANSWER)
        except OSError:
            return


@pytest.fixture
def till() -> Iterator[FakeTill]:
    till = FakeTill()
    yield till
    till.listener.shutdown(socket.SHUT_RDWR)
    till.listener.close()


@pytest.fixture
def proxy(till: FakeTill) -> Iterator[Proxy]:
    proxy = Proxy(Shtrih(), till.address)
    yield proxy
    proxy.close()


@pytest.fixture
def connect(proxy: Proxy) -> Iterator[Callable[[], socket.socket]]:
    opened = []

    def connect() -> socket.socket:
        link = socket.create_connection(("127.0.0.1", proxy.port), timeout=5)
        opened.append(link)
        return link

    yield connect
    for link in opened:
        link.close()


def exchange(link: socket.socket) -> bytes:
    """One command as a driver sends it; all that came back until the end or silence."""
    came = b""
    for sent, wanted in ((ENQ, NAK), (COMMAND, ACK + ANSWER)):
        try:
            link.sendall(sent)
            came += receive(link, len(wanted))
        except OSError:
            break
    return came


def receive(link: socket.socket, size: int) -> bytes:
    """So many bytes, or fewer when the link is cut or silent."""
    came = b""
    link.settimeout(0.3)
    try:
        while len(came) < size and (data := link.recv(size - len(came))):
            came += data
    except TimeoutError:
        pass
    link.settimeout(5)
    return came


Connect = Callable[[], socket.socket]


def test_without_a_strike_all_passes_and_is_numbered(proxy: Proxy, connect: Connect) -> None:
    assert exchange(connect()) == NAK + ACK + ANSWER
    seen = [(each.number, str(each)) for each in proxy.messages]
    assert seen == [
        (1, "> ENQ"),
        (2, "< NAK"),
        (3, "> command 10"),
        (4, "< ACK"),
        (5, "< answer 10"),
    ]
    assert proxy.struck is None
    proxy.arm()
    assert proxy.messages == []


@pytest.mark.parametrize(
    ("fault", "number", "to_driver", "to_till"),
    [
        (Fault.CUT, 1, b"", b""),
        (Fault.CUT, 3, NAK, ENQ),
        (Fault.CUT, 5, NAK + ACK, ENQ + COMMAND),
        (Fault.CUT_AFTER, 3, NAK, ENQ + COMMAND),
        (Fault.CUT_WITHIN, 3, NAK, ENQ + COMMAND[:4]),
        (Fault.CUT_WITHIN, 5, NAK + ACK + ANSWER[:2], ENQ + COMMAND),
        (Fault.LOSE, 2, b"", ENQ),
        (Fault.LOSE, 3, NAK, ENQ),
        (Fault.LOSE, 4, NAK, ENQ + COMMAND),
    ],
)
def test_a_strike_falls_at_its_message(
    fault: Fault,
    number: int,
    to_driver: bytes,
    to_till: bytes,
    proxy: Proxy,
    till: FakeTill,
    connect: Connect,
) -> None:
    proxy.arm(Strike(numbered(number), fault))
    link = connect()
    # Where the link was cut, what the till had sent before it may be lost with it.
    assert exchange(link) in (to_driver, to_driver[:-1])
    assert proxy.struck is not None and proxy.struck.number == number
    link.close()
    assert exchange(connect()) == NAK + ACK + ANSWER, "one strike only"
    assert till.came == to_till + ENQ + COMMAND


def test_a_lost_link_stays_silent_and_open(proxy: Proxy, connect: Connect) -> None:
    proxy.arm(Strike(numbered(2), Fault.LOSE))
    link = connect()
    link.sendall(ENQ)
    link.settimeout(0.3)
    with pytest.raises(TimeoutError):
        link.recv(1)
    link.sendall(ENQ + COMMAND)
    with pytest.raises(TimeoutError):
        link.recv(1)
    assert [str(each) for each in proxy.messages] == ["> ENQ", "< NAK"]


@pytest.mark.parametrize(
    ("fault", "number", "to_driver", "to_till"),
    [
        (Fault.KILL_DRIVER, 3, NAK, ENQ + COMMAND),
        (Fault.KILL_DRIVER, 2, b"", ENQ),
        (Fault.KILL_TILL, 3, NAK, ENQ),
        (Fault.KILL_TILL, 5, NAK + ACK + ANSWER, ENQ + COMMAND),
    ],
)
def test_what_the_dead_had_sent_arrives(
    fault: Fault,
    number: int,
    to_driver: bytes,
    to_till: bytes,
    proxy: Proxy,
    till: FakeTill,
    connect: Connect,
) -> None:
    link = connect()

    def die() -> None:
        link.shutdown(socket.SHUT_RDWR)

    proxy.arm(Strike(numbered(number), fault, die if fault is Fault.KILL_DRIVER else till.die))
    assert exchange(link) == to_driver
    exchange(connect())
    assert till.came == to_till + ENQ + COMMAND


def test_a_strike_may_wait_for_a_kind_of_message(proxy: Proxy, connect: Connect) -> None:
    proxy.arm(Strike(named("< NAK", after="< answer 10"), Fault.CUT))
    link = connect()
    assert exchange(link) == NAK + ACK + ANSWER
    assert exchange(link) == b""
    assert proxy.struck is not None and proxy.struck.number == 7
