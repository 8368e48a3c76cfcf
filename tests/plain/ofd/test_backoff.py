from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkt.ofd.backoff import backoff

UNIT = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("attempt", "ceiling"), [(1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (8, 300), (10_000, 300)]
)
def test_the_ceiling_doubles_up_to_the_cap(attempt: int, ceiling: float) -> None:
    assert backoff(attempt, random=lambda: 0.0) == 1.0
    assert backoff(attempt, random=lambda: 0.5) == pytest.approx((1 + ceiling) / 2)
    assert backoff(attempt, random=lambda: 1.0) == pytest.approx(ceiling)


@given(st.integers(1, 10**9), UNIT)
def test_always_between_floor_and_cap(attempt: int, chance: float) -> None:
    assert 1.0 <= backoff(attempt, random=lambda: chance) <= 300.0


@given(st.integers(1, 40), UNIT, st.floats(0, 3600))
def test_never_before_the_operator_wants_it(attempt: int, chance: float, wanted: float) -> None:
    wait = backoff(attempt, random=lambda: chance, retry_after=wanted)
    assert max(wanted, 1.0) <= wait <= max(wanted + 5.0, 300.0)


def test_no_header_strands_a_document() -> None:
    assert backoff(1, random=lambda: 0.0, retry_after=1e9) == 3600.0


def test_a_base_below_the_floor_waits_the_floor() -> None:
    assert backoff(1, random=lambda: 1.0, base=0.1, floor=1.0) == 1.0


@pytest.mark.parametrize("attempt", [0, -1])
def test_attempts_are_counted_from_one(attempt: int) -> None:
    with pytest.raises(ValueError):
        backoff(attempt, random=lambda: 0.0)
