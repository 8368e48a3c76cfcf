"""When each receipt was signed, and acknowledged, as seen from outside."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from types import TracebackType
from typing import Self

import psycopg2

from tests.acceptance.harness.server import OdooServer

LOOK = 0.02
"""Seconds between two looks: how exact the figures are."""


class Sightings:
    """When each receipt was first seen signed, and acknowledged, from when the block begins."""

    def __init__(self, server: OdooServer) -> None:
        self.signed: dict[str, float] = {}
        self.acknowledged: dict[str, float] = {}
        self._dbname = server.db
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def wait_for(self, key: str, timeout: float) -> float:
        """Wait until it is acknowledged; return when that was seen, by the monotonic clock."""
        deadline = time.monotonic() + timeout
        while key not in self.acknowledged:
            assert time.monotonic() < deadline, f"{key} is not acknowledged within {timeout} s"
            time.sleep(LOOK)
        return self.acknowledged[key]

    def _look(self) -> None:
        with closing(psycopg2.connect(dbname=self._dbname)) as link, link.cursor() as cursor:
            link.autocommit = True
            while not self._ended.wait(LOOK):
                cursor.execute(
                    "SELECT idempotency_key, state FROM fiscal_document"
                    " WHERE kind = 'receipt' AND state IN ('printed', 'delivered')"
                )
                now = time.monotonic()
                for key, state in cursor.fetchall():
                    self.signed.setdefault(key, now)
                    if state == "delivered":
                        self.acknowledged.setdefault(key, now)
