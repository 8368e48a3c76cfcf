"""Hybrid logical clock: order between shops that survives clock steps and restarts.

A stamp is one integer below 2^63: 48 bits of Unix milliseconds and a counter of 16 bits (Kulkarni
et al. 2014). The counter's overflow carries into the milliseconds and
stays monotonic. Everything here is pure: the caller keeps the last stamp, and restores the highest
one it ever stored after a restart. The legal order on one till remains the FD number. Never feed a
till's clock to :func:`receive`: it is local time and minutes off.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

COUNTER_BITS = 16
MAX_DRIFT = timedelta(seconds=60)
"""How far a remote stamp may be ahead of our clock."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LIMIT = 1 << 63
_TEXT_LENGTH = 16


class HlcError(ValueError):
    """A stamp that no clock of ours may take over."""


class DriftError(HlcError):
    """A remote stamp is further ahead of our clock than is allowed; our clock is unchanged."""


def tick(last: int, now: datetime) -> int:
    """The stamp of an event here. `last` is the highest stamp so far, 0 at first; `now` is aware.

    Always greater than `last`, and not before `now`.
    """
    return max(last + 1, _from_clock(now))


def receive(last: int, remote: int, now: datetime, *, max_drift: timedelta = MAX_DRIFT) -> int:
    """The stamp of taking in something stamped `remote`: greater than `last`, `remote` and `now`.

    Raises DriftError when `remote` is more than `max_drift` ahead of `now`, HlcError when it is no
    stamp at all.
    """
    if not 0 <= remote < _LIMIT:
        raise HlcError(f"not a stamp: {remote}")
    if (remote >> COUNTER_BITS) > _milliseconds(now + max_drift):
        ahead = wall_time(remote) - now
        raise DriftError(f"remote stamp is {ahead} ahead of our clock, more than {max_drift}")
    return max(last + 1, remote + 1, _from_clock(now))


def wall_time(stamp: int) -> datetime:
    """The clock part of a stamp, aware, UTC, whole milliseconds."""
    return _EPOCH + (stamp >> COUNTER_BITS) * _MILLISECOND


def to_text(stamp: int) -> str:
    """Sixteen hexadecimal digits; texts sort as the stamps do. JSON numbers cannot hold it."""
    return f"{stamp:0{_TEXT_LENGTH}x}"


def from_text(text: str) -> int:
    """Read :func:`to_text`. Raises HlcError."""
    try:
        stamp = int(text, 16)
    except ValueError:
        raise HlcError(f"not a stamp: {text!r}") from None
    if text != to_text(stamp) or stamp >= _LIMIT:
        raise HlcError(f"not a stamp: {text!r}")
    return stamp


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND


def _from_clock(now: datetime) -> int:
    return _milliseconds(now) << COUNTER_BITS
