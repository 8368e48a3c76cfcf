"""Values in the words of Grafana, for the pictures of its dashboards.

Source: Grafana's documentation, "Standard options: Unit"; its units of time are English words.
"""

from __future__ import annotations

import math
from collections.abc import Callable

#: Seconds from which a unit of time is used, and its name.
TIMES = (
    (31_536_000, " years"),
    (604_800, " weeks"),
    (86_400, " days"),
    (3600, " hours"),
    (60, " mins"),
    (1, " s"),
    (1e-3, " ms"),
    (1e-6, " µs"),
)
COUNTS = ((1e9, " Bil"), (1e6, " Mil"), (1e3, " K"))
NO_VALUE = "NaN"
SUFFIX = "suffix:"


def shown(value: float, unit: str, decimals: int | None = None) -> str:
    """A value with its unit; `decimals` None leaves as many as tell it apart.

    :raises ValueError: a unit that no dashboard of ours has
    """
    if not math.isfinite(value):
        return NO_VALUE
    if unit.startswith(SUFFIX):
        return f"{_rounded(value, decimals)} {unit.removeprefix(SUFFIX)}"
    if unit not in _UNITS:
        raise ValueError(f"unit {unit!r}")
    return _UNITS[unit](value, decimals)


def _rounded(value: float, decimals: int | None) -> str:
    if decimals is None:
        text = f"{value:.{_telling_decimals(value)}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _telling_decimals(value: float) -> int:
    """So many that three digits tell the value."""
    return max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0


def _scaled(value: float, decimals: int | None, units: tuple[tuple[float, str], ...]) -> str:
    for size, name in units:
        if abs(value) >= size:
            return _rounded(value / size, decimals) + name
    return _rounded(value, decimals)


def _clock(value: float, _decimals: int | None) -> str:
    minutes, seconds = divmod(round(abs(value)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{'-' if value < 0 else ''}{hours:02}:{minutes:02}:{seconds:02}"


def _days_and_clock(value: float, decimals: int | None) -> str:
    days, rest = divmod(round(value), 86_400)
    return f"{days} d {_clock(rest, decimals)}" if days > 0 else _clock(value, decimals)


def _duration(value: float, decimals: int | None) -> str:
    return _scaled(value, decimals, TIMES) if abs(value) >= TIMES[-1][0] else "0 s"


_UNITS: dict[str, Callable[[float, int | None], str]] = {
    "dtdhms": _days_and_clock,
    "dthms": _clock,
    "none": _rounded,
    "percentunit": lambda value, decimals: _rounded(100 * value, decimals) + "%",
    "s": _duration,
    "short": lambda value, decimals: _scaled(value, decimals, COUNTS),
}
