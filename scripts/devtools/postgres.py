"""PostgreSQL: databases with their comments, copies and files, and one run at a time."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg2
from psycopg2 import sql

from scripts.devtools.settings import DATA_DIR, DEV_DIR


@contextlib.contextmanager
def connection(database: str = "postgres") -> Iterator[psycopg2.extensions.cursor]:
    """An autocommit cursor; host, port and user come from PGHOST, PGPORT, PGUSER."""
    link = psycopg2.connect(dbname=database)
    try:
        link.autocommit = True
        with link.cursor() as cursor:
            yield cursor
    finally:
        link.close()


def comment(database: str) -> str | None:
    """The database's comment; ``None`` if there is no such database."""
    with connection() as cursor:
        cursor.execute(
            "SELECT coalesce(shobj_description(oid, 'pg_database'), '')"
            " FROM pg_database WHERE datname = %s",
            (database,),
        )
        row = cursor.fetchone()
    return row[0] if row else None


def set_comment(database: str, text: str) -> None:
    with connection() as cursor:
        cursor.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(database), sql.Literal(text)
            )
        )


def databases(prefix: str) -> list[str]:
    with connection() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (prefix,))
        return [row[0] for row in cursor.fetchall()]


def drop(database: str, data_dir: Path = DATA_DIR) -> None:
    """Drop it with all that Odoo and the virtual tills keep for it in the data folder."""
    with connection() as cursor:
        # Not WITH (FORCE), which may not end an autovacuum and fails; plainly, PostgreSQL ends it.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND backend_type = 'client backend'",
            (database,),
        )
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(database)))
    for folder in data_dir.glob(f"*/{database}"):
        shutil.rmtree(folder)


def clone(source: str, target: str, data_dir: Path = DATA_DIR) -> None:
    """Copy a database and its files; the copy's files go to `data_dir`."""
    with connection() as cursor:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(target), sql.Identifier(source)
            )
        )
    copy_files(source, target, data_dir)


def copy_files(source: str, target: str, data_dir: Path) -> None:
    """Copy what Odoo and the virtual tills keep for a database beside it."""
    for folder in DATA_DIR.glob(f"*/{source}"):
        shutil.copytree(folder, data_dir / folder.parent.name / target, dirs_exist_ok=True)


@contextlib.contextmanager
def exclusively(what: str) -> Iterator[None]:
    """Keep two runs from building the same database at once."""
    with (DEV_DIR / f"{what}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Another run is busy with the {what}; waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
