"""The cluster that may crash, and a database on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.cluster import Cluster, ClusterDatabase


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    yield cluster
    cluster.remove()


@pytest.fixture
def database(cluster: Cluster) -> Iterator[ClusterDatabase]:
    database = ClusterDatabase(cluster)
    yield database
    database.drop()
