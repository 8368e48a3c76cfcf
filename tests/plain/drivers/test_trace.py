"""A recording of the wire: what is kept, for how long, and that it stops no till."""

from __future__ import annotations

import os
import signal
import stat
from datetime import timedelta
from pathlib import Path

from kkt.drivers.trace import KEPT_FRAMES, FileTrace, read_trace

from .builders import FakeClock

HOUR = timedelta(hours=1)


def recording(folder: Path, clock: FakeClock, **options: bool) -> FileTrace:
    return FileTrace(folder / "7.trace.jsonl", clock.now() + HOUR, clock=clock, **options)


def test_frames_in_their_order_with_time_and_direction(tmp_path: Path) -> None:
    clock = FakeClock()
    begun = clock.now()
    trace = recording(tmp_path, clock)
    trace.note(True, "ENQ", b"\x05")
    clock.sleep(2)
    trace.note(False, "Состояние: 0", b"\x02\x10")
    first, second = read_trace(tmp_path / "7.trace.jsonl")
    assert (first.at, first.sent, first.told) == (begun, True, "ENQ")
    assert (second.at - begun, second.sent) == (timedelta(seconds=2), False)
    assert second.told == "Состояние: 0"


def test_bytes_are_kept_only_when_asked_for(tmp_path: Path) -> None:
    clock = FakeClock()
    recording(tmp_path, clock).note(True, "TLV", b"+79990000000")
    assert read_trace(tmp_path / "7.trace.jsonl")[0].raw is None
    assert b"79990000000" not in (tmp_path / "7.trace.jsonl").read_bytes()
    recording(tmp_path, clock, keep_raw=True).note(True, "TLV", b"+79990000000")
    assert read_trace(tmp_path / "7.trace.jsonl")[1].raw == b"+79990000000"


def test_nothing_after_the_hour(tmp_path: Path) -> None:
    clock = FakeClock()
    trace = recording(tmp_path, clock)
    clock.sleep(HOUR.total_seconds() - 1)
    trace.note(True, "in time", b"")
    clock.sleep(1)
    trace.note(True, "too late", b"")
    assert [frame.told for frame in read_trace(tmp_path / "7.trace.jsonl")] == ["in time"]


def test_the_last_frames_stay(tmp_path: Path) -> None:
    clock, path = FakeClock(), tmp_path / "7.trace.jsonl"
    for number in range(5 * KEPT_FRAMES):
        if number % 90 == 0:  # another process takes over
            trace = recording(tmp_path, clock)
        trace.note(True, str(number), b"")
        assert len(path.read_bytes().splitlines()) < 2 * KEPT_FRAMES
    kept = [int(frame.told) for frame in read_trace(path)]
    assert kept == list(range(4 * KEPT_FRAMES, 5 * KEPT_FRAMES))


def test_a_killed_process_loses_no_frame(tmp_path: Path) -> None:
    child = os.fork()
    if not child:
        trace = recording(tmp_path, FakeClock())
        for number in range(10):
            trace.note(True, str(number), b"")
        os.kill(os.getpid(), signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert len(read_trace(tmp_path / "7.trace.jsonl")) == 10


def test_only_the_server_reads_it(tmp_path: Path) -> None:
    clock = FakeClock()
    trace = recording(tmp_path, clock)
    for number in range(2 * KEPT_FRAMES + 1):
        trace.note(True, str(number), b"")
    mode = (tmp_path / "7.trace.jsonl").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_recording_that_cannot_be_written_stops_no_till(tmp_path: Path) -> None:
    trace = recording(tmp_path / "missing", FakeClock())
    trace.note(True, "ENQ", b"\x05")
    assert read_trace(tmp_path / "missing" / "7.trace.jsonl") == []


def test_a_line_that_was_cut_is_passed_by(tmp_path: Path) -> None:
    clock, path = FakeClock(), tmp_path / "7.trace.jsonl"
    recording(tmp_path, clock).note(True, "whole", b"")
    path.write_bytes(path.read_bytes() + b'{"at": "2026-01')
    assert [frame.told for frame in read_trace(path)] == ["whole"]
