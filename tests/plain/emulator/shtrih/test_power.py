"""kill -9 and start again: nothing that the till had is lost, nothing that it had not appears."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.wire.till import EmulatedTill

from .client import ENQ, NAK, SYSTEM, Client, framed, plain
from .test_receipts import OPEN, SALE, close, line


@pytest.fixture
def till(tmp_path: Path) -> Iterator[EmulatedTill]:
    till = EmulatedTill("shtrih", tmp_path / "till")
    yield till
    till.kill()


@contextmanager
def connected(till: EmulatedTill) -> Iterator[Client]:
    client = Client(till.address[1])
    yield client
    client.close()


def test_an_open_receipt_goes_on_after_the_power_came_back(till: EmulatedTill) -> None:
    with connected(till) as client:
        client.done(OPEN, f"8D {SYSTEM} 02")
        client.done(line(operation="02"), f"FF4D {SYSTEM} 3C08 0100 0A", line(operation="02"))
        client.done(f"FF0C {SYSTEM} F003 0C00 2B3739303031323334353637")
    till.restart()
    assert till.has_open_document()
    with connected(till) as client:
        assert client.ask(f"10 {SYSTEM}")[10:12] == "28"
        assert client.ask(f"89 {SYSTEM}") == plain("89 00 1E D007000000")
        client.done(close("0000000000", "D007000000"))
    document = till.documents()[-1]
    assert document["operationType"] == 2 and document["totalSum"] == 2000
    assert [item["itemsQuantityMeasure"] for item in document["items"]] == [10, 0]
    assert document["buyerPhoneOrAddress"] == "+79001234567"


def test_what_was_signed_stays_signed_and_the_answer_is_gone(till: EmulatedTill) -> None:
    with connected(till) as client:
        client.done(OPEN, SALE, line())
        client.send(ENQ)
        assert client.read(1) == NAK
        client.send_raw(framed(close("E803000000")))
        client.read(1)
        client.read_frame()
    till.restart()
    with connected(till) as client:
        client.send(ENQ)
        assert client.read(1) == NAK
        assert client.ask(f"10 {SYSTEM}")[10:12] == "02"
    assert [document["fiscalDocumentNumber"] for document in till.documents()] == [1, 2, 3]
    assert not till.has_open_document()


def test_settings_stay(till: EmulatedTill) -> None:
    with connected(till) as client:
        client.done(f"1E {SYSTEM} 07 0300 01 CEEFF2E8EAE0")
    till.restart()
    with connected(till) as client:
        assert client.ask(f"1F {SYSTEM} 07 0300 01").startswith(plain("1F 00 CEEFF2E8EAE0 00"))


def test_a_cancelled_receipt_does_not_come_back(till: EmulatedTill) -> None:
    with connected(till) as client:
        client.done(OPEN, SALE, line(), f"88 {SYSTEM}", SALE)
    till.restart()
    with connected(till) as client:
        assert client.ask(f"89 {SYSTEM}") == plain("89 00 1E 0000000000")
        client.done(f"88 {SYSTEM}")
