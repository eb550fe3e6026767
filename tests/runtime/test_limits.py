"""Laws of the decision who may begin; pure, so that many lines can be tried."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.admission.limits import Candidate, Place, Rate, decide, key_of, seconds_to_wait

places = st.builds(Place, st.sampled_from("ab"), st.integers(1, 3))
rates = st.none() | st.builds(Rate, st.integers(1, 3), st.integers(1, 60))
lines = st.lists(st.tuples(st.lists(places, max_size=2, unique_by=lambda place: place.key).map(tuple), rates))
NOW = 1000.0
moments = st.lists(st.floats(NOW - 100, NOW), max_size=6).map(sorted)
counts = st.dictionaries(st.sampled_from("ab"), st.integers(0, 4))


@given(lines, counts, moments)
def test_it_admits_whom_it_may_and_nobody_else(
    line: list[tuple[tuple[Place, ...], Rate | None]], taken: dict[str, int], starts: list[float]
) -> None:
    candidates = [Candidate(number, *one) for number, one in enumerate(line)]
    decision = decide(candidates, taken=taken, starts=starts, now=NOW)

    held, begun = Counter(taken), list(starts)
    for one in candidates:
        fits = all(held[place.key] < place.limit for place in one.places) and not seconds_to_wait(one.rate, begun, NOW)
        assert fits == (one.id in decision.admitted)
        if fits:
            held.update(place.key for place in one.places)
            begun.append(NOW)


@given(st.integers(1, 4), st.integers(1, 60), st.integers(1, 40))
def test_it_never_begins_more_in_any_window_than_the_rate_says(count: int, seconds: int, jobs: int) -> None:
    now, starts, left = 0.0, list[float](), list(range(jobs))
    while left:
        decision = decide([Candidate(job, (), Rate(count, seconds)) for job in left], taken={}, starts=starts, now=now)
        starts += [now] * len(decision.admitted)
        left = [job for job in left if job not in decision.admitted]
        now += decision.later[1] if decision.later else 0.0

    assert all(later - first >= seconds for first, later in zip(starts, starts[count:], strict=False))


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (None, {"a": 1}, "7:"),
        ("a", {"a": 1}, "7:1"),
        ("a.b[0]", {"a": {"b": ["x"]}}, '7:"x"'),
        ("a.b", {"a": 1}, "7:null"),
        ("a", {"a": {"y": 1, "x": 2}}, '7:{"x":2,"y":1}'),
    ],
)
def test_it_counts_under_the_value_in_the_input(path: str | None, value: dict[str, Any], key: str) -> None:
    assert key_of(7, path, value) == key


@given(st.text(min_size=200, max_size=300).filter(lambda text: "\0" not in text and text.isprintable()))
def test_it_keeps_long_keys_short_and_apart(text: str) -> None:
    key, other = key_of(1, "a", {"a": text}), key_of(1, "a", {"a": f"{text}."})
    assert len(key) <= 200
    assert key != other
