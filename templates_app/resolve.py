"""From the layers of a prototype, root to leaf, to its effective values and the layer each value came from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from routilux_site.lib.errors import join_path
from templates_app.fieldpaths import MERGED_BY_KEY as MERGED_BY_KEY
from templates_app.fieldrules import Rules, rules_of_node, rules_of_settings
from templates_app.spec import ConnectionSpec


@dataclass(frozen=True, slots=True)
class Layer:
    """What one prototype, or one node, sets itself, and the rules that it gives to the layers after it.

    A key that is absent is inherited; a null is a value.
    """

    name: str
    own: Mapping[str, Any]
    rules: Rules = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effective:
    """`origin` maps a path (`policy`, `config.timeout`) to the name of the layer that its value came from."""

    values: Mapping[str, Any] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSource:
    """A node as stored: the catalog class of its routine, and the layers from the class to the node itself."""

    class_key: str
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSource:
    """A flow as stored: its own layers root to leaf (overrides of nodes in `nodes`), and the graph of the root."""

    layers: tuple[Layer, ...]
    nodes: Mapping[str, NodeSource]
    connections: tuple[ConnectionSpec, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedNode:
    """`layers` are those that `effective` was merged from, root first; empty where nobody asks for them."""

    class_key: str
    effective: Effective
    layers: tuple[Layer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """`strays` are (layer, node) pairs of overrides whose node is not in the flow: kept, and told as problems."""

    settings: Effective
    nodes: Mapping[str, ResolvedNode]
    connections: tuple[ConnectionSpec, ...]
    strays: tuple[tuple[str, str], ...] = ()
    layers: tuple[Layer, ...] = ()


def merge(layers: Iterable[Layer]) -> Effective:
    """Later layers win: field by field, key by key at the top level of `config`, and key by key in each slot."""
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for layer in layers:
        for name, value in layer.own.items():
            if name in MERGED_BY_KEY:
                inherited = values.get(name, {})
                values[name] = {**inherited, **(_slots(inherited, value) if name == "slots" else value)}
                origin.update((join_path(name, key), layer.name) for key in value)
            else:
                values[name] = value
                origin[name] = layer.name
    return Effective(values, origin)


def _slots(inherited: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    return {slot: {**inherited.get(slot, {}), **said} for slot, said in own.items()}


class Merger:
    """`merge` for many prototypes at once, most of which have the same layers: equal stacks are merged once.

    Layers are known by identity, so that a Merger must not outlive the sources that it is given.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[str, int], ...], Effective] = {}

    def __call__(self, layers: Iterable[Layer]) -> Effective:
        telling = [layer for layer in layers if layer.own]
        key = tuple((layer.name, id(layer.own)) for layer in telling)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = merge(telling)
        return known


def resolve(source: FlowSource, merged: Callable[[Iterable[Layer]], Effective] = merge) -> Resolved:
    layers = tuple(Layer(found.name, _settings(found), rules_of_settings(found.rules)) for found in source.layers)
    return Resolved(
        settings=merge(layers),
        nodes={name: _resolve_node(name, node, source.layers, merged) for name, node in source.nodes.items()},
        connections=source.connections,
        strays=tuple(
            (layer.name, name) for layer in source.layers for name in _overrides(layer) if name not in source.nodes
        ),
        layers=layers,
    )


def _resolve_node(
    name: str, node: NodeSource, flow_layers: tuple[Layer, ...], merged: Callable[[Iterable[Layer]], Effective]
) -> ResolvedNode:
    overrides = (
        Layer(found.name, _overrides(found).get(name, {}), rules_of_node(found.rules, name)) for found in flow_layers
    )
    layers = (*node.layers, *overrides)
    return ResolvedNode(class_key=node.class_key, effective=merged(layers), layers=layers)


def _settings(layer: Layer) -> dict[str, Any]:
    return {key: value for key, value in layer.own.items() if key != "nodes"}


def _overrides(layer: Layer) -> Mapping[str, Mapping[str, Any]]:
    nodes: Mapping[str, Mapping[str, Any]] = layer.own.get("nodes", {})
    return nodes
