from __future__ import annotations

from typing import Any

import pytest

from tests.routines.helpers import run_builtin

ORDER = {"id": 7, "customer": {"name": "Ann"}, "lines": [{"sku": "A1"}], "note": " x "}


def mapped(mappings: dict[str, Any], item: Any = ORDER, **config: Any) -> Any:
    [(event, payload)] = run_builtin("mapper", [item], {"mappings": mappings, **config})
    assert event == "output"
    return payload["data"]


def test_it_maps_target_to_source() -> None:
    assert mapped({"who": "customer.name", "sku": "lines[0].sku"}) == {"who": "Ann", "sku": "A1"}


def test_it_drops_or_fills_what_is_missing() -> None:
    assert mapped({"a": "nowhere", "b": "id"}) == {"b": 7}
    assert mapped({"a": "nowhere"}, drop_missing=False, default_value="?") == {"a": "?"}
    assert mapped({"a": {"path": "nowhere", "default": None}}) == {"a": None}


def test_it_keeps_what_no_mapping_uses() -> None:
    assert mapped({"number": "id"}, {"id": 7, "note": "x"}, keep_unmapped=True) == {"note": "x", "number": 7}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"path": "customer.name", "transform": "upper"}, "ANN"),
        ({"path": "note", "transform": "strip"}, "x"),
        ({"path": "id", "transform": "string"}, "7"),
        ({"path": "note", "transform": "integer", "default": -1}, -1),
        ({"value": {"fixed": True}}, {"fixed": True}),
        ({"path": ""}, ORDER),
    ],
)
def test_it_transforms_and_sets_constants(source: dict[str, Any], expected: Any) -> None:
    assert mapped({"t": source}) == {"t": expected}


def test_it_takes_what_is_no_object_as_a_value() -> None:
    assert mapped({"n": "value"}, 5) == {"n": 5}


def test_it_carries_what_travels_beside_the_record() -> None:
    items = [{"data": ORDER, "row": 3}]
    assert run_builtin("mapper", items, {"mappings": {"n": "id"}}) == [("output", {"row": 3, "data": {"n": 7}})]
