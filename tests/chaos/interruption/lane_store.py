"""A lane of documents in PostgreSQL with nothing of Odoo around it (``kkt.flow.lane.LaneStore``).

As in the addon, each step is one committed transaction in READ COMMITTED, an advisory lock makes
one process the only holder of a lane, and a fence stops a holder who has lost it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg2
from psycopg2.extras import Json, RealDictCursor

from kkt.drivers.contract import Baseline, DeviceStatus, Intent, Lookup, Signed
from kkt.drivers.errors import DeviceError
from kkt.fiscal.document import Document, document_from_json
from kkt.flow.errors import LaneLost, TillRefusesWork
from kkt.flow.lane import Entry, Journaled

SCHEMA = """
CREATE TABLE lane (
    id int PRIMARY KEY,
    fence int NOT NULL DEFAULT 0,
    fn_number text,
    last_fd int NOT NULL DEFAULT 0
);
CREATE TABLE document (
    id serial PRIMARY KEY,
    lane_id int NOT NULL REFERENCES lane,
    key text NOT NULL UNIQUE,
    kind text NOT NULL,
    content jsonb NOT NULL,
    state text NOT NULL DEFAULT 'queued',
    task_id text,
    fence int,
    deadline timestamptz,
    baseline jsonb,
    fn_number text,
    fd_number int,
    fpd text,
    shift_number int,
    candidates jsonb NOT NULL DEFAULT '[]',
    UNIQUE (fn_number, fd_number),
    CHECK (state <> 'printed' OR fn_number IS NOT NULL AND fd_number IS NOT NULL)
);
CREATE UNIQUE INDEX one_undecided ON document (lane_id) WHERE state IN ('printing', 'unknown');
CREATE TABLE event (
    id serial PRIMARY KEY,
    document_id int NOT NULL REFERENCES document,
    state text NOT NULL,
    why text NOT NULL
);
"""
ADVISORY_LANE = 0x4D5458
LANE_WAIT = 10.0
"""Seconds; a killed holder's lock is free as soon as PostgreSQL notices."""

ENDS = ("printed", "manual", "cancelled")


@contextmanager
def held_lane(dsn: str, lane_id: int) -> Iterator[None]:
    """Be the only one to work a lane; the lock ends with the process, however that ends."""
    give_up_at = time.monotonic() + LANE_WAIT
    with closing(psycopg2.connect(dsn)) as link:
        with link.cursor() as cursor:
            while not _locked(cursor, lane_id):
                link.rollback()
                if time.monotonic() > give_up_at:
                    raise LaneLost(f"lane {lane_id} is held by another process")
                time.sleep(0.02)
            yield


def _locked(cursor: Any, lane_id: int) -> bool:
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", (ADVISORY_LANE, lane_id))
    answer: bool = cursor.fetchone()[0]
    return answer


