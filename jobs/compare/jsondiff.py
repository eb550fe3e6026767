"""What differs between two JSON values: where, and what stood there. And what differs in their shape alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from routilux_site.lib.errors import join_path
from templates_app.diff import ABSENT

MOST = 200  #: changes that are told; two documents without anything in common have no end of them
ROOT = "(whole)"
_NAMES = {dict: "object", list: "list", str: "text", bool: "true or false", int: "number", float: "number"}


@dataclass(frozen=True, slots=True)
class Change:
    """`before` or `after` is ABSENT where there was nothing; null is a value."""

    path: str
    before: Any
    after: Any

    @property
    def kind(self) -> str:
        if self.before is ABSENT:
            return "added"
        return "removed" if self.after is ABSENT else "changed"


def changes(before: Any, after: Any) -> list[Change]:
    """The smallest places that differ, in the order of their names."""
    found: list[Change] = []
    for change in _walk("", before, after):
        found.append(change)
        if len(found) == MOST:
            break
    return found


def _walk(path: str, before: Any, after: Any) -> Iterator[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted(before.keys() | after.keys()):
            yield from _walk(join_path(path, key), before.get(key, ABSENT), after.get(key, ABSENT))
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            sides = (side[index] if index < len(side) else ABSENT for side in (before, after))
            yield from _walk(join_path(path, index), *sides)
    elif type(before) is not type(after) or before != after:
        yield Change(path or ROOT, before, after)


def shape(value: Any) -> dict[str, str]:
    """The kind of value at each path; all elements of a list share one path."""
    kinds: dict[str, set[str]] = {}
    for path, kind in _kinds("", value):
        kinds.setdefault(path or ROOT, set()).add(kind)
    return {path: " or ".join(sorted(found)) for path, found in kinds.items()}


def _kinds(path: str, value: Any) -> Iterator[tuple[str, str]]:
    yield path, "null" if value is None else _NAMES.get(type(value), "text")
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from _kinds(join_path(path, key), child)
    elif isinstance(value, list):
        for child in value:
            yield from _kinds(f"{path}[]", child)


def shape_changes(before: Any, after: Any) -> list[Change]:
    """Paths that appeared, vanished, or hold another kind of value. What lies below a new path is not told again."""
    old, new = shape(before), shape(after)
    found = [
        Change(path, old.get(path, ABSENT), new.get(path, ABSENT))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    ]
    whole = {change.path for change in found if change.kind != "changed"}
    return [change for change in found if not any(_is_below(change.path, path) for path in whole)][:MOST]


def _is_below(path: str, other: str) -> bool:
    return path != other and path.startswith((f"{other}.", f"{other}["))
