"""The virtual till under processes that are killed and stopped: real signals, real files."""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kkt.clock import SystemClock
from kkt.device.contract import Intent, LookupOutcome
from kkt.drivers.virtual import VirtualDriver
from kkt.virtual import VirtualTill

from . import builders as make
from .builders import FakeClock
from .conformance import start_program, start_seller
from .test_virtual_registration import settings
from .test_virtual_rules import REGISTRATION

KILLS = 12
MAKERS, TILLS = 4, 25
PATIENCE = 30.0
"""Seconds for another process to get somewhere; on an idle machine it takes a fraction of one."""


@pytest.fixture
def shared(tmp_path: Path) -> dict[str, Any]:
    """Settings of a till with an open shift, as another process is told them."""
    told = settings(tmp_path, path=str(tmp_path / "till.sqlite"), sign_delay=0.01, print_time=0.01)
    driver = VirtualDriver.from_settings(told)
    driver.register(make.opening(), make.intent(driver, SystemClock().now()))
    driver.close()
    return told


def lines_of(seller: subprocess.Popen[str]) -> list[list[str]]:
    """What the seller said from now until its end."""
    assert seller.stdout is not None
    said = seller.stdout.read()
    seller.communicate(timeout=PATIENCE)
    return [line.split() for line in said.splitlines()]


def first_line(seller: subprocess.Popen[str]) -> list[str]:
    assert seller.stdout is not None
    return seller.stdout.readline().split()


def test_killed_sellers_lose_and_double_nothing(
    tell: Callable[[str], None], shared: dict[str, Any]
) -> None:
    seed = int(os.environ.get("KILL_SEED") or secrets.randbelow(1 << 32))
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    sent: list[str] = []
    answered: dict[str, int] = {}
    for number in range(KILLS):
        seller = start_seller("virtual", shared, f"r{number}", 1000)
        said = [first_line(seller)]
        time.sleep(chance.uniform(0, 0.15))
        seller.kill()
        said += lines_of(seller)
        sent += [line[1] for line in said if line[:1] == ["sends"]]
        answered |= {
            line[1]: int(line[2]) for line in said if len(line) == 3 and line[0] == "signed"
        }
    driver = VirtualDriver.from_settings(shared)
    signed = [driver.read(fd) for fd in range(3, driver.baseline().last_fd + 1)]
    keys = [each["properties"]["propertyValue"].split()[-1] for each in signed]
    tell(f"KILL_SEED={seed}: {KILLS} kills, {len(sent)} sent, {len(keys)} signed")
    assert len(keys) == len(set(keys))
    assert set(keys) <= set(sent)
    assert {key: keys.index(key) + 3 for key in answered} == answered
    assert len(sent) - len(keys) <= KILLS
    assert [each["requestNumber"] for each in signed] == list(range(1, len(keys) + 1))
    assert driver.till.status().details["shiftSumReports"]["totalReceiptBsoCount"] == len(keys)
    driver.register(make.closing(), make.intent(driver, SystemClock().now()))
    driver.close()


def test_a_seller_that_wakes_after_its_deadline_signs_nothing(shared: dict[str, Any]) -> None:
    driver, limit = VirtualDriver.from_settings(shared), 3.0
    before = driver.baseline()
    seller = start_seller("virtual", {**shared, "sign_delay": 2.0}, "late", 1, limit)
    _, key, deadline = first_line(seller)
    # In the till's delay before signing; if it sleeps elsewhere, it has signed as little.
    wait_until(lambda: state_of(seller) == "S")
    seller.send_signal(signal.SIGSTOP)
    wish = Intent(key, "task", before, 1, datetime.fromisoformat(deadline))
    assert driver.lookup(make.receipt(key), wish).outcome is LookupOutcome.PENDING
    sleep_past(wish.deadline)
    assert driver.lookup(make.receipt(key), wish).outcome is LookupOutcome.NOT_SIGNED
    seller.send_signal(signal.SIGCONT)
    assert lines_of(seller) in ([["no", "answer", key]], [["not", "sent", key]])
    assert driver.baseline() == before
    driver.close()


def test_a_seller_that_stops_after_signing_is_found(shared: dict[str, Any]) -> None:
    driver = VirtualDriver.from_settings(shared)
    before = driver.baseline()
    seller = start_seller("virtual", {**shared, "print_time": 2 * PATIENCE}, "p", 1, PATIENCE)
    _, key, deadline = first_line(seller)
    wait_until(lambda: driver.baseline().last_fd > before.last_fd)
    driver.close()
    seller.send_signal(signal.SIGKILL)
    lines_of(seller)
    wish = Intent(key, "task", before, 1, datetime.fromisoformat(deadline))
    driver = VirtualDriver.from_settings({**shared, "clock": FakeClock(wish.deadline)})
    found = driver.lookup(make.receipt(key), wish)
    assert found.outcome is LookupOutcome.SIGNED
    assert found.signed is not None and found.signed.fd_number == before.last_fd + 1
    elsewhere = driver.lookup(make.receipt("other"), replace(wish, key="other"))
    assert elsewhere.outcome is LookupOutcome.NOT_SIGNED
    driver.close()


def start_makers(paths: list[Path]) -> list[subprocess.Popen[str]]:
    """Processes that begin to make the same tills at the same time."""
    order = {"registration": asdict(REGISTRATION), "paths": [str(path) for path in paths]}
    makers = [start_program("maker.py", order) for _ in range(MAKERS)]
    assert [first_line(maker) for maker in makers] == [["ready"]] * MAKERS
    for maker in makers:
        assert maker.stdin is not None
        maker.stdin.write("\n")
        maker.stdin.flush()
    return makers


def registration_sign(path: Path) -> str:
    """Drawn anew whenever a till is made: equal for whoever uses the same one."""
    with closing(VirtualTill(path)) as till:
        return str(till.read(1)["fiscalSign"])


def test_a_till_that_many_make_is_one_and_whole_when_it_is_seen(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.sqlite" for number in range(TILLS)]
    makers = start_makers(paths)
    seen = []
    for path in paths:
        wait_until(path.exists)
        seen.append([path.name, registration_sign(path)])
    assert [lines_of(maker) for maker in makers] == [seen] * MAKERS
    assert sorted(tmp_path.iterdir()) == sorted(paths), "no draft is left"


def test_a_till_whose_makers_were_killed_is_whole_or_not_there(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.sqlite" for number in range(1000)]
    makers = start_makers(paths)
    for number, maker in enumerate(makers):
        wait_until(paths[TILLS * (number + 1)].exists)
        maker.kill()
    told = [line for maker in makers for line in lines_of(maker)]
    signs = dict(told)
    assert told == [[name, signs[name]] for name, _ in told]
    made = [path for path in paths if path.exists()]
    assert {path.name: registration_sign(path) for path in made}.items() >= signs.items()
    VirtualTill.create(paths[len(made)], REGISTRATION).close()


def wait_until(true: Callable[[], bool]) -> None:
    given_up = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < given_up
        time.sleep(0.001)


def state_of(process: subprocess.Popen[str]) -> str:
    """One letter, as Linux tells it: R runs, S sleeps, T is stopped."""
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2][0]


def sleep_past(moment: datetime) -> None:
    clock = SystemClock()
    clock.sleep((moment - clock.now() + timedelta(milliseconds=5)).total_seconds())
