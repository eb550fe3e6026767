from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.routines import rules
from templates_app.routines.errors import RuleError

SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, 1.0, 0.5]) | st.sampled_from(["", "a"])
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=2) | st.dictionaries(st.sampled_from("ab"), v))
ORDERED = st.integers(-2, 2) | st.sampled_from([0.5, "", "a", "b"])
PATHS = st.sampled_from(["", "a", "b", "a.b", "a[0]"])
LEAVES = st.one_of(
    st.fixed_dictionaries({"path": PATHS, "op": st.sampled_from(["eq", "ne", "contains"]), "value": VALUES}),
    st.fixed_dictionaries({"path": PATHS, "op": st.sampled_from(["lt", "le", "gt", "ge"]), "value": ORDERED}),
    st.fixed_dictionaries({"path": PATHS, "op": st.just("in"), "value": st.lists(VALUES, max_size=3)}),
    st.fixed_dictionaries({"path": PATHS, "op": st.just("starts_with"), "value": st.sampled_from(["", "a"])}),
    st.fixed_dictionaries({"path": PATHS, "op": st.just("is_type"), "value": st.sampled_from(rules.TYPES)}),
    st.fixed_dictionaries({"path": PATHS, "op": st.just("exists")}),
)
RULES = st.recursive(
    LEAVES,
    lambda rule: st.one_of(
        st.fixed_dictionaries({"all": st.lists(rule, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(rule, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": rule}),
    ),
    max_leaves=6,
)
PLACES: dict[str, list[Any]] = {"": [], "a": ["a"], "b": ["b"], "a.b": ["a", "b"], "a[0]": ["a", 0]}


def oracle(rule: dict[str, Any], data: Any) -> bool:
    """The same language, written down as naively as can be."""
    if "all" in rule:
        return False not in [oracle(part, data) for part in rule["all"]]
    if "any" in rule:
        return True in [oracle(part, data) for part in rule["any"]]
    if "not" in rule:
        return not oracle(rule["not"], data)
    for step in PLACES[rule["path"]]:
        if not isinstance(data, list if step == 0 else dict) or step not in (range(len(data)) if step == 0 else data):
            return False
        data = data[step]
    return compare(rule["op"], data, rule.get("value"))


def tagged(value: Any) -> Any:
    """A value that Python compares as JSON does: true apart from 1, lists apart from objects."""
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, dict):
        return {key: tagged(child) for key, child in value.items()}
    return [tagged(child) for child in value] if isinstance(value, list) else value


def compare(op: str, found: Any, value: Any) -> bool:
    one, other = tagged(found), tagged(value)
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    ordered = numbers or (isinstance(one, str) and isinstance(other, str))
    answers: dict[str, Callable[[], bool]] = {
        "eq": lambda: one == other,
        "ne": lambda: one != other,
        "lt": lambda: ordered and one < other,
        "le": lambda: ordered and one <= other,
        "gt": lambda: ordered and one > other,
        "ge": lambda: ordered and one >= other,
        "in": lambda: one in other,
        "contains": lambda: other in one if isinstance(one, list) else _within(one, other),
        "starts_with": lambda: isinstance(one, str) and one[: len(other)] == other,
        "is_type": lambda: value in type_names(found),
        "exists": lambda: True,
    }
    return answers[op]()


def _within(one: Any, other: Any) -> bool:
    return isinstance(other, str) and isinstance(one, str | dict) and other in one


def type_names(value: Any) -> list[str]:
    names = {bool: ["boolean"], int: ["integer", "number"], float: ["number"], str: ["string"], type(None): ["null"]}
    return names.get(type(value), ["array"] if isinstance(value, list) else ["object"])


@given(RULES, VALUES)
def test_it_agrees_with_a_naive_oracle(rule: dict[str, Any], data: Any) -> None:
    assert rules.evaluate(rule, data) is oracle(rule, data)


@given(RULES, VALUES)
def test_it_explains_what_it_answers(rule: dict[str, Any], data: Any) -> None:
    trace = rules.explain(rule, data)
    assert trace.result is rules.evaluate(rule, data)
    assert next(trace.lines()).endswith("true" if trace.result else "false")


@given(RULES)
def test_it_survives_json(rule: dict[str, Any]) -> None:
    assert rules.parse(rule).to_json() == rule


@given(
    st.recursive(SCALARS, lambda v: st.lists(v) | st.dictionaries(st.sampled_from([*rules.JOINTS, "path", "op"]), v))
)
def test_it_refuses_anything_else_with_a_sentence(rule: Any) -> None:
    try:
        assert rules.evaluate(rule, {"a": 1}) in (True, False)
    except RuleError as error:
        assert error.message.endswith(".")


def test_it_shows_the_value_it_saw() -> None:
    rule = {"all": [{"path": "score", "op": "ge", "value": 0.8}, {"not": {"path": "user", "op": "exists"}}]}
    assert list(rules.explain(rule, {"score": 0.71}).lines()) == [
        "all → false",
        "  score (0.71) ge 0.8 → false",
        "  not → true",
        "    user (missing) exists → false",
    ]


def leaf(**changes: Any) -> dict[str, Any]:
    given = {"path": "a", "op": "eq", "value": 1} | changes
    return {key: value for key, value in given.items() if value is not ...}


@pytest.mark.parametrize(
    ("rule", "path", "told"),
    [
        ("a > 1", "r", '"a > 1" is not a rule: an object like'),
        ({"all": []}, "r.all", "[] is not accepted: a list of at least one rule is."),
        ({"not": [leaf()]}, "r.not", "is not a rule"),
        ({"all": [leaf()], "any": [leaf()]}, "r", '"all" stands beside other keys'),
        ({"any": [leaf(), leaf(op="eqq")]}, "r.any.1.op", '"eqq" is no operator. Did you mean eq?'),
        (leaf(op=["eq"]), "r.op", '["eq"] is no operator.'),
        (leaf(op=...), "r.op", "Required, but not given"),
        (leaf(path=...), "r.path", "Required, but not given"),
        (leaf(path="a..b"), "r.path", "is not a path at character 2"),
        (leaf(path=3), "r.path", "3 is not a path"),
        (leaf(value=...), "r.value", '"eq" compares with a value.'),
        (leaf(op="in", value="abc"), "r.value", '"in" compares with a list of values.'),
        (leaf(op="lt", value=True), "r.value", '"lt" compares with a number or a text.'),
        (leaf(op="starts_with", value=1), "r.value", "a text"),
        (leaf(op="is_type", value="int"), "r.value", "one of null, boolean, integer"),
        (leaf(op="is_type", value=["null"]), "r.value", "one of null, boolean, integer"),
        (leaf(op="exists", value=False), "r.value", '"exists" takes no value'),
        (leaf(vale=1), "r", 'A rule has no key "vale". Did you mean value?'),
    ],
)
def test_it_says_what_is_wrong_and_where(rule: Any, path: str, told: str) -> None:
    with pytest.raises(RuleError) as caught:
        rules.validate(rule, path="r")
    assert caught.value.path == path
    assert told in caught.value.message


def nested(depth: int) -> dict[str, Any]:
    return leaf() if depth == 1 else {"not": nested(depth - 1)}


def test_it_bounds_depth_and_size() -> None:
    rules.validate(nested(8))
    rules.validate({"all": [leaf()] * 64})
    with pytest.raises(RuleError, match="at most 8 levels"):
        rules.validate(nested(9))
    with pytest.raises(RuleError, match="More than 64 comparisons"):
        rules.validate({"any": [{"all": [leaf()] * 33}] * 2})
