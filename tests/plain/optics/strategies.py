"""Values that tests of several modules draw."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from optics.frame import Trace
from optics.problems import InvalidPrescription, Problem
from optics.refraction import Refraction

axes = st.integers(1, 180)
spheres = st.integers(-240, 240)
cylinders = st.integers(-80, 80)
spherical = st.builds(Refraction, spheres)
toric = st.builds(Refraction, spheres, cylinders.filter(bool), axes)
refractions = spherical | toric
heights = st.integers(16, 80).map(lambda halves: 5 * halves)
"""Fitting heights, tenths of a millimetre, which are told in steps of 0.5 mm."""
traces = st.builds(Trace, st.lists(st.integers(1600, 3500), min_size=18, max_size=60).map(tuple))


def problems_of(build: Callable[[], object]) -> list[Problem]:
    with pytest.raises(InvalidPrescription) as caught:
        build()
    return list(caught.value.problems)


def told(build: Callable[[], object]) -> set[tuple[str, str, str]]:
    """Eye, field and code of each problem; none may be told twice."""
    found = [(each.eye, each.field, each.code) for each in problems_of(build)]
    assert len(found) == len(set(found))
    return set(found)
