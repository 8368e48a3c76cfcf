"""A TCP proxy between a driver and a till: it numbers messages and strikes at one of them."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tests.wire.messages import WireProtocol

BLOCK = 65536


class Fault(StrEnum):
    """What happens to the message that is struck."""

    CUT = "cut the link before it"
    CUT_AFTER = "cut the link after it"
    CUT_WITHIN = "cut the link within it"
    LOSE = "lose it and all that follows"
    KILL_DRIVER = "kill -9 the driver's process"
    KILL_TILL = "kill -9 the till"


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it passed: `number` counts from 1 since the proxy was last armed."""

    number: int
    to_till: bool
    name: str
    raw: bytes

    def __str__(self) -> str:
        return f"{'>' if self.to_till else '<'} {self.name}"


@dataclass(frozen=True, slots=True)
class Strike:
    """What to do, and at which message: the first one that `at` says yes to.

    `kill` ends the process that a fault names; a message that the dead one had sent still
    arrives, one that it was sent does not.
    """

    at: Callable[[Message], bool]
    fault: Fault
    kill: Callable[[], None] = lambda: None
    share: float = 0.5
    """How much of it passes before a cut within it."""


def numbered(number: int) -> Callable[[Message], bool]:
    """Strike at the message with this number."""
    return lambda message: message.number == number


def named(name: str, *, after: str = "") -> Callable[[Message], bool]:
    """Strike at the first message that is told as `name`, once one told as `after` has passed."""
    seen = not after

    def at(message: Message) -> bool:
        nonlocal seen
        if seen and str(message) == name:
            return True
        seen = seen or str(message) == after
        return False

    return at


class Proxy:
    """Listens on a port of its own; each connection gets one of its own to the till.

    One strike at a time: connections made after it are left alone until it is armed again.
    """

    def __init__(self, protocol: WireProtocol, till: tuple[str, int]) -> None:
        self._protocol = protocol
        self._till = till
        self._strike: Strike | None = None
        self._messages: list[Message] = []
        self._struck: Message | None = None
        self._links: set[_Link] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[Message]:
        """All that came since the proxy was armed, whether it passed or not."""
        with self._lock:
            return list(self._messages)

    @property
    def struck(self) -> Message | None:
        """The message at which the strike fell, once it has."""
        with self._lock:
            return self._struck

    def arm(self, strike: Strike | None = None) -> None:
        """Count from 1 again, and strike there; without a strike, only count."""
        with self._lock:
            self._messages, self._struck, self._strike = [], None, strike

    def cut_all(self) -> None:
        """Cut every connection that there is."""
        with self._lock:
            links = list(self._links)
        for link in links:
            link.cut()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            # A thread that waits in accept() is not woken by close() alone.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut_all()
        self._thread.join(5)

    # What connections ask ------------------------------------------------------------------------

    def note(self, raw: bytes, *, to_till: bool) -> Strike | None:
        """Count a message; return the strike if it falls at this one."""
        with self._lock:
            number = len(self._messages) + 1
            message = Message(number, to_till, self._protocol.name(raw, to_till=to_till), raw)
            self._messages.append(message)
            if self._strike is None or not self._strike.at(message):
                return None
            strike, self._strike, self._struck = self._strike, None, message
            return strike

    def forget(self, link: _Link) -> None:
        with self._lock:
            self._links.discard(link)

    def _accept(self) -> None:
        while True:
            try:
                driver, _ = self._listener.accept()
            except OSError:
                return
            try:
                till = socket.create_connection(self._till, timeout=5)
            except OSError:
                driver.close()
                continue
            link = _Link(self, self._protocol, driver, till)
            with self._lock:
                self._links.add(link)
            link.start()


class _Link:
    """One connection: two threads, one for each direction."""

    def __init__(
        self, proxy: Proxy, protocol: WireProtocol, driver: socket.socket, till: socket.socket
    ) -> None:
        self._proxy = proxy
        self._protocol = protocol
        self._driver, self._till = driver, till
        self._is_lost = False
        # A strike in one direction must not overtake what the other one is forwarding.
        self._turn = threading.Lock()
        for end in (driver, till):
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def start(self) -> None:
        for to_till in (True, False):
            threading.Thread(target=self._pump, args=(to_till,), daemon=True).start()

    def cut(self) -> None:
        for end in (self._driver, self._till):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._proxy.forget(self)

    def _pump(self, to_till: bool) -> None:
        source, target = (self._driver, self._till) if to_till else (self._till, self._driver)
        splitter = self._protocol.splitter()
        try:
            while data := source.recv(BLOCK):
                for message in splitter.feed(data):
                    with self._turn:
                        self._pass(message, target, to_till)
            if rest := splitter.rest():
                self._send(rest, target)
        except OSError:
            pass  # either end is gone, or we cut
        finally:
            self.cut()

    def _pass(self, message: bytes, target: socket.socket, to_till: bool) -> None:
        if self._is_lost:
            return
        strike = self._proxy.note(message, to_till=to_till)
        if strike is None:
            self._send(message, target)
            return
        match strike.fault:
            case Fault.LOSE:
                self._is_lost = True
            case Fault.CUT:
                self.cut()
            case Fault.CUT_AFTER:
                self._send(message, target)
                self.cut()
            case Fault.CUT_WITHIN:
                self._send(message[: int(len(message) * strike.share)], target)
                self.cut()
            case Fault.KILL_DRIVER | Fault.KILL_TILL:
                strike.kill()
                sender_died = to_till == (strike.fault is Fault.KILL_DRIVER)
                if sender_died:
                    self._send(message, target)

    def _send(self, data: bytes, target: socket.socket) -> None:
        if not self._is_lost:
            target.sendall(data)
