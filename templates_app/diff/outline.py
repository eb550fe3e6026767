"""The one shape that is compared: settings, nodes by name, connections. Specs and layered documents both become it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from routilux_site.lib.errors import join_path
from templates_app.spec import ConnectionSpec, FlowSpec, NodeSpec

_GRAPH = frozenset({"nodes", "connections", "settings"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """Values are JSON; `slots` are an object by name, whose order counts, `events` a list of names."""

    settings: Mapping[str, Any]
    nodes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    connections: tuple[ConnectionSpec, ...] = ()


def outline_of_spec(spec: FlowSpec) -> Outline:
    said = spec.to_json()
    settings = {key: value for key, value in said.items() if key not in _GRAPH | {"format"}}
    nodes = {name: _node(node) for name, node in spec.nodes.items()}
    return Outline(settings=settings, nodes=nodes, connections=tuple(spec.connections))


def _node(node: NodeSpec) -> dict[str, Any]:
    said = node.to_json()
    del said["id"]
    return {**said, "slots": {slot.pop("name"): slot for slot in said["slots"]}}


def outline_of_routine(class_key: str, values: Mapping[str, Any]) -> Outline:
    """A routine prototype: its catalog class and its effective fields."""
    return Outline(settings={"class": class_key, **values})


def outline_of_document(document: Mapping[str, Any]) -> Outline:
    """What people write down: a layer (`own` of a prototype) or the document of a flow; absent keys are not null."""
    plain = {key: value for key, value in document.items() if key not in _GRAPH}
    return Outline(
        settings={**plain, **document.get("settings", {})},
        nodes=document.get("nodes", {}),
        connections=tuple(_connection(ends) for ends in document.get("connections", ())),
    )


def _connection(ends: Iterable[str]) -> ConnectionSpec:
    (source, _, event), (target, _, slot) = (end.partition(".") for end in ends)
    return ConnectionSpec(source, event, target, slot)


def connection_path(connection: ConnectionSpec) -> str:
    return join_path("connections", str(connection))
