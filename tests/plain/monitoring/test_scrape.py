"""A real Prometheus reads a server that asks for a key; rules and panels find its metrics."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.acceptance.harness.prometheus import Prometheus, running
from tests.plain.monitoring.deployed import KEY, with_a_key
from tests.plain.monitoring.metrics import METRICS
from tests.plain.monitoring.panels import FOLDER, expressions

#: Values that rules and panels tell apart; other labels have one.
VALUES = {
    "device": ("К1", "К2"),
    "state": ("manual", "queued", "closed", "open", "half_open"),
    "outcome": ("accepted", "later", "printed"),
    "kind": ("receipt",),
    "to": ("printed",),
    "reason": ("refused", "exhausted"),
    "le": ("1.0", "+Inf"),
}


def exposition(turn: int) -> Iterator[str]:
    """Each metric at least once: counters grow with each scrape, times are a minute ago."""
    for name, labels in METRICS.items():
        if name == "up":
            continue
        value = turn if name.endswith(("_total", "_bucket", "_sum", "_count")) else 1.0
        if name.endswith("_timestamp_seconds"):
            value = time.time() - 60
        for chosen in itertools.product(*(VALUES.get(label, ("Око",)) for label in labels)):
            pairs = ",".join(f'{key}="{word}"' for key, word in zip(labels, chosen, strict=True))
            yield f"{name}{{{pairs}}} {value}\n"


class Shop(BaseHTTPRequestHandler):
    turns = itertools.count(1)

    def do_GET(self) -> None:
        lets_in = self.headers["Authorization"] == f"Bearer {KEY}"
        self.send_response(200 if lets_in and self.path == "/metrics" else 401)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.end_headers()
        if lets_in:
            self.wfile.write("".join(exposition(next(self.turns))).encode())

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing among the tests' output."""


@pytest.fixture(scope="module")
def shop() -> Iterator[int]:
    """The port of a server that gives every metric to whoever shows the key."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def prometheus(
    shop: int, programs: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    """One with our configuration; it only reads every second and not every fifteen."""
    config = with_a_key(tmp_path_factory.mktemp("prometheus"))
    with running(programs[0], config, f"127.0.0.1:{shop}") as prometheus:
        prometheus.wait_for("count_over_time(optics_scrape_success[1m]) >= 3")
        yield prometheus


def test_it_reads_the_server_with_the_key(prometheus: Prometheus, shop: int) -> None:
    prometheus.wait_for(f'up{{job="optics", instance="127.0.0.1:{shop}"}} == 1')


def test_alerts_fire_and_speak_russian(prometheus: Prometheus) -> None:
    prometheus.wait_for('ALERTS{alertname="DocumentUndecided", alertstate="firing"}')
    alerts = prometheus.ask("alerts")["alerts"]
    said = [each for each in alerts if each["labels"]["alertname"] == "DocumentUndecided"]
    assert {each["labels"]["device"] for each in said} == {"К1", "К2"}
    assert said[0]["annotations"]["what_to_do_ru"].startswith("Откройте")


@pytest.mark.parametrize("uid", sorted(path.stem for path in FOLDER.glob("*.json")))
def test_each_panel_has_something_to_show(uid: str, prometheus: Prometheus) -> None:
    for text in expressions(uid):
        prometheus.wait_for(text)