class PostgresLane:
    """The store of one lane, while its lock is held."""

    def __init__(self, dsn: str, lane_id: int) -> None:
        self._link = psycopg2.connect(dsn, cursor_factory=RealDictCursor)
        self._lane_id = lane_id
        with self._link, self._link.cursor() as cursor:
            cursor.execute(
                "UPDATE lane SET fence = fence + 1 WHERE id = %s RETURNING fence", (lane_id,)
            )
            self._fence: int = cursor.fetchone()["fence"]

    def close(self) -> None:
        self._link.close()

    @contextmanager
    def _step(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        """One transaction of whoever holds the lane; yields its cursor and the lane's row."""
        with self._link, self._link.cursor() as cursor:
            cursor.execute("SELECT * FROM lane WHERE id = %s FOR NO KEY UPDATE", (self._lane_id,))
            lane = cursor.fetchone()
            if lane["fence"] != self._fence:
                raise LaneLost(f"the fence is {lane['fence']}, ours was {self._fence}")
            yield cursor, lane

    def _move(
        self, cursor: Any, row_id: int, origins: Sequence[str], state: str, why: str, **values: Any
    ) -> bool:
        """Change a row's state if it is in one of `origins`, and note it."""
        values = {"state": state, **values}
        cursor.execute(
            f"UPDATE document SET {', '.join(f'{name} = %({name})s' for name in values)}"
            " WHERE id = %(id)s AND state = ANY(%(origins)s)",
            {**values, "id": row_id, "origins": list(origins)},
        )
        if cursor.rowcount:
            _note(cursor, row_id, state, why)
        return bool(cursor.rowcount)

    def _first(self, cursor: Any, *states: str) -> dict[str, Any] | None:
        cursor.execute(
            "SELECT * FROM document WHERE lane_id = %s AND state = ANY(%s) ORDER BY id LIMIT 1",
            (self._lane_id, list(states)),
        )
        row: dict[str, Any] | None = cursor.fetchone()
        return row

    # LaneStore ------------------------------------------------------------------------------------

    def undecided(self) -> Journaled | None:
        with self._step() as (cursor, _lane):
            row = self._first(cursor, "printing", "unknown")
            return row and Journaled(row["id"], _document(row), _intent(row))

    def next_queued(self) -> Entry | None:
        with self._step() as (cursor, _lane):
            row = self._first(cursor, "queued")
            return row and Entry(row["id"], _document(row))

    def queue_shift_opening(self, before: Entry) -> Entry:
        raise AssertionError("no row here asks for a shift to be opened")

    def journal(self, entry: Entry, baseline: Baseline, deadline: datetime) -> Journaled | None:
        task_id = str(uuid4())
        with self._step() as (cursor, _lane):
            moved = self._move(
                cursor,
                entry.id,
                ("queued",),
                "printing",
                f"baseline FD {baseline.last_fd}",
                task_id=task_id,
                fence=self._fence,
                deadline=deadline,
                baseline=Json(asdict(baseline)),
            )
            cursor.execute("SELECT * FROM document WHERE id = %s", (entry.id,))
            return (
                Journaled(entry.id, entry.document, _intent(cursor.fetchone())) if moved else None
            )

    def signed(self, entry: Journaled, signed: Signed, why: str) -> None:
        with self._step() as (cursor, _lane):
            if self._move(
                cursor,
                entry.id,
                ("printing", "unknown"),
                "printed",
                why,
                fn_number=signed.fn_number,
                fd_number=signed.fd_number,
                fpd=signed.fpd,
                shift_number=signed.shift_number,
            ):
                self._saw(cursor, signed.fd_number or 0)

    def refused(self, entry: Journaled, error: DeviceError) -> None:
        with self._step() as (cursor, _lane):
            self._move(cursor, entry.id, ("printing",), "failed", str(error))

    def unknown(self, entry: Journaled, why: str) -> None:
        with self._step() as (cursor, _lane):
            origins = ("printing", "unknown")
            self._move(cursor, entry.id, origins, "unknown", why, fence=self._fence)

    def not_signed(self, entry: Journaled, why: str) -> None:
        with self._step() as (cursor, _lane):
            self._move(cursor, entry.id, ("unknown",), "queued", why)

    def manual(self, entry: Journaled, lookup: Lookup) -> None:
        with self._step() as (cursor, _lane):
            candidates = Json(list(lookup.candidates))
            self._move(cursor, entry.id, ("unknown",), "manual", lookup.why, candidates=candidates)

    def admit(self, baseline: Baseline) -> Sequence[int]:
        with self._step() as (cursor, lane):
            if lane["fn_number"] is None:
                cursor.execute(
                    "UPDATE lane SET fn_number = %s, last_fd = %s WHERE id = %s",
                    (baseline.fn_number, baseline.last_fd, self._lane_id),
                )
                return []
            if lane["fn_number"] != baseline.fn_number or baseline.last_fd < lane["last_fd"]:
                raise TillRefusesWork(f"{baseline} is not the drive of {lane}")
            cursor.execute(
                "SELECT candidates FROM document WHERE lane_id = %s AND state = 'manual'",
                (self._lane_id,),
            )
            reserved = {number for row in cursor.fetchall() for number in row["candidates"]}
            since = range(lane["last_fd"] + 1, baseline.last_fd + 1)
            return [number for number in since if number not in reserved]

    def record_foreign(self, document: Mapping[str, Any]) -> None:
        with self._step() as (cursor, _lane):
            cursor.execute(
                "INSERT INTO document (lane_id, key, kind, content, state, fn_number, fd_number)"
                " VALUES (%s, %s, 'foreign', %s, 'foreign', %s, %s)",
                (
                    self._lane_id,
                    str(uuid4()),
                    Json(document),
                    document["fiscalDriveNumber"],
                    document["fiscalDocumentNumber"],
                ),
            )
            self._saw(cursor, document["fiscalDocumentNumber"])

    def status_seen(self, status: DeviceStatus | None, error: DeviceError | None) -> None:
        """Nobody looks at a till's status here."""

    def _saw(self, cursor: Any, fd_number: int) -> None:
        cursor.execute(
            "UPDATE lane SET last_fd = greatest(last_fd, %s) WHERE id = %s",
            (fd_number, self._lane_id),
        )


class Ledger:
    """The same rows as those who sell see them: they ask for documents, and look what became."""

    def __init__(self, dsn: str) -> None:
        self._link = psycopg2.connect(dsn, cursor_factory=RealDictCursor)
        self._link.autocommit = True

    def close(self) -> None:
        self._link.close()

    def create(self) -> None:
        """Make the tables."""
        self._query(SCHEMA)

    def add_lane(self, lane_id: int) -> None:
        self._query("INSERT INTO lane (id) VALUES (%s)", lane_id)

    def ask_for(self, lane_id: int, key: str, document: Document) -> int:
        """Queue a document; return its row's id."""
        ((row),) = self._query(
            "INSERT INTO document (lane_id, key, kind, content) VALUES (%s, %s, %s, %s)"
            " RETURNING id",
            *(lane_id, key, document.kind, Json(document.to_json())),
        )
        row_id: int = row["id"]
        return row_id

    def ask_again(self, row_id: int) -> None:
        """`failed` → `queued`: a client repeats the key that was refused."""
        for row in self._query(
            "UPDATE document SET state = 'queued' WHERE id = %s AND state = 'failed' RETURNING id",
            row_id,
        ):
            self._query(
                "INSERT INTO event (document_id, state, why) VALUES (%s, 'queued', 'asked again')",
                row["id"],
            )

    def rows(self, lane_id: int, since: int = 0) -> list[dict[str, Any]]:
        """All rows of a lane from the one with this id on."""
        return self._query(
            "SELECT * FROM document WHERE lane_id = %s AND id >= %s ORDER BY id", lane_id, since
        )

    def events(self, row_id: int) -> list[dict[str, Any]]:
        return self._query("SELECT * FROM event WHERE document_id = %s ORDER BY id", row_id)

    def _query(self, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        with self._link.cursor() as cursor:
            cursor.execute(statement, parameters or None)
            return list(cursor.fetchall()) if cursor.description else []


def _note(cursor: Any, row_id: int, state: str, why: str) -> None:
    cursor.execute(
        "INSERT INTO event (document_id, state, why) VALUES (%s, %s, %s)", (row_id, state, why)
    )


def _document(row: Mapping[str, Any]) -> Document:
    return document_from_json(row["kind"], row["content"])


def _intent(row: Mapping[str, Any]) -> Intent:
    return Intent(
        key=row["key"],
        task_id=row["task_id"],
        baseline=Baseline(**row["baseline"]),
        fence=row["fence"],
        deadline=row["deadline"],
    )
