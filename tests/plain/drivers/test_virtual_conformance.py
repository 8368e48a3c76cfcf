"""The virtual till keeps the contract that every driver keeps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kkt.drivers.contract import Driver, Signed
from kkt.drivers.registry import open_driver
from kkt.drivers.virtual import Faults, LostAnswer, VirtualTill

from . import builders as make
from .builders import FakeClock
from .conformance import Bench, DriverConformance, register


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

    def test_an_x_report_tells_all_that_a_z_report_does(
        self, bench: Bench, driver: Driver, shift: Signed
    ) -> None:
        register(bench, driver, make.receipt("k1", card=300_000, cash=200_000), "k1")
        register(bench, driver, make.correction("k2", 30_000), "k2")
        report = register(bench, driver, make.x_report()).document
        corrections = report["shiftSumReports"]["receiptCorrection"]
        assert corrections["sellCorrection"] == {"receiptBsoCount": 1, "totalSum": 30_000}
        closed = register(bench, driver, make.closing()).document
        assert closed["shiftSumReports"] == report["shiftSumReports"]


class TestVirtualTillOfFfd105(DriverConformance):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> Bench:
        return VirtualBench(tmp_path, ffd_version="1.05")
