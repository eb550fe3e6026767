"""Two flows in one picture: what is there now, what is gone, and what became of each node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from templates_app.diff.difference import Difference, Kind, Subject
from templates_app.graph import NodeLook
from templates_app.spec import ConnectionSpec, FlowSpec, NodeSpec


@dataclass(frozen=True, slots=True)
class Overlay:
    """What `graph.draw` takes; `spec` is for drawing only, it means nothing."""

    spec: FlowSpec
    looks: Mapping[str, NodeLook]
    wires: Mapping[ConnectionSpec, str]


def overlay(before: FlowSpec, after: FlowSpec, differences: Iterable[Difference]) -> Overlay:
    rows = tuple(differences)
    names = {row.before: row.after for row in rows if row.kind == Kind.RENAMED}
    gone = {_now(connection, names): connection for connection in before.connections}
    nodes = {names.get(name, name): node for name, node in before.nodes.items()}
    merged = {name: _merged(nodes.get(name), after.nodes.get(name)) for name in (*after.nodes, *nodes)}
    wires = dict.fromkeys(set(after.connections) - gone.keys(), "added")
    wires |= dict.fromkeys(gone.keys() - set(after.connections), "removed")
    both = sorted(gone.keys() | set(after.connections))
    spec = replace(after, nodes=dict(sorted(merged.items())), connections=tuple(both), entry=after.entry)
    return Overlay(spec, looks(merged, rows), wires)


def looks(nodes: Iterable[str], differences: Iterable[Difference]) -> dict[str, NodeLook]:
    """For each node its status, how many settings differ, and a link to their table."""
    rows = [row for row in differences if row.node]
    settings = Counter(row.node for row in rows if row.subject == Subject.SETTING)
    whole = {row.node: row.kind for row in rows if row.subject == Subject.NODE}
    return {name: _look(name, whole.get(name), settings[name]) for name in nodes}


def _look(name: str, kind: Kind | None, settings: int) -> NodeLook:
    href, badge = f"#node-{name}", str(settings) if settings else ""
    if kind in (Kind.ADDED, Kind.REMOVED):
        return NodeLook(str(kind), href=href)
    if kind == Kind.RENAMED:
        return NodeLook("changed", "Renamed", href, badge)
    return NodeLook("changed", "Changed", href, badge) if settings else NodeLook(label="Unchanged")


def _now(connection: ConnectionSpec, names: Mapping[str, str]) -> ConnectionSpec:
    source, target = (names.get(name, name) for name in (connection.source, connection.target))
    return replace(connection, source=source, target=target)


def _merged(before: NodeSpec | None, after: NodeSpec | None) -> NodeSpec:
    """The node of today with the ports of yesterday, so that connections that are gone have somewhere to end."""
    if before is None or after is None:
        found = after or before
        assert found is not None  # noqa: S101 - a name comes from one of the two
        return found
    slots = {slot.name: slot for slot in (*before.slots, *after.slots)}
    ordered = dict.fromkeys((*(slot.name for slot in after.slots), *slots))
    events = dict.fromkeys((*after.events, *before.events))
    return replace(after, slots=tuple(slots[name] for name in ordered), events=tuple(events))
