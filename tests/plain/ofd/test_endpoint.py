"""Which addresses of an operator are no operator's."""

from __future__ import annotations

import pytest

from kkt.ofd.endpoint import is_of_this_machine


@pytest.mark.parametrize(
    "address",
    [
        "/ofd/v1",
        "http://127.0.0.1:8099/ofd/v1",
        "http://127.9.9.9",
        "http://[::1]/ofd",
        "http://[::ffff:127.0.0.1]/ofd",
        "http://localhost:8099",
        "https://LOCALHOST./ofd",
        "http://ofd.localhost/v1",
    ],
)
def test_of_this_machine(address: str) -> None:
    assert is_of_this_machine(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://ofd.example/v1",
        "http://10.0.0.7/ofd",
        "http://localhost.example",
        "https://8.8.8.8",
    ],
)
def test_of_another_machine(address: str) -> None:
    assert not is_of_this_machine(address)
