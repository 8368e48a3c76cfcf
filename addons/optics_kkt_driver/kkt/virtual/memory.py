"""The virtual till's own memory: an SQLite file that nobody's transaction rolls back.

One file is one till with its drive. It survives restarts, and several processes may use it at
once: each piece of work takes the write lock first, so that they follow one another as commands
on a wire do.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..device.errors import NoAnswer, Unreachable
from ..device.evidence import Stored
from ..fiscal.tlv import encode_document
from ..fiscal.totals import Counted, ShiftTotals
from ..fiscal.vocabulary import DocumentKind
from .faults import Faults
from .registration import TillRegistration
from .state import DriveState, PendingCommand, Queue

LOCK_TIMEOUT = 5.0
"""Seconds to wait for another process's piece of work; none takes longer than milliseconds."""
SCHEMA_VERSION = 2

_SCHEMA = """
CREATE TABLE till (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    registration TEXT NOT NULL,
    sign_key BLOB NOT NULL,
    faults TEXT NOT NULL,
    pending TEXT
);
CREATE TABLE drive (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    fn_number TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    capacity INTEGER NOT NULL,
    last_fd INTEGER NOT NULL,
    last_date_time TEXT,
    closed INTEGER NOT NULL,
    shift_number INTEGER NOT NULL,
    shift_open INTEGER NOT NULL,
    shift_opened_at TEXT,
    shift_opened_fd INTEGER NOT NULL,
    receipt_number INTEGER NOT NULL,
    cash_in_drawer INTEGER NOT NULL,
    cash_operation INTEGER NOT NULL,
    open_document TEXT NOT NULL,
    unprinted_fd INTEGER NOT NULL
);
CREATE TABLE document (
    fn_number TEXT NOT NULL,
    fd_number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    fpd TEXT NOT NULL,
    date_time TEXT NOT NULL,
    shift_number INTEGER NOT NULL,
    receipt_number INTEGER,
    acknowledged INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (fn_number, fd_number)
);
CREATE INDEX undelivered ON document (fn_number, fd_number, date_time) WHERE acknowledged = 0;
CREATE TABLE cash_operation (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    date_time TEXT NOT NULL,
    fn_number TEXT NOT NULL,
    shift_number INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    document TEXT NOT NULL
);
CREATE INDEX cash_of_shift ON cash_operation (fn_number, shift_number);
CREATE TABLE totals (
    fn_number TEXT NOT NULL,
    shift_number INTEGER NOT NULL,
    totals TEXT NOT NULL,
    PRIMARY KEY (fn_number, shift_number)
);
"""

WHOLE_LIFE = 0
"""The `shift_number` under which totals run over the drive's life."""


class Memory:
    """An open memory file. Not thread-safe; open one per user.

    Raises :class:`~..device.errors.Unreachable` when the file is missing, foreign or locked for
    long: a till whose memory cannot be read does not answer.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise Unreachable("memory_missing", name=path.name)
        self._connection = _connect(path)
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version != SCHEMA_VERSION:
            self.close()
            raise Unreachable("memory_version", version=version)

    @contextmanager
    def work(self) -> Iterator[Session]:
        """One piece of work, alone: committed when it ends, nothing of it kept when it raises.

        Raises :class:`~..device.errors.NoAnswer` when the end of a commit cannot be known.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise Unreachable("memory_busy", why=error) from error
        try:
            yield Session(self._connection)
        except sqlite3.DatabaseError as error:
            self._roll_back()
            raise Unreachable("memory_damaged", why=error) from error
        except BaseException:
            self._roll_back()
            raise
        try:
            self._connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            self._roll_back()
            raise NoAnswer("memory_not_written", why=error) from error

    def _roll_back(self) -> None:
        """After some errors SQLite has done so by itself."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of the file; no effect when done before."""
        self._connection.close()


def is_made(path: Path) -> bool:
    """False while there is no file, or an empty one, as earlier versions began with."""
    return path.is_file() and path.stat().st_size > 0


def create(
    path: Path, registration: TillRegistration, state: DriveState, key: bytes, first: Stored
) -> None:
    """Make the memory file of a new till with its first document; one that is there stays.

    `first` is the report on registration, `state` the drive's counters after it. The file is built
    under a name of its own and gets `path` when it is whole, so nobody ever sees a part of it. Safe
    when several processes try at once: the file of one of them stays, the others' are thrown away.
    What a killed process leaves is never looked at again.
    """
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    connection = _connect(draft)
    try:
        connection.execute("BEGIN IMMEDIATE")
        _fill(connection, registration, state, key)
        # The tax service has it from the registration itself.
        Session(connection).add_document(first, acknowledged=True)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        # SQLite tells the disk to keep it before it returns.
        connection.execute("COMMIT")
        connection.close()
        _publish(draft, path)
    except (sqlite3.DatabaseError, OSError) as error:
        raise Unreachable("memory_not_made", why=error) from error
    finally:
        connection.close()
        draft.unlink(missing_ok=True)


