"""When to try again: exponential, with full jitter, so that a crowd does not come back at once."""

from __future__ import annotations

from collections.abc import Callable

BASE = 5.0
"""Seconds: the ceiling after the first failure, doubling with each further one."""
CAP = 300.0
FLOOR = 1.0
RETRY_AFTER_LIMIT = 3600.0
"""Seconds: no operator may push a document towards the drive's 30 days with one header."""


def backoff(
    attempt: int,
    *,
    random: Callable[[], float],
    retry_after: float | None = None,
    base: float = BASE,
    cap: float = CAP,
    floor: float = FLOOR,
) -> float:
    """Seconds to wait after the `attempt`-th failed attempt, counted from 1.

    Uniform between `floor` and ``min(cap, base · 2^(attempt − 1))``. When the operator named a
    time, never before it (at most an hour), and spread over `base` seconds after it.

    :param random: gives numbers in [0, 1), e.g. ``random.random``.
    :raises ValueError: `attempt` is below 1.
    """
    if attempt < 1:
        raise ValueError(f"attempts are counted from 1, not {attempt}")
    # Beyond 2^32 the cap has long won; the bound keeps floats finite.
    ceiling = max(floor, min(cap, base * 2.0 ** min(attempt - 1, 32)))
    jitter = floor + (ceiling - floor) * random()
    if retry_after is None:
        return jitter
    return max(jitter, min(retry_after, RETRY_AFTER_LIMIT) + base * random())
