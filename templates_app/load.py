"""What the database holds of flows and routines, as sources for `resolve`; a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from templates_app import lineage
from templates_app.models import Connection, Node, Prototype
from templates_app.resolve import FlowSource, Layer, NodeSource
from templates_app.spec import ConnectionSpec


def layers(prototype: Prototype) -> tuple[Layer, ...]:
    """The layers of a stored prototype, root first."""
    known = lineage.with_ancestors([prototype.pk])
    return _layers(known[prototype.pk], known)


def routine_source(prototype: Prototype) -> NodeSource:
    return _routine_source(prototype.pk, lineage.with_ancestors([prototype.pk]))


def routine_sources(ids: Iterable[int]) -> dict[int, NodeSource]:
    wanted = set(ids)
    known = lineage.with_ancestors(wanted) if wanted else {}
    return {pk: _routine_source(pk, known) for pk in wanted}


def flow_sources(ids: Iterable[int]) -> dict[int, FlowSource]:
    wanted = set(ids)
    if not wanted:
        return {}
    known = lineage.with_ancestors(wanted)
    roots = {pk: lineage.chain(known[pk], known)[0] for pk in wanted}
    graphs = _Graphs(roots.values())
    return {
        pk: FlowSource(
            layers=_layers(known[pk], known),
            nodes=graphs.nodes[roots[pk].pk],
            connections=tuple(graphs.connections[roots[pk].pk]),
        )
        for pk in wanted
    }


class _Graphs:
    """Nodes and connections of root flows; variants of one root share them."""

    def __init__(self, roots: Iterable[Prototype]) -> None:
        names = {root.pk: root.name for root in roots}
        self.nodes: dict[int, dict[str, NodeSource]] = defaultdict(dict)
        self.connections: dict[int, list[ConnectionSpec]] = defaultdict(list)
        nodes = list(Node.objects.filter(flow__in=names).order_by("node_id"))
        routines = lineage.with_ancestors(node.routine_id for node in nodes)
        sources = {pk: _routine_source(pk, routines) for pk in {node.routine_id for node in nodes}}
        for node in nodes:
            source = sources[node.routine_id]
            own = Layer(names[node.flow_id], node.own)
            self.nodes[node.flow_id][node.node_id] = NodeSource(
                class_key=source.class_key, layers=(*source.layers, own)
            )
        ids = {node.pk: node.node_id for node in nodes}
        for found in Connection.objects.filter(flow__in=names):
            self.connections[found.flow_id].append(
                ConnectionSpec(ids[found.source_id], found.event, ids[found.target_id], found.slot)
            )


def _routine_source(pk: int, known: Mapping[int, Prototype]) -> NodeSource:
    return NodeSource(class_key=_root(known[pk], known).class_key, layers=_layers(known[pk], known))


def _root(prototype: Prototype, known: Mapping[int, Prototype]) -> Prototype:
    return lineage.chain(prototype, known)[0]


def _layers(prototype: Prototype, known: Mapping[int, Prototype]) -> tuple[Layer, ...]:
    return tuple(Layer(found.name, found.own, found.rules) for found in lineage.chain(prototype, known))
