"""A PostgreSQL cluster of the test's own, so that it may crash without harm to anybody."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extras

from scripts.devtools import postgres, test_servers
from scripts.devtools.settings import Problem
from scripts.devtools.templates import SUITE_TEMPLATE, build_suite_template

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"

_numbers = itertools.count(1)


class Cluster:
    """Made by ``scripts/postgres.sh`` in a temporary folder; listens on a Unix socket only."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="opticserp-chaos-"))
        # Where the test runs as root, the cluster runs as somebody else, who must get in.
        self.folder.chmod(0o711)
        self.environment = {
            "PGHOST": str(self.folder / "socket"),
            "PGPORT": "5432",
            "PGUSER": "odoo",
        }
        try:
            self._postgres("start")
        except BaseException:
            self.remove()
            raise

    def crash(self) -> None:
        """End it as a power cut would, and let it recover from its log."""
        self._postgres("crash")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop it meanwhile: whoever reconnects at once finds nobody."""
        self._postgres("stop")
        try:
            yield
        finally:
            self._postgres("start")

    def outage(self, seconds: float) -> None:
        """Stop it for so long."""
        with self.stopped():
            time.sleep(seconds)

    def remove(self) -> None:
        self._postgres("stop")
        shutil.rmtree(self.folder)

    def _postgres(self, command: str) -> None:
        # No PGHOST: the script would take it for a server that somebody else lends us.
        environment = {name: value for name, value in os.environ.items() if name[:2] != "PG"}
        subprocess.run(
            ["bash", str(SCRIPTS / "postgres.sh"), command],
            env={**environment, "PG_DIR": str(self.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
        )


class ClusterDatabase:
    """A copy of the suite template on that cluster; what ``OdooServer`` asks of a database."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.name = f"opticserp_test_run_{os.getpid()}_chaos_{next(_numbers)}"
        self.data_dir: Path = test_servers.TEST_DATA / self.name
        self.data_dir.mkdir(parents=True)
        build_suite_template()
        with postgres.exclusively("test template"):
            self._copy(SUITE_TEMPLATE)
            postgres.copy_files(SUITE_TEMPLATE, self.name, self.data_dir)

    def _copy(self, template: str) -> None:
        """From one cluster to the other, which CREATE DATABASE cannot."""
        programs = Path(
            subprocess.run(
                [sys.executable, str(SCRIPTS / "postgres_binaries.py")],
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
        )
        ours = {**os.environ, **self._cluster.environment}
        subprocess.run([programs / "createdb", self.name], env=ours, check=True)
        dump = subprocess.Popen(
            [programs / "pg_dump", "--no-owner", template], stdout=subprocess.PIPE
        )
        subprocess.run(
            [programs / "psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", "-d", self.name],
            stdin=dump.stdout,
            stdout=subprocess.DEVNULL,
            env=ours,
            check=True,
        )
        if dump.wait():
            raise Problem(f"The template {template} could not be dumped.")

    def query(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        """Run one SQL statement in a transaction of its own; the rows as dictionaries."""
        where = self._cluster.environment
        link = psycopg2.connect(
            dbname=self.name, host=where["PGHOST"], port=where["PGPORT"], user=where["PGUSER"]
        )
        try:
            with link, link.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
                cursor.execute(statement, parameters)
                return [dict(row) for row in cursor.fetchall()] if cursor.description else []
        finally:
            link.close()

    def drop(self) -> None:
        """Its files; the database goes with the cluster."""
        test_servers.forget(self.data_dir)
