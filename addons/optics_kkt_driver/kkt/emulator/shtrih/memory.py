"""What this door keeps beside the till's own memory, in the same file: settings, the open document.

Written without waiting for the disk: it survives kill -9 of the process, and costs a command next
to nothing.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS shtrih_field (place TEXT PRIMARY KEY, value BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS shtrih_part (number INTEGER PRIMARY KEY, request BLOB NOT NULL)",
)


class DoorMemory:
    """Fields of tables that were written, and the requests that make up the open document."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA synchronous = OFF")
        for statement in _SCHEMA:
            self._connection.execute(statement)

    def fields(self) -> dict[str, bytes]:
        """Values by place, ``table.row.field``."""
        return dict(self._connection.execute("SELECT place, value FROM shtrih_field"))

    def write_field(self, place: str, value: bytes) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO shtrih_field VALUES (?, ?)", (place, value)
        )

    def parts(self) -> list[bytes]:
        """The requests, code and fields without the password, oldest first."""
        rows = self._connection.execute("SELECT request FROM shtrih_part ORDER BY number")
        return [bytes(request) for (request,) in rows]

    def add_part(self, request: bytes) -> None:
        self._connection.execute("INSERT INTO shtrih_part (request) VALUES (?)", (request,))

    def forget_parts(self) -> None:
        self._connection.execute("DELETE FROM shtrih_part")

    def close(self) -> None:
        self._connection.close()
