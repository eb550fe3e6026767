"""The arithmetic of summaries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import fsum
from typing import Any

from templates_app.routines.rules import kind_of
from templates_app.routines.text import shorten

REDUCERS: Mapping[str, Callable[[list[Any]], Any]] = {
    "count": len,
    "sum": lambda values: total(values),
    "avg": lambda values: total(values) / len(values) if values else None,
    "min": lambda values: min(values, key=_rank, default=None),
    "max": lambda values: max(values, key=_rank, default=None),
    "list": lambda values: values,
    "first": lambda values: values[0] if values else None,
    "last": lambda values: values[-1] if values else None,
}


def total(values: list[Any]) -> int | float:
    """The sum: whole numbers stay exact, others are added without piling up rounding errors (0.1 ten times is 1)."""
    return sum(values) if all(isinstance(value, int) for value in values) else fsum(values)


def problem(op: str, value: Any) -> str:
    """Why `value` cannot be part of this figure; empty when it can. Null always can: it is left out."""
    kind = kind_of(value)
    if op in ("sum", "avg") and kind not in ("number", "null"):
        return f"{shorten(value)} is not a number"
    if op in ("min", "max") and kind not in ("number", "string", "null"):
        return f"{shorten(value)} is neither a number nor a text"
    return ""


def _rank(value: Any) -> tuple[bool, Any]:
    """Numbers come before texts, so that a mixture has an order too."""
    return isinstance(value, str), value
