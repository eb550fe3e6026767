from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import validator_for

from jobs.pages.example import example
from routilux_site.lib import strict_json

SCHEMAS: list[dict[str, Any]] = [
    {},
    {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer", "minimum": 5}}},
    {"type": "object", "required": ["x"], "properties": {"x": {"enum": ["red", "blue"]}}},
    {"properties": {"rows": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "number"}}}}}},
    {"type": "object", "properties": {"when": {"type": "string", "format": "date"}, "ok": {"type": "boolean"}}},
    {"$ref": "#/$defs/order", "$defs": {"order": {"type": "object", "properties": {"n": {"const": 3}}}}},
    {"type": "object", "properties": {"a": {"anyOf": [{"type": "null"}, {"type": "string"}]}}},
    {"type": "object", "properties": {"a": {"type": ["string", "null"], "minLength": 9, "maxLength": 12}}},
    {"examples": [{"text": "as the author said"}]},
]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_it_fits_the_schema(schema: dict[str, Any]) -> None:
    value = example(schema)

    assert isinstance(value, dict)
    assert validator_for(schema).is_valid(value)


def test_it_ends_where_a_schema_refers_to_itself() -> None:
    schema = {"type": "object", "properties": {"child": {"$ref": "#"}}}

    assert strict_json.dumps(example(schema))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
words = st.sampled_from(["type", "properties", "items", "enum", "$ref", "oneOf", "default", "minLength", "maxLength"])


@given(st.dictionaries(words, json_values | st.sampled_from(["object", "array", "string", "#/properties"])))
def test_it_never_breaks_on_a_schema_of_any_shape(schema: dict[str, Any]) -> None:
    example(schema)
