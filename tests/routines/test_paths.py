from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.routines import paths
from templates_app.routines.errors import PathError

DATA = {"a": {"b.c": [1, {"d": None}]}, "": 0}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", DATA),
        ("a", DATA["a"]),
        ("$.a", DATA["a"]),
        ('a["b.c"][0]', 1),
        ('a["b.c"][1].d', None),
        ('[""]', 0),
        ("a.b", paths.MISSING),
        ('a["b.c"][2]', paths.MISSING),
        ("a[0]", paths.MISSING),
        ('a["b.c"].0', paths.MISSING),
    ],
)
def test_it_finds_what_stands_there(text: str, found: Any) -> None:
    assert paths.get(DATA, paths.parse(text)) == found


@pytest.mark.parametrize("text", ["a..b", ".a", "a.", "a[", "a[x]", "a[-1]", "a]b", "[0]b", 'a["b]', "a[0", 'a"b'])
def test_it_refuses_what_is_no_path(text: str) -> None:
    with pytest.raises(PathError, match=r"is not a path at character [0-9]+: keys joined by dots"):
        paths.parse(text)


def test_it_bounds_length_and_steps() -> None:
    with pytest.raises(PathError, match="at most 16 are accepted"):
        paths.parse(".".join("a" * 17))
    with pytest.raises(PathError, match="at most 512 are accepted"):
        paths.parse("a" * 513)


@given(st.lists(st.text(max_size=8) | st.integers(0, 5), max_size=16))
def test_it_can_name_any_place(segments: list[str | int]) -> None:
    text = "".join(f"[{json.dumps(step)}]" for step in segments)
    if len(text) <= paths.MAX_LENGTH:
        assert paths.parse(text) == tuple(segments)


@given(st.text(max_size=40))
def test_it_never_fails_otherwise_than_by_refusing(text: str) -> None:
    with suppress(PathError):
        assert paths.get({}, paths.parse(text), 7) in (7, {})
