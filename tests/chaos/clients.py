"""Clients that sell over HTTP and do not let go of a key before they know its end."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Sequence
from typing import Any

import requests

from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import SUNGLASSES

PATIENCE = 8.0
"""Seconds before a client gives an answer up and asks again, elsewhere."""
PAUSE = 0.1
GIVEN_BACK = 3
RETURN = {"pos_id": "POS-001", "type": "refund", "total": 5000.00, "payment_method": "card"}
FINAL = (200, 201)
HOPELESS = (400, 401, 403, 404, 415, 422)
"""Answers that a repetition does not change: the client would be wrong, or we."""


class Client(threading.Thread):
    """Sells one thing after another until told to stop; then ends the sale it is at.

    Every third sale is given back, so that what a receipt follows from is under fire as well.

    `sold`: the FD number that was told, by key. `asked`: how many requests that took.
    """

    def __init__(self, name: str, servers: Sequence[OdooServer], deadline: float) -> None:
        super().__init__(name=name, daemon=True)
        self.sold: dict[str, int] = {}
        self.asked = 0
        self.trouble = ""
        self._urls = itertools.cycle([f"{each.url}/v1/kkt/receipt" for each in servers])
        self._url = next(self._urls)
        self._deadline = deadline
        self._told_to_stop = threading.Event()

    def stop(self) -> None:
        self._told_to_stop.set()

    def run(self) -> None:
        for number in itertools.count(1):
            if self._told_to_stop.is_set() or self.trouble:
                return
            key = f"{self.name}-{number}"
            self.settle(key, SUNGLASSES)
            if number % GIVEN_BACK == 0 and key in self.sold:
                self.settle(f"{key}-back", {**RETURN, "original": {"key": key}})

    def settle(self, key: str, body: dict[str, Any]) -> None:
        """Ask for a receipt until its end is known."""
        while time.monotonic() < self._deadline:
            fd_number = self._ask(key, body)
            if fd_number:
                self.sold[key] = fd_number
                return
            if self.trouble:
                return
            self._url = next(self._urls)
            time.sleep(PAUSE)
        self.trouble = f"{key}: no end in time"

    def _ask(self, key: str, body: dict[str, Any]) -> int | None:
        self.asked += 1
        try:
            answer = requests.post(
                self._url, json=body, headers={"X-Idempotency-Key": key}, timeout=PATIENCE
            )
        except requests.RequestException:
            return None
        if answer.status_code in FINAL:
            fd_number: int = answer.json()["fd_number"]
            return fd_number
        if answer.status_code in HOPELESS:
            self.trouble = f"{key}: {answer.status_code} {answer.text}"
        return None
