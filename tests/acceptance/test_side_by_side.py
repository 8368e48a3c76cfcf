"""Tills are served side by side: one that takes its time holds no other one up."""

from __future__ import annotations

import pytest

from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till

HELD = 8.0
"""Seconds that the slow till is busy with one document: less than a run waits for its tills, so
that no later run can have served the other one meanwhile."""


@pytest.fixture
def slow(server: OdooServer) -> Till:
    """The till that has the first turn: runs go by code."""
    return Till(server, "POS-001")


@pytest.fixture
def quick(server: OdooServer, slow: Till) -> Till:
    server.rpc("kkt.device", "copy", [slow.id], {"name": "Касса 2", "code": "POS-002"})
    return Till(server, "POS-002")


def test_a_slow_till_holds_no_other(server: OdooServer, slow: Till, quick: Till) -> None:
    leave_queued(slow, "slow")
    leave_queued(quick, "quick")
    server.stop()
    slow.set_faults(delay=HELD, times=1)  # too late to sign; asked again, the till is well
    quick.mend()

    server.start()  # nobody calls: what is printed from here on, the job prints
    server.wait_for_sql(
        "SELECT 1 FROM fiscal_document slow, fiscal_document quick"
        " WHERE slow.idempotency_key = 'slow' AND slow.state = 'printing'"
        " AND quick.idempotency_key = 'quick' AND quick.state IN ('printed', 'delivered')",
        timeout=30,
    )
    slow.wait_for("slow", "printed", "delivered", timeout=60)
    assert len(slow.signed_receipts()) == 2
    assert len(quick.signed_receipts()) == 2


def leave_queued(till: Till, key: str) -> None:
    """Open the shift with a sale; the next one finds the till silent and stays in the queue."""
    assert till.sell(f"{key}-first").status_code == 201
    till.set_faults(silent=True)
    assert till.sell(key).status_code == 504
    assert till.row(key)["state"] == "queued"
