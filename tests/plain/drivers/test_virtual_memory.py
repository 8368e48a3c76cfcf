"""The virtual till's memory file when others hold it, damage it, or fail in the middle."""

from __future__ import annotations

import sqlite3
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from kkt.device.contract import LookupOutcome
from kkt.device.errors import NoAnswer, Unreachable
from kkt.drivers.virtual import VirtualDriver
from kkt.virtual import VirtualTill, memory

from . import builders as make
from .builders import FakeClock
from .test_virtual_rules import REGISTRATION, Till

JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
"""How SQLite's rollback journals begin (its file format, section 3)."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "till.sqlite"


def test_a_failure_in_the_middle_leaves_nothing(path: Path) -> None:
    VirtualTill.create(path, REGISTRATION, FakeClock()).close()
    kept = memory.Memory(path)
    with pytest.raises(ZeroDivisionError), kept.work() as session:
        session.acknowledge([1], REGISTRATION.fn_number)
        session.save_faults(memory.Faults(silent=True))
        raise ZeroDivisionError
    with kept.work() as session:
        assert not session.faults().silent
    kept.close()


def test_a_till_that_another_holds_is_busy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "LOCK_TIMEOUT", 0.05)
    till = Till(path)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unreachable):
        till.do(make.opening())
    holder.execute("ROLLBACK")
    till.do(make.opening())
    holder.close()
    till.till.close()


def test_a_commit_that_fails_is_no_answer(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "LOCK_TIMEOUT", 0.05)
    till = Till(path)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM drive").fetchall()
    with pytest.raises(NoAnswer):
        till.do(make.opening())
    reader.execute("ROLLBACK")
    assert till.till.baseline().last_fd == 1
    till.do(make.opening())
    reader.close()
    till.till.close()


def test_a_damaged_memory_does_not_answer(path: Path) -> None:
    till = Till(path)
    vandal = sqlite3.connect(path)
    vandal.execute("DROP TABLE document")
    vandal.close()
    with pytest.raises(Unreachable):
        till.do(make.opening())
    with pytest.raises(Unreachable):
        till.till.status()
    till.till.close()


def test_a_memory_of_another_version_is_not_touched(path: Path) -> None:
    VirtualTill.create(path, REGISTRATION, FakeClock()).close()
    stranger = sqlite3.connect(path)
    stranger.execute("PRAGMA user_version = 99")
    stranger.close()
    before = path.read_bytes()
    with pytest.raises(Unreachable, match="99"):
        VirtualTill.create(path, REGISTRATION, FakeClock())
    assert path.read_bytes() == before


def test_a_till_interrupted_while_it_was_made_is_made_whole(path: Path) -> None:
    """As earlier versions left it: an empty file, and a journal that says "make it empty"."""
    path.touch()
    with pytest.raises(Unreachable):
        VirtualTill(path)
    header = struct.pack(">8s5I", JOURNAL_MAGIC, 0, 0, 0, 512, 4096)
    path.with_name(f"{path.name}-journal").write_bytes(header.ljust(512, b"\0"))
    till = VirtualTill.create(path, REGISTRATION, FakeClock())
    assert till.baseline().last_fd == 1
    till.close()


def test_a_memory_that_was_put_back_cannot_tell(path: Path) -> None:
    """As after a restored backup: the drive knows less than was signed on it."""
    clock = FakeClock()
    driver = VirtualDriver(VirtualTill.create(path, REGISTRATION, clock), clock=clock)
    driver.register(make.opening(), make.intent(driver, clock.now()))
    backup = path.read_bytes()
    driver.register(make.receipt("k1"), make.intent(driver, clock.now()))
    wish = make.intent(driver, clock.now(), "k2")
    driver.close()
    path.write_bytes(backup)
    again = VirtualDriver(VirtualTill(path, clock), clock=clock)
    assert again.baseline().last_fd < wish.baseline.last_fd
    clock.moment = wish.deadline
    assert again.lookup(make.receipt("k2"), wish).outcome is LookupOutcome.UNKNOWN
    assert again.lookup(make.copy(1), wish).outcome is LookupOutcome.NOT_SIGNED
    again.close()


def test_many_make_the_same_till_at_once(path: Path) -> None:
    start = Barrier(8)

    def make_it(_number: int) -> object:
        start.wait()
        till = VirtualTill.create(path, REGISTRATION, FakeClock())
        first = till.read(1)
        till.close()
        return first

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make_it, range(8)))
    assert made == [made[0]] * 8


def test_documents_of_the_drive_are_in_the_file_for_whoever_looks(path: Path) -> None:
    till = Till(path)
    till.do(make.opening())
    till.do(make.receipt("k1", card=700))
    looker = sqlite3.connect(path)
    rows = looker.execute("SELECT fd_number, kind FROM document ORDER BY fd_number").fetchall()
    assert rows == [(1, "registration"), (2, "shift_open"), (3, "receipt")]
    looker.close()
    till.till.close()
