"""An HTTP server that answers bytes which a test wrote out by hand, and keeps what it was sent."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    line: str
    """``POST /api/v2/requests``: method and target."""
    headers: dict[str, str]
    body: bytes


class Silence:
    """The server takes the request and says nothing until the client has gone."""


@dataclass(frozen=True)
class Trickle:
    """Bytes that come one at a time, so many seconds apart."""

    data: bytes
    pause: float


Step = bytes | Silence | Trickle
"""Bytes are sent as they are, and then the connection is closed unless they are a whole answer."""


@dataclass
class Scripted:
    """What each call is answered; the last step of a call goes on for ever."""

    url: str = ""
    steps: dict[str, list[Step]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def on(self, call: str, *steps: Step) -> None:
        """Answer calls whose line begins with `call`; a longer beginning goes first."""
        self.steps[call] = list(steps)

    def lines(self) -> list[str]:
        return [request.line for request in self.requests]

    def next_step(self, line: str) -> Step:
        calls = [call for call in self.steps if line.startswith(call)]
        steps = self.steps[max(calls, key=len)]
        return steps.pop(0) if len(steps) > 1 else steps[0]


def http(status: str, body: str | bytes = b"") -> bytes:
    """A whole answer: status line, the two headers that matter, body."""
    raw = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}"
    return head.encode() + b"\r\n\r\n" + raw


@contextmanager
def scripted(tls: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """Run the server on a free port of this machine until the block ends."""
    script = Scripted()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            connection: socket.socket = self.request
            connection.settimeout(10)
            pending = b""
            while (request := _read(connection, pending)) is not None:
                told, pending = request
                script.requests.append(told)
                if not _answer(connection, script.next_step(told.line)):
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that went away is what the tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _read(connection: socket.socket, pending: bytes) -> tuple[Request, bytes] | None:
    """One request and what came after it; None when the client has gone."""
    while b"\r\n\r\n" not in pending:
        if not (part := connection.recv(65536)):
            return None
        pending += part
    head, _, pending = pending.partition(b"\r\n\r\n")
    line, *rest = head.decode().split("\r\n")
    headers = dict(each.split(": ", 1) for each in rest)
    length = int(headers.get("Content-Length", 0))
    while len(pending) < length:
        if not (part := connection.recv(65536)):
            return None
        pending += part
    told = Request(line.removesuffix(" HTTP/1.1"), headers, pending[:length])
    return told, pending[length:]


def _answer(connection: socket.socket, step: Step) -> bool:
    """Play a step; False when the connection ends with it."""
    if isinstance(step, Silence):
        connection.recv(1)
        return False
    if isinstance(step, Trickle):
        for each in step.data:
            connection.sendall(bytes([each]))
            time.sleep(step.pause)
        return False
    connection.sendall(step)
    head, _, body = step.partition(b"\r\n\r\n")
    return step.startswith(b"HTTP/1.1") and f"Content-Length: {len(body)}".encode() in head
