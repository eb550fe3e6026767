"""Connections: which came, which went, and which only lead elsewhere now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from operator import attrgetter

from templates_app.diff.difference import ABSENT, Difference, Impact, Kind, Subject
from templates_app.diff.outline import connection_path
from templates_app.spec import ConnectionSpec

Pair = tuple[ConnectionSpec, ConnectionSpec]

# The same two nodes; the same way out of a node; the same way into a node.
_ENDS: tuple[Callable[[ConnectionSpec], Hashable], ...] = (
    attrgetter("source", "target"),
    attrgetter("source", "event"),
    attrgetter("target", "slot"),
)


def compare_connections(
    before: Iterable[ConnectionSpec], after: Iterable[ConnectionSpec], renamed: Mapping[str, str]
) -> list[Difference]:
    """`renamed` maps old names of nodes to new ones: a connection whose node was renamed has not changed."""
    old = {_renamed(connection, renamed): connection for connection in before}
    new = set(after)
    first = _first_names(renamed)
    gone, come = (sorted(c, key=lambda c: _renamed(c, first)) for c in (old.keys() - new, new - old.keys()))
    pairs = dict(_pairs(gone, come))
    found = [_changed(old[was], was, now) for was, now in pairs.items()]
    found += [_removed(old[was], was) for was in gone if was not in pairs]
    found += [_added(now) for now in {*come} - {*pairs.values()}]
    return sorted(found, key=lambda difference: (difference.path, difference.kind))


def _first_names(renamed: Mapping[str, str]) -> dict[str, str]:
    """One name for each renamed node that is the same in both directions, so that both pair up alike."""
    return {new: min(old, new) for old, new in renamed.items()}


def _renamed(connection: ConnectionSpec, renamed: Mapping[str, str]) -> ConnectionSpec:
    source = renamed.get(connection.source, connection.source)
    return replace(connection, source=source, target=renamed.get(connection.target, connection.target))


def _pairs(gone: list[ConnectionSpec], come: list[ConnectionSpec]) -> Iterator[Pair]:
    """Each connection at most once, by the firmest end that two of them share."""
    left, right = list(gone), list(come)
    for ends in _ENDS:
        found = _sharing(left, right, ends)
        yield from found
        was, now = {pair[0] for pair in found}, {pair[1] for pair in found}
        left, right = [c for c in left if c not in was], [c for c in right if c not in now]


def _sharing(
    left: Iterable[ConnectionSpec], right: Iterable[ConnectionSpec], ends: Callable[[ConnectionSpec], Hashable]
) -> list[Pair]:
    by_end: dict[Hashable, tuple[list[ConnectionSpec], list[ConnectionSpec]]] = defaultdict(lambda: ([], []))
    for side, connections in enumerate((left, right)):
        for connection in connections:
            by_end[ends(connection)][side].append(connection)
    return [pair for was, now in by_end.values() for pair in zip(was, now, strict=False)]


def _changed(told: ConnectionSpec, was: ConnectionSpec, now: ConnectionSpec) -> Difference:
    """`told` is the connection as it was written before, `was` the same with the names of today."""
    is_moved = (was.source, was.target) == (now.source, now.target)
    return Difference(
        kind=Kind.MOVED if is_moved else Kind.REWIRED,
        subject=Subject.CONNECTION,
        path=connection_path(now),
        old_path=connection_path(told),
        before=str(told),
        after=str(now),
        impact=Impact.BEHAVIOUR,
        sentence=_sentence(was, now),
    )


def _sentence(was: ConnectionSpec, now: ConnectionSpec) -> str:
    if (was.source, was.event) == (now.source, now.event):
        return f"{_out(now)} leads to {_in(now)} instead of {_in(was)}."
    if (was.target, was.slot) == (now.target, now.slot):
        return f"{_in(now)} is fed by {_out(now)} instead of {_out(was)}."
    return f"{_out(now)} leads to {_in(now)}; before, {_out(was)} led to {_in(was)}."


def _added(now: ConnectionSpec) -> Difference:
    return _one(Kind.ADDED, now, now, f"{_out(now)} now leads to {_in(now)}.")


def _removed(told: ConnectionSpec, was: ConnectionSpec) -> Difference:
    return _one(Kind.REMOVED, told, was, f"{_out(was)} no longer leads to {_in(was)}.")


def _one(kind: Kind, told: ConnectionSpec, now: ConnectionSpec, sentence: str) -> Difference:
    path = connection_path(told)
    return Difference(
        kind=kind,
        subject=Subject.CONNECTION,
        path=path,
        old_path=path,
        before=str(told) if kind == Kind.REMOVED else ABSENT,
        after=str(now) if kind == Kind.ADDED else ABSENT,
        impact=Impact.BEHAVIOUR,
        sentence=sentence,
    )


def _out(connection: ConnectionSpec) -> str:
    return f"‘{connection.source}.{connection.event}’"


def _in(connection: ConnectionSpec) -> str:
    return f"‘{connection.target}.{connection.slot}’"
