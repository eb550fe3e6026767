"""Paths into JSON: `customer.address.city`, `items[0].name`, `["a key.with a dot"]`; empty means the whole value."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, Final, TypeAlias

from templates_app.routines.errors import PathError
from templates_app.routines.text import shorten

Segments: TypeAlias = tuple[str | int, ...]

MAX_SEGMENTS = 16
MAX_LENGTH = 512
MISSING: Final = object()

_STEP = re.compile(r'(?:^|(?<=.)\.)(?P<key>[^.\[\]"]+)|\[(?P<index>[0-9]{1,6})\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]')


@lru_cache(maxsize=4096)
def parse(text: str) -> Segments:
    """The steps of a path; `$.` in front is accepted and means nothing. Raises PathError."""
    rest = text[2:] if text.startswith("$.") else text
    if len(text) > MAX_LENGTH:
        raise PathError(f"The path is {len(text)} characters long: at most {MAX_LENGTH} are accepted.")
    segments: list[str | int] = []
    position = 0
    while position < len(rest):
        found = _STEP.match(rest, position)
        if found is None:
            raise _refusal(text, position + len(text) - len(rest))
        segments.append(_segment(found))
        position = found.end()
    if len(segments) > MAX_SEGMENTS:
        raise PathError(f"{shorten(text)} has {len(segments)} steps: at most {MAX_SEGMENTS} are accepted.")
    return tuple(segments)


def check(text: str) -> str:
    """`text` itself when it is a path; raises PathError."""
    parse(text)
    return text


def get(data: Any, segments: Segments, default: Any = MISSING) -> Any:
    """What stands there, or `default`. Total: no shape of `data` makes it raise."""
    for segment in segments:
        if isinstance(segment, str):
            if not isinstance(data, dict) or segment not in data:
                return default
        elif not isinstance(data, list) or segment >= len(data):
            return default
        data = data[segment]
    return data


def last_name(segments: Segments, default: str) -> str:
    """The last key of a path: what a column made of it is called."""
    return next((step for step in reversed(segments) if isinstance(step, str)), default)


def _segment(found: re.Match[str]) -> str | int:
    if found["index"] is not None:
        return int(found["index"])
    return str(json.loads(found["quoted"])) if found["quoted"] is not None else found["key"]


def _refusal(text: str, position: int) -> PathError:
    accepted = 'keys joined by dots, [0] for an element and ["any key"] are accepted'
    return PathError(f"{shorten(text)} is not a path at character {position + 1}: {accepted}.")
