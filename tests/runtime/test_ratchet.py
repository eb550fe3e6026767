"""What a step costs the database does not rise from one change to the next."""

from __future__ import annotations

from benchmarks.costs import measure_costs
from benchmarks.ratchet import allowed, lowered


def test_it_costs_no_more_than_the_ratchet_allows() -> None:
    found, most = measure_costs(), allowed()

    assert set(found) == set(most)
    assert {key: value for key, value in found.items() if value > most[key]} == {}


def test_it_only_lowers_what_is_allowed() -> None:
    assert lowered({"a": 1.0, "b": 2.0}, {"a": 3.0, "b": 1.0, "c": 5.0}) == {"a": 1.0, "b": 1.0, "c": 5.0}
