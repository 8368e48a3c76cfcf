"""What the API answers before its routes are asked, by a real server: too many calls, no database
of that name, other methods, pages of other sites."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from requests_toolbelt.sessions import BaseUrlSession

from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import NOT_NOW, Till

AT_ONCE = 60
CONNECTIONS = 6
"""Of the server to PostgreSQL: each call needs two or more."""


@pytest.fixture
def crowded(make_server: Callable[..., OdooServer]) -> Iterator[Till]:
    server = make_server()
    till = Till(server)
    till.slow_down()
    server.stop()
    server.start(f"--db_maxconn={CONNECTIONS}")
    # Each call that found no connection says so, and so do jobs that start meanwhile.
    server.expect_log("No connection for '/v1/")
    server.expect_log("The Connection Pool Is Full")
    yield till


@pytest.mark.full
def test_too_many_calls_are_told_to_come_again(crowded: Till) -> None:
    url = f"{crowded.server.url}/v1/health"
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _number: requests.get(url, timeout=60), range(AT_ONCE)))
    assert {answer.status_code for answer in answers} == {200, 503}
    for answer in answers:
        if answer.status_code == 503:
            assert_come_again(answer)
            assert answer.json()["status"] == "unhealthy"
    crowded.server.wait_until_up("/v1/health")


@pytest.mark.full
def test_too_many_sales_are_each_signed_once(crowded: Till) -> None:
    keys = [f"crowd-{number}" for number in range(AT_ONCE)]
    crowded.sell_until_signed("opened")  # jobs of the start take connections too
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(crowded.sell, keys))
    assert {answer.status_code for answer in answers} <= {201, *NOT_NOW}
    refused = [answer for answer in answers if answer.status_code == 503]
    assert "overloaded" in {answer.json()["error"]["code"] for answer in refused}
    for answer in refused:
        assert_come_again(answer)

    numbers = {crowded.sell_until_signed(key).json()["fd_number"] for key in keys}
    assert len(numbers) == AT_ONCE
    assert len(crowded.signed_receipts()) == AT_ONCE + 1


def assert_come_again(answer: requests.Response) -> None:
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json()["error"]["code"]


def test_another_database_is_not_here(http: BaseUrlSession) -> None:
    for method, path in [
        ("GET", "/v1/health"),
        ("POST", "/v1/kkt/receipt"),
        ("GET", "/v1/nothing"),
        ("GET", "/ofd/v1/health"),
    ]:
        answer = http.request(method, path, headers={"X-Odoo-Database": "other"})
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "unknown_database"


def test_a_page_of_another_site_signs_and_resets_nothing(
    server: OdooServer, http: BaseUrlSession
) -> None:
    till = Till(server)
    till.slow_down()
    assert till.sell("kept").status_code == 201
    till.wait_for("kept", "delivered")
    evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    for path in ("/ofd/v1/admin/reset", "/v1/kkt/receipt"):
        assert http.options(path, headers=evil).status_code == 204
        answer = http.post(path, headers={**evil, "X-Idempotency-Key": "evil"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_origin")
    assert till.ofd("health")["receipts_received"] == 1
    assert len(till.signed_receipts()) == 1
