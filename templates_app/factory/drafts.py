"""A flow of objects as a document, and as a source for the verifier. Pure but for the catalog."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from templates_app.assemble import assemble_flow
from templates_app.factory.names import class_name
from templates_app.factory.origin import origin_of
from templates_app.factory.state import State, baseline, difference, json_copy, state_of
from templates_app.problems import Problem
from templates_app.resolve import FlowSource, Layer, NodeSource, merge, resolve
from templates_app.routines import Routine
from templates_app.spec import ConnectionSpec
from templates_app.sync import default_config

Routines = Mapping[str, Routine]
Document = dict[str, Any]


def document(routines: Routines, connections: Iterable[ConnectionSpec], settings: Mapping[str, Any]) -> Document:
    """`{"nodes": ..., "connections": ..., "settings": ...}`; nodes name the prototype or the class that they are of."""
    return {
        "nodes": {name: node(routine) for name, routine in routines.items()},
        "connections": [[f"{c.source}.{c.event}", f"{c.target}.{c.slot}"] for c in sorted(connections)],
        "settings": json_copy(dict(settings), "settings"),
    }


def node(routine: Routine) -> dict[str, Any]:
    origin = origin_of(routine)
    return {"routine": origin.name if origin else class_name(type(routine)), **own_layer(routine)}


def own_layer(routine: Routine) -> State:
    """What the object sets over its prototype, or over its class when it has none."""
    origin = origin_of(routine)
    own: Mapping[str, Any] = merge((Layer("", origin.own if origin else {}), Layer("", changes(routine)))).values
    return dict(json_copy(dict(own), ""))


def changes(routine: Routine) -> State:
    """What was set on the object since it was made."""
    origin = origin_of(routine)
    return difference(origin.state if origin else baseline(type(routine)), state_of(routine))


def problems(routines: Routines, connections: Iterable[ConnectionSpec], settings: Mapping[str, Any]) -> list[Problem]:
    source = FlowSource(
        layers=(Layer("flow", settings),),
        nodes={name: _source(routine) for name, routine in routines.items()},
        connections=tuple(connections),
    )
    return list(assemble_flow(resolve(source)).problems)


def same_graph(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two documents have the same nodes of the same routines, connected in the same way."""
    return _graph(one) == _graph(other)


def overrides(before: Mapping[str, Any], after: Mapping[str, Any]) -> Document:
    """What leads from one document to another of the same graph, as the document of a variant."""
    nodes = {name: difference(before["nodes"][name], now) for name, now in after["nodes"].items()}
    found = {
        "settings": difference(before["settings"], after["settings"]),
        "nodes": {name: own for name, own in nodes.items() if own},
    }
    return {key: value for key, value in found.items() if value}


def _graph(one: Mapping[str, Any]) -> tuple[dict[str, str], list[list[str]]]:
    return {name: node["routine"] for name, node in one["nodes"].items()}, sorted(one["connections"])


def _source(routine: Routine) -> NodeSource:
    origin = origin_of(routine)
    if origin is not None:
        return NodeSource(class_key=origin.class_key, layers=(Layer("", origin.values), Layer("", changes(routine))))
    cls = type(routine)
    usual = Layer("", {"config": default_config(cls)})
    return NodeSource(class_key=class_name(cls), layers=(usual, Layer("", changes(routine))))
