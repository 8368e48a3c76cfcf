"""The OFD emulator as a process of its own, that a test may start, stop and kill."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Self

import requests

PLAIN_PACKAGES = Path(__file__).resolve().parents[3] / "addons" / "optics_kkt_driver"
STARTS_WITHIN = 30
"""Seconds; on an idle machine it takes a fraction of one."""
ENDS_WITHIN = 10


class OfdProcess:
    """One operator. The port stays the same over restarts, as a real one's address does.

    As a context it is started, and stopped at the end.

    :param keep: file of the documents that it has acknowledged, which outlive a stop and a kill;
        without, each start begins with none.
    :param environment: ``MOCK_OFD_…``: how it behaves after each start; those of the test run are
        not handed on.
    """

    def __init__(self, *, keep: Path | None = None, **environment: str) -> None:
        self.port = 0
        self._options = ["--keep", str(keep)] if keep else []
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("MOCK_OFD_")
        }
        self._environment = {**inherited, "PYTHONPATH": str(PLAIN_PACKAGES), **environment}
        self._process: subprocess.Popen[str] | None = None
        self._complaints = tempfile.TemporaryFile("a+")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()
        self._complaints.close()

    @property
    def url(self) -> str:
        """What is entered as an operator's address."""
        return f"http://127.0.0.1:{self.port}/ofd/v1"

    # --- the process -----------------------------------------------------------------------------

    def start(self) -> None:
        """Start it and wait until it listens."""
        if self.is_running():
            raise AssertionError(f"the OFD at {self.url} runs already")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kkt.emulator.ofd", "--port", str(self.port), *self._options],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            start_new_session=True,
        )
        greeting = self._first_line()
        if not greeting.startswith("listening on "):
            self.kill()
            raise AssertionError(f"the OFD did not start: {greeting}{self.complaints()}")
        self.port = int(greeting.rpartition(":")[2])

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Ask it to end; what waits for an answer is cut off."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def complaints(self) -> str:
        """What it has written on stderr since the first start: nothing, if all is well."""
        self._complaints.seek(0)
        return self._complaints.read()

    def _first_line(self) -> str:
        assert self._process is not None and self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            return self._process.stdout.readline() if selector.select(STARTS_WITHIN) else ""

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(how)
        try:
            process.communicate(timeout=ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise AssertionError(f"the OFD did not end within {ENDS_WITHIN} s") from None

    # --- over HTTP -------------------------------------------------------------------------------

    def health(self) -> dict[str, Any]:
        return self._checked(requests.get(f"{self.url}/health", timeout=30))

    def receipts(self) -> list[dict[str, Any]]:
        """All documents that it has, in the order of arrival."""
        listed: list[dict[str, Any]] = self._checked(
            requests.get(f"{self.url}/receipts", timeout=30)
        )["receipts"]
        return listed

    def set_failure(self, **settings: Any) -> dict[str, Any]:
        """Have it fail, or answer in another manner; ``OfdEmulator.set_failure`` has the settings.

        Returns its health.
        """
        return self._tell("set-failure", settings)

    def set_success(self) -> dict[str, Any]:
        return self._tell("set-success", {})

    def reset(self) -> dict[str, Any]:
        """Have it forget everything, what it keeps too."""
        return self._tell("reset", {})

    def _tell(self, call: str, settings: dict[str, Any]) -> dict[str, Any]:
        return self._checked(requests.post(f"{self.url}/admin/{call}", json=settings, timeout=30))

    def _checked(self, answer: requests.Response) -> dict[str, Any]:
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        return said
