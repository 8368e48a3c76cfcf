"""All points of the matrix: enumerated by dry runs, run on several tills at once, counted."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.chaos.interruption.bench import Outcome, Point, TillBench
from tests.chaos.interruption.scenarios import SCENARIOS
from tests.chaos.interruption.verdict import Way
from tests.wire.proxy import Fault, Message

EVERYWHERE = (Fault.CUT, Fault.KILL_DRIVER, Fault.KILL_TILL, Fault.LOSE)
"""These strike at each message."""


def points_of(driver: str, scenario: str, messages: Sequence[Message]) -> list[Point]:
    """Every point of one exchange."""
    return [
        Point(driver, scenario, message, fault)
        for message in messages
        for fault in (*EVERYWHERE, *_more(message))
    ]


def _more(message: Message) -> Iterable[Fault]:
    """A message of one byte has no inside, and a cut after it is a cut before the next one."""
    return (Fault.CUT_WITHIN,) if len(message.raw) > 1 else ()


def spread(points: Sequence[Point], count: int, seed: int) -> list[Point]:
    """Choose `count` points over all kinds of messages, scenarios and faults, by chance."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    shuffled = chance.sample(points, len(points))
    seen: Counter[object] = Counter()
    chosen = []
    while shuffled and len(chosen) < count:
        rarest = min(
            shuffled,
            key=lambda each: (
                seen[each.driver, str(each.message)],
                seen[each.driver, each.scenario, each.fault],
            ),
        )
        shuffled.remove(rarest)
        chosen.append(rarest)
        seen.update(
            [
                (rarest.driver, str(rarest.message)),
                (rarest.driver, rarest.scenario, rarest.fault),
            ]
        )
    return chosen


class _Pool:
    """Points that wait; a till is given one for which it needs no preparation, if there is one."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._lock = threading.Lock()
        self._points = {
            is_open: [each for each in points if SCENARIOS[each.scenario].in_open_shift is is_open]
            for is_open in (True, False)
        }

    def take(self, in_open_shift: bool) -> Point | None:
        with self._lock:
            for wanted in (in_open_shift, not in_open_shift):
                if self._points[wanted]:
                    return self._points[wanted].pop()
        return None


def run_points(
    points: Sequence[Point],
    benches: Sequence[TillBench],
    tell: Callable[[str], None] = lambda _line: None,
) -> list[Outcome]:
    """Run them all, each driver's points on its benches at once."""
    pools = {
        driver: _Pool([each for each in points if each.driver == driver])
        for driver in {bench.driver for bench in benches}
    }

    def work(bench: TillBench) -> list[Outcome]:
        outcomes = []
        while point := pools[bench.driver].take(bench.is_shift_open()):
            outcome = bench.run(point)
            outcomes.append(outcome)
            if wrong := outcome.violations():
                tell(f"{point}: {'; '.join(wrong)} (workers: {', '.join(outcome.said)})")
        return outcomes

    with ThreadPoolExecutor(len(benches)) as threads:
        return [outcome for each in threads.map(work, benches) for outcome in each]


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """Count them for each driver: by scenario, by fault, and all."""
    titles = ["points", *Way, "lost", "doubled"]
    lines = [" " * 40 + "".join(f"{title:>16}" for title in titles)]
    for driver in sorted({each.point.driver for each in outcomes}):
        its = [each for each in outcomes if each.point.driver == driver]
        groups = [
            (name, [each for each in its if each.point.scenario == name]) for name in SCENARIOS
        ]
        groups += [(fault, [each for each in its if each.point.fault == fault]) for fault in Fault]
        lines += [_line(driver, name, group) for name, group in [*groups, ("all", its)] if group]
    return lines


def _line(driver: str, name: str, group: Sequence[Outcome]) -> str:
    ways = Counter(each.way for each in group)
    lost = sum(bool(each.aftermath.lost()) for each in group)
    doubled = sum(bool(each.aftermath.doubled()) for each in group)
    numbers = [len(group), *(ways[each] for each in Way), lost, doubled]
    return f"{driver:<8}{name:<32}" + "".join(f"{number:>16}" for number in numbers)
