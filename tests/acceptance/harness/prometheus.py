"""A real Prometheus with the configuration of `monitoring/`, that hurries."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import requests

DEADLINE = 60
#: What Prometheus waits for and looks back over in minutes takes as many seconds here, and never
#: less than three scrapes.
SHORTEST = 3
_SPAN = re.compile(r"(?<=for: )(\d+)m$|(?<=\[)(\d+)m(?=\])", re.MULTILINE)


class Prometheus:
    """A running one, asked over its API."""

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(self, path: str, **parameters: str) -> Any:
        answer = requests.get(f"{self.address}/api/v1/{path}", params=parameters, timeout=10)
        answer.raise_for_status()
        return answer.json()["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("query", query=expression)["result"]
        return found

    def wait_for(self, expression: str, timeout: float = DEADLINE) -> None:
        """Until the expression has a result: on a busy machine one scrape may fail.

        :raises TimeoutError: none after `timeout` seconds
        """
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            try:
                if self.query(expression):
                    return
            except requests.RequestException:
                pass
            time.sleep(0.25)
        raise TimeoutError(expression)

    def firing(self) -> set[str]:
        """Names of the alerts that fire now."""
        alerts = self.ask("alerts")["alerts"]
        return {each["labels"]["alertname"] for each in alerts if each["state"] == "firing"}


@contextmanager
def running(program: str, config: Path, target: str) -> Iterator[Prometheus]:
    """Start a Prometheus that reads a server each second.

    :param config: a copy of ``monitoring/prometheus.yml`` in a copy of its folder
    :param target: host and port of the server
    """
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("15s", "1s").replace("timeout: 10s", "timeout: 1s"), "utf-8")
    targets = config.parent / "targets" / "server.yml"
    named = targets.read_text(encoding="utf-8").replace("127.0.0.1:8069", target)
    targets.write_text(named, encoding="utf-8")
    address = f"127.0.0.1:{_free_port()}"
    options = [
        f"--config.file={config}",
        f"--storage.tsdb.path={config.parent / 'data'}",
        f"--web.listen-address={address}",
    ]
    with (config.parent / "log").open("wb") as log:
        process = subprocess.Popen([program, *options], stderr=log)
    try:
        yield Prometheus(f"http://{address}")
    finally:
        process.terminate()
        process.wait()


def in_seconds(rules: Path) -> None:
    """Rewrite alert rules: each minute of waiting is a second. What they compare stays."""

    def shorter(found: re.Match[str]) -> str:
        return f"{max(SHORTEST, int(found[1] or found[2]))}s"

    rules.write_text(_SPAN.sub(shorter, rules.read_text(encoding="utf-8")), encoding="utf-8")


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
