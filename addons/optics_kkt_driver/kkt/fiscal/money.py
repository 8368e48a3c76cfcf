"""Sums in integer kopecks: lines, VAT, and divisions that lose no kopeck."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from .exact import number_from, shown
from .vocabulary import Nds


def to_kopecks(amount: Decimal | str | int) -> int:
    """Roubles to kopecks: ``"5000.00"`` gives 500000.

    Raises TypeError for floats, ValueError for more than two decimals and for non-numbers,
    :class:`.exact.TooLarge` for numbers that cannot be computed with.
    """
    if isinstance(amount, bool) or not isinstance(amount, Decimal | str | int):
        raise TypeError(f"an amount is Decimal, str or int, not {type(amount).__name__}")
    numerator, denominator = number_from(amount).as_integer_ratio()
    kopecks, rest = divmod(numerator * 100, denominator)
    if rest:
        raise ValueError(f"more than two decimals: {shown(amount)}")
    return kopecks


def from_kopecks(kopecks: int) -> Decimal:
    """Kopecks to roubles with exactly two decimals: 500000 gives ``Decimal("5000.00")``."""
    sign, digits = int(kopecks < 0), str(abs(kopecks))
    return Decimal((sign, tuple(map(int, digits)), -2))


class Kopecks(int):
    """A sum that somebody is told of: as text it is in roubles, formatted by ``d`` in kopecks."""

    def __str__(self) -> str:
        return str(from_kopecks(self))


def line_sum(price: int, quantity: Decimal) -> int:
    """Tag 1043: price in kopecks times quantity, rounded half up. Neither may be negative."""
    numerator, denominator = quantity.as_integer_ratio()
    return _round_half_up(price * numerator, denominator)


def vat_of(total: int, nds: Nds) -> int:
    """VAT contained in a sum: total x rate / (100 + rate), rounded half up, in kopecks."""
    return _round_half_up(total * nds.rate, 100 + nds.rate)


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` kopecks in proportion to `weights`; the parts add up exactly.

    Each part is the exact share rounded down or up (largest remainder, the earlier part wins a
    tie), so no part exceeds its weight when `total` does not exceed their sum. Used for discounts
    and for part prepayments. Raises ValueError for negative weights, and when there is nothing to
    spread over.
    """
    whole = sum(weights)
    if any(each < 0 for each in weights) or (whole == 0 and total != 0):
        raise ValueError(f"cannot spread {total} over {list(weights)}")
    if total < 0:
        return [-part for part in spread(-total, weights)]
    if whole == 0:
        return [0 for _ in weights]
    shares = [divmod(total * weight, whole) for weight in weights]
    parts = [floor for floor, _ in shares]
    by_remainder = sorted(range(len(shares)), key=lambda index: -shares[index][1])
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def split_line(total: int, quantity: Decimal) -> list[tuple[int, Decimal]]:
    """One or two lines ``(price, quantity)`` whose rounded sums add up exactly to `total`.

    100.00 for 3 pieces is no price in whole kopecks; it becomes 2 x 33.33 and 1 x 33.34. Works for
    broken quantities too: the dearer line is always a whole number of units, so that only one line
    is rounded. Raises ValueError when `total` is negative or `quantity` is not positive.
    """
    if total < 0 or not quantity > 0:
        raise ValueError(f"cannot split {total} kopecks over {quantity}")
    numerator, denominator = quantity.as_integer_ratio()
    price = total * denominator // numerator
    dearer = total - line_sum(price, quantity)
    if dearer == 0:
        return [(price, quantity)]
    # `dearer` units at one kopeck more make up the rest. When that is not less than the quantity
    # (possible by rounding alone), the whole line at price + 1 rounds to the total.
    if dearer >= quantity:
        return [(price + 1, quantity)]
    return [(price, quantity - dearer), (price + 1, Decimal(dearer))]


def _round_half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
