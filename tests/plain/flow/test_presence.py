"""Presence by beats: how many in a row, and for how long at least."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kkt.flow.presence import Presence, Seen, after_beat

NOON = datetime(2026, 11, 30, 12)
EVERY = timedelta(seconds=30)


def told(beats: str, seen: Seen | None = None) -> str:
    """Say what each beat (`+` answered, `-` not) has made of it: first letters, `f` for offline."""
    seen, words = seen or Seen(), ""
    for number, beat in enumerate(beats):
        seen = after_beat(seen, NOON + number * EVERY, answered=beat == "+")
        words += {"unknown": "u", "online": "n", "offline": "f"}[seen.presence]
    return words


@pytest.mark.parametrize(
    ("beats", "presence"),
    [
        ("++", "un"),
        ("---", "uuf"),
        ("+-+-+-", "uuuuuu"),
        # A lost beat or two are no absence.
        ("++-+--+", "unnnnnn"),
        ("++---", "unnnf"),
        ("---++", "uufff"),
        ("---+++", "uufffn"),
    ],
)
def test_it_takes_some_in_a_row(beats: str, presence: str) -> None:
    assert told(beats) == presence


def test_it_stays_for_a_while_whatever_comes() -> None:
    since = NOON - timedelta(seconds=60)
    online = Seen(Presence.ONLINE, since, good=2)
    at = timedelta(seconds=10)
    seen = online
    for number in range(3):
        seen = after_beat(seen, NOON + number * at, answered=False)
    assert seen.presence is Presence.ONLINE, "80 s"
    assert after_beat(seen, NOON + 3 * at, answered=False).presence is Presence.OFFLINE, "90 s"


def test_a_clock_that_was_set_back_holds_nothing() -> None:
    online = Seen(Presence.ONLINE, NOON + timedelta(days=300), good=2)
    assert told("---", online) == "nnf"


def test_since_is_when_it_became_so() -> None:
    seen = after_beat(Seen(good=1), NOON, answered=True)
    assert seen == Seen(Presence.ONLINE, NOON, good=2)
    assert after_beat(seen, NOON + EVERY, answered=True) == seen
