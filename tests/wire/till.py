"""The till that is killed: an emulator process with its state on disk, also seen from behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

from kkt.drivers.contract import Baseline
from kkt.drivers.virtual import VirtualTill

STARTS_WITHIN = 30.0
"""Seconds."""
DOORS = {"shtrih": "--shtrih-port", "atol": "--atol-port"}
"""Driver's name, and the option that chooses the port of its door."""


class EmulatedTill:
    """``python -m kkt.emulator`` with the door of one driver; the port survives its death."""

    def __init__(self, driver: str, folder: Path) -> None:
        self.driver = driver
        self._folder = folder
        self._folder.mkdir(parents=True)
        self._port = 0
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self.start()

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self._port

    def start(self) -> None:
        shut = next(f"--no-{name}" for name in DOORS if name != self.driver)
        with (self._folder / "emulator.log").open("a") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "kkt.emulator", "--state", str(self._folder)),
                    *(DOORS[self.driver], str(self._port), shut, "--print-time", "0"),
                    *("--ofd", "off"),
                ],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self._port = self._port_told()

    def _port_told(self) -> int:
        """Read what it says until it is ready; the port of its door."""
        assert self._process is not None and self._process.stdout is not None
        # A line that never comes must not hold the run up.
        alarm = threading.Timer(STARTS_WITHIN, self._process.kill)
        alarm.start()
        port = 0
        try:
            for line in self._process.stdout:
                words = line.split()
                if words[:1] == [self.driver]:
                    port = int(words[-1].rstrip("/").rpartition(":")[2])
                if words == ["ready"]:
                    return port
        finally:
            alarm.cancel()
        raise AssertionError(f"the emulator ended at its start: see {self._folder}/emulator.log")

    def kill(self) -> None:
        """kill -9, and see it gone."""
        with self._lock:
            if self._process is not None:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait(10)
                self._process = None

    def restart(self) -> None:
        """kill -9, then on the same port and the same state."""
        self.kill()
        with self._lock:
            self.start()

    # The drive, from behind ----------------------------------------------------------------------

    @property
    def memory(self) -> Path:
        (path,) = self._folder.glob("**/*.sqlite")
        return path

    def documents(self, since: int = 1) -> list[dict[str, Any]]:
        """What the drive has signed from this FD on, FNS JSON names."""
        with closing(VirtualTill(self.memory)) as till:
            return [dict(till.read(fd)) for fd in range(since, till.baseline().last_fd + 1)]

    def baseline(self) -> Baseline:
        with closing(VirtualTill(self.memory)) as till:
            return till.baseline()

    def has_open_document(self) -> bool:
        with closing(VirtualTill(self.memory)) as till:
            return till.status().open_document
