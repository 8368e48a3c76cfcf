"""The OFD emulator as a process of its own: ``python -m kkt.emulator.ofd``.

A slow operator inside of the server under test eats that server's workers; this one has its own.
Calls and answers are those of the Odoo door (addon optics_ofd_mock); no call needs a key, since
nobody but this machine is listened to. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any

from ..fiscal.exact import shown
from ..ofd.http import EMULATOR_HEADER
from ..virtual.first_state import first_state
from ..virtual.ofd import (
    BODY_LIMIT,
    LIMITS,
    MemoryOfdStore,
    OfdEmulator,
    OfdState,
    Reply,
    Said,
)
from .kept import KeptOfdStore

HOST = "127.0.0.1"
"""No option changes it: what takes any document from anybody must not be reached from outside."""
DEFAULT_PORT = 8099
READ_LIMIT = 4 * BODY_LIMIT
"""Bytes of a body that are read; up to here the emulator's core says what is too much."""
_CHUNK = 64 * 1024
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_OTHER_SITES = ("cross-site", "same-site")
"""What browsers say in ``Sec-Fetch-Site`` of a page that is not ours."""
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: closing the socket sends RST and waits for nothing."""


class Refusal(Exception):
    """A call that the door answers itself, in the Odoo door's words."""

    def __init__(
        self,
        status_code: int,
        code: str,
        message: str,
        details: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        told = {"code": code, "message": message, "details": details or {}}
        self.said = _said((status_code, {"error": told}))
        self.headers = headers or {}


class OfdServer(ThreadingHTTPServer):
    """Listens on a port of this machine, a thread for each connection.

    :param port: 0 takes any that is free.
    :raises OSError: the port is taken
    """

    daemon_threads = True
    # Senders come in bursts; five, the default, would let some wait for a second.
    request_queue_size = 128

    def __init__(self, emulator: OfdEmulator, port: int = 0) -> None:
        super().__init__((HOST, port), OfdDoor)
        self.emulator = emulator

    @property
    def url(self) -> str:
        """Without a path, such as ``http://127.0.0.1:8099``."""
        return f"http://{HOST}:{self.server_address[1]}"

    def server_bind(self) -> None:
        # The base would ask for the machine's name, which may take seconds and is of no use here.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of what went wrong in a thread, unless it is that the client has gone."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class OfdDoor(BaseHTTPRequestHandler):
    """Translates the calls of one connection; decisions are the emulator's core's."""

    protocol_version = "HTTP/1.1"
    # Head and body in one packet, at once: without, a client's delayed ACK adds 40 ms to each call.
    disable_nagle_algorithm = True
    wbufsize = -1
    server: OfdServer

    def _serve(self) -> None:
        try:
            said, headers = self._decide(self._read())
        except Refusal as refusal:
            said, headers = refusal.said, refusal.headers
        time.sleep(said.delay)
        if said.cut:
            self._hang_up(reset=said.reset)
        else:
            self._say(said, headers)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    def _read(self) -> bytes:
        """Return the call's body.

        :raises Refusal: it is too long, or where it ends is not told
        :raises ConnectionError: the client has gone meanwhile
        """
        told = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (told.isascii() and told.isdigit()):
            # The next call of this connection cannot be found.
            self.close_connection = True
            raise Refusal(411, "http_error", "Content-Length is required.")
        length = int(told[:18])  # Python makes no integer of thousands of digits
        if length > READ_LIMIT:
            # To the end: a client that still sends would not see the answer.
            while length and (chunk := self.rfile.read(min(length, _CHUNK))):
                length -= len(chunk)
            raise Refusal(413, "too_large", f"more than {READ_LIMIT} bytes")
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionAbortedError("the client has gone")
        return body

    def _decide(self, body: bytes) -> tuple[Said, Mapping[str, str]]:
        """Return what is said to this call, and the headers that are not the emulator's.

        :raises Refusal: the call does not come to the emulator
        """
        path = self.path.partition("?")[0]
        calls = _ROUTES.get(path)
        if calls is None:
            raise Refusal(404, "not_found", f"There is nothing at {shown(path)}.")
        method = "GET" if self.command == "HEAD" else self.command
        allowed = [each for each in _METHODS if _is_allowed(each, calls)]
        allow = {"Allow": ", ".join(allowed)}
        if method == "OPTIONS":
            return Said(204, b""), allow
        if method not in calls:
            message = f"{self.command} is not possible here."
            raise Refusal(405, "method_not_allowed", message, {"allowed": allowed}, allow)
        self._refuse_foreign_page()
        return calls[method](self, body), {}

    def _refuse_foreign_page(self) -> None:
        """Refuse what a page of another site has a developer's browser do, as the Odoo door does.

        :raises Refusal: 403
        """
        origin, ours = self.headers.get("Origin"), f"http://{self.headers.get('Host')}"
        foreign = origin is not None and origin != ours
        if foreign or self.headers.get("Sec-Fetch-Site") in _OTHER_SITES:
            raise Refusal(403, "foreign_origin", "Pages of other sites may not call this.")

    def _receive(self, body: bytes) -> Said:
        try:
            return self.server.emulator.answer(body, self.headers.get("Idempotency-Key", ""))
        except OSError as error:
            # A full disk: what is not kept is not acknowledged.
            message = f"The document cannot be kept: {error.strerror}."
            raise Refusal(500, "internal_error", message) from error

    def _set_failure(self, body: bytes) -> Said:
        return _said(self.server.emulator.set_failure(self._settings(body) if body else {}))

    def _settings(self, body: bytes) -> dict[str, Any]:
        """Return the call's JSON object.

        :raises Refusal: 415, 400
        """
        if self.headers.get_content_type() != "application/json":
            message = "Content-Type must be application/json."
            raise Refusal(415, "unsupported_media_type", message, {"field": "Content-Type"})
        try:
            told = json.loads(body)
        except (ValueError, RecursionError) as error:
            message = f"The body is not JSON: {error}"
            raise Refusal(400, "bad_json", message, {"field": "body"}) from error
        if not isinstance(told, dict):
            raise Refusal(400, "bad_json", "The body must be a JSON object.", {"field": "body"})
        return told

    def _say(self, said: Said, headers: Mapping[str, str]) -> None:
        self.send_response(said.status_code)
        self.send_header(EMULATOR_HEADER, "1")
        if said.status_code != 204:
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(said.body)))
        if said.retry_after:
            self.send_header("Retry-After", str(said.retry_after))
        for name, value in headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said.body)

    def _hang_up(self, *, reset: bool) -> None:
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            # Here and now: the base would say goodbye first (FIN).
            os.close(self.connection.detach())

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what was no call at all, in JSON too; the base calls this."""
        self.close_connection = True
        self._say(Refusal(code, "http_error", message or "no HTTP call").said, {})

    def version_string(self) -> str:
        return "OfdEmulator"

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: what arrived is listed by a call."""


