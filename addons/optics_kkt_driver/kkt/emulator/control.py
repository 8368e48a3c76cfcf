"""The control door: JSON over HTTP on this machine, to see the till, break it and mend it.

==================== =====================================================================
``GET /state``       how the till is, its queue for the OFD, its faults
``GET /faults``      the rules of the wire that are left
``PUT /faults``      a list of rules, in place of those that are left
``PUT /till``        faults of the till itself by name, the others stay
``POST /acknowledge`` ``{"fd": 7}``, ``{"count": 3}`` oldest ones, or ``{}`` for all
==================== =====================================================================
"""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .host import TillHost
from .wire_faults import WireFault

LOCALHOST = "127.0.0.1"
BODY_LIMIT = 64 * 1024
"""Bytes."""
_WAIT_FOR_THREAD = 5.0

Action = Callable[[TillHost, Any], Any]
"""Does what the body asks; returns the answer's JSON. Raises ValueError."""


def open_doors(host: TillHost, options: argparse.Namespace) -> Iterator[ControlDoor]:
    """The control door, when the options ask for it."""
    if options.control_port is not None:
        yield ControlDoor(host, options.control_port)


class ControlDoor:
    def __init__(self, host: TillHost, port: int) -> None:
        handler = type("Handler", (_Handler,), {"host": host})
        self._server = ThreadingHTTPServer((LOCALHOST, port), handler)
        self.port: int = self._server.server_address[1]
        self.address = f"control http://{LOCALHOST}:{self.port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_WAIT_FOR_THREAD)


def _state(host: TillHost, body: Any) -> Any:
    with host.command() as till:
        status, open_kind, faults = till.status(), till.open_kind(), till.faults()
    return {
        **asdict(status),
        "open_kind": open_kind,
        "printing": host.is_printing,
        "faults": faults.to_json(),
    }


def _faults(host: TillHost, body: Any) -> Any:
    return [rule.to_json() for rule in host.plan.script()]


def _set_faults(host: TillHost, body: Any) -> Any:
    if not isinstance(body, list) or not all(isinstance(each, dict) for each in body):
        raise ValueError("the body must be a list of rules")
    host.plan.replace([WireFault.from_json(each) for each in body])
    return _faults(host, None)


def _set_till(host: TillHost, body: Any) -> Any:
    host.set_faults(_object(body))
    return host.faults().to_json()


def _acknowledge(host: TillHost, body: Any) -> Any:
    asked = _object(body)
    if set(asked) - {"fd", "count"} or not all(isinstance(each, int) for each in asked.values()):
        raise ValueError('the body must be {}, {"fd": number} or {"count": number}')
    with host.command() as till:
        if "fd" in asked:
            till.acknowledge(asked["fd"])
            return {"acknowledged": [asked["fd"]]}
        waiting = till.status().undelivered
        oldest = []
        for _ in range(min(waiting, asked.get("count", waiting))):
            oldest.append(till.status().undelivered_first_fd)
            till.acknowledge(oldest[-1])
        return {"acknowledged": oldest}


_ACTIONS: Mapping[tuple[str, str], Action] = {
    ("GET", "/state"): _state,
    ("GET", "/faults"): _faults,
    ("PUT", "/faults"): _set_faults,
    ("PUT", "/till"): _set_till,
    ("POST", "/acknowledge"): _acknowledge,
}


class _Handler(BaseHTTPRequestHandler):
    host: TillHost
    protocol_version = "HTTP/1.1"

    def _do(self) -> None:
        action = _ACTIONS.get((self.command, self.path))
        if self.headers.get("Origin"):
            # A page in a browser on this machine has no business here.
            self._reply(403, {"error": "not for web pages"})
        elif action is None:
            self._reply(404, {"error": "no such action"})
        else:
            self._reply(*self._outcome(action))

    do_GET = do_PUT = do_POST = _do

    def _outcome(self, action: Action) -> tuple[int, Any]:
        try:
            return 200, action(self.host, self._body())
        except (TypeError, ValueError) as error:
            return 400, {"error": str(error)}

    def _body(self) -> Any:
        size = int(self.headers.get("Content-Length") or 0)
        if not 0 <= size <= BODY_LIMIT:
            raise ValueError(f"at most {BODY_LIMIT} bytes are read")
        return json.loads(self.rfile.read(size)) if size else {}

    def _reply(self, status: int, told: Any) -> None:
        body = json.dumps(told, ensure_ascii=False, default=str).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        # What of the body was not read must not be taken for the next request.
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Quiet: whoever asks sees the answer."""


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ValueError("the body must be an object")
    return body
