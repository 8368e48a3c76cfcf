"""Pupillary distances: how they agree, and the near one by geometry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.distance import check_distances, near_distance
from optics.limits import LIMITS, adapted
from optics.problems import Problems

FINE = adapted(tenths_of_mm=True)


def found(
    far: int | None = None,
    near: int | None = None,
    right: int | None = None,
    left: int | None = None,
    *,
    fine: bool = True,
) -> set[tuple[str, str, str]]:
    problems = Problems()
    table = FINE if fine else LIMITS
    check_distances(problems, table, far=far, near=near, right=right, left=left)
    return {(each.eye, each.field, each.code) for each in problems.found}


@pytest.mark.parametrize(
    ("far", "right", "left", "holds"),
    [
        (640, 320, 320, True),
        (640, 320, 325, True),
        (640, 320, 326, False),
        (640, 320, 315, True),
        (640, 320, 314, False),
        (400, 200, 200, True),
        (800, 400, 400, True),
    ],
)
def test_right_and_left_add_up(far: int, right: int, left: int, holds: bool) -> None:
    assert found(far, None, right, left) == (set() if holds else {("", "pd_far", "not_the_sum")})


@pytest.mark.parametrize(("near", "holds"), [(640, True), (639, True), (641, False), (380, True)])
def test_near_is_at_most_far(near: int, holds: bool) -> None:
    assert found(640, near) == (set() if holds else {("", "pd_near", "near_beyond_far")})


@given(st.integers(400, 800), st.integers(200, 400), st.integers(200, 400), st.integers(380, 780))
def test_rules_of_distances(far: int, right: int, left: int, near: int) -> None:
    expected = set()
    if not -5 <= right + left - far <= 5:
        expected.add(("", "pd_far", "not_the_sum"))
    if near > far:
        expected.add(("", "pd_near", "near_beyond_far"))
    assert found(far, near, right, left) == expected


def test_any_may_lack() -> None:
    assert found() == set()
    assert found(near=620) == set()
    assert found(right=320) == set()
    assert found(640, right=200) == set()
    assert found(right=200, left=400) == set()


def test_what_is_out_of_bounds_is_compared_with_nothing() -> None:
    assert found(801, 380, 200, 200) == {("", "pd_far", "not_within")}
    assert found(640, 781) == {("", "pd_near", "not_within")}
    assert found(640, None, 199, 401) == {
        ("OD", "pd_monocular", "not_within"),
        ("OS", "pd_monocular", "not_within"),
    }


def test_tenths_need_their_setting() -> None:
    assert found(641, fine=False) == {("", "pd_far", "off_step")}
    assert found(645, 620, 320, 325, fine=False) == set()


def test_the_sentence_names_the_sum() -> None:
    problems = Problems()
    check_distances(problems, LIMITS, far=640, near=645, right=320, left=330)
    assert [each.rule for each in problems.found] == [
        "must be the sum of both eyes, 65.0 mm, give or take 0.5 mm",
        "must be at most the far one, 64.0 mm",
    ]


@pytest.mark.parametrize(
    ("far", "working_distance", "near"),
    # 64 · 400 / 427 = 59.95; 60 · 333 / 360 = 55.5; far away nothing is left of it.
    [(640, 400, 600), (600, 333, 555), (640, 250, 580), (640, 1_000_000, 640)],
)
def test_near_by_geometry(far: int, working_distance: int, near: int) -> None:
    assert near_distance(far, working_distance) == near


@given(st.integers(400, 800), st.integers(150, 4000), st.sampled_from([1, 5]))
def test_near_by_geometry_is_a_near_one(far: int, working_distance: int, step: int) -> None:
    near = near_distance(far, working_distance, step=step)
    assert near % step == 0
    assert near <= far + step / 2
    # The ray from each centre of rotation to the point goes through the lens there.
    assert abs(near * (10 * working_distance + 270) - far * 10 * working_distance) <= (
        step / 2 * (10 * working_distance + 270)
    )


@pytest.mark.parametrize("values", [(0, 400, 270, 5), (640, 0, 270, 5), (640, 400, 0, 5)])
def test_no_distance(values: tuple[int, int, int, int]) -> None:
    far, working_distance, rotation, step = values
    with pytest.raises(ValueError, match="positive"):
        near_distance(far, working_distance, rotation=rotation, step=step)
    with pytest.raises(ValueError, match="positive"):
        near_distance(640, 400, step=0)
