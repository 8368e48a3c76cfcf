"""The wire between our servers and an operator, with all that can happen to a call on it."""

from __future__ import annotations

import json
import math
import re
import socket
import struct
import threading
import time
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Self

from tests.acceptance.harness.ofd_process import OfdProcess

HOST = "127.0.0.1"
DELAY = 2.5
"""Seconds that an answer is held back: the job, which waits for one, has run again by then."""
DROP = 0.02
"""Seconds between two bytes of an answer that drips."""
LONGEST = 15.0
"""Seconds that anybody is waited for, here; no call of ours lasts so long."""
POLL = 0.05
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: closing the socket sends RST."""


class Mode(StrEnum):
    """What becomes of a call."""

    PASS = "pass"
    SILENT = "silent"
    """The call is taken and goes nowhere."""
    DELAY = "delay"
    CUT = "cut"
    """Half of the call arrives, then a reset."""
    LOSE = "lose"
    """The operator takes the document, and the answer is lost with the connection."""
    HALF = "half"
    """So it is, and half of the answer comes."""
    DRIP = "drip"


@dataclass(slots=True)
class Call:
    """One document on its way, as the wire saw it; times are seconds of the epoch."""

    fn_number: str
    fd_number: int
    keys: tuple[str, str]
    """``Idempotency-Key``, and our own key in the body."""
    mode: Mode
    begun: float
    ended: float = math.inf


@dataclass(slots=True)
class Refusal:
    """A time in which nobody listened and all connections were reset: calls of it are not seen."""

    begun: float
    ended: float = math.inf


class Wire:
    """A proxy before `ofd`, which it outlives. A context that listens from its beginning."""

    def __init__(self, ofd: OfdProcess) -> None:
        self.ofd = ofd
        self.calls: list[Call] = []
        self.refusals: list[Refusal] = []
        self._turns: deque[Mode] = deque()
        self._refuses_until = 0.0
        self._closed = False
        self._listener: socket.socket | None = self._listen(0)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        """What is entered as the operator's address."""
        return f"http://{HOST}:{self.port}/ofd/v1"

    @property
    def done(self) -> Counter[str]:
        """How often what was done."""
        done = Counter(call.mode.value for call in list(self.calls))
        return done + Counter(refused=len(self.refusals))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._closed = True
        self._thread.join()

    def disturb(self, mode: Mode, calls: int) -> None:
        """Do so with so many calls, after what was ordered before; then all passes again."""
        self._turns.extend([mode] * calls)

    def refuse(self, seconds: float) -> None:
        """Be away for so long, beginning now; calls do not come to their turn meanwhile."""
        self._refuses_until = time.monotonic() + seconds

    def calm(self) -> None:
        """Let all pass from now on."""
        self._turns.clear()
        self._refuses_until = 0.0

    def _refuses(self) -> bool:
        return time.monotonic() < self._refuses_until

    def _next_mode(self) -> Mode:
        try:
            return self._turns.popleft()
        except IndexError:
            return Mode.PASS

    # --- connections -----------------------------------------------------------------------------

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server((HOST, port), backlog=128)
        listener.settimeout(POLL)
        return listener

    def _accept(self) -> None:
        while not self._closed:
            self._open_or_shut()
            if self._listener is None:
                time.sleep(POLL)
                continue
            with suppress(TimeoutError):
                client, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=[client], daemon=True).start()
        if self._listener:
            self._listener.close()

    def _open_or_shut(self) -> None:
        refuses = self._refuses()
        if refuses and self._listener:
            self.refusals.append(Refusal(time.time()))
            self._listener.close()
            self._listener = None
        elif not refuses and self._listener is None:
            self._listener = self._listen(self.port)
            self.refusals[-1].ended = time.time()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(LONGEST)
        with client, client.makefile("rb") as stream, suppress(OSError):
            while head := _head(stream):
                body = stream.read(_length(head))
                if not self._carry(client, head, body):
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    return

    def _carry(self, client: socket.socket, head: bytes, body: bytes) -> bool:
        """Do with one call what is its turn; whether the connection lives on."""
        if self._refuses():
            return False
        if head.startswith(b"GET "):  # whether it is there: no document, so nobody's turn
            return self._treat(Mode.PASS, client, head)
        mode = self._next_mode()
        told = json.loads(body)
        fd = told["fiscalDocumentNumber"]
        keys = (_header(head, "Idempotency-Key"), told["key"])
        call = Call(told["fiscalDriveNumber"], fd, keys, mode, time.time())
        self.calls.append(call)
        try:
            return self._treat(mode, client, head + body)
        finally:
            call.ended = time.time()

    def _treat(self, mode: Mode, client: socket.socket, call: bytes) -> bool:
        match mode:
            case Mode.SILENT:
                client.recv(1)  # until the caller gives up
                return False
            case Mode.CUT:
                with self._upstream() as ofd:
                    ofd.sendall(call[: len(call) // 2])
                return False
        answer = self._ask(call)
        match mode:
            case Mode.LOSE:
                return False
            case Mode.HALF:
                client.sendall(answer[: len(answer) // 2])
                return False
            case Mode.DRIP:
                for byte in answer:
                    client.sendall(bytes([byte]))
                    time.sleep(DROP)
            case _:
                time.sleep(DELAY if mode is Mode.DELAY else 0)
                client.sendall(answer)
        return bool(answer)

    def _ask(self, call: bytes) -> bytes:
        """The operator's answer; none when it dies meanwhile."""
        with self._upstream() as ofd, ofd.makefile("rb") as stream:
            ofd.sendall(call)
            head = _head(stream)
            return head + stream.read(_length(head))

    def _upstream(self) -> socket.socket:
        return socket.create_connection((HOST, self.ofd.port), timeout=LONGEST)


def _head(stream: BinaryIO) -> bytes:
    """A message up to its empty line; nothing at the end of the connection."""
    head = b""
    while line := stream.readline():
        head += line
        if line == b"\r\n":
            return head
    return b""


def _header(head: bytes, name: str) -> str:
    found = re.search(rf"(?im)^{name}:[ ]*(.*?)\r$", head.decode("latin-1"))
    return found[1] if found else ""


def _length(head: bytes) -> int:
    return int(_header(head, "Content-Length") or 0)
