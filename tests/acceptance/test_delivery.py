"""What an operator can do to a shop: through the API and at the counter, no sale notices it.

Each scenario is written once, for both doors (`harness/doors.py`). They share one server and one
cashier's window; each begins with an operator that has nothing, and with nothing on the way to it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.acceptance.conftest import has_failed
from tests.acceptance.harness.browser import ConsoleWatch, Windows
from tests.acceptance.harness.doors import ApiDoor, Door, PosDoor
from tests.acceptance.harness.ofd_process import OfdProcess
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till

EMULATOR = "/ofd/v1"
"""Address of the emulator inside of the server."""
QUICK = {
    "sync_interval": 1,
    "circuit_breaker_threshold": 3,
    "circuit_breaker_recovery": 2,
    "ofd_max_attempts": 5,
    "ofd_retry_base": 2,
    "ofd_retry_cap": 2,
    "ofd_read_timeout": 10,
}
"""As in development, with shorter pauses (seconds)."""
SOON = 30.0
"""Seconds in which what was mended is in order again, on a busy machine too."""
WELL = {"network_status": "ONLINE", "circuit_breaker": "CLOSED"}

both_doors = pytest.mark.parametrize("door", ["api", "pos"], indirect=True)
both_doors_in_full = pytest.mark.parametrize(
    "door", ["api", pytest.param("pos", marks=pytest.mark.full)], indirect=True
)


# --- the scene -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def windows(browser: Browser) -> Iterator[Windows]:
    windows = Windows(browser, ConsoleWatch())
    yield windows
    windows.close()


@pytest.fixture(scope="module")
def open_till(server: OdooServer) -> Till:
    """Its shift is open, so that sales are all that is signed."""
    till = Till(server)
    assert till.sell("opened").status_code == 201
    return till


@pytest.fixture(scope="module")
def pos_door(open_till: Till, windows: Windows) -> PosDoor:
    return PosDoor(open_till, windows)


@pytest.fixture
def door(request: pytest.FixtureRequest, open_till: Till) -> Iterator[Door]:
    if request.param == "api":
        yield ApiDoor(open_till)
        return
    door: PosDoor = request.getfixturevalue("pos_door")
    door.be_ready()
    yield door
    if has_failed(request):
        request.getfixturevalue("windows").take_pictures(request.node.name)


@pytest.fixture
def till(till: Till, door: Door) -> Till:
    """Nothing of an earlier test is left on its way, or at the emulator."""
    till.server.configure(**QUICK)
    till.send_to(EMULATOR)
    if till.buffer()["dead_count"]:
        ApiDoor(till).send_again()
    operators = till.server.rpc("fiscal.ofd", "search", [])
    for mend in ("action_try_now", "action_reset"):
        till.server.rpc("fiscal.ofd", mend, operators)
    till.wait_for_buffer(pending_count=0, dead_count=0, percent_full=0.0, timeout=SOON, **WELL)
    till.ofd("reset")
    return till


def received(operator: Till | OfdProcess) -> list[int]:
    """FD numbers of the receipts that the operator has, in order; of one that it has twice, two."""
    has = operator.receipts() if isinstance(operator, OfdProcess) else _at_the_emulator(operator)
    return sorted(each["fiscalDocumentNumber"] for each in has if each["kind"] == "receipt")


def _at_the_emulator(till: Till) -> list[dict[str, Any]]:
    receipts: list[dict[str, Any]] = till.ofd("receipts")["receipts"]
    return receipts


def wait_until_called(till: Till, calls: int = 1) -> None:
    """Wait until the emulator has been called so often."""
    deadline = time.monotonic() + SOON
    while till.ofd("health")["call_count"] < calls:
        assert time.monotonic() < deadline, till.ofd("health")
        time.sleep(0.05)


def wait_for_trouble(till: Till) -> dict[str, Any]:
    """Wait until the buffer's status says that not all is well; return it."""
    deadline = time.monotonic() + SOON
    while (status := till.buffer())["network_status"] == "ONLINE":
        assert time.monotonic() < deadline, status
        time.sleep(0.1)
    return status


def seconds_of_a_sale(door: Door) -> tuple[int, float]:
    """Sell; return the FD number and how long it took, seconds."""
    begun = time.monotonic()
    number = door.sell()
    return number, time.monotonic() - begun


# --- an operator that works ----------------------------------------------------------------------


@both_doors
def test_a_sale_is_signed_and_delivered(door: Door, till: Till) -> None:
    before = till.buffer()["synced_count"]
    number = door.sell()
    assert till.signed_receipts()[-1]["fiscalDocumentNumber"] == number
    till.wait_for_buffer(pending_count=0, synced_count=before + 1, **WELL)
    assert till.ofd("health")["receipts_received"] == 1
    assert received(till) == [number]


# --- an operator that is off ---------------------------------------------------------------------


@both_doors_in_full
def test_an_operator_that_answers_with_errors(door: Door, till: Till) -> None:
    before = till.buffer()["synced_count"]
    till.ofd("set-failure", permanent_failure=True)
    number = door.sell()
    status = wait_for_trouble(till)
    assert (status["pending_count"], status["synced_count"]) == (1, before)
    # How many attempts have failed by now depends on how fast the door is.
    is_open = status["circuit_breaker"] == "OPEN"
    assert status["network_status"] == ("OFFLINE" if is_open else "DEGRADED")
    assert till.ofd("health")["receipts_received"] == 0

    till.ofd("set-success")
    till.wait_for_buffer(pending_count=0, synced_count=before + 1, timeout=SOON, **WELL)
    assert received(till) == [number]


