"""The same key at two processes of one server: the second call gets the first one's answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.acceptance.harness.server import OdooServer, free_port
from tests.acceptance.harness.till import Till

WAITED = 40
"""Seconds after which a call that waits for another one is answered."""


@pytest.fixture
def prefork(make_server: Callable[..., OdooServer]) -> Iterator[Till]:
    server = make_server()
    till = Till(server)
    till.slow_down()
    assert till.sell("opened").status_code == 201  # the shift, so that the times are of one receipt
    server.stop()
    server.start("--workers=3", "--max-cron-threads=1", f"--gevent-port={free_port()}")
    yield till


@pytest.mark.full
def test_the_second_call_waits_for_the_first(prefork: Till) -> None:
    prefork.slow_down(print_time=4)
    with ThreadPoolExecutor(2) as processes:
        answers = list(processes.map(lambda _call: prefork.sell("twice"), range(2)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    first, second = (answer.json() for answer in answers)
    assert first == second
    assert len(prefork.signed_receipts()) == 2


@pytest.mark.full
def test_all_workers_tell_the_same_metrics(prefork: Till) -> None:
    prefork.sell_until_signed("counted")
    prefork.wait_for_buffer(pending_count=0)
    prefork.server.wait_for_sql("SELECT 1 FROM kkt_device_status WHERE beat_at IS NOT NULL")

    def counters(_call: int) -> tuple[str, ...]:
        text = requests.get(f"{prefork.server.url}/metrics", timeout=30).text
        assert "optics_scrape_success 1.0" in text
        assert "optics_ticker_alive 1.0" in text
        names = ("optics_fiscal_transitions_total{", "optics_ofd_attempts_total{")
        return tuple(line for line in text.splitlines() if line.startswith(names))

    with ThreadPoolExecutor(4) as callers:
        told = set(callers.map(counters, range(24)))
    (only,) = told
    assert any('to="delivered"' in line and not line.endswith(" 0.0") for line in only)


@pytest.mark.full
def test_a_call_that_waited_long_is_told_to_come_again(prefork: Till) -> None:
    prefork.slow_down(print_time=WAITED + 15)
    with ThreadPoolExecutor(1) as process:
        first = process.submit(prefork.sell, "long")
        prefork.wait_for("long", "printing", "printed")
        begun = time.monotonic()
        second = prefork.sell("long")
        took = time.monotonic() - begun
        assert first.result().status_code in (201, 504)
    assert (second.status_code, second.json()["error"]["code"]) == (409, "in_progress")
    assert took < WAITED + 5
    assert prefork.sell_until_signed("long").json()["fd_number"]
    assert len(prefork.signed_receipts()) == 2
