"""The cluster that may crash, a database on it, and an operator behind a bad wire."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.harness.ofd_process import OfdProcess
from tests.chaos.cluster import Cluster, ClusterDatabase
from tests.chaos.shop import Shop
from tests.chaos.wire import Wire


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    yield cluster
    cluster.remove()


@pytest.fixture
def database(cluster: Cluster) -> Iterator[ClusterDatabase]:
    database = ClusterDatabase(cluster)
    yield database
    database.drop()


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    with OfdProcess(keep=tmp_path / "acknowledged.jsonl") as ofd, Wire(ofd) as wire:
        yield wire
        assert ofd.complaints() == ""


@pytest.fixture
def shop(cluster: Cluster, database: ClusterDatabase, wire: Wire) -> Iterator[Shop]:
    """Two servers, which the test starts."""
    shop = Shop(database, cluster, wire)
    yield shop
    for server in shop.servers:
        server.kill()
