"""The operator in the same process: for unit tests, and for tills that deliver nowhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from .message import OfdMessage
from .transport import Answer, Transport


class Receiver(Protocol):
    """What an operator does with a call, without a wire; the emulator's core is one."""

    def receive(self, body: bytes, idempotency_key: str = "") -> tuple[int, Mapping[str, Any]]:
        """Take one message; give status code and JSON body."""


class MemoryTransport(Transport):
    """Hands the message over as bytes, so that it must survive JSON as on a real wire."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def send(self, message: OfdMessage) -> Answer:
        status_code, body = self._receiver.receive(message.to_bytes(), message.idempotency_key)
        return Answer(status_code=status_code, body=json.dumps(body).encode())

    def is_there(self, within: float) -> bool:
        return True
