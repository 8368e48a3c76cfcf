"""The control door, and the command line that opens all doors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from .shtrih.client import SYSTEM, Client
from .shtrih.test_receipts import SALE, close, line

STARTS_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Running:
    process: subprocess.Popen[str]
    addresses: dict[str, str]
    """The last word of each line by the first two: ``shtrih tcp``."""

    def client(self) -> Client:
        return Client(int(self.addresses["shtrih tcp"].rpartition(":")[2]))

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        url = self.addresses["control"] + path
        return requests.request(method, url, json=body, timeout=5)


def start(*options: str) -> Running:
    process = subprocess.Popen(
        [sys.executable, "-m", "kkt.emulator", *options],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    addresses = {}
    for told in process.stdout:
        if told == "ready\n":
            return Running(process, addresses)
        name, _, address = told.strip().rpartition(" ")
        addresses[name] = address
    raise AssertionError("the emulator ended at its start")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    script = tmp_path / "faults.json"
    script.write_text(json.dumps([{"fault": "refuse", "message": "13", "code": "39"}]))
    running = start(
        *("--state", str(tmp_path / "state"), "--shtrih-port", "0", "--pty", "--no-atol"),
        *("--control-port", "0", "--print-time", "0", "--faults", str(script)),
        *("--inn", "500100732259", "--timezone", "Asia/Vladivostok", "--ffd", "1.05"),
    )
    yield running
    if running.process.poll() is None:
        running.process.kill()
    running.process.wait(5)
    assert running.process.stdout is not None
    running.process.stdout.close()


def test_all_doors_open_and_close(running: Running, tmp_path: Path) -> None:
    assert set(running.addresses) == {"shtrih tcp", "shtrih pty", "control"}
    assert Path(running.addresses["shtrih pty"]).is_char_device()
    assert [each.name for each in (tmp_path / "state").glob("*.sqlite")] == ["till.sqlite"]
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(10) == 0
    assert not Path(running.addresses["shtrih pty"]).exists()


def test_the_state_is_told(running: Running) -> None:
    told = running.call("GET", "state").json()
    assert told["fn_number"].startswith("9999") and told["last_fd"] == 1
    assert told["ffd_version"] == "1.05" and told["faults"]["no_paper"] is False
    client = running.client()
    client.done(f"E0 {SYSTEM}", SALE)
    told = running.call("GET", "state").json()
    assert (told["shift_open"], told["open_kind"], told["undelivered"]) == (True, "receipt", 1)
    client.close()


def test_the_script_is_followed_and_replaced(running: Running) -> None:
    client = running.client()
    assert [rule["message"] for rule in running.call("GET", "faults").json()] == ["13"]
    assert client.ask(f"13 {SYSTEM}") == "1339"
    assert running.call("GET", "faults").json() == []
    rules = [{"fault": "refuse", "message": "FF40", "code": "20"}]
    assert running.call("PUT", "faults", rules).status_code == 200
    assert client.ask(f"FF40 {SYSTEM}") == "FF4020"
    client.close()


def test_the_till_is_broken_and_mended(running: Running) -> None:
    client = running.client()
    assert running.call("PUT", "till", {"cover_open": True}).json()["cover_open"] is True
    assert client.ask(f"E0 {SYSTEM}") == "E07B"
    running.call("PUT", "till", {"cover_open": False, "clock_offset": 600})
    assert client.ask(f"E0 {SYSTEM}") == "E017"
    running.call("PUT", "till", {"clock_offset": 0})
    client.done(f"E0 {SYSTEM}")
    client.close()


def test_documents_are_acknowledged_by_hand(running: Running) -> None:
    client = running.client()
    client.done(f"E0 {SYSTEM}", SALE, line(), close("E803000000"), f"41 {SYSTEM}")
    assert running.call("POST", "acknowledge", {"fd": 3}).json() == {"acknowledged": [3]}
    assert running.call("POST", "acknowledge", {"count": 1}).json() == {"acknowledged": [2]}
    assert client.ask(f"FF3F {SYSTEM}") == "FF3F000100"
    assert running.call("POST", "acknowledge", {}).json() == {"acknowledged": [4]}
    assert client.ask(f"FF3F {SYSTEM}") == "FF3F000000"
    client.close()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "faults", [{"fault": "nothing"}], 400),
        ("PUT", "faults", {"fault": "nak"}, 400),
        ("PUT", "till", {"nonsense": 1}, 400),
        ("PUT", "till", [], 400),
        ("POST", "acknowledge", {"fd": "x"}, 400),
        ("GET", "nowhere", None, 404),
        ("POST", "state", {}, 404),
    ],
)
def test_what_makes_no_sense_is_told(
    running: Running, method: str, path: str, body: Any, status: int
) -> None:
    answer = running.call(method, path, body)
    assert answer.status_code == status and answer.json()["error"]


def test_web_pages_are_kept_out(running: Running) -> None:
    url = running.addresses["control"] + "state"
    answer = requests.get(url, headers={"Origin": "https://example.ru"}, timeout=5)
    assert answer.status_code == 403
