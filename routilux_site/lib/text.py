"""The words of error sentences."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice

_ENCODER = json.JSONEncoder()
_LONGEST_VALUE = 60
_MOST_NAMES = 20


def shorten(value: object, limit: int = _LONGEST_VALUE) -> str:
    """A value as it may stand in an error sentence: JSON where possible, on one line, cut."""
    start = value[: limit + 1] if isinstance(value, str) else value
    try:
        # Lazily: the value may be large, and only its start is shown
        text = "".join(islice(_ENCODER.iterencode(start), limit + 1))
    except (TypeError, ValueError, RecursionError):
        text = f"a {type(value).__name__}"
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def listed(names: Iterable[str]) -> str:
    """`a, b, c`, at most 20 of them; `none` when there are none."""
    known = list(names)
    text = ", ".join(known[:_MOST_NAMES]) or "none"
    return text if len(known) <= _MOST_NAMES else f"{text} and {len(known) - _MOST_NAMES} more"


def is_label(text: str, longest: int = 100) -> bool:
    """Something that people can read on one line."""
    return bool(text.strip()) and len(text) <= longest and text.isprintable()
