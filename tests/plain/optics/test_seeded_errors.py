"""What is asked of a thousand slips and of a thousand good pairs; the pairs are tests/seeded's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.seeded.errors import KINDS, spoiled_pairs
from tests.seeded.measure import JUDGING, Caught, alarms, caught, pairs_of, slips_of
from tests.seeded.population import good_pairs


@pytest.fixture(scope="module")
def found() -> dict[str, Caught]:
    return caught(slips_of(*JUDGING))


def test_large_slips_are_caught(found: dict[str, Caught], tell: Callable[[str], None]) -> None:
    """Nine of ten, over all kinds as often as they happen; the aim of the suite."""
    tell(f"{found['all'].share:.1%} of {found['all'].large} large slips are caught")
    assert found["all"].share >= 0.90


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        ("addition", 0.90),
        ("distance missing", 1.0),
        ("distance wrong", 0.75),
        ("sign", 0.75),
        ("axis", 0.65),
        ("right and left", 0.70),
        ("decimal point", 0.95),
        ("form of cylinder", 0.95),
    ],
)
def test_each_kind_is_caught(found: dict[str, Caught], kind: str, least: float) -> None:
    """What is missed looks like a year's change: half a dioptre, 2 mm, or 10° of 0.50 D."""
    assert found[kind].share >= least


def test_good_pairs_are_seldom_asked_about(tell: Callable[[str], None]) -> None:
    alike, every = alarms(pairs_of(*JUDGING))
    tell(f"{alike.share:.1%} of {alike.pairs} good pairs are asked about")
    assert alike.share <= 0.02
    assert every.share <= 0.025


def test_seeds_repeat() -> None:
    assert good_pairs(5, 20) == good_pairs(5, 20) != good_pairs(6, 20)
    assert sum(count for count, _ways in KINDS.values()) == len(spoiled_pairs(5)) == 1000
