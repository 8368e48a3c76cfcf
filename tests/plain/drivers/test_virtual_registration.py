"""The numbers of a virtual till, its registration, and its drive's replacement."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kkt.device.errors import Refused, Unreachable
from kkt.drivers.registry import UnknownDriver, driver_class, driver_names, open_driver
from kkt.fiscal.document import Registration, Reregistration
from kkt.fiscal.registration import ReregistrationReason
from kkt.virtual import Faults, VirtualTill

from . import builders as make
from .builders import FakeClock
from .test_virtual_rules import REGISTRATION, Till


def test_numbers_are_the_same_for_the_same_till() -> None:
    again = replace(REGISTRATION, retail_place="Другой зал")
    assert again.fn_number == REGISTRATION.fn_number
    assert again.kkt_number == REGISTRATION.kkt_number
    assert again.kkt_reg_id == REGISTRATION.kkt_reg_id


def test_other_tills_have_other_numbers() -> None:
    tills = [replace(REGISTRATION, seed=f"database/{number}") for number in range(500)]
    assert len({till.fn_number for till in tills}) == 500
    assert len({till.kkt_reg_id for till in tills}) == 500
    assert len({till.kkt_number for till in tills}) == 500
    assert {len(till.fn_number) for till in tills} == {16}


def test_the_drives_number_says_that_it_is_none() -> None:
    assert REGISTRATION.fn_number.startswith("9999")


def test_the_registration_number_carries_its_check() -> None:
    """CRC16 bit by bit, as KKT.md C.1 says it: polynomial 1021h, begun with FFFFh."""
    till = REGISTRATION
    checked = till.kkt_reg_id[:10] + till.user_inn.zfill(12) + till.kkt_number.zfill(20)
    register = 0xFFFF
    for byte in checked.encode():
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1) ^ (0x1021 if register & 0x8000 else 0)
            register &= 0xFFFF
    assert till.kkt_reg_id == f"{till.kkt_reg_id[:10]}{register:06d}"


@pytest.mark.parametrize(
    "change",
    [
        {"user_inn": "7707083890"},
        {"user_inn": ""},
        {"user": " "},
        {"retail_address": ""},
        {"retail_place": ""},
        {"taxation_types": 0},
        {"taxation_types": 64},
        {"timezone": "Europe/Nowhere"},
        {"timezone": "../../etc/passwd"},
    ],
)
def test_what_no_till_is_registered_with(change: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        replace(REGISTRATION, **change)
    assert refused.value.code == "33"


def test_the_first_document_is_the_registration(tmp_path: Path) -> None:
    till = Till(tmp_path / "till.sqlite")
    report = till.till.read(1)
    assert report["code"] == 1
    told = Registration.from_json(report)
    assert told.kkt_reg_id == REGISTRATION.kkt_reg_id
    assert told.ofd_inn == REGISTRATION.ofd_inn
    assert till.till.status().undelivered == 0
    till.till.close()


def test_a_till_is_registered_once(tmp_path: Path) -> None:
    path, clock = tmp_path / "till.sqlite", FakeClock()
    first = VirtualTill.create(path, REGISTRATION, clock)
    moved = replace(REGISTRATION, retail_place="Другой зал")
    second = VirtualTill.create(path, moved, clock)
    assert second.read(1) == first.read(1)
    assert second.registration == REGISTRATION
    assert second.baseline().last_fd == 1
    first.close()
    second.close()


def test_a_drive_taken_out_is_told_apart_from_the_new_one(tmp_path: Path) -> None:
    till = Till(tmp_path / "till.sqlite")
    till.do(make.opening())
    old, fd_number = till.till.baseline().fn_number, till.till.baseline().last_fd
    till.do(make.closing())
    till.till.replace_drive()
    till.do(make.opening())
    assert till.till.baseline().last_fd == fd_number
    till.till.acknowledge(fd_number, fn_number=old)
    assert till.till.status().undelivered == 1
    till.till.acknowledge(fd_number)
    assert till.till.status().undelivered == 0
    till.till.close()


def test_no_drive_is_replaced_that_cannot_print(tmp_path: Path) -> None:
    till = Till(tmp_path / "till.sqlite")
    till.till.set_faults(Faults(no_paper=True))
    before = till.till.baseline()
    with pytest.raises(Refused) as refused:
        till.till.replace_drive()
    assert refused.value.code == "6B"
    assert till.till.baseline() == before
    till.till.close()


def test_a_replaced_drive_counts_from_one(tmp_path: Path) -> None:
    till = Till(tmp_path / "till.sqlite")
    till.do(make.opening())
    till.do(make.receipt("k1", card=0, cash=700))
    with pytest.raises(Refused) as refused:
        till.till.replace_drive()
    assert refused.value.code == "3C"
    till.do(make.closing())
    before = till.till.baseline()
    till.till.replace_drive()
    after = till.till.baseline()
    assert after.fn_number != before.fn_number
    assert (after.last_fd, after.shift_number) == (1, 0)
    report = Reregistration.from_json(till.till.read(1))
    assert report.correction_kkt_reason_code == ReregistrationReason.DRIVE_REPLACED
    assert report.kkt_reg_id == REGISTRATION.kkt_reg_id
    status = till.till.status()
    assert (status.undelivered, status.cash_in_drawer) == (0, 700)
    till.do(make.opening())
    sold = till.do(make.receipt("k2"))
    assert sold["fiscalDriveNumber"] == after.fn_number
    assert sold["fiscalDocumentNumber"] == 3
    closed = till.do(make.closing())
    assert closed["fiscalDriveSumReports"]["totalReceiptBsoCount"] == 1
    till.till.close()
    again = VirtualTill(tmp_path / "till.sqlite", till.clock)
    assert again.baseline().fn_number == after.fn_number
    again.close()


# Opening ------------------------------------------------------------------------------------


def settings(folder: Path, **more: Any) -> dict[str, Any]:
    return {
        "path": folder / "till.sqlite",
        "serial": "test/1",
        "user": "ООО «Оптика»",
        "user_inn": "7707083893",
        "retail_address": "Невский пр., 1",
        "retail_place": "Оптика",
        **more,
    }


def test_drivers_are_opened_by_name(tmp_path: Path) -> None:
    assert "virtual" in driver_names()
    driver = open_driver("virtual", settings(tmp_path, taxation_types="33"))
    assert driver.name == "virtual"
    assert driver.read(1)["taxationType"] == 33
    driver.close()


def test_an_unknown_driver_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownDriver, match="abacus"):
        open_driver("abacus", {})


def test_a_missing_setting_is_named(tmp_path: Path) -> None:
    incomplete = settings(tmp_path)
    del incomplete["user_inn"]
    with pytest.raises(KeyError, match="user_inn"):
        open_driver("virtual", incomplete)


def test_no_memory_is_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        VirtualTill(tmp_path / "none.sqlite")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
def test_a_foreign_file_is_no_till(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "till.sqlite"
    path.write_bytes(content)
    with pytest.raises(Unreachable):
        VirtualTill(path)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        open_driver("virtual", settings(tmp_path / "missing"))


def test_what_a_driver_can_do_is_told_without_a_till() -> None:
    assert driver_class("virtual").hears_acknowledgements
    with pytest.raises(UnknownDriver):
        driver_class("abacus")
