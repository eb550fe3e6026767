"""Fields of a prototype: where each stands in what it sets itself (`config.timeout`, `nodes.clean.policy`). Pure.

A field is what a layer above can be overridden by: each key of `config` and `slots`, and every other value as a whole.
Of a flow, the settings stand at the top, beside `nodes`; `settings.max_workers` is accepted for `max_workers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from routilux_site.lib import strict_json
from routilux_site.lib.errors import join_path, split_path
from templates_app.diff.difference import ABSENT as ABSENT
from templates_app.diff.jsonvalues import same as same
from templates_app.problems import Problem
from templates_app.refusals import Refused
from templates_app.routines.text import shorten

Keys = tuple[str, ...]

MERGED_BY_KEY = frozenset({"config", "slots"})
_PATH = re.compile(r'[^.\["]+(?:\.[^.\["]+|\["(?:[^"\\]|\\.)*"\])*')


def parse(path: str, *, place: str = "path") -> Keys:
    """The keys of a path that somebody wrote; raises Refused at `place` when it is none."""
    strict_json.check(path, path=place)
    try:
        keys = split_path(path) if _PATH.fullmatch(path) else ()
    except ValueError:
        keys = ()
    if not keys:
        message = f"{shorten(path)} is no path of a field: write it like config.timeout or nodes.clean.policy."
        raise Refused([Problem(place, "invalid-path", message)])
    return keys[1:] if keys[0] == "settings" and len(keys) > 1 else keys


def show(keys: Keys) -> str:
    path = ""
    for key in keys:
        path = join_path(path, key)
    return path


def fields(own: Mapping[str, Any]) -> Iterator[tuple[Keys, Any]]:
    """Each field that an own layer sets, with its value."""
    for name, value in own.items():
        if name in MERGED_BY_KEY:
            yield from (((name, key), child) for key, child in value.items())
        elif name == "nodes":
            for node, overrides in value.items():
                yield from ((("nodes", node, *keys), child) for keys, child in fields(overrides))
        else:
            yield (name,), value


def field_length(keys: Keys) -> int:
    """How many of `keys` name a field; more of them name a part of its value, fewer a group of fields."""
    if keys[:1] == ("nodes",):
        return 2 + (field_length(keys[2:]) if len(keys) > 2 else 1)
    return 2 if keys[:1] and keys[0] in MERGED_BY_KEY else 1


def get(values: Any, keys: Keys) -> Any:
    for key in keys:
        if not isinstance(values, Mapping) or key not in values:
            return ABSENT
        values = values[key]
    return values


def put(own: Mapping[str, Any], keys: Keys, value: Any) -> dict[str, Any]:
    """A copy of `own` in which the field is set."""
    head, *rest = keys
    return {**own, head: put(own.get(head, {}), tuple(rest), value) if rest else value}


def drop(own: Mapping[str, Any], keys: Keys) -> dict[str, Any]:
    """A copy of `own` without the field, and without what has become empty thereby."""
    head, *rest = keys
    others = {key: value for key, value in own.items() if key != head}
    if not rest or not isinstance(own.get(head), Mapping):
        return others if not rest else dict(own)
    below = drop(own[head], tuple(rest))
    return {**own, head: below} if below else others
