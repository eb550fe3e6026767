"""The settings of a node or of a flow, compared field by field and, inside of them, value by value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from templates_app.diff.difference import ABSENT, Difference
from templates_app.diff.jsonvalues import aligned, by_value, is_secret, same
from templates_app.diff.spots import Spot, order, setting

# First what runs, then how, then the limits; fields of tomorrow come last.
_ORDER = ("class", "routine", "config", "policy", "logic", "error_handler", "slots", "events", "entry", "timeout")
_RANKS = {name: rank for rank, name in enumerate(_ORDER)}


def compare_fields(spot: Spot, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for field in sorted(before.keys() | after.keys(), key=lambda name: (_RANKS.get(name, len(_RANKS)), name)):
        old, new = before.get(field, ABSENT), after.get(field, ABSENT)
        place = spot.at(field)
        if field == "slots" and isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _ports(place, old, new)
        elif field == "events" and isinstance(old, list) and isinstance(new, list):
            yield from _ports(place, {name: name for name in old}, {name: name for name in new})
        elif field == "policy" and _type(old) != _type(new):
            yield setting(place, old, new)
        else:
            yield from _values(place, old, new)


def _type(policy: Any) -> Any:
    """The fields of one type of policy mean nothing in another, so policies of two types differ as a whole."""
    return policy.get("type") if isinstance(policy, Mapping) else policy


def _ports(place: Spot, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    yield from _values(place, before, after)
    old, new = ([name for name in side if name in before and name in after] for side in (before, after))
    if old != new and place.node:
        yield order(place, old, new)


def _values(place: Spot, before: Any, after: Any) -> Iterator[Difference]:
    if same(before, after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping) and not (is_secret(before) or is_secret(after)):
        for key in sorted(before.keys() | after.keys()):
            yield from _values(place.at(key), before.get(key, ABSENT), after.get(key, ABSENT))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(place, before, after)
    else:
        yield setting(place, before, after)


def _lists(place: Spot, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    """Lists of one length position by position; of two lengths, what was taken out and what was put in."""
    if len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _values(place.at(index), old, new)
        return
    kept = _kept(before, after)
    for index in _rest(before, (old for old, _ in kept)):
        yield setting(place.at(index), before[index], ABSENT)
    for index in _rest(after, (new for _, new in kept)):
        yield setting(place.at(index), ABSENT, after[index])


def _kept(before: list[Any], after: list[Any]) -> list[tuple[int, int]]:
    """Always aligned from the shorter list, so that both directions tell the same."""
    if len(before) < len(after):
        return aligned(before, after, by_value)
    return [(old, new) for new, old in aligned(after, before, by_value)]


def _rest(values: list[Any], taken: Iterable[int]) -> list[int]:
    gone = set(taken)
    return [index for index in range(len(values)) if index not in gone]
