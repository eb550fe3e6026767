"""The shape of what people write down: the fields of a prototype's own layer, and the document of a flow. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from routilux_site.lib import strict_json
from routilux_site.lib.errors import join_path
from templates_app.problems import Problem
from templates_app.refusals import Refused
from templates_app.routines import paths
from templates_app.routines.errors import PathError
from templates_app.routines.ports import WHEN_FULL
from templates_app.routines.text import closest_first, listed, shorten
from templates_app.spec import ConnectionSpec

MAX_NODES = 500
MAX_CONNECTIONS = 2_000
MAX_CAPACITY = 1_000_000
MAX_WORKERS = 1_000
MAX_ATTEMPTS = 100
MAX_JOBS = 10_000
MAX_RATE_SECONDS = 24 * 3600
PORT = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,63})\.([A-Za-z_][A-Za-z0-9_]{0,63})")

Check = Callable[[Any, str], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class NodeDraft:
    """`routine` names a routine prototype; `own` holds what the node sets over it."""

    routine: str
    own: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FlowDraft:
    settings: Mapping[str, Any]
    nodes: Mapping[str, NodeDraft]
    connections: tuple[ConnectionSpec, ...]


def routine_own(own: object) -> dict[str, Any]:
    """Return `own` if every field of it has a known name and the right shape; raises Refused with all that is wrong."""
    return _accepted(own, ROUTINE_FIELDS)


def flow_draft(document: object) -> FlowDraft:
    """Read `{"nodes": {id: {"routine": name, ...}}, "connections": [["a.out", "b.in"]], "settings": {...}}`."""
    given = _accepted(document, {"nodes": _nodes, "connections": _connections, "settings": _settings})
    return FlowDraft(
        settings=given.get("settings", {}),
        nodes={key: _node_draft(node) for key, node in given.get("nodes", {}).items()},
        connections=tuple(_connection(row) for row in given.get("connections", [])),
    )


def variant_of_document(document: object) -> dict[str, Any]:
    """The same for a variant, which has `settings` and overrides in `nodes`, and inherits routines and connections."""
    given = _accepted(document, {"nodes": _node_overrides, "settings": _settings})
    nodes = {key: own for key, own in given.get("nodes", {}).items() if own}
    return {**given.get("settings", {}), **({"nodes": nodes} if nodes else {})}


def _accepted(value: object, fields: Mapping[str, Check]) -> dict[str, Any]:
    strict_json.check(value)
    problems = tuple(_fields(value, "", fields))
    if problems:
        raise Refused(problems)
    return value  # type: ignore[return-value]


def _fields(value: object, path: str, fields: Mapping[str, Check]) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield _wrong(path, value, "an object")
        return
    for key, child in value.items():
        place = join_path(path, key)
        if key in fields:
            yield from fields[key](child, place)
        else:
            yield Problem(place, "unknown-field", f"Unknown field. {accepted_names(key, fields)}")


def accepted_names(given: str, names: Iterable[str]) -> str:
    """A sentence that tells the names that exist, the likeliest first."""
    return f"Accepted: {listed(closest_first(given, sorted(names)))}."


def _wrong(path: str, value: object, accepted: str) -> Problem:
    return Problem(path, "invalid-value", f"{shorten(value)} is not accepted here: {accepted} is.")


def _object(value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield _wrong(path, value, "an object")


def _object_or_null(value: object, path: str) -> Iterator[Problem]:
    if value is not None and not isinstance(value, dict):
        yield _wrong(path, value, "an object or null")


def _text(value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, str) or not value:
        yield _wrong(path, value, "a name")


def _text_or_null(value: object, path: str) -> Iterator[Problem]:
    if value is not None and (not isinstance(value, str) or not value):
        yield _wrong(path, value, "a name or null")


def _bool(value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield _wrong(path, value, "true or false")


def _seconds_or_null(value: object, path: str) -> Iterator[Problem]:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not (is_number and value > 0):  # type: ignore[operator]
        yield _wrong(path, value, "a number of seconds above 0, or null")


def _whole(least: int, most: int, *, null: bool = False) -> Check:
    accepted = f"a whole number from {least} to {most}" + (", or null" if null else "")

    def check(value: Any, path: str) -> Iterator[Problem]:
        if (value is None and null) or (type(value) is int and least <= value <= most):
            return
        yield _wrong(path, value, accepted)

    return check


def _one_of(names: Iterable[str]) -> Check:
    accepted = " or ".join(f'"{name}"' for name in names)

    def check(value: Any, path: str) -> Iterator[Problem]:
        if value not in names:
            yield _wrong(path, value, accepted)

    return check


def _limit_or_null(example: str, fields: Mapping[str, Check], required: Iterable[str]) -> Check:
    """An object of `fields`, such as the `example`, that has all the `required` ones; or null."""

    def check(value: Any, path: str) -> Iterator[Problem]:
        if value is None:
            return
        if not isinstance(value, dict):
            yield _wrong(path, value, f"an object such as {example}, or null")
            return
        yield from _fields(value, path, fields)
        for name in required:
            if name not in value:
                yield Problem(join_path(path, name), "missing", f"Required, but not given; such as {example}.")

    return check


def _input_path(value: object, path: str) -> Iterator[Problem]:
    try:
        is_path = isinstance(value, str) and bool(paths.parse(value))
    except PathError:
        is_path = False
    if not is_path:
        yield _wrong(path, value, 'the path of a value in the input, such as "customer.id",')


def _port_or_null(value: object, path: str) -> Iterator[Problem]:
    if value is not None and not (isinstance(value, str) and PORT.fullmatch(value)):
        yield _wrong(path, value, 'a slot, written "node.slot", or null')


def _slots(value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield _wrong(path, value, 'an object such as {"orders": {"capacity": 100}}')
        return
    for name, slot in value.items():
        yield from _fields(slot, join_path(path, name), SLOT_FIELDS)


def _settings(value: object, path: str) -> Iterator[Problem]:
    yield from _fields(value, path, FLOW_FIELDS)


def _nodes(value: object, path: str) -> Iterator[Problem]:
    yield from _each_node(value, path, ROUTINE_FIELDS | {"routine": _text})
    if isinstance(value, dict):
        for key, node in value.items():
            if isinstance(node, dict) and "routine" not in node:
                place = join_path(join_path(path, key), "routine")
                yield Problem(place, "missing", "A node needs the name of a routine prototype.")


def _node_overrides(value: object, path: str) -> Iterator[Problem]:
    yield from _each_node(value, path, ROUTINE_FIELDS)


def _each_node(value: object, path: str, fields: Mapping[str, Check]) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield _wrong(path, value, "an object of nodes by their names")
    elif len(value) > MAX_NODES:
        yield Problem(path, "too-many", f"{len(value)} nodes: at most {MAX_NODES} are accepted.")
    else:
        for key, node in value.items():
            yield from _node_name(key, join_path(path, key))
            yield from _fields(node, join_path(path, key), fields)


def _node_name(name: str, path: str) -> Iterator[Problem]:
    if not PORT.fullmatch(f"{name}.x"):
        accepted = "a letter or _, then at most 63 letters, digits and _"
        yield Problem(path, "invalid-name", f"{shorten(name)} is not accepted as the name of a node: {accepted} is.")


def _connections(value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield _wrong(path, value, 'a list such as [["read.row", "clean.rows"]]')
    elif len(value) > MAX_CONNECTIONS:
        yield Problem(path, "too-many", f"{len(value)} connections: at most {MAX_CONNECTIONS} are accepted.")
    else:
        for index, row in enumerate(value):
            if not _is_connection(row):
                yield _wrong(join_path(path, index), row, 'a pair such as ["node.event", "node.slot"]')


def _is_connection(row: object) -> bool:
    return isinstance(row, list) and len(row) == 2 and all(isinstance(end, str) and PORT.fullmatch(end) for end in row)


def _connection(row: list[str]) -> ConnectionSpec:
    source, target = (end.partition(".") for end in row)
    return ConnectionSpec(source[0], source[2], target[0], target[2])


def _node_draft(node: Mapping[str, Any]) -> NodeDraft:
    return NodeDraft(node["routine"], {key: value for key, value in node.items() if key != "routine"})


SLOT_FIELDS: dict[str, Check] = {"capacity": _whole(1, MAX_CAPACITY), "when_full": _one_of(WHEN_FULL)}
ROUTINE_FIELDS: dict[str, Check] = {
    "config": _object,
    "policy": _object_or_null,
    "logic": _text_or_null,
    "error_handler": _object_or_null,
    "slots": _slots,
    "timeout": _seconds_or_null,
}
FLOW_FIELDS: dict[str, Check] = {
    "max_workers": _whole(1, MAX_WORKERS, null=True),
    "timeout": _seconds_or_null,
    "error_handler": _object_or_null,
    "entry": _port_or_null,
    "input_schema": _object_or_null,
    "keep_open": _bool,
    "max_attempts": _whole(1, MAX_ATTEMPTS),
    "concurrency": _limit_or_null(
        '{"limit": 3, "key": "customer.id"}', {"limit": _whole(1, MAX_JOBS), "key": _input_path}, ["limit"]
    ),
    "rate_limit": _limit_or_null(
        '{"count": 100, "per_seconds": 60}',
        {"count": _whole(1, MAX_JOBS), "per_seconds": _whole(1, MAX_RATE_SECONDS)},
        ["count", "per_seconds"],
    ),
}
