"""The interruption matrix: at every message of an exchange the link, a process or an answer goes.

A worker of its own process drives a till of its own process through a proxy, with its rows in
PostgreSQL. INTERRUPTION_POINTS says how many points are run, spread over all kinds of messages
(`all` in `make chaos`); INTERRUPTION_SEED repeats a choice.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import count

import pytest

import database
from tests.chaos.interruption.bench import Point, TillBench
from tests.chaos.interruption.lane_store import Ledger
from tests.chaos.interruption.matrix import points_of, run_points, spread, table
from tests.chaos.interruption.planted import PLANTED
from tests.chaos.interruption.scenarios import SCENARIOS
from tests.chaos.interruption.verdict import Way
from tests.wire.proxy import Fault

POINTS = os.environ.get("INTERRUPTION_POINTS", "48")
SEED = int(os.environ.get("INTERRUPTION_SEED", time.time_ns() % 1_000_000))
DRIVERS = ("shtrih", "atol")
TILLS = 6
"""Of each driver, at once: they mostly wait."""
AT_LEAST = 500
"""Points over both drivers (issue 4)."""

MakeBench = Callable[..., TillBench]


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    """A database of its own with nothing but the lanes."""
    name = f"opticserp_test_run_{os.getpid()}_lanes"
    with database.connection() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    dsn = f"dbname={name}"
    with closing(Ledger(dsn)) as ledger:
        ledger.create()
    yield dsn
    database.drop(name)


@pytest.fixture(scope="module")
def make_bench(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeBench]:
    """``make_bench(driver, planted="…")``: one more till."""
    numbers = count(1)
    with ExitStack() as stack:

        def make(driver: str, planted: str = "") -> TillBench:
            number = next(numbers)
            folder = tmp_path_factory.mktemp(f"{driver}{number}")
            bench = TillBench(driver, dsn, number, folder, planted=planted)
            stack.callback(bench.close)
            return bench

        yield make


@pytest.fixture(scope="module")
def benches(make_bench: MakeBench) -> list[TillBench]:
    return [make_bench(driver) for driver in DRIVERS for _ in range(TILLS)]


@pytest.fixture(scope="module")
def points(benches: list[TillBench]) -> list[Point]:
    """Every point there is, found by dry runs."""
    found = []
    for driver in DRIVERS:
        bench = next(each for each in benches if each.driver == driver)
        for name, scenario in SCENARIOS.items():
            messages = bench.dry_run(scenario)
            found += points_of(driver, name, messages)
            print(f"\n{driver}, {name}: {len(messages)} messages", end="")
    print(f"\n{len(found)} points over all")
    return found


def test_the_matrix_is_large_enough(points: list[Point]) -> None:
    assert len(points) >= AT_LEAST
    assert {each.driver for each in points} == set(DRIVERS)


def test_every_document_is_signed_once_whatever_breaks(
    points: list[Point], benches: list[TillBench]
) -> None:
    chosen = points if POINTS == "all" else spread(points, int(POINTS), SEED)
    started = time.monotonic()
    outcomes = run_points(chosen, benches, print)
    print(
        f"\n{len(outcomes)} of {len(points)} points in {time.monotonic() - started:.0f} s,"
        f" the slowest {max(each.seconds for each in outcomes):.0f} s, seed {SEED}"
    )
    print("\n".join(table(outcomes)))
    wrong = {str(each.point): each.violations() for each in outcomes if each.violations()}
    assert not wrong
    assert len(outcomes) == len(chosen)
    assert not [each for each in outcomes if each.way in (Way.MANUAL, Way.UNFINISHED)]


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("driver", DRIVERS)
def test_a_planted_bug_is_caught(
    driver: str, planted: str, points: list[Point], make_bench: MakeBench
) -> None:
    """Where the answer to a signed sale is lost, each of these bugs doubles it."""
    lost = [
        each
        for each in points
        if (each.driver, each.scenario, each.fault) == (driver, "sale", Fault.LOSE)
    ]
    outcomes = run_points(lost[len(lost) // 2 :: 4], [make_bench(driver, planted)])
    assert [each for each in outcomes if each.aftermath.doubled()]
