"""Names and the words of error sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
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


def under(path: str, inner: str) -> str:
    """The path `inner`, which is relative to `path`, as a whole one."""
    return f"{path}.{inner}" if path and inner and not inner.startswith("[") else f"{path}{inner}"


def listed(names: Iterable[str]) -> str:
    """`a, b, c`, at most 20 of them; `none` when there are none."""
    known = list(names)
    text = ", ".join(known[:_MOST_NAMES]) or "none"
    return text if len(known) <= _MOST_NAMES else f"{text} and {len(known) - _MOST_NAMES} more"


def closest_first(name: str, known: Iterable[str]) -> list[str]:
    names = list(known)
    near = get_close_matches(name, names, n=3, cutoff=0.6)
    return [*near, *(other for other in names if other not in near)]


def suggestion(name: str, known: Iterable[str]) -> str:
    """` Did you mean x?` with its leading space, or nothing."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""
