"""A client that nobody here wrote works the till over the pseudo terminal."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyshtrih
import pytest
import serial

from kkt.emulator.host import TillHost
from kkt.emulator.shtrih import open_doors
from kkt.emulator.shtrih.door import PtyDoor
from kkt.emulator.wire_faults import Fault, WireFault

from .client import REGISTRATION, framed, hexed

PRINT_TIME = 0.05


@pytest.fixture
def host(tmp_path: Path) -> Iterator[TillHost]:
    host = TillHost(tmp_path, REGISTRATION, print_time=PRINT_TIME)
    yield host
    host.close()


@pytest.fixture
def door(host: TillHost) -> Iterator[PtyDoor]:
    tcp, pty = open_doors(host, Namespace(no_shtrih=False, shtrih_port=0, pty=True))
    assert isinstance(pty, PtyDoor)
    yield pty
    pty.close()
    tcp.close()


@pytest.fixture
def device(door: PtyDoor) -> Iterator[Any]:
    device = pyshtrih.ShtrihM02F(port=str(door.path), baudrate=115200, timeout=3)
    device.connect()
    yield device
    device.disconnect()


def printed(device: Any) -> None:
    """Wait as a program with this library does."""
    give_up_at = time.monotonic() + 5
    while device.state()["Подрежим ФР"].num:
        assert time.monotonic() < give_up_at


def test_it_finds_out_what_hangs_there(door: PtyDoor) -> None:
    (found,) = pyshtrih.discovery(port=str(door.path), baudrate=115200)
    assert type(found) is pyshtrih.ShtrihM02F


def test_it_sells_returns_and_reports(host: TillHost, device: Any) -> None:
    state = device.full_state()
    assert state["ИНН"] and state["Режим ФР"].num == 4
    device.open_shift()
    printed(device)
    device.open_check(0)
    device.sale(("Оправа", 1000, 500_000), tax1=11)
    device.sale(("Линза", 2000, 25_000))
    closed = device.close_check(cash=600_000)
    assert closed["Сдача"] == 50_000
    printed(device)
    device.open_check(2)
    device.return_sale(("Линза", 1000, 25_000))
    device.close_check(cash=25_000)
    printed(device)
    device.x_report()
    printed(device)
    device.z_report()
    printed(device)
    documents = [host.till.read(number) for number in range(1, 6)]
    assert [each["code"] for each in documents] == [1, 2, 3, 3, 5]
    sale, back = documents[2:4]
    assert (sale["operationType"], sale["totalSum"], sale["cashTotalSum"]) == (1, 550_000, 550_000)
    assert (back["operationType"], back["totalSum"]) == (2, 25_000)
    assert Decimal(sale["items"][1]["quantity"]) == 2
    assert documents[4]["shiftSumReports"]["sellOper"]["totalSum"] == 550_000


def test_it_is_told_what_is_wrong(device: Any) -> None:
    with pytest.raises(pyshtrih.Error) as refused:
        device.z_report()
    assert refused.value.code == 0x3D


def test_a_line_that_is_cut_is_found_again_under_the_same_name(
    host: TillHost, door: PtyDoor
) -> None:
    with closing(serial.Serial(str(door.path), 115200, timeout=2, exclusive=True)) as line:
        host.plan.replace([WireFault(Fault.RESET)])
        line.write(framed("FC"))
        with pytest.raises(serial.SerialException):
            line.read(1)
            line.read(1)
    with closing(serial.Serial(str(door.path), 115200, timeout=2, exclusive=True)) as line:
        line.write(b"\x05")
        assert hexed(line.read(1)) == "15"
