from __future__ import annotations

from jobs.compare.outcomes import Row, divergence, outcomes, sides

GOOD: list[Row] = [("load", "completed", 1, 1, 0.5, 1), ("check", "completed", 2, 2, 1.0, 2)]
BAD: list[Row] = [
    ("load", "completed", 1, 1, 0.4, 7),
    ("check", "completed", 1, 1, 0.5, 8),
    ("check", "failed", 1, 3, 0, 9),
]


def test_it_adds_up_what_became_of_each_node() -> None:
    check = outcomes(BAD)["check"]

    assert (check.words, check.attempts, check.seconds, check.first) == ("1 completed, 1 failed", 4, 0.5, 8)


def test_it_tells_where_two_jobs_part() -> None:
    found = sides(outcomes(GOOD), outcomes(BAD))

    assert divergence(found) == "They part at ‘check’: 2 completed in A, 1 completed, 1 failed in B."


def test_it_tells_which_node_only_one_of_them_reached() -> None:
    found = sides(outcomes(GOOD[:1]), outcomes(GOOD))

    assert divergence(found) == "They part at ‘check’: it had steps in B only, A never reached it."
    assert [side.node for side in found] == ["load", "check"]


def test_it_says_nothing_when_each_node_went_alike() -> None:
    assert divergence(sides(outcomes(GOOD), outcomes(GOOD))) == ""
