from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.routines import View, config_errors
from templates_app.routines.builtin.aggregator import Aggregator
from templates_app.routines.policies import Activate, Decline
from tests.routines.helpers import run_builtin

ORDERS = [{"who": "B", "sum": 0.1}, {"who": "A", "sum": 5}, {"who": "B", "sum": 0.2}, {"who": "B", "sum": None}]
OPS = ["count", "sum", "min", "max", "avg", "list", "first", "last"]


def test_it_sends_one_summary_for_each_group_in_order() -> None:
    config = {"group_by": "who", "aggregates": {"total": {"op": "sum", "path": "sum"}, "n": {"op": "count"}}}
    first, second = run_builtin("aggregator", ORDERS, config)
    assert first == ("aggregated", {"data": {"who": "B", "total": 0.30000000000000004, "n": 3}, "count": 3})
    assert second == ("aggregated", {"data": {"who": "A", "total": 5, "n": 1}, "count": 1})


@pytest.mark.parametrize(
    ("op", "values", "expected"),
    [
        ("count", [1, None, 2], 2),
        ("sum", [0.1] * 10, 1.0),
        ("sum", [2**53, 1], 2**53 + 1),
        ("avg", [1, 2], 1.5),
        ("avg", [None], None),
        ("min", ["b", 3, 2], 2),
        ("max", ["b", 3, "a"], "b"),
        ("list", [1, None, "x"], [1, "x"]),
        ("first", [None, 4, 5], 4),
        ("last", [4, 5, None], 5),
        ("first", [], None),
    ],
)
def test_it_makes_figures(op: str, values: list[Any], expected: Any) -> None:
    items = [{"v": value} for value in values] or [{}]
    [(_, payload)] = run_builtin("aggregator", items, {"aggregates": {"f": {"op": op, "path": "v"}}})
    assert payload["data"] == {"f": expected}


def test_it_rounds() -> None:
    config = {"aggregates": {"total": {"op": "sum", "path": "sum", "digits": 2}, "n": {"op": "count", "digits": 1}}}
    [(_, payload)] = run_builtin("aggregator", ORDERS, config)
    assert payload["data"] == {"total": 5.3, "n": 4}


def test_it_lists_the_records_when_no_figure_is_asked_for() -> None:
    assert run_builtin("aggregator", [1, 2]) == [("aggregated", {"data": {"items": [1, 2]}, "count": 2})]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"sum": 1}, "who: null cannot name a group"),
        ({"who": ["A"], "sum": 1}, 'who: ["A"] cannot name a group'),
        ({"who": "A", "sum": "12"}, 'total: "12" is not a number'),
        ({"who": "A", "sum": True}, "total: true is not a number"),
    ],
)
def test_it_skips_visibly_what_it_cannot_count(item: dict[str, Any], reason: str) -> None:
    config = {"group_by": "who", "aggregates": {"total": {"op": "sum", "path": "sum"}}}
    emissions = run_builtin("aggregator", [{"data": item, "row": 9}], config)
    assert emissions == [("skipped", {"data": item, "row": 9, "reason": reason})]


def test_it_tells_true_from_one() -> None:
    items = [{"k": True}, {"k": 1}, {"k": "1"}]
    assert [p["count"] for _, p in run_builtin("aggregator", items, {"group_by": "k"})] == [1, 1, 1]


@given(st.lists(st.fixed_dictionaries({"k": st.sampled_from("abc"), "v": st.integers(-9, 9)}), max_size=20))
def test_it_loses_and_doubles_nothing(items: list[Any]) -> None:
    config = {"group_by": "k", "aggregates": {"total": {"op": "sum", "path": "v"}}}
    groups = [payload for _, payload in run_builtin("aggregator", items, config)]
    assert sum(group["count"] for group in groups) == len(items)
    assert sum(group["data"]["total"] for group in groups) == sum(item["v"] for item in items)


def test_it_waits_until_nothing_else_can_move() -> None:
    policy = Aggregator.default_policy({})
    assert policy is not None
    assert isinstance(policy.decide(View({"input": 500})), Decline)
    assert policy.decide(View({"input": 500}, drained=True)) == Activate({"input": 500}, {"reason": "drained"})


def test_it_refuses_a_figure_with_the_name_of_the_group() -> None:
    [found] = config_errors(Aggregator, {"group_by": "a.who", "aggregates": {"who": {"op": "count"}}})
    assert "has the name of the group" in found.message
