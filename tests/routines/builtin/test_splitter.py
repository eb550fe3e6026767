from __future__ import annotations

from typing import Any

import pytest

from tests.routines.helpers import run_builtin


def split(value: Any, **config: Any) -> list[Any]:
    return [payload.get("data") for event, payload in run_builtin("splitter", [{"data": value}], config)]


@pytest.mark.parametrize(
    ("value", "config", "expected"),
    [
        ([1, {"a": 2}], {}, [1, {"a": 2}]),
        ({"a": 1, "b": 2}, {}, [1, 2]),
        ({"a": 1}, {"dict_mode": "keys"}, ["a"]),
        ({"a": 1}, {"dict_mode": "items"}, [["a", 1]]),
        ({"a": 1}, {"dict_mode": "entries"}, [{"key": "a", "value": 1}]),
        ("a b", {}, ["a b"]),
        ("a  b", {"split_strings": True}, ["a", "b"]),
        ("a,b,", {"split_strings": True, "separator": ","}, ["a", "b", ""]),
        (7, {}, [7]),
        (False, {}, [False]),
        ({"order": {"lines": [1, 2]}}, {"field": "order.lines"}, [1, 2]),
    ],
)
def test_it_sends_one_item_for_each_element(value: Any, config: dict[str, Any], expected: list[Any]) -> None:
    assert split(value, **config) == expected


@pytest.mark.parametrize("value", [None, [], {}, ""])
def test_it_says_when_there_is_nothing_to_split(value: Any) -> None:
    assert run_builtin("splitter", [{"data": value}]) == [("empty", {"data": value})]


def test_it_says_when_the_field_is_not_there() -> None:
    [(event, payload)] = run_builtin("splitter", [{"a": 1}], {"field": "lines"})
    assert (event, payload["error"]) == ("error", "The record has nothing at lines.")


def test_it_numbers_and_counts() -> None:
    config = {"include_index": True, "include_count": True}
    [_, (_, second)] = run_builtin("splitter", [{"data": ["a", "b"], "row": 4}], config)
    assert second == {"data": "b", "index": 1, "count": 2, "row": 4}
