"""From a JSON schema, as pydantic writes it, to Django form fields whose cleaned values are JSON values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms

from routilux_site.lib.forms import StrictJSONField

Schema = Mapping[str, Any]

_LONG_TEXT = 80


class TextField(forms.CharField):
    """Text as it was typed: browsers send line breaks as CRLF, which would make every multi-line text look changed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if isinstance(text, str) else text

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or "") != (self.to_python(data) or ""))


class JSONChoiceField(forms.TypedChoiceField):
    """A choice among JSON values; the text behind each choice is its JSON."""

    def __init__(self, *, values: list[Any], labels: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        told = labels or {}
        choices = [(json.dumps(value), told.get(json.dumps(value), str(value))) for value in values]
        super().__init__(choices=choices, coerce=json.loads, empty_value=None, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value) if not isinstance(value, str) or not self.valid_value(value) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)


def field_for(schema: Schema, whole: Schema, *, initial: Any) -> forms.Field:
    """The field for one property; never `required`, because what is left empty is inherited."""
    kind, nullable = _without_null(_followed(schema, whole), whole)
    options: dict[str, Any] = {"required": False, "initial": initial}
    if "enum" in kind or "const" in kind:
        values = list(kind.get("enum", [kind.get("const")]))
        return JSONChoiceField(values=[*values, *([None] if nullable else [])], labels={"null": "(none)"}, **options)
    if kind.get("type") == "boolean":
        labels = {"true": "Yes", "false": "No", "null": "(none)"}
        return JSONChoiceField(values=[True, False, *([None] if nullable else [])], labels=labels, **options)
    if kind.get("type") == "integer":
        low, high = _bounds(kind, step=1)
        return forms.IntegerField(min_value=low, max_value=high, **options)
    if kind.get("type") == "number":
        low, high = _bounds(kind, step=0)
        return forms.FloatField(min_value=low, max_value=high, **options)
    if kind.get("type") == "string":
        return _text_field(kind, nullable, options)
    return StrictJSONField(widget=_small_json(), help_text="JSON.", **options)


def is_nullable(schema: Schema, whole: Schema) -> bool:
    return _without_null(_followed(schema, whole), whole)[1]


def _text_field(kind: Schema, nullable: bool, options: dict[str, Any]) -> forms.Field:
    initial = options["initial"]
    is_long = isinstance(initial, str) and ("\n" in initial or len(initial) > _LONG_TEXT)
    widget = forms.Textarea(attrs={"rows": 4}) if is_long else forms.TextInput(attrs={"class": "vTextField"})
    return TextField(
        widget=widget,
        min_length=kind.get("minLength"),
        max_length=kind.get("maxLength"),
        empty_value=None if nullable else "",
        **options,
    )


def _small_json() -> forms.Widget:
    return StrictJSONField.widget(attrs={"rows": 4})


def _followed(schema: Schema, whole: Schema) -> Schema:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    return {**whole.get("$defs", {}).get(reference.rpartition("/")[2], {}), **schema}


def _without_null(schema: Schema, whole: Schema) -> tuple[Schema, bool]:
    """The schema that remains when null is set aside, and whether null was there; a real union remains as it is."""
    options = [_followed(option, whole) for option in schema.get("anyOf", ())]
    rest = [option for option in options if option.get("type") != "null"]
    if len(rest) < len(options) and len(rest) == 1:
        return rest[0], True
    return schema, len(rest) < len(options)


def _bounds(kind: Schema, *, step: int) -> tuple[Any, Any]:
    low, high = kind.get("minimum"), kind.get("maximum")
    if step and "exclusiveMinimum" in kind:
        low = kind["exclusiveMinimum"] + step
    if step and "exclusiveMaximum" in kind:
        high = kind["exclusiveMaximum"] - step
    return low, high
