"""PostgreSQL is stopped: the API says so in its own words, and no sale is lost or doubled by it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import SUNGLASSES, Till
from tests.chaos.cluster import Cluster, ClusterDatabase

SLOW = 2.0
"""Seconds that a document needs, so that PostgreSQL goes away in the midst of it."""


@pytest.fixture
def server(cluster: Cluster, database: ClusterDatabase) -> Iterator[OdooServer]:
    server = OdooServer(database, cluster.environment)
    server.start()
    yield server
    server.kill()


def test_the_api_says_that_it_has_no_database(server: OdooServer, cluster: Cluster) -> None:
    till = Till(server)
    till.slow_down()
    assert till.sell("before").status_code == 201
    calls = [
        ("POST", "/v1/kkt/receipt"),
        ("GET", "/v1/kkt/receipt/before"),
        ("GET", "/v1/kkt/buffer/status"),
        ("OPTIONS", "/v1/kkt/receipt"),
        ("GET", "/v1/nothing"),
        ("GET", "/v1"),
        ("GET", "/api/v1/nothing"),
        ("GET", "/ofd/v1/health"),
        ("POST", "/ofd/v1/admin/reset"),
    ]
    with cluster.stopped():
        for _again in range(2):  # with the connections of before, and without any
            for method, path in calls:
                answer = call(server, method, path)
                assert answer.json()["error"]["code"] == "unavailable", path
                assert_may_be_repeated(answer)
            health = call(server, "GET", "/v1/health")
            assert health.json()["status"] == "unhealthy"
            assert health.json()["components"]["database"]["status"] == "unhealthy"
            assert_may_be_repeated(health)

    assert call(server, "GET", "/v1/health").status_code == 200
    assert till.sell("before").status_code == 200
    assert len(till.signed_receipts()) == 1


@pytest.mark.full
def test_a_sale_in_the_midst_is_one_receipt(server: OdooServer, cluster: Cluster) -> None:
    till = Till(server)
    till.slow_down()
    assert till.sell("opened").status_code == 201
    till.slow_down(sign_delay=SLOW)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(till.sell, "cut off")
        till.wait_for("cut off", "printing")
        with cluster.stopped():
            answer = asked.result()
    assert answer.json()["error"]["code"] == "unavailable"
    assert_may_be_repeated(answer)
    till.slow_down()
    assert till.sell_until_signed("cut off").json()["state"] in ("printed", "delivered")
    assert len(till.signed_receipts()) == 2


def call(server: OdooServer, method: str, path: str) -> requests.Response:
    return requests.request(
        method,
        server.url + path,
        json=SUNGLASSES if method == "POST" else None,
        headers={"X-Idempotency-Key": "away"},
        timeout=60,
    )


def assert_may_be_repeated(answer: requests.Response) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
