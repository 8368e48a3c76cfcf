"""The process that is killed: it holds a lane, has a driver, and serves what is queued."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any
from unittest.mock import patch

from kkt.drivers.clock import SystemClock
from kkt.drivers.errors import DeviceError
from kkt.drivers.registry import open_driver
from kkt.flow.errors import LaneStopped
from kkt.flow.register import serve
from tests.chaos.interruption.lane_store import PostgresLane, held_lane
from tests.chaos.interruption.planted import PLANTED

ROOT = Path(__file__).resolve().parents[3]
MAY_LAST = 90.0
"""Seconds; far longer than a driver's patience with a silent till."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is given; it crosses to another process."""

    dsn: str
    lane_id: int
    driver: str
    settings: Mapping[str, Any]
    planted: str = ""
    """A bug to work with (:data:`~.planted.PLANTED`)."""
    and_status: bool = False
    """Ask the till how it is, afterwards."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker says at its end; a killed one says nothing."""

    stopped: str = ""
    """Why it could not serve everything."""
    open_document: bool | None = None
    """Whether the till says that a document is open; None if it was not asked."""


def work(job: Job, answer: Connection) -> None:
    """Serve a lane as the addon does; report on `answer`."""
    answer.send(_work(job))
    answer.close()


def _work(job: Job) -> Report:
    try:
        with (
            held_lane(job.dsn, job.lane_id),
            closing(PostgresLane(job.dsn, job.lane_id)) as lane,
            closing(open_driver(job.driver, job.settings)) as driver,
        ):
            store, tried = (lane, driver)
            if job.planted:
                store, tried = PLANTED[job.planted](lane, driver)
            serve(store, tried, SystemClock())
            return Report(open_document=driver.status().open_document if job.and_status else None)
    except (DeviceError, LaneStopped) as stop:
        return Report(stopped=f"{type(stop).__name__}: {stop}")


class Worker:
    """One forked worker process."""

    def __init__(self, job: Job) -> None:
        self._ours, theirs = _context().Pipe(duplex=False)
        self._process: ForkServerProcess = _context().Process(
            target=work, args=(job, theirs), daemon=True
        )
        self._killed = False
        self._process.start()
        theirs.close()

    def kill(self) -> None:
        """kill -9, and see it gone. Another thread may wait for its report meanwhile."""
        self._killed = True
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGKILL)
        wait([self._process.sentinel], 10)

    def report(self) -> Report | None:
        """Wait for its end; None if it was killed.

        :raises AssertionError: it failed in a way that no till may make it fail, or never ended
        """
        said = None
        if self._ours.poll(MAY_LAST):
            try:
                said = self._ours.recv()
            except EOFError:
                pass
        else:
            self.kill()
            raise AssertionError(f"a worker did not end within {MAY_LAST} s")
        self._process.join(10)
        self._ours.close()
        if said is None and not self._killed:
            raise AssertionError(f"a worker failed with status {self._process.exitcode}")
        report: Report | None = said
        return report


@cache
def _context() -> ForkServerContext:
    """Workers are forked from a process that has imported all and has no threads."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    # It starts with its environment's path, not with what pytest has made of sys.path; the addon
    # below has a package `tests` too.
    path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    with patch.dict(os.environ, PYTHONPATH=path):
        forkserver.ensure_running()
    return context
