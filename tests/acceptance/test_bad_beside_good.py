"""Beside one bad till, endpoint or key: what is good is signed and delivered in its usual time."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till

USUAL = 15.0
"""Seconds from a till's first answer to the operator's acknowledgement: two rings of the ticker
and some work. The pause of a bad endpoint, and Odoo's own look once a minute, are longer."""


@pytest.fixture
def bad(server: OdooServer) -> Till:
    """The one that has the first turn."""
    till = Till(server, "POS-001")
    till.mend()
    assert till.sell(f"open-{time.monotonic_ns()}").status_code == 201
    return till


@pytest.fixture
def good(server: OdooServer, bad: Till) -> Till:
    if not server.sql("SELECT 1 FROM kkt_device WHERE code = 'POS-002'"):
        server.rpc("kkt.device", "copy", [bad.id], {"name": "Касса 2", "code": "POS-002"})
    till = Till(server, "POS-002")
    assert till.sell(f"open-{time.monotonic_ns()}").status_code == 201
    return till


def leave_queued(till: Till, key: str) -> None:
    """Nobody waits for it any more: once the till is mended, the jobs do what becomes of it."""
    till.set_faults(silent=True)
    assert till.sell(key).status_code == 504
    assert till.row(key)["state"] == "queued"


def health(server: OdooServer) -> dict[str, Any]:
    report: dict[str, Any] = requests.get(f"{server.url}/v1/health", timeout=30).json()
    return report


def wait_for_health(server: OdooServer, troubled: list[str]) -> dict[str, Any]:
    deadline = time.monotonic() + USUAL
    while (report := health(server))["components"]["tills"]["troubled"] != troubled:
        assert time.monotonic() < deadline, report
        time.sleep(0.2)
    return report


def test_a_bad_till(server: OdooServer, bad: Till, good: Till) -> None:
    server.expect_log(r"Serving till \d+ failed")
    leave_queued(bad, "bad-till")
    server.sql("UPDATE kkt_device SET driver = 'gone' WHERE id = %s", bad.id)
    bad.mend()
    assert wait_for_health(server, ["POS-001"])["status"] == "degraded"
    (told,) = server.rpc("kkt.device", "read", [bad.id], ["trouble"])
    assert "AttributeError" in told["trouble"]

    leave_queued(good, "beside-a-bad-till")
    good.mend()
    good.wait_for("beside-a-bad-till", "delivered", timeout=USUAL)
    assert bad.row("bad-till")["state"] == "queued"

    server.sql("UPDATE kkt_device SET driver = 'virtual' WHERE id = %s", bad.id)
    bad.wait_for("bad-till", "delivered", timeout=USUAL)
    wait_for_health(server, [])
    (calls,) = server.sql(
        "SELECT count(*) FROM mail_activity WHERE res_model = 'kkt.device' AND res_id = %s"
        " GROUP BY user_id",
        bad.id,
    )
    assert calls["count"] == 1, "one call until it is done"


@pytest.mark.full
def test_a_bad_endpoint(server: OdooServer, bad: Till, good: Till) -> None:
    (row,) = server.sql("SELECT ofd_id FROM kkt_device WHERE id = %s", bad.id)
    (its_own,) = server.rpc("fiscal.ofd", "copy", [row["ofd_id"]])
    server.rpc("kkt.device", "write", [bad.id], {"ofd_id": its_own})
    # As if it had been stored before anybody looked.
    server.sql("UPDATE fiscal_ofd SET url = %s WHERE id = %s", f"http://{'a' * 70}.ru", its_own)
    assert bad.sell("bad-endpoint").status_code == 201
    server.wait_for_sql(
        "SELECT 1 FROM fiscal_ofd WHERE id = %s AND paused_until IS NOT NULL",
        its_own,
        timeout=USUAL,
    )

    leave_queued(good, "beside-a-bad-endpoint")
    good.mend()
    good.wait_for("beside-a-bad-endpoint", "delivered", timeout=USUAL)
    assert bad.row("bad-endpoint")["state"] == "printed"
    report = health(server)
    assert report["status"] == "degraded"
    assert report["components"]["ofd"]["network_status"] == "OFFLINE"

    server.rpc("fiscal.ofd", "write", [its_own], {"url": "/ofd/v1"})
    server.rpc("fiscal.ofd", "action_try_now", [its_own])
    bad.wait_for("bad-endpoint", "delivered", timeout=USUAL)


@pytest.mark.full
def test_a_bad_key(server: OdooServer, bad: Till, good: Till) -> None:
    """A caller has taken the name that the opening of a shift for `bad-key` once had.

    As it was, the till was locked for everybody, and the job that prints ended for all tills.
    """

    def post(call: str, key: str, **body: Any) -> requests.Response:
        return requests.post(
            f"{server.url}/v1/kkt/{call}",
            json={"pos_id": bad.code, **body},
            headers={"X-Idempotency-Key": key},
            timeout=60,
        )

    assert bad.sell("before-a-bad-key").status_code == 201
    assert post("z_report", "close").status_code == 201
    assert post("cash_out", "bad-key:shift:0", amount="99999999.00").status_code == 502
    assert bad.sell("bad-key").status_code == 201
    assert bad.sell("behind-a-bad-key").status_code == 201
    bad.wait_for("behind-a-bad-key", "delivered", timeout=USUAL)

    leave_queued(good, "beside-a-bad-key")
    good.mend()
    good.wait_for("beside-a-bad-key", "delivered", timeout=USUAL)
