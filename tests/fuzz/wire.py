"""One call over a socket of its own, byte for byte: no library may tidy what was spoilt."""

from __future__ import annotations

import http.client
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

PATIENCE = 60
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `status` 0 when nothing did."""

    status: int
    content_type: str = ""
    body: bytes = b""


def send(
    url: str,
    method: str,
    target: bytes,
    headers: tuple[tuple[str, bytes], ...] = (),
    body: bytes = b"",
) -> Answer:
    """Make one call and return its answer."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as link:
        link.sendall(_head(address.netloc, method, target, headers, body))
        try:
            link.sendall(body)
        except ConnectionError:
            pass  # the server may answer before it has read all of a body that is too large
        answer = http.client.HTTPResponse(link, method=method)
        try:
            answer.begin()
            return Answer(answer.status, answer.headers.get("Content-Type", ""), answer.read())
        except (http.client.HTTPException, OSError):
            return Answer(0)


def _head(
    host: str, method: str, target: bytes, headers: tuple[tuple[str, bytes], ...], body: bytes
) -> bytes:
    lines = [
        *(method.encode() + b" " + target + b" HTTP/1.1", b"Host: " + host.encode()),
        *(b"Connection: close", b"Content-Length: %d" % len(body)),
        *(name.encode() + b": " + value for name, value in headers),
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n"
