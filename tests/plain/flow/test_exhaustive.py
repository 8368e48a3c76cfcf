"""Every crash point and every fault of the wire, in every order: nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .choices import Choices, explore
from .world import (
    BaselineInMemory,
    BelievesTheAnswer,
    ForgetsTheDrive,
    GuessesInsteadOfAPerson,
    MatchByAmount,
    NoDeadlineWait,
    RetryOnTimeout,
    TrustsAnyDrive,
    World,
)


class Found(Exception):
    """A schedule that loses or doubles a document, or tells what is not true."""


def check(world_class: type[World], documents: int, faults: int, *, shift_open: bool) -> int:
    """Run all schedules; return how many. Raises Found with the first bad one."""

    def run(choices: Choices) -> None:
        world = world_class(choices, documents, shift_open=shift_open)
        world.run()
        bad = {
            "lost": world.lost(),
            "doubled": world.doubled(),
            "unrecorded": world.unrecorded(),
            "on a strange drive": world.on_a_strange_drive(),
            "false words": world.false_words,
        }
        if any(bad.values()):
            raise Found(f"{bad} in schedule {choices.taken}")

    return explore(run, faults)


@pytest.mark.parametrize(
    ("documents", "faults", "shift_open"),
    [(1, 4, True), (2, 3, True), (3, 3, True), (1, 3, False), (2, 2, False)],
)
def test_nothing_is_lost_or_doubled(
    tell: Callable[[str], None], documents: int, faults: int, shift_open: bool
) -> None:
    count = check(World, documents, faults, shift_open=shift_open)
    shift = "an open" if shift_open else "a closed"
    tell(f"{count} schedules of {documents} documents and up to {faults} faults on {shift} shift")
    assert count > 1000


@pytest.mark.parametrize(
    ("mutant", "shift_open"),
    [
        (RetryOnTimeout, True),
        (BaselineInMemory, True),
        (NoDeadlineWait, True),
        (MatchByAmount, True),
        (ForgetsTheDrive, True),
        (TrustsAnyDrive, True),
        (GuessesInsteadOfAPerson, True),
        (BelievesTheAnswer, False),
    ],
)
def test_each_mutant_is_caught(mutant: type[World], shift_open: bool) -> None:
    with pytest.raises((Found, AssertionError)):
        check(mutant, 2, 3, shift_open=shift_open)
