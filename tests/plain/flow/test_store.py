"""The exhaustive check's store keeps the contract of every lane's store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from kkt.device.contract import Baseline, Signed

from .choices import Choices
from .store_contract import StoreContract
from .world import Device, FakeClock, FakeDriver, FakeStore, receipt


class TestFakeStore(StoreContract):
    @pytest.fixture(autouse=True)
    def build(self) -> None:
        clock, choices = FakeClock(), Choices([], 0)
        self.device = Device(clock, shift_open=False)
        self.driver = FakeDriver(self.device, clock, choices)
        self._store = FakeStore(clock, choices, 0)

    @property
    def store(self) -> FakeStore:
        return self._store

    def queue(self, key: str) -> int:
        return self.store.queue(receipt(key), key).id

    def state(self, row: int) -> str:
        return self.store.rows[row].state

    def give_up(self, row: int) -> None:
        self.store.rows[row].state = "cancelled"

    def baseline(self, **changes: Any) -> Baseline:
        return replace(self.driver.answer(), **changes)

    def sign(self, entry: Any) -> Signed:
        return self.driver.signed(self.device.sign(entry.document))

    def print_foreign(self) -> Mapping[str, Any]:
        self.device.print_foreign()
        return self.driver.read(len(self.device.drive.documents))
