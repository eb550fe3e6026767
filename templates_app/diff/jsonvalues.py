"""Plain JSON values: when two are the same, which elements of two lists belong together, and what must not be shown."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any

from routilux_site.lib import strict_json
from templates_app.routines.secret import KEY as SECRET

HIDDEN = "(hidden)"

Key = Callable[[Any], Hashable]


def same(a: Any, b: Any) -> bool:
    """Equal as canonical JSON: unlike in Python, 1, 1.0 and true differ, and so do 0.0 and -0.0."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(value, b[key]) for key, value in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (repr(a) == repr(b) if isinstance(a, float) else bool(a == b))


def by_value(value: Any) -> Hashable:
    return strict_json.canonical(value)


def by_identity(value: Any) -> Hashable:
    """The `id` or `name` of an object that has one, else its whole value."""
    return identity(value) or by_value(value)


def identity(value: Any) -> tuple[str, str] | None:
    """`("id", "clean")`: the key and the text by which people know an element of a list."""
    if isinstance(value, Mapping):
        return next(((key, value[key]) for key in ("id", "name") if isinstance(value.get(key), str)), None)
    return None


def aligned(before: list[Any], after: list[Any], key: Key) -> list[tuple[int, int]]:
    """Pairs of indexes of elements that stand on both sides, rising on both; in n log n, however alike they are."""
    places = {found: index for index, found in enumerate(_numbered(after, key))}
    pairs = [(index, places[found]) for index, found in enumerate(_numbered(before, key)) if found in places]
    return _rising(pairs)


def _numbered(values: Iterable[Any], key: Key) -> Iterator[tuple[Hashable, int]]:
    seen: Counter[Hashable] = Counter()
    for value in values:
        found = key(value)
        yield found, seen[found]
        seen[found] += 1


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of `pairs` in which the second numbers rise as the first do."""
    ends: list[int] = []  # the least second number in which a rise of each length can end
    last: list[int] = []  # the pair in which it ends
    before: list[int] = []  # for each pair the one before it, or -1
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        ends[length : length + 1], last[length : length + 1] = [place], [number]
        before.append(last[length - 1] if length else -1)
    found: list[tuple[int, int]] = []
    at = last[-1] if last else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]


def is_secret(value: Any) -> bool:
    """A reference to a secret, `{"$secret": "NAME"}`; the name may be shown."""
    return isinstance(value, Mapping) and SECRET in value


def shown(value: Any, other: Any) -> Any:
    """`value` as a difference to `other` may show it: text and numbers that a secret takes the place of stay hidden."""
    return _masked(value) if _has_secret(other) else value


def _has_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return is_secret(value) or any(map(_has_secret, value.values()))
    return isinstance(value, list) and any(map(_has_secret, value))


def _masked(value: Any) -> Any:
    if is_secret(value):
        return value
    if isinstance(value, Mapping):
        return {key: _masked(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_masked(child) for child in value]
    return HIDDEN if isinstance(value, str | int | float) else value
