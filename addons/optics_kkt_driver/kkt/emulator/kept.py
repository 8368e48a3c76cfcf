"""Documents that outlive the emulator's process: a real operator forgets nothing that it took."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from ..virtual.ofd import Arrival, MemoryOfdStore, OfdState


class KeptOfdStore(MemoryOfdStore):
    """Appends each document to a file, as a line of JSON, before anybody hears that it is taken.

    Once a line is written, no death of this process loses it; a power cut may. Only documents are
    kept: behaviour and counters begin anew with each process. One process has the file at a time.

    :raises OSError: the file cannot be used, or another process has it (BlockingIOError)
    :raises ValueError: a line of it is no document
    """

    def __init__(self, path: Path, state: OfdState | None = None) -> None:
        super().__init__(state)
        self._file = path.open("a+b", buffering=0)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._read()
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Let another process have the file."""
        self._file.close()

    def _read(self) -> None:
        self._file.seek(0)
        whole, newline, torn = self._file.read().rpartition(b"\n")
        if torn:
            # The process died while it wrote; nobody was told that this one is taken.
            self._file.truncate(len(whole + newline))
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                super()._remember(_from_json(json.loads(line)))
            except (ValueError, TypeError, KeyError) as error:
                raise ValueError(f"line {number} is no document: {error}") from error

    def _remember(self, arrival: Arrival) -> None:
        rest = json.dumps(_as_json(arrival)).encode() + b"\n"
        file = self._file.fileno()
        before = os.fstat(file).st_size
        try:
            while rest:
                rest = rest[os.write(file, rest) :]
        except OSError:
            # Half a line would spoil the next one.
            os.ftruncate(file, before)
            raise
        super()._remember(arrival)

    def _forget(self) -> None:
        self._file.truncate(0)
        super()._forget()


def _as_json(arrival: Arrival) -> dict[str, Any]:
    return {**asdict(arrival), "received_at": arrival.received_at.isoformat()}


def _from_json(told: Mapping[str, Any]) -> Arrival:
    return Arrival(**{**told, "received_at": datetime.fromisoformat(told["received_at"])})
