"""Enumerate every way in which a run can go: depth-first, by replaying prefixes of choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence


class Choices:
    """Answers the questions of one run; the first option is always the faultless one."""

    def __init__(self, prefix: Sequence[int], budget: int) -> None:
        self._prefix = prefix
        self._budget = budget
        self.taken: list[int] = []
        self.widths: list[int] = []

    def choose(self, options: Sequence[str]) -> str:
        """Take one option; all but the first cost one fault of the budget."""
        width = len(options) if self._budget else 1
        position = len(self.taken)
        choice = self._prefix[position] if position < len(self._prefix) else 0
        if choice:
            self._budget -= 1
        self.taken.append(choice)
        self.widths.append(width)
        return options[choice]


def explore(run: Callable[[Choices], None], budget: int) -> int:
    """Run every schedule with at most `budget` faults; return how many there were."""
    prefix: list[int] = []
    count = 0
    while True:
        choices = Choices(prefix, budget)
        run(choices)
        count += 1
        position = len(choices.taken) - 1
        while position >= 0 and choices.taken[position] + 1 >= choices.widths[position]:
            position -= 1
        if position < 0:
            return count
        prefix = [*choices.taken[:position], choices.taken[position] + 1]
