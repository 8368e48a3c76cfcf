"""How many slips are asked about, and how many good pairs are.

A slip is caught where it is refused, or where a question is put that the same prescription without
the slip does not raise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from optics.prescription import Prescription
from optics.traps import questions

from .errors import Spoiled, spoiled_pairs
from .population import Pair, good_pairs

TUNING = 20260
"""Seed of the pairs that were looked at when the rules were tuned."""
JUDGING = (1001, 1002, 1003)
"""Seeds of the pairs that judge them; three, since the figures of one scatter by 1 %. They were
chosen, and first drawn, when the first rules stood (92.6 % caught, 1.9 % false alarms; 77777 had
been looked at on the way, with 89.8 and 1.7 %). Alarms of these seeds and of 2001 to 2003 were read
when rules were added after :mod:`.second`; of 3001 to 3003 none: 91.7 and 1.9 %, where the first
rules had 91.2 and 2.0 %."""
COUNT = 1000
APART = 2.0
"""Dioptres between the eyes, from which a question is no false alarm to be counted."""


@dataclass(slots=True)
class Caught:
    """Of slips of one kind."""

    slips: int = 0
    large: int = 0
    caught: int = 0
    """Of the large ones, refused or asked about."""
    refused: int = 0
    caught_small: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    """Large ones by the way of the slip."""

    def count(self, spoiled: Spoiled) -> None:
        is_caught = is_refused_or_asked(spoiled)
        self.slips += 1
        self.large += spoiled.is_large
        self.caught += spoiled.is_large and is_caught
        self.caught_small += not spoiled.is_large and is_caught
        self.refused += spoiled.wrong is None
        if spoiled.is_large and not is_caught:
            self.missed[spoiled.way] += 1

    @property
    def share(self) -> float:
        return self.caught / self.large if self.large else 1.0


@dataclass(slots=True)
class Alarms:
    """Over good pairs."""

    pairs: int = 0
    alarmed: int = 0
    """Pairs with a question at least."""
    codes: Counter[str] = field(default_factory=Counter)
    """Pairs by each code."""

    def count(self, pair: Pair) -> None:
        codes = {code for code, _eye in asked(pair, pair.new)}
        self.pairs += 1
        self.alarmed += bool(codes)
        self.codes.update(codes)

    @property
    def share(self) -> float:
        return self.alarmed / self.pairs


def asked(pair: Pair, new: Prescription) -> set[tuple[str, str]]:
    found = questions(new, pair.last, pair.age, pair.years)
    return {(each.code, each.eye) for each in found}


def is_refused_or_asked(spoiled: Spoiled) -> bool:
    if spoiled.wrong is None:
        return True
    return bool(asked(spoiled.pair, spoiled.wrong) - asked(spoiled.pair, spoiled.pair.new))


def caught(spoiled: Iterable[Spoiled]) -> dict[str, Caught]:
    """By kind, and under "all" over all kinds."""
    counts: dict[str, Caught] = {}
    for each in spoiled:
        for name in (each.kind, "all"):
            counts.setdefault(name, Caught()).count(each)
    counts["all"] = counts.pop("all")
    return counts


def alarms(pairs: Iterable[Pair]) -> tuple[Alarms, Alarms]:
    """Of pairs whose eyes differ by less than 2 D, and of all."""
    alike, every = Alarms(), Alarms()
    for pair in pairs:
        every.count(pair)
        if _apart(pair.new) < APART:
            alike.count(pair)
    return alike, every


def _apart(prescription: Prescription) -> float:
    right, left = prescription.od.refraction, prescription.os.refraction
    if right is None or left is None:
        return 0.0
    return abs(float(right.spherical_equivalent - left.spherical_equivalent))


def slips_of(*seeds: int) -> list[Spoiled]:
    return [each for seed in seeds for each in spoiled_pairs(seed)]


def pairs_of(*seeds: int) -> list[Pair]:
    return [each for seed in seeds for each in good_pairs(seed, COUNT)]


def show(*seeds: int) -> None:
    names = ", ".join(map(str, seeds))
    columns = f"{'slips':>7}{'large':>7}{'caught':>8}{'':>8}{'refused':>9}{'small':>7}{'caught':>8}"
    print(f"\nSlips, seed {names}\n{'':<18}{columns}")
    for name, each in caught(slips_of(*seeds)).items():
        print(
            f"{name:<18}{each.slips:>7}{each.large:>7}{each.caught:>8}{each.share:>8.1%}"
            f"{each.refused:>9}{each.slips - each.large:>7}{each.caught_small:>8}"
        )
        if name == "all":
            print("missed: " + ", ".join(f"{way} {n}" for way, n in each.missed.most_common()))
    alike, every = alarms(pairs_of(*seeds))
    for title, good in (("good pairs, eyes less than 2 D apart", alike), ("all good pairs", every)):
        print(f"{title}: {good.alarmed} of {good.pairs} asked about, {good.share:.1%}")
        print("  " + ", ".join(f"{code} {n}" for code, n in good.codes.most_common()))
