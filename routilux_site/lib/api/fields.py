"""Fields that take what they say and nothing that merely resembles it, and bodies that refuse what they do not know."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from routilux_site.lib.text import listed, shorten


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown fields, because a misspelt one would be a wish that nobody hears."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, QueryDict):
            data = self._said(data)
        if isinstance(data, Mapping):
            self._refuse_unknown(data)
        return super().to_internal_value(data)

    def _said(self, query: QueryDict) -> dict[str, Any]:
        """A query string as plain data: read as a form, an empty filter would be none, and all rows the answer."""
        lists = {name for name, field in self.fields.items() if isinstance(field, serializers.ListField)}
        twice = [name for name, values in query.lists() if len(values) > 1 and name not in lists]
        if twice:
            errors = {
                name: [serializers.ErrorDetail("Said twice: once is accepted.", code="repeated")] for name in twice
            }
            raise serializers.ValidationError(errors)
        return {name: values if name in lists else values[0] for name, values in query.lists()}

    def _refuse_unknown(self, data: Mapping[str, Any]) -> None:
        accepted = sorted(self.fields)
        message = f"There is no such field. Accepted: {listed(accepted)}."
        unknown = [name for name in data if name not in accepted]
        if unknown:
            errors = {name: [serializers.ErrorDetail(message, code="unknown-field")] for name in unknown[:20]}
            raise serializers.ValidationError(errors)


class StrictSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Says in the OpenAPI document that unknown fields are refused."""

    target_class = StrictSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        said = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**said, "additionalProperties": False}


class Text(serializers.CharField):
    """A JSON text; numbers and booleans are not turned into one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError(f"{shorten(data)} is not accepted: a text is.", code="invalid")
        return super().to_internal_value(data)


class WholeNumber(serializers.IntegerField):
    """A JSON integer; true, 1.0 and "1" are none."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            raise serializers.ValidationError(f"{shorten(data)} is not accepted: a whole number is.", code="invalid")
        return super().to_internal_value(data)


class Number(serializers.FloatField):
    """A JSON number; true and "1.5" are none."""

    def to_internal_value(self, data: Any) -> float:
        if type(data) not in (int, float):
            raise serializers.ValidationError(f"{shorten(data)} is not accepted: a number is.", code="invalid")
        return super().to_internal_value(data)


class Moment(serializers.DateTimeField):
    """A date and time with a zone; without one, nobody knows when it is."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            found = parse_datetime(data) if isinstance(data, str) else None
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            accepted = "a time with its zone is, such as 2026-11-24T06:00:00+01:00"
            raise serializers.ValidationError(f"{shorten(data)} is not accepted: {accepted}.", code="invalid")
        return super().to_internal_value(found)


class YesNo(serializers.BooleanField):
    """A JSON true or false; 1, "yes" and null are none."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError(f"{shorten(data)} is not accepted: true or false is.", code="invalid")
        return data


class Identity(serializers.UUIDField):
    """The id of a job as a JSON text; a number is none."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            with suppress(serializers.ValidationError):
                return super().to_internal_value(data)
        raise serializers.ValidationError(f"{shorten(data)} is not accepted: an id is.", code="invalid")


@extend_schema_field({"type": "object", "additionalProperties": True})
class JSONObject(serializers.JSONField):
    """In: whatever the body holds; the verb says what it thinks of it, alike for all doors. Out: an object."""


@extend_schema_field({})
class AnyJSON(serializers.JSONField):
    pass
