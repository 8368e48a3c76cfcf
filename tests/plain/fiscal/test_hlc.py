"""The hybrid logical clock against a model of shops, clocks and messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from kkt.fiscal import hlc

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
MS = timedelta(milliseconds=1)
moments = st.datetimes(
    min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)
)
stamps = st.integers(min_value=0, max_value=(1 << 63) - 1)
SHOPS = 3


class Shops(RuleBasedStateMachine):
    """Shops whose clocks step both ways, that restart, and whose messages come in any order.

    A vector clock beside the stamps knows what truly happened before what.
    """

    messages = Bundle("messages")

    @initialize()
    def begin(self) -> None:
        self.clocks = [START, START + 20 * MS, START - 20 * MS]
        self.last = [0] * SHOPS
        self.stored = [0] * SHOPS
        self.seen = [[0] * SHOPS for _ in range(SHOPS)]
        self.events: list[tuple[int, tuple[int, ...]]] = []
        self.latest = max(self.clocks)

    def _record(self, shop: int, stamp: int) -> tuple[int, tuple[int, ...]]:
        assert stamp > self.last[shop]
        assert hlc.wall_time(stamp) >= self.clocks[shop]
        self.last[shop] = stamp
        self.seen[shop][shop] += 1
        event = (stamp, tuple(self.seen[shop]))
        for other, vector in self.events[-25:]:
            if all(a <= b for a, b in zip(vector, event[1], strict=True)):
                assert other < stamp
        self.events.append(event)
        return event

    @rule(shop=st.integers(0, SHOPS - 1), step=st.integers(-50, 50))
    def clock_steps(self, shop: int, step: int) -> None:
        self.clocks[shop] += step * MS
        self.latest = max(self.latest, self.clocks[shop])

    @rule(target=messages, shop=st.integers(0, SHOPS - 1), copies=st.integers(1, 2))
    def event(self, shop: int, copies: int) -> object:
        happened = self._record(shop, hlc.tick(self.last[shop], self.clocks[shop]))
        self.stored[shop] = self.last[shop]
        return multiple(*[happened] * copies)

    @rule(shop=st.integers(0, SHOPS - 1), message=consumes(messages))
    def message_arrives(self, shop: int, message: tuple[int, tuple[int, ...]]) -> None:
        remote, vector = message
        stamp = hlc.receive(
            self.last[shop], remote, self.clocks[shop], max_drift=timedelta(hours=1)
        )
        assert stamp > remote
        self.seen[shop] = [max(a, b) for a, b in zip(self.seen[shop], vector, strict=True)]
        self._record(shop, stamp)
        self.stored[shop] = self.last[shop]

    @rule(shop=st.integers(0, SHOPS - 1))
    def restart(self, shop: int) -> None:
        self.last[shop] = self.stored[shop]

    @invariant()
    def stays_near_the_clocks_and_within_64_bits(self) -> None:
        for last in getattr(self, "last", []):
            assert last < 1 << 63
            assert hlc.wall_time(last) <= self.latest + MS


Shops.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
test_shops = Shops.TestCase


@given(stamps, moments)
def test_tick_is_after_the_last_and_not_before_the_clock(last: int, now: datetime) -> None:
    stamp = hlc.tick(last, now)
    assert stamp > last
    assert hlc.wall_time(stamp) >= now.replace(microsecond=now.microsecond // 1000 * 1000)


@given(stamps)
def test_text_survives_and_sorts_as_stamps_do(stamp: int) -> None:
    assert hlc.from_text(hlc.to_text(stamp)) == stamp
    assert len(hlc.to_text(stamp)) == 16
    assert (hlc.to_text(stamp) < hlc.to_text(1 << 62)) == (stamp < 1 << 62)


def test_counter_overflow_advances_time() -> None:
    last = hlc.tick(0, START) | 0xFFFF
    assert hlc.wall_time(last) == START
    after = hlc.tick(last, START)
    assert after == last + 1
    assert hlc.wall_time(after) == START + MS


def test_a_clock_stepped_back_does_not_take_stamps_back() -> None:
    last = hlc.tick(0, START)
    assert hlc.tick(last, START - timedelta(seconds=100)) == last + 1


@pytest.mark.parametrize(("ahead", "accepted"), [(0, True), (60000, True), (60001, False)])
def test_drift_is_bounded(ahead: int, accepted: bool) -> None:
    remote = hlc.tick(0, START + ahead * MS)
    if accepted:
        assert hlc.receive(0, remote, START) == remote + 1
    else:
        with pytest.raises(hlc.DriftError, match="ahead"):
            hlc.receive(0, remote, START)


def test_a_stamp_of_the_past_is_taken() -> None:
    last = hlc.tick(0, START)
    assert hlc.receive(last, 5, START) == last + 1


@pytest.mark.parametrize("remote", [-1, 1 << 63])
def test_no_stamp_at_all(remote: int) -> None:
    with pytest.raises(hlc.HlcError):
        hlc.receive(0, remote, START)


@pytest.mark.parametrize(
    "text", ["", "0", "g" * 16, "0" * 17, "8" + "0" * 15, "-" + "0" * 15, "00000000000000AB"]
)
def test_text_that_is_no_stamp(text: str) -> None:
    with pytest.raises(hlc.HlcError):
        hlc.from_text(text)
