from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .client import Bench, Client, bench


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


@pytest.fixture
def client(shop: Bench) -> Iterator[Client]:
    client = shop.client()
    yield client
    client.close()
