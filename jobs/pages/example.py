"""An example of the input that a flow's JSON Schema describes, to start from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEPTH = 6
_BY_TYPE: dict[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "null": None}
_BY_FORMAT = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "email": "name@example.org",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def example(schema: Any, *, root: Any = None, depth: int = 0) -> Any:
    """Likely to be valid, never certain: patterns and conditions are beyond it."""
    root = schema if root is None else root
    if not isinstance(schema, Mapping) or depth > DEPTH:
        return {} if depth == 0 else None
    given = _given(schema)
    if given:
        return given[0]
    inner = _inner(schema, root)
    if inner is not None:
        return example(inner, root=root, depth=depth + 1)
    return _by_type(schema, root, depth)


def _given(schema: Mapping[str, Any]) -> list[Any]:
    found = [schema[name] for name in ("example", "default", "const") if name in schema]
    lists = [schema[name] for name in ("examples", "enum") if isinstance(schema.get(name), list)]
    return found + [values[0] for values in lists if values]


def _inner(schema: Mapping[str, Any], root: Any) -> Any:
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        return _follow(root, reference[2:].split("/"))
    for name in ("oneOf", "anyOf", "allOf"):
        if isinstance(schema.get(name), list) and schema[name] and "properties" not in schema:
            return schema[name][0]
    return None


def _follow(place: Any, names: list[str]) -> Any:
    for name in names:
        place = place.get(name) if isinstance(place, Mapping) else None
    return place


def _by_type(schema: Mapping[str, Any], root: Any, depth: int) -> Any:
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "object" or "properties" in schema or (depth == 0 and kind is None):
        return _object(schema, root, depth)
    if kind == "array":
        return [example(schema["items"], root=root, depth=depth + 1)] if "items" in schema else []
    if kind in ("integer", "number"):
        return schema.get("minimum", schema.get("maximum", _BY_TYPE[kind]))
    if kind == "string":
        return _text(schema)
    return _BY_TYPE.get(str(kind))


def _object(schema: Mapping[str, Any], root: Any, depth: int) -> dict[str, Any]:
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        return {}
    return {name: example(inner, root=root, depth=depth + 1) for name, inner in properties.items()}


def _text(schema: Mapping[str, Any]) -> str:
    text = _BY_FORMAT.get(str(schema.get("format")), "text")
    least, most = schema.get("minLength"), schema.get("maxLength")
    text = text.ljust(least, "x") if isinstance(least, int) and least < 1000 else text
    return text[:most] if isinstance(most, int) else text