_ROUTES: Mapping[str, Mapping[str, Callable[[OfdDoor, bytes], Said]]] = {
    "/ofd/v1/receipts": {
        "GET": lambda door, body: _said(door.server.emulator.list_receipts()),
        "POST": OfdDoor._receive,
    },
    "/ofd/v1/health": {"GET": lambda door, body: _said(door.server.emulator.health())},
    "/ofd/v1/admin/set-failure": {"POST": OfdDoor._set_failure},
    "/ofd/v1/admin/set-success": {
        "POST": lambda door, body: _said(door.server.emulator.set_success())
    },
    "/ofd/v1/admin/reset": {"POST": lambda door, body: _said(door.server.emulator.reset())},
}


def _is_allowed(method: str, calls: Mapping[str, object]) -> bool:
    return method in calls or method == "OPTIONS" or (method == "HEAD" and "GET" in calls)


def _said(reply: Reply) -> Said:
    status_code, told = reply
    # What is quoted of a call may be no character: it goes out as JSON escapes it.
    return Said(status_code, json.dumps(told, ensure_ascii=False).encode(errors="backslashreplace"))


# --- the program ---------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> str | None:
    """Serve until SIGTERM or Ctrl-C; return why it could not."""
    told = _parser().parse_args(arguments)
    try:
        state = first_state(lambda variable: os.environ.get(variable, ""))
        if told.delay is not None:
            state = replace(state, response_delay=told.delay)
        store = _store(told.keep, state)
    except ValueError as error:
        return f"Error: {error}"
    except BlockingIOError:
        return f"Error: another process has {told.keep}"
    except OSError as error:
        return f"Error: {told.keep} cannot be used: {error.strerror}"
    try:
        server = OfdServer(OfdEmulator(store), told.port)
    except OSError as error:
        return f"Error: port {told.port} cannot be used: {error.strerror}"
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        print(f"listening on {server.url}", flush=True)
        server.serve_forever()
    except KeyboardInterrupt:
        pass  # asked to end; answers that still wait are cut, as when an operator goes down
    return None


def _store(keep: Path | None, state: OfdState) -> MemoryOfdStore:
    return KeptOfdStore(keep, state) if keep else MemoryOfdStore(state)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m kkt.emulator.ofd",
        description="Play an operator of fiscal data on this machine, for development and tests."
        " MOCK_OFD_… in the environment say how it behaves at first.",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=DEFAULT_PORT,
        help="%(default)s unless told; 0 takes any that is free",
    )
    parser.add_argument(
        "--delay",
        type=_delay,
        metavar="SECONDS",
        help="before each answer, instead of MOCK_OFD_RESPONSE_DELAY",
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FILE",
        help="where documents outlive the process; without, it forgets them",
    )
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise ValueError(text)
    return port


def _delay(text: str) -> float:
    low, high = LIMITS["response_delay"]
    delay = float(text)
    if not low <= delay <= high:
        raise ValueError(text)
    return delay


if __name__ == "__main__":
    sys.exit(main())
