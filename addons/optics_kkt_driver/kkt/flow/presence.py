"""Whether somebody at the end of a wire is there: told by beats in a row, so that one lost packet
colours nothing and a flapping wire does not flicker.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

GOOD_BEATS = 2
"""In a row that make it present."""
BAD_BEATS = 3
"""In a row that make it absent."""
AT_LEAST = timedelta(seconds=90)
"""It stays what it has become for so long, whatever the beats say."""


class Presence(StrEnum):
    UNKNOWN = "unknown"
    """Not enough beats yet."""
    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the beats so far have come to."""

    presence: Presence = Presence.UNKNOWN
    since: datetime | None = None
    good: int = 0
    """In a row, counted no further than they matter."""
    bad: int = 0


def after_beat(seen: Seen, now: datetime, *, answered: bool) -> Seen:
    """Return what is known after one more beat.

    :param now: as `Seen.since` is; earlier than that means that the clock was set back
    """
    good = min(seen.good + 1, GOOD_BEATS) if answered else 0
    bad = 0 if answered else min(seen.bad + 1, BAD_BEATS)
    becomes = seen.presence
    if good == GOOD_BEATS:
        becomes = Presence.ONLINE
    elif bad == BAD_BEATS:
        becomes = Presence.OFFLINE
    if becomes is seen.presence or not _may_change(seen, now):
        return Seen(seen.presence, seen.since, good, bad)
    return Seen(becomes, now, good, bad)


def _may_change(seen: Seen, now: datetime) -> bool:
    return seen.since is None or not seen.since <= now < seen.since + AT_LEAST
