"""Every crash point and every fault of the wire, in every order: nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .choices import Choices, explore
from .world import BaselineInMemory, MatchByAmount, NoDeadlineWait, RetryOnTimeout, World


class Found(Exception):
    """A schedule that loses or doubles a document."""


def check(world_class: type[World], documents: int, faults: int) -> int:
    """Run all schedules; return how many. Raises Found with the first bad one."""

    def run(choices: Choices) -> None:
        world = world_class(choices, documents)
        world.run()
        bad = {
            "lost": world.lost(),
            "doubled": world.doubled(),
            "unrecorded": world.unrecorded(),
        }
        if any(bad.values()):
            raise Found(f"{bad} in schedule {choices.taken}")

    return explore(run, faults)


@pytest.mark.parametrize(("documents", "faults"), [(1, 4), (2, 3), (3, 3)])
def test_nothing_is_lost_or_doubled(
    tell: Callable[[str], None], documents: int, faults: int
) -> None:
    count = check(World, documents, faults)
    tell(f"{count} schedules of {documents} documents and up to {faults} faults")
    assert count > 1000


@pytest.mark.parametrize(
    "mutant", [RetryOnTimeout, BaselineInMemory, NoDeadlineWait, MatchByAmount]
)
def test_each_mutant_is_caught(mutant: type[World]) -> None:
    with pytest.raises((Found, AssertionError)):
        check(mutant, 2, 3)
