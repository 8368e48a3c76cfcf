"""The drive's bytes are read under the lane while nothing waits, and never believed unseen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from kkt.device.contract import Intent, Signed
from kkt.device.errors import Refused, Unreachable
from kkt.fiscal.document import Document
from kkt.fiscal.tlv import encode_document
from kkt.flow.drive_bytes import READ_FOR, read_bytes
from kkt.flow.errors import AnotherDrive
from kkt.flow.register import serve

from .choices import Choices
from .world import FN, Device, FakeClock, FakeDriver, FakeStore, receipt


def bytes_of(fd_number: int, **changes: Any) -> bytes:
    document = {
        "code": 3,
        "fiscalDriveNumber": FN,
        "dateTime": "2026-01-05T14:07:00",
        "fiscalDocumentNumber": fd_number,
        "fiscalSign": fd_number,
        **changes,
    }
    return encode_document(document)


class LateDriver(FakeDriver):
    """Its answers carry no bytes: they must be read."""

    def __init__(self, device: Device, clock: FakeClock) -> None:
        super().__init__(device, clock, Choices([], 0))
        self.asked: list[int] = []
        self.give: Callable[[int], bytes] = bytes_of

    def register(self, document: Document, intent: Intent) -> Signed:
        return replace(super().register(document, intent), tlv=b"")

    def read(self, fd_number: int) -> Mapping[str, Any]:
        raise AssertionError("documents of ours are not read again as JSON")

    def signed(self, number: int) -> Signed:
        when = self._clock.now().replace(tzinfo=None)
        return Signed(FN, number, f"{number:010d}", when, 1, number, {})

    def read_tlv(self, fd_number: int) -> bytes:
        self.asked.append(fd_number)
        return self.give(fd_number)


class Lane:
    """Three signed receipts whose bytes are still to be read."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.device = Device(self.clock, shift_open=True)
        self.driver = LateDriver(self.device, self.clock)
        self.store = FakeStore(self.clock, Choices([], 0), 3)
        serve(self.store, self.driver, self.clock)

    def read(self) -> None:
        read_bytes(self.store, self.driver, self.clock)


@pytest.fixture
def lane() -> Lane:
    return Lane()


def test_a_sale_reads_nothing(lane: Lane) -> None:
    assert lane.driver.asked == []
    assert [each.fd_number for each in lane.store.unread] == [1, 2, 3]


def test_what_is_to_be_read_is_read_oldest_first(lane: Lane) -> None:
    lane.read()
    assert lane.driver.asked == [1, 2, 3]
    assert lane.store.tlv == {number: bytes_of(number) for number in (1, 2, 3)}
    lane.read()
    assert lane.driver.asked == [1, 2, 3], "once is enough"


def test_a_sale_that_comes_meanwhile_waits_for_one_document_at_most(lane: Lane) -> None:
    def give(fd_number: int) -> bytes:
        lane.store.queue(receipt("sale"), "sale")
        return bytes_of(fd_number)

    lane.driver.give = give
    lane.read()
    assert lane.driver.asked == [1]
    lane.read()
    assert lane.driver.asked == [1], "the sale is not printed yet"


def test_a_slow_till_is_let_go_in_time(lane: Lane) -> None:
    def give(fd_number: int) -> bytes:
        lane.clock.sleep(READ_FOR.total_seconds())
        return bytes_of(fd_number)

    lane.driver.give = give
    lane.read()
    assert lane.driver.asked == [1]


def refuse(fd_number: int) -> bytes:
    raise Refused("no such document", code="08")


@pytest.mark.parametrize(
    "give",
    [
        refuse,
        lambda fd_number: bytes_of(fd_number)[:-1],
        lambda fd_number: bytes_of(fd_number + 1),
        lambda fd_number: bytes_of(fd_number, fiscalSign=7),
        lambda fd_number: bytes_of(fd_number, fiscalDriveNumber="9999000000000001"),
    ],
    ids=["refused", "cut off", "another document", "another sign", "another drive"],
)
def test_what_the_drive_does_not_give_is_asked_for_once(
    lane: Lane, give: Callable[[int], bytes]
) -> None:
    lane.driver.give = give
    lane.read()
    assert lane.driver.asked == [1, 2, 3]
    assert (lane.store.tlv, lane.store.unread) == ({}, [])


def test_silence_is_no_answer(lane: Lane) -> None:
    def give(fd_number: int) -> bytes:
        raise Unreachable("silent")

    lane.driver.give = give
    with pytest.raises(Unreachable):
        lane.read()
    assert len(lane.store.unread) == 3


def test_another_drive_is_not_asked(lane: Lane) -> None:
    lane.device.replace_drive()
    with pytest.raises(AnotherDrive):
        lane.read()
    assert lane.driver.asked == []
