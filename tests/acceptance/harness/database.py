"""A database of a test's own: a copy of the suite template, its files in a folder of its own."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extras

from scripts.devtools import postgres, test_servers
from scripts.devtools.templates import SUITE_TEMPLATE

_numbers = itertools.count(1)


class TestDatabase:
    """Copied at once (half a second); `drop` removes it with its files."""

    __test__ = False  # pytest would take the name for a test class

    def __init__(self) -> None:
        number = next(_numbers)
        self.name = f"opticserp_test_run_{os.getpid()}_{number}"
        self.data_dir: Path = test_servers.TEST_DATA / self.name
        self.data_dir.mkdir(parents=True)
        with postgres.exclusively("test template"):
            postgres.clone(SUITE_TEMPLATE, self.name, self.data_dir)

    def query(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        """Run one SQL statement in a transaction of its own; the rows as dictionaries."""
        link = psycopg2.connect(dbname=self.name)
        try:
            with link, link.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
                cursor.execute(statement, parameters)
                return [dict(row) for row in cursor.fetchall()] if cursor.description else []
        finally:
            link.close()

    def keep(self) -> None:
        """Let it survive this run and the next ones (KEEP=1)."""
        postgres.set_comment(self.name, "opticserp: kept")

    def drop(self) -> None:
        postgres.drop(self.name, self.data_dir)
        test_servers.forget(self.data_dir)