def _publish(draft: Path, path: Path) -> None:
    """Give the finished file its name, unless another process was first.

    A lock on the folder keeps the look and the renaming together; it is held for a moment only, and
    the system takes it from a process that dies.
    """
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if not is_made(path):
            # Of an earlier version's first writing: it would undo ours.
            path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
            draft.rename(path)
            os.fsync(folder)
    finally:
        os.close(folder)


def _fill(
    connection: sqlite3.Connection, registration: TillRegistration, state: DriveState, key: bytes
) -> None:
    for statement in _SCHEMA.split(";"):
        connection.execute(statement)
    connection.execute(
        "INSERT INTO till VALUES (1, ?, ?, ?, NULL)",
        (_dump(asdict(registration)), key, _dump(Faults().to_json())),
    )
    Session(connection).save(state)


class Session:
    """Reads and writes inside one piece of work."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def state(self) -> DriveState:
        row = self._connection.execute("SELECT * FROM drive").fetchone()
        values = {each.name: row[each.name] for each in fields(DriveState)}
        for name in ("last_date_time", "shift_opened_at"):
            values[name] = datetime.fromisoformat(values[name]) if values[name] else None
        values["valid_until"] = date.fromisoformat(values["valid_until"])
        for name in ("closed", "shift_open"):
            values[name] = bool(values[name])
        return DriveState(**values)

    def save(self, state: DriveState) -> None:
        query = (
            "INSERT OR REPLACE INTO drive VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        self._connection.execute(query, _row(state))

    def registration(self) -> TillRegistration:
        return TillRegistration(**json.loads(self._till("registration")))

    def save_registration(self, registration: TillRegistration) -> None:
        text = _dump(asdict(registration))
        self._connection.execute("UPDATE till SET registration = ?", (text,))

    def sign_key(self) -> bytes:
        return bytes(self._till("sign_key"))

    def faults(self) -> Faults:
        return Faults.from_json(json.loads(self._till("faults")))

    def save_faults(self, faults: Faults) -> None:
        self._connection.execute("UPDATE till SET faults = ?", (_dump(faults.to_json()),))

    def pending(self) -> PendingCommand | None:
        """A command that waits to be executed late."""
        text = self._till("pending")
        if text is None:
            return None
        told = json.loads(text)
        return PendingCommand(
            kind=DocumentKind(told["kind"]),
            content=told["content"],
            execute_at=datetime.fromisoformat(told["execute_at"]),
            before=datetime.fromisoformat(told["before"]),
        )

    def save_pending(self, command: PendingCommand | None) -> None:
        text = None
        if command is not None:
            text = _dump(
                {
                    "kind": command.kind,
                    "content": command.content,
                    "execute_at": command.execute_at.isoformat(),
                    "before": command.before.isoformat(),
                }
            )
        self._connection.execute("UPDATE till SET pending = ?", (text,))

    def add_document(self, stored: Stored, *, acknowledged: bool = False) -> None:
        """Keep a signed document for ever."""
        self._connection.execute(
            "INSERT INTO document VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                stored.document["fiscalDriveNumber"],
                stored.fd_number,
                stored.kind,
                stored.fpd,
                stored.date_time.isoformat(),
                stored.shift_number,
                stored.receipt_number,
                acknowledged,
                _dump(stored.document),
            ),
        )

    def document(self, fd_number: int) -> Stored | None:
        row = self._connection.execute(
            "SELECT * FROM document WHERE fn_number = (SELECT fn_number FROM drive)"
            " AND fd_number = ?",
            (fd_number,),
        ).fetchone()
        return None if row is None else _document(row)

    def documents_after(self, fd_number: int) -> list[Stored]:
        rows = self._connection.execute(
            "SELECT * FROM document WHERE fn_number = (SELECT fn_number FROM drive)"
            " AND fd_number > ? ORDER BY fd_number",
            (fd_number,),
        )
        return [_document(row) for row in rows]

    def acknowledge(self, fd_numbers: Iterable[int], fn_number: str) -> None:
        self._connection.executemany(
            "UPDATE document SET acknowledged = 1 WHERE fn_number = ? AND fd_number = ?",
            [(fn_number, fd_number) for fd_number in fd_numbers],
        )

    def acknowledge_until(self, local: datetime) -> None:
        self._connection.execute(
            "UPDATE document SET acknowledged = 1 WHERE acknowledged = 0 AND date_time <= ?"
            " AND fn_number = (SELECT fn_number FROM drive)",
            (local.isoformat(),),
        )

    def queue(self) -> Queue:
        """What the operator has not acknowledged; costs O(undelivered)."""
        count, first, since = self._connection.execute(
            "SELECT count(*), min(fd_number), min(date_time) FROM document"
            " WHERE fn_number = (SELECT fn_number FROM drive) AND acknowledged = 0"
        ).fetchone()
        return Queue(count, first or 0, datetime.fromisoformat(since) if since else None)

    def add_cash_operation(self, stored: Stored) -> None:
        self._connection.execute(
            "INSERT INTO cash_operation VALUES (?, ?, ?, (SELECT fn_number FROM drive), ?, ?, ?)",
            (
                stored.operation_number,
                stored.kind,
                stored.date_time.isoformat(),
                stored.shift_number,
                stored.document["sum"],
                _dump(stored.document),
            ),
        )

    def cash_operations_after(self, number: int) -> list[Stored]:
        query = "SELECT * FROM cash_operation WHERE number > ? ORDER BY number"
        return [_operation(row) for row in self._connection.execute(query, (number,))]

    def cash_of_shift(self, shift_number: int) -> dict[str, dict[str, int]]:
        """Count and sum of cash in and out; no fiscal format covers it, the names are ours."""
        rows = self._connection.execute(
            "SELECT kind, count(*), sum(sum) FROM cash_operation"
            " WHERE fn_number = (SELECT fn_number FROM drive) AND shift_number = ? GROUP BY kind",
            (shift_number,),
        )
        moved = {kind: {"count": count, "sum": total} for kind, count, total in rows}
        none = {"count": 0, "sum": 0}
        return {
            "cashIn": moved.get(DocumentKind.CASH_IN, none),
            "cashOut": moved.get(DocumentKind.CASH_OUT, none),
        }

    def totals(self, shift_number: int) -> ShiftTotals:
        """Counters of a shift, or of the drive's :data:`WHOLE_LIFE`."""
        row = self._connection.execute(
            "SELECT totals FROM totals WHERE fn_number = (SELECT fn_number FROM drive)"
            " AND shift_number = ?",
            (shift_number,),
        ).fetchone()
        return ShiftTotals() if row is None else ShiftTotals.from_json(json.loads(row[0]))

    def add_to_totals(self, shift_number: int, settlement: Counted) -> None:
        """Count one more receipt or correction, in its shift and in the drive's life."""
        for scope in (shift_number, WHOLE_LIFE):
            totals = self.totals(scope).adding(settlement)
            self._connection.execute(
                "INSERT OR REPLACE INTO totals VALUES ((SELECT fn_number FROM drive), ?, ?)",
                (scope, _dump(totals.to_json())),
            )

    def _till(self, column: str) -> Any:
        return self._connection.execute("SELECT * FROM till").fetchone()[column]


