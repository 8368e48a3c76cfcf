"""Both sets once through the questions, and the figures as lines of text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from random import Random

from optics.power import show_power
from optics.prescription import EyePrescription, Prescription
from optics.traps import questions
from optics.vocabulary import EyeState

from .errors import Kind, Slip, built, slips
from .population import Pair, pairs

_SEED = 4711
_COUNT = 1000
_EXAMPLES = 4

Asked = frozenset[tuple[str, str]]


def asked(new: Prescription, pair: Pair) -> Asked:
    """Codes and eyes of the questions about a new prescription, be it the pair's own or not."""
    found = questions(new, pair.last, pair.age, pair.years)
    return frozenset((str(one.code), str(one.eye)) for one in found)


def shown(told: Prescription) -> str:
    far, near = told.pd_far, told.pd_near
    eyes = "; ".join(f"{eye} {_eye_shown(entered)}" for eye, entered in told.eyes())
    return f"{told.purpose} {eyes}; PD {far and far / 10}/{near and near / 10}"


def _eye_shown(eye: EyePrescription) -> str:
    if eye.sphere is None:
        return str(eye.state)
    text = show_power(eye.sphere, decimal_comma=False)
    if eye.cylinder:
        text += f" {show_power(eye.cylinder, decimal_comma=False)}x{eye.axis}"
    if eye.addition is not None:
        text += f" add {show_power(eye.addition, decimal_comma=False)}"
    if eye.pd_monocular is not None:
        text += f" mono {eye.pd_monocular / 10}"
    return text


def eyes_differ(told: Prescription) -> bool:
    """By 2 D or more of spherical equivalent; an eye without a power cannot be compared."""
    if any(eye.state is not EyeState.POWERED for _, eye in told.eyes()):
        return True
    one, other = (2 * (eye.sphere or 0) + eye.cylinder for _, eye in told.eyes())
    return abs(one - other) >= 32


def slip_lines(made: tuple[Slip, ...], good: dict[int, Asked]) -> Iterator[str]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    missed: dict[Kind, list[str]] = defaultdict(list)
    by_code: Counter[str] = Counter()
    for slip in made:
        bad = built(slip)
        new = frozenset() if bad is None else asked(bad, slip.pair) - good[id(slip.pair)]
        by_code.update({code for code, _ in new})
        for name in (slip.kind, "all"):
            count = counts[name]
            count["slips"] += 1
            count["refused"] += bad is None
            count["caught"] += bad is None or bool(new)
            if slip.is_large:
                count["large"] += 1
                count["large refused"] += bad is None
                count["large caught"] += bad is None or bool(new)
        if bad is not None and not new:
            size = "large" if slip.is_large else "small"
            told = f"{size}, age {slip.pair.age}: {shown(bad)}  [good {shown(slip.pair.new)}]"
            missed[slip.kind].append(f"{told} [last {shown(slip.pair.last)}]")
    yield f"{'slips':18} {'n':>5} refused caught  % | large refused caught  %"
    for name in (*Kind, "all"):
        c = counts[name]
        yield (
            f"{name:18} {c['slips']:5} {c['refused']:7} {c['caught']:6} "
            f"{_share(c['caught'], c['slips'])} | {c['large']:5} {c['large refused']:7} "
            f"{c['large caught']:6} {_share(c['large caught'], c['large'])}"
        )
    yield "slips by code of a new question: " + _listed(by_code)
    for kind in Kind:
        large_first = sorted(missed[kind], key=lambda text: not text.startswith("large"))
        for text in large_first[:_EXAMPLES]:
            yield f"  missed, {kind}: {text}"


def alarm_lines(found: tuple[Pair, ...], good: dict[int, Asked]) -> Iterator[str]:
    alike = [pair for pair in found if not eyes_differ(pair.new)]
    for name, group in (("eyes within 2 D", alike), ("all", found)):
        alarmed = sum(bool(good[id(pair)]) for pair in group)
        yield f"good pairs, {name}: {len(group)}, asked {alarmed}, {_share(alarmed, len(group))} %"
        yield "  by code: " + _listed(
            Counter(code for pair in group for code in {code for code, _ in good[id(pair)]})
        )
    shown_of: Counter[str] = Counter()
    for pair in found:
        for code in sorted({code for code, _ in good[id(pair)]}):
            shown_of[code] += 1
            if shown_of[code] < _EXAMPLES:
                told = f"{shown(pair.new)} [last {shown(pair.last)}]"
                yield f"  asked, {code}: age {pair.age}, {pair.years} y, {pair.story}: {told}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:5.1f}" if whole else "    -"


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{code} {count}" for code, count in counts.most_common())


def main() -> None:
    rng = Random(_SEED)  # noqa: S311 - no secret hangs on it
    found = pairs(rng, _COUNT)
    made = slips(rng, found)
    good = {id(pair): asked(pair.new, pair) for pair in found}
    for line in (*slip_lines(made, good), *alarm_lines(found, good)):
        print(line)


if __name__ == "__main__":
    main()