@both_doors_in_full
def test_an_operator_that_is_away(door: Door, till: Till) -> None:
    before = till.buffer()["synced_count"]
    with OfdProcess() as operator:
        till.send_to(operator.url)
        operator.stop()
        number = door.sell()
        till.wait_for_buffer(pending_count=1, synced_count=before, network_status="OFFLINE")

        operator.start()
        till.wait_for_buffer(pending_count=0, synced_count=before + 1, timeout=SOON, **WELL)
        assert received(operator) == [number]


@both_doors_in_full
def test_five_failures_and_five_sales(door: Door, till: Till) -> None:
    """Three failures open the breaker; two probes fail, the third one closes it."""
    till.server.configure(circuit_breaker_recovery=1)
    before = till.buffer()["synced_count"]
    # Second attempts come later than the third sale of a cashier: first ones open the breaker.
    till.ofd("set-failure", failure_count=5, retry_after=6)
    numbers = [door.sell() for _sale in range(3)]
    status = till.wait_for_buffer(circuit_breaker="OPEN")
    assert status["network_status"] == "OFFLINE"
    numbers += [door.sell() for _sale in range(2)]

    till.wait_for_buffer(pending_count=0, synced_count=before + 5, timeout=2 * SOON, **WELL)
    assert received(till) == numbers


# --- what an operator does not take --------------------------------------------------------------


@both_doors
def test_a_refused_receipt_is_sent_again_by_hand(door: Door, till: Till) -> None:
    before = till.buffer()["synced_count"]
    till.ofd("set-failure", permanent_failure=True, status_code=422)
    number = door.sell()
    till.wait_for_buffer(dead_count=1, pending_count=0, **WELL)

    till.ofd("set-success")
    assert till.sync().json() == {"status": "started", "pending_count": 0}, "it waits for a person"
    door.send_again()
    till.wait_for_buffer(dead_count=0, pending_count=0, synced_count=before + 1)
    assert received(till) == [number]


@both_doors_in_full
def test_used_up_attempts_are_forgiven_when_the_operator_delivers(door: Door, till: Till) -> None:
    pauses = {"ofd_retry_base": 1, "ofd_retry_cap": 1}
    till.server.configure(circuit_breaker_threshold=100, ofd_max_attempts=2, **pauses)
    before = till.buffer()["synced_count"]
    till.ofd("set-failure", permanent_failure=True)
    first = door.sell()
    till.wait_for_buffer(dead_count=1, pending_count=0, network_status="DEGRADED")
    (dead,) = till.server.sql("SELECT dead_reason FROM fiscal_document WHERE state = 'dead'")
    assert dead["dead_reason"] == "exhausted"

    till.ofd("set-success")
    second = door.sell()
    till.wait_for_buffer(dead_count=0, pending_count=0, synced_count=before + 2, **WELL)
    assert received(till) == [first, second]


# --- an operator that is slow --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("delay", "limit"),
    [
        pytest.param(4, 2, id="4-of-2"),
        pytest.param(15, 10, id="15-of-10", marks=pytest.mark.full),
    ],
)
@both_doors_in_full
def test_a_slow_operator_slows_no_sale(door: Door, till: Till, delay: int, limit: int) -> None:
    """It answers after `delay` seconds, and is waited for `limit` seconds."""
    till.server.configure(ofd_read_timeout=limit)
    undisturbed, usual = seconds_of_a_sale(door)
    till.wait_for_buffer(pending_count=0)
    before = till.buffer()["synced_count"]
    calls = till.ofd("health")["call_count"]

    till.ofd("set-failure", response_delay=delay)
    first, at_the_start = seconds_of_a_sale(door)
    wait_until_called(till, calls + 1)
    second, meanwhile = seconds_of_a_sale(door)
    assert max(at_the_start, meanwhile) < usual + 2
    till.wait_for_buffer(network_status="OFFLINE", synced_count=before, timeout=limit + SOON)

    till.ofd("set-success")
    till.wait_for_buffer(pending_count=0, synced_count=before + 2, timeout=SOON, **WELL)
    assert received(till) == [undisturbed, first, second], "each is known once"


# --- sent by hand --------------------------------------------------------------------------------


@both_doors_in_full
def test_sending_by_hand_does_not_wait_for_the_next_attempt(door: Door, till: Till) -> None:
    before = till.buffer()["synced_count"]
    till.ofd("set-failure", permanent_failure=True, retry_after=600)
    number = door.sell()
    till.server.wait_for_sql(
        "SELECT 1 FROM fiscal_document WHERE state = 'printed' AND next_attempt_at IS NOT NULL"
    )
    till.ofd("set-success")
    answer = till.sync()
    assert (answer.status_code, answer.json()["status"]) == (202, "started")
    till.wait_for_buffer(pending_count=0, synced_count=before + 1, **WELL)
    assert received(till) == [number]


@both_doors_in_full
def test_sending_by_hand_is_refused_while_it_is_sent(door: Door, till: Till) -> None:
    before = till.buffer()["synced_count"]
    till.ofd("set-failure", response_delay=3)
    number = door.sell()
    wait_until_called(till)
    answer = till.sync()
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "sync_running")
    till.wait_for_buffer(pending_count=0, synced_count=before + 1, **WELL)
    assert received(till) == [number]
