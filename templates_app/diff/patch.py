"""RFC 6902 JSON Patch from one JSON document to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from templates_app.diff.jsonvalues import aligned, by_identity, identity, same

Operation = dict[str, Any]


def patch(before: Any, after: Any) -> list[Operation]:
    """The operations that make `after` out of `before`, both JSON.

    Elements of lists are found by their `id` or `name`; before the patch reaches into one it tests that identity, so
    that it fails on a document it was not made for instead of changing the wrong node.
    """
    return list(_between("", before, after))


def _between(path: str, before: Any, after: Any) -> Iterator[Operation]:
    if same(before, after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _objects(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(path, before, after)
    else:
        yield {"op": "replace", "path": path, "value": after}


def _objects(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Operation]:
    for key in sorted(before.keys() | after.keys()):
        place = f"{path}/{_token(key)}"
        if key not in after:
            yield {"op": "remove", "path": place}
        elif key not in before:
            yield {"op": "add", "path": place, "value": after[key]}
        else:
            yield from _between(place, before[key], after[key])


def _lists(path: str, before: list[Any], after: list[Any]) -> Iterator[Operation]:
    old = new = 0
    for next_old, next_new in [*aligned(before, after, by_identity), (len(before), len(after))]:
        yield from _gap(path, new, before[old:next_old], after[new:next_new])
        if next_old < len(before):
            yield from _element(f"{path}/{next_new}", before[next_old], after[next_new])
        old, new = next_old + 1, next_new + 1


def _gap(path: str, at: int, before: list[Any], after: list[Any]) -> Iterator[Operation]:
    """What stands between two elements that stay; `at` is where it starts by then."""
    for index, (old, new) in enumerate(zip(before, after, strict=False), at):
        if not same(old, new):
            yield {"op": "replace", "path": f"{path}/{index}", "value": new}
    shared = min(len(before), len(after))
    for _ in before[shared:]:
        yield {"op": "remove", "path": f"{path}/{at + shared}"}
    for index, value in enumerate(after[shared:], at + shared):
        yield {"op": "add", "path": f"{path}/{index}", "value": value}


def _element(path: str, before: Any, after: Any) -> Iterator[Operation]:
    changes = list(_between(path, before, after))
    known = identity(before)
    if changes and known:
        yield {"op": "test", "path": f"{path}/{known[0]}", "value": known[1]}
    yield from changes


def _token(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
