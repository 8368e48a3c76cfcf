"""A small real HTTP server that answers as a test tells it, one handler a call."""

from __future__ import annotations

import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Call:
    path: str
    headers: dict[str, str]
    body: bytes
    connection: tuple[str, int]
    """The client's address: equal for calls over one kept connection."""


Play = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Operator:
    """What the server was asked, and what it will do next; the last play goes on for ever."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    plays: deque[Play] = field(default_factory=deque)

    def play(self, *plays: Play) -> None:
        self.plays.extend(plays)

    def next_play(self) -> Play:
        return self.plays.popleft() if len(self.plays) > 1 else self.plays[0]


def says(status_code: int, body: bytes = b"", **headers: str) -> Play:
    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(status_code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return play


@contextmanager
def operator(tls: ssl.SSLContext | None = None) -> Iterator[Operator]:
    """Run the server on a free port of this machine until the block ends."""
    played = Operator()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # As servers have it; without, the client's delayed ACK adds 40 ms to every call.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            played.calls.append(Call(self.path, dict(self.headers), body, self.client_address))
            played.next_play()(self)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that went away is what the tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    played.url = f"http://127.0.0.1:{server.server_address[1]}/ofd/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield played
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
