"""What the validator asks of one field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from math import isfinite
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from templates_app.routines import rules
from templates_app.routines.config import RoutineConfig
from templates_app.routines.text import listed, shorten

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})?")
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "date": "a date such as 2026-03-31",
}


class FieldRule(RoutineConfig):
    """What one field has to be."""

    type: Literal["string", "integer", "number", "boolean", "array", "object", "date"] | None = Field(
        None, description="The type of the value; empty accepts any."
    )
    required: bool = Field(True, description="Whether the field has to be there, and not null.")
    min: float | None = Field(None, description="The smallest number accepted.")
    max: float | None = Field(None, description="The largest number accepted.")
    min_length: int | None = Field(None, ge=0, description="The fewest characters or elements accepted.")
    max_length: int | None = Field(None, ge=0, description="The most characters or elements accepted.")
    one_of: list[Any] | None = Field(None, min_length=1, description="The only values accepted.")

    @model_validator(mode="after")
    def _bounds_leave_room(self) -> Self:
        for low, high in (("min", "max"), ("min_length", "max_length")):
            bounds = getattr(self, low), getattr(self, high)
            if None not in bounds and bounds[0] > bounds[1]:
                raise ValueError(f"{low} is above {high}, so that nothing could satisfy both")
        return self


def check_field(value: Any, rule: FieldRule, *, coerce: bool) -> tuple[Any, str]:
    """The value in the type asked for, and what is wrong with it; empty when nothing is."""
    if value is None:
        return None, "Required, but missing." if rule.required else ""
    if rule.type is not None:
        typed = _COERCIONS[rule.type](value) if coerce and isinstance(value, str) else value
        if not _is(rule.type, typed):
            return value, f"{shorten(value)} is not {_WORDS[rule.type]}."
        value = typed
    return value, next(_broken_bounds(value, rule), "")


def _broken_bounds(value: Any, rule: FieldRule) -> Iterator[str]:
    if rule.one_of is not None and not any(rules.same(value, one) for one in rule.one_of):
        yield f"{shorten(value)} is not one of {listed(shorten(one) for one in rule.one_of)}."
    if rules.kind_of(value) == "number":
        if rule.min is not None and value < rule.min:
            yield f"{shorten(value)} is below {rule.min:g}."
        if rule.max is not None and value > rule.max:
            yield f"{shorten(value)} is above {rule.max:g}."
    if isinstance(value, str | list):
        if rule.min_length is not None and len(value) < rule.min_length:
            yield f"{shorten(value)} is {len(value)} long: at least {rule.min_length} is accepted."
        if rule.max_length is not None and len(value) > rule.max_length:
            yield f"{shorten(value)} is {len(value)} long: at most {rule.max_length} is accepted."


def _is(kind: str, value: Any) -> bool:
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "date":
        return isinstance(value, str) and _is_date(value)
    return rules.kind_of(value) == kind


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-03-31")


def _to_integer(text: str) -> Any:
    return int(text) if _INTEGER.fullmatch(text.strip()) else text


def _to_number(text: str) -> Any:
    if not _NUMBER.fullmatch(text.strip()):
        return text
    number = _to_integer(text)
    number = float(text) if number is text else number
    return number if isfinite(number) else text


def _to_boolean(text: str) -> Any:
    return _BOOLEANS.get(text.strip().lower(), text)


def _same(text: str) -> Any:
    return text


_COERCIONS: Mapping[str, Callable[[str], Any]] = {
    "string": _same,
    "integer": _to_integer,
    "number": _to_number,
    "boolean": _to_boolean,
    "array": _same,
    "object": _same,
    "date": str.strip,
}
