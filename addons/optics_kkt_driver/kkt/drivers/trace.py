"""The wire, written down: every frame that went to a till and came from it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from .clock import Clock, SystemClock

KEPT_FRAMES = 200
"""The last so many frames of a recording are kept."""


class Trace(Protocol):
    """Where a driver tells of each frame. Never raises, and never slows the till down."""

    def note(self, sent: bool, told: str, raw: bytes) -> None:
        """One frame.

        :param sent: by us; else by the till.
        :param told: decoded for people, without personal data (buyers' contacts and names).
        :param raw: the frame itself, which may hold personal data.
        """


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a recording."""

    at: datetime
    """Aware, UTC."""
    sent: bool
    """By us; else by the till."""
    told: str
    raw: bytes | None
    """None where the recording keeps no personal data."""


class FileTrace:
    """A recording in a file of one JSON object a line, until a moment that is known beforehand.

    Each frame is handed to the system before :meth:`note` returns: a process that is killed
    loses none. One process at a time speaks to a till, so one writes.

    :param until: aware; nothing is written from then on.
    :param keep_raw: keep the frames' bytes too, with the personal data that may be in them.
    """

    def __init__(
        self, path: Path, until: datetime, *, keep_raw: bool = False, clock: Clock | None = None
    ) -> None:
        self._path = path
        self._until = until
        self._keep_raw = keep_raw
        self._clock = clock or SystemClock()
        self._lines: int | None = None

    def note(self, sent: bool, told: str, raw: bytes) -> None:
        """Write a frame down. A file that cannot be written stops no till."""
        now = self._clock.now()
        if now >= self._until:
            return
        kept = {"raw": raw.hex()} if self._keep_raw else {}
        line = json.dumps(
            {"at": now.isoformat(), "sent": sent, "told": told, **kept}, ensure_ascii=False
        )
        with suppress(OSError):
            self._append(f"{line}\n")

    def _append(self, line: str) -> None:
        if self._lines is None:
            self._lines = sum(1 for _line in _lines(self._path))
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)
        self._lines += 1
        # Not at each frame: to write the file anew takes longer than to add to it.
        if self._lines >= 2 * KEPT_FRAMES:
            self._trim()

    def _trim(self) -> None:
        last = _lines(self._path)[-KEPT_FRAMES:]
        shorter = self._path.with_suffix(".shorter")
        handle = os.open(shorter, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.writelines(last)
        shorter.replace(self._path)
        self._lines = len(last)


def read_trace(path: Path) -> list[Frame]:
    """Return the last frames of a recording, oldest first; none where there is no recording."""
    return list(_frames(_lines(path)[-KEPT_FRAMES:]))


def _frames(lines: list[bytes]) -> Iterator[Frame]:
    for line in lines:
        # The last line may be cut short, by a full disk.
        with suppress(ValueError, KeyError, TypeError):
            told = json.loads(line)
            raw = told.get("raw")
            yield Frame(
                at=datetime.fromisoformat(told["at"]),
                sent=told["sent"],
                told=told["told"],
                raw=None if raw is None else bytes.fromhex(raw),
            )


def _lines(path: Path) -> list[bytes]:
    try:
        with path.open("rb") as file:
            return file.readlines()
    except OSError:
        return []
