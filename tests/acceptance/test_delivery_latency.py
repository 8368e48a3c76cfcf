"""How soon the operator has what is signed, in both modes of the server, and after a kill -9.

All is watched from outside, by a monotonic clock. The figures are printed (``make test-full V=1``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.acceptance.conftest import ServerPark
from tests.acceptance.harness.ofd_process import OfdProcess
from tests.acceptance.harness.server import OdooServer, free_port
from tests.acceptance.harness.sightings import LOOK, Sightings
from tests.acceptance.harness.till import Till

MODES = {"threaded": (), "prefork": ("--workers=3",)}
"""Options of the odoo command. Cron threads are two, as a shop's server has at least."""
SALES = 20
SYNC_INTERVAL = 5.0
"""Seconds; the development's."""
WORK = 2.0
"""Seconds that a busy machine needs to send what is due."""
AFTER_A_KILL = 15.0
"""Seconds from the server's first answer after a kill -9 to the first delivery."""


@pytest.fixture(scope="module")
def operator() -> Iterator[OfdProcess]:
    """A process of its own: what it does, and asking it, costs the server nothing."""
    with OfdProcess() as operator:
        yield operator


@pytest.fixture(scope="module", params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def till(server_park: ServerPark, operator: OfdProcess, mode: str) -> Iterator[Till]:
    server = server_park.open({})
    till = Till(server)
    till.send_to(operator.url)
    assert till.sell("opened").status_code == 201
    if MODES[mode]:
        server.stop()
        start_in(mode, server)
    # Each process reads its code and its settings at its first call or job.
    warm_up = [till.sell(f"warm-up-{number}").ok for number in range(3)]
    assert all(warm_up)
    till.wait_for_buffer(percent_full=0.0, timeout=60)
    yield till
    server_park.close(server)


@pytest.fixture(autouse=True)
def quiet(till: Till, operator: OfdProcess) -> None:
    """The operator works, and has everything."""
    operator.set_success()
    till.wait_for_buffer(percent_full=0.0, timeout=60)


def start_in(mode: str, server: OdooServer) -> None:
    own_port = (f"--gevent-port={free_port()}",) if mode == "prefork" else ()
    server.start(*MODES[mode], *own_port)


@pytest.mark.full
def test_what_is_signed_is_sent_at_once(till: Till, mode: str) -> None:
    """The sender is rung, it does not wait for its next turn. How soon: ``make bench``."""
    till.server.configure(sync_interval=600)
    keys = [f"{mode}-{number}" for number in range(SALES)]
    with Sightings(till.server) as seen:
        for key in keys:
            assert till.sell(key).status_code == 201
            seen.wait_for(key, timeout=60)
    # In force at once, not after the ten minutes that have begun.
    till.server.configure(sync_interval=int(SYNC_INTERVAL))


@pytest.mark.full
def test_a_retry_is_late_by_one_interval_at_most(
    till: Till, operator: OfdProcess, mode: str
) -> None:
    key = f"retry-{mode}"
    operator.set_failure(failure_count=1, retry_after=3)
    with Sightings(till.server) as seen:
        assert till.sell(key).status_code == 201
        (row,) = till.server.wait_for_sql(
            "SELECT extract(epoch FROM next_attempt_at - clock_timestamp() AT TIME ZONE 'UTC')"
            " AS seconds FROM fiscal_document"
            " WHERE idempotency_key = %s AND next_attempt_at IS NOT NULL",
            key,
        )
        due = time.monotonic() + float(row["seconds"])
        late = seen.wait_for(key, timeout=60) - due
    print(f"{mode}: a retry came {late:.2f} s after it was due")
    assert late <= SYNC_INTERVAL + WORK


@pytest.mark.full
def test_the_first_delivery_after_a_kill(till: Till, operator: OfdProcess, mode: str) -> None:
    """Killed in the middle of a call: the operator has the receipt, and the server not its word."""
    key = f"killed-{mode}"
    calls = operator.health()["call_count"]
    operator.set_failure(response_delay=60)
    sold = till.sell(key).json()
    deadline = time.monotonic() + 30
    while operator.health()["call_count"] == calls:
        assert time.monotonic() < deadline, "nothing was sent"
        time.sleep(LOOK)
    till.server.kill()
    assert till.row(key)["state"] == "printed"

    operator.set_success()
    with Sightings(till.server) as seen:
        begun = time.monotonic()
        start_in(mode, till.server)
        up = time.monotonic()
        delivered = seen.wait_for(key, timeout=60)
    print(
        f"{mode}: delivered {delivered - up:.1f} s after the server answered,"
        f" {delivered - begun:.1f} s after it was started"
    )
    assert delivered - up <= AFTER_A_KILL
    held = [
        (each["fiscalDriveNumber"], each["fiscalDocumentNumber"]) for each in operator.receipts()
    ]
    assert held.count((sold["fn_number"], sold["fd_number"])) == 1