def _connect(path: Path) -> sqlite3.Connection:
    """Open the file and read its beginning. Raises Unreachable when it is none of SQLite's."""
    try:
        connection = sqlite3.connect(
            path, timeout=LOCK_TIMEOUT, isolation_level=None, check_same_thread=False
        )
    except sqlite3.DatabaseError as error:
        raise Unreachable("memory_unreadable", name=path.name, why=error) from error
    connection.row_factory = sqlite3.Row
    try:
        # A drive that answered has the document, even if the power goes right after.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA user_version")
    except sqlite3.DatabaseError as error:
        connection.close()
        raise Unreachable("memory_unreadable", name=path.name, why=error) from error
    return connection


def _row(state: DriveState) -> list[Any]:
    """The values in the order of the table's columns, which is that of the fields."""
    return [
        value.isoformat() if isinstance(value, date) else value
        for value in (getattr(state, each.name) for each in fields(state))
    ]


def _document(row: sqlite3.Row) -> Stored:
    # The file keeps the order of tags, so these are the bytes that were signed.
    document = json.loads(row["document"])
    return Stored(
        kind=DocumentKind(row["kind"]),
        document=document,
        date_time=datetime.fromisoformat(row["date_time"]),
        shift_number=row["shift_number"],
        fd_number=row["fd_number"],
        fpd=row["fpd"],
        receipt_number=row["receipt_number"],
        tlv=encode_document(document),
    )


def _operation(row: sqlite3.Row) -> Stored:
    return Stored(
        kind=DocumentKind(row["kind"]),
        document=json.loads(row["document"]),
        date_time=datetime.fromisoformat(row["date_time"]),
        shift_number=row["shift_number"],
        operation_number=row["number"],
    )


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
