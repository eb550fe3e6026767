from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.compare.jsondiff import MOST, ROOT, changes, shape, shape_changes
from templates_app.diff import ABSENT

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
        ({"a": 1}, {}, [("a", 1, ABSENT)]),
        ({"a": [1, 2]}, {"a": [1, 3, 4]}, [("a.1", 2, 3), ("a.2", ABSENT, 4)]),
        ({"a": 1}, {"a": True}, [("a", 1, True)]),
        (None, {"a": 1}, [(ROOT, None, {"a": 1})]),
        ({"a.b": 1}, {"a.b": 2}, [('["a.b"]', 1, 2)]),
    ],
)
def test_it_tells_the_smallest_places_that_differ(before: Any, after: Any, told: list[Any]) -> None:
    assert [(change.path, change.before, change.after) for change in changes(before, after)] == told


@given(JSON)
def test_it_finds_nothing_between_a_value_and_itself(value: Any) -> None:
    assert changes(value, value) == shape_changes(value, value) == []


@given(JSON, JSON)
def test_it_sees_the_mirror_image_from_the_other_side(a: Any, b: Any) -> None:
    there, back = changes(a, b), changes(b, a)

    assert [(one.path, one.before, one.after) for one in there] == [(one.path, one.after, one.before) for one in back]


def test_it_stops_somewhere() -> None:
    assert len(changes({str(n): n for n in range(999)}, {})) == MOST


def test_it_takes_all_elements_of_a_list_as_one_place() -> None:
    assert shape({"lines": [{"sku": "a"}, {"sku": 7}]}) == {
        ROOT: "object",
        "lines": "list",
        "lines[]": "object",
        "lines[].sku": "number or text",
    }


def test_it_tells_which_paths_came_went_or_changed_their_kind() -> None:
    found = shape_changes({"a": 1, "old": {"x": 1}}, {"a": "1", "new": {"y": {"z": 1}}})

    assert [(change.path, change.kind) for change in found] == [("a", "changed"), ("new", "added"), ("old", "removed")]


def test_it_is_silent_about_other_values_of_the_same_kind() -> None:
    assert shape_changes({"a": 1, "b": "x"}, {"a": 2.5, "b": ""}) == []
