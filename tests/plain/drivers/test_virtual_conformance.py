"""The virtual till keeps the contract that every driver keeps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kkt.drivers.registry import open_driver
from kkt.virtual import Faults, LostAnswer, VirtualTill

from .builders import FakeClock
from .conformance import Bench, DriverConformance


class VirtualBench(Bench):
    def __init__(self, folder: Path, **more: Any) -> None:
        self.clock = FakeClock()
        self._settings: dict[str, Any] = {
            "path": str(folder / "till.sqlite"),
            "serial": "test/1",
            "user": "ООО «Оптика»",
            "user_inn": "7707083893",
            "retail_address": "191186, Санкт-Петербург, Невский пр., 1",
            "retail_place": "Оптика на Невском",
            **more,
        }

    def open(self) -> Any:
        return open_driver("virtual", {**self._settings, "clock": self.clock})

    def recipe(self) -> tuple[str, Mapping[str, Any]]:
        path = Path(self._settings["path"]).with_name("shared.sqlite")
        return "virtual", {**self._settings, "path": str(path), "print_time": 0.01}

    def lose_next_command(self) -> None:
        self._set(Faults(times=1, lost_answer=LostAnswer.BEFORE_SIGNING))

    def lose_next_answer(self) -> None:
        self._set(Faults(times=1, lost_answer=LostAnswer.AFTER_SIGNING))

    def leave_next_document_open(self) -> None:
        self._set(Faults(times=1, power_cut=True))

    def refuse_next_document(self) -> None:
        self._set(Faults(times=1, refuse_code="33"))

    def silence(self) -> None:
        self._set(Faults(silent=True))

    def _set(self, faults: Faults) -> None:
        """As another process does: by a till object of its own on the same memory."""
        till = VirtualTill(self._settings["path"], self.clock)
        till.set_faults(faults)
        till.close()


class TestVirtualTill(DriverConformance):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> Bench:
        return VirtualBench(tmp_path)


class TestVirtualTillOfFfd105(DriverConformance):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> Bench:
        return VirtualBench(tmp_path, ffd_version="1.05")
