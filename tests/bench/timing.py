"""How a cost is measured here: medians of interleaved repetitions, and the table of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from statistics import median

MILLISECONDS = 1000


def milliseconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * MILLISECONDS


def interleaved(
    calls: Mapping[str, Callable[[], object]], repetitions: int, warm_up: int = 5
) -> dict[str, float]:
    """Median milliseconds of each call; they take turns, so that noise hits all alike."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(-warm_up, repetitions):
        for name, call in calls.items():
            spent = milliseconds(call)
            if number >= 0:
                taken[name].append(spent)
    return {name: median(each) for name, each in taken.items()}


def show(title: str, rows: Iterable[tuple[str, str]]) -> None:
    print(f"\n{title}")
    for name, value in rows:
        print(f"  {name:<58} {value:>22}")
