from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.graph.positions import ascending

WISHES = st.lists(st.tuples(st.floats(-1000, 1000), st.floats(0.1, 10)), min_size=1, max_size=20)


@settings(deadline=None)
@given(WISHES)
def test_it_never_lets_values_fall(wishes: list[tuple[float, float]]) -> None:
    values = list(ascending(wishes))
    assert len(values) == len(wishes)
    assert all(a <= b + 1e-9 for a, b in pairwise(values))


@settings(deadline=None)
@given(WISHES)
def test_it_grants_wishes_that_do_not_conflict(wishes: list[tuple[float, float]]) -> None:
    assert list(ascending(sorted(wishes))) == [value for value, _ in sorted(wishes)]


@settings(deadline=None)
@given(WISHES)
def test_it_keeps_the_weighted_mean(wishes: list[tuple[float, float]]) -> None:
    granted = sum(v * weight for v, (_, weight) in zip(ascending(wishes), wishes, strict=True))
    assert granted == pytest.approx(sum(value * weight for value, weight in wishes), abs=1e-6)
