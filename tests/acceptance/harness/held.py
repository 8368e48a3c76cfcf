"""Requests that stand before one row at the same time, each having seen what was there before."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2

from tests.acceptance.harness.server import OdooServer

PATIENCE = 20.0
"""Seconds."""


class Held:
    """Rows that this test has changed and not committed: whoever changes them too has to wait."""

    def __init__(self, server: OdooServer, link: Any, table: str) -> None:
        self._server, self._link, self._table = server, link, table

    def wait_for(self, waiting: int) -> bool:
        """Tell whether so many requests stand before the rows, in time."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = self._server.sql(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock' AND query LIKE %s",
                f"UPDATE {self._table}%",
            )
            if len(found) >= waiting:
                return True
            time.sleep(0.02)
        return False

    def release(self) -> None:
        self._link.rollback()


@contextmanager
def held(server: OdooServer, table: str, column: str) -> Iterator[Held]:
    """Hold all rows of `table`, until :meth:`Held.release` or the end of the block."""
    with closing(psycopg2.connect(dbname=server.db)) as link, link.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = {column}")
        yield Held(server, link, table)
