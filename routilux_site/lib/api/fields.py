"""Fields that take what they say and nothing that merely resembles it, and bodies that refuse what they do not know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from routilux_site.lib.text import listed, shorten


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown fields, because a misspelt one would be a wish that nobody hears."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            self._refuse_unknown(data)
        return super().to_internal_value(data)

    def _refuse_unknown(self, data: Mapping[str, Any]) -> None:
        accepted = sorted(self.fields)
        message = f"There is no such field. Accepted: {listed(accepted)}."
        unknown = [name for name in data if name not in accepted]
        if unknown:
            errors = {name: [serializers.ErrorDetail(message, code="unknown-field")] for name in unknown[:20]}
            raise serializers.ValidationError(errors)


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


@extend_schema_field({"type": "object", "additionalProperties": True})
class JSONObject(serializers.JSONField):
    """In: whatever the body holds; the verb says what it thinks of it, alike for all doors. Out: an object."""


@extend_schema_field({})
class AnyJSON(serializers.JSONField):
    pass
