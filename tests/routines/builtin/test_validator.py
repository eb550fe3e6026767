from __future__ import annotations

from typing import Any

import pytest

from templates_app.routines import config_errors
from templates_app.routines.builtin.validator import Validator
from tests.routines.helpers import run_builtin


def checked(rule: dict[str, Any], value: Any, **config: Any) -> Any:
    """The value as it came out, or the message about it."""
    [(event, payload)] = run_builtin("validator", [{"f": value}], {"fields": {"f": rule}, **config})
    return payload["data"]["f"] if event == "valid" else payload["errors"][0]["message"]


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("integer", " 12 ", 12),
        ("integer", "1.5", '"1.5" is not a whole number.'),
        ("integer", 1.0, "1.0 is not a whole number."),
        ("integer", True, "true is not a whole number."),
        ("number", "1.50", 1.5),
        ("number", "-7", -7),
        ("number", "1e3", 1000.0),
        ("number", "1e999", '"1e999" is not a number.'),
        ("number", "nan", '"nan" is not a number.'),
        ("number", "1_000", '"1_000" is not a number.'),
        ("boolean", "Yes", True),
        ("boolean", "maybe", '"maybe" is not true or false.'),
        ("string", "x", "x"),
        ("string", 7, "7 is not a text."),
        ("array", [1], [1]),
        ("object", [1], "[1] is not an object."),
        ("date", " 2026-03-31", "2026-03-31"),
        ("date", "2026-02-30", '"2026-02-30" is not a date such as 2026-03-31.'),
        ("date", "20260331", '"20260331" is not a date such as 2026-03-31.'),
    ],
)
def test_it_checks_and_coerces_types(kind: str, given: Any, expected: Any) -> None:
    assert checked({"type": kind}, given) == expected


@pytest.mark.parametrize(
    ("rule", "value", "message"),
    [
        ({"min": 0}, -1, "-1 is below 0."),
        ({"max": 9.5}, 10, "10 is above 9.5."),
        ({"min_length": 2}, "x", '"x" is 1 long: at least 2 is accepted.'),
        ({"max_length": 1}, [1, 2], "[1, 2] is 2 long: at most 1 is accepted."),
        ({"one_of": ["a", 1]}, True, 'true is not one of "a", 1.'),
        ({}, None, "Required, but missing."),
        ({}, "  ", "Required, but missing."),
    ],
)
def test_it_checks_bounds(rule: dict[str, Any], value: Any, message: str) -> None:
    assert checked(rule, value) == message


def test_it_accepts_what_is_optional_and_blank() -> None:
    assert checked({"type": "integer", "required": False}, "") is None
    assert checked({"type": "string"}, " ", blank_is_missing=False) == " "
    assert checked({"type": "integer"}, "1", coerce_types=False) == '"1" is not a whole number.'


def test_it_lists_every_error_and_leaves_the_record_as_it_came() -> None:
    item = {"data": {"a": "x", "c": 1}, "row": 3}
    fields = {"a": {"type": "integer"}, "b": {}}
    [(event, payload)] = run_builtin("validator", [item], {"fields": fields, "unknown_fields": "refuse"})
    assert (event, payload["data"], payload["row"]) == ("invalid", item["data"], 3)
    assert [error["field"] for error in payload["errors"]] == ["c", "a", "b"]


def test_it_keeps_or_drops_unknown_fields() -> None:
    config: dict[str, Any] = {"fields": {"a": {}}}
    assert run_builtin("validator", [{"a": 1, "x": 2}], config) == [("valid", {"data": {"a": 1, "x": 2}})]
    assert run_builtin("validator", [{"a": 1, "x": 2}], {**config, "unknown_fields": "drop"}) == [
        ("valid", {"data": {"a": 1}})
    ]


def test_it_refuses_what_is_no_object() -> None:
    [(event, payload)] = run_builtin("validator", [[1]])
    assert (event, payload["errors"][0]["message"]) == ("invalid", "[1] is not an object with fields.")


def test_it_refuses_bounds_that_leave_no_room() -> None:
    [found] = config_errors(Validator, {"fields": {"a": {"min": 2, "max": 1}}})
    assert found.path == "fields.a"
    assert "min is above max" in found.message
