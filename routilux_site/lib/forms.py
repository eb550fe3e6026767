"""A JSON field for people: readable when shown, exact about what is wrong, and it never loses what was typed."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput

from routilux_site.lib import strict_json
from routilux_site.lib.strict_json import Json, Limits, StrictJSONError

_KINDS = {dict: "an object, {...}", list: "a list, [...]"}


class JSONTextarea(forms.Textarea):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        plain = {"rows": 12, "cols": 80, "spellcheck": "false", "autocomplete": "off", "class": "rtx-json"}
        super().__init__(attrs={**plain, **(attrs or {})})


class StrictJSONField(forms.JSONField):
    """Accepts what `strict_json` accepts, and, with `kind`, only a dict or only a list. Empty text is `empty_value`."""

    widget = JSONTextarea

    def __init__(
        self,
        *,
        kind: type[dict[Any, Any]] | type[list[Any]] | None = None,
        limits: Limits = strict_json.LIMITS,
        empty_value: Json = None,
        **kwargs: Any,
    ) -> None:
        self.kind = kind
        self.limits = limits
        super().__init__(empty_value=empty_value, **kwargs)

    def to_python(self, value: Any) -> Any:
        if self.disabled:
            return value
        if value is None or (isinstance(value, str) and not value.strip()):
            return strict_json.copy(self.empty_value)
        try:
            parsed = strict_json.loads(value, limits=self.limits) if isinstance(value, str) else value
        except StrictJSONError as error:
            raise ValidationError(str(error), code=error.code) from error
        if self.kind and not isinstance(parsed, self.kind):
            message = f"This is of type {type(parsed).__name__}: {_KINDS[self.kind]}, is accepted."
            raise ValidationError(message, code="wrong-type")
        return parsed

    def bound_data(self, data: Any, initial: Any) -> Any:
        if self.disabled:
            return initial
        try:
            return None if data is None or not data.strip() else strict_json.loads(data, limits=self.limits)
        except StrictJSONError:
            return InvalidJSONInput(data)

    def prepare_value(self, value: Any) -> str:
        if isinstance(value, InvalidJSONInput):
            return value
        return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True
