"""The differences of many pairs of revisions that mostly differ alike, as those of one change do. Pure."""

from __future__ import annotations

import json
from typing import Any

from templates_app.diff import Difference, Outline, compare
from templates_app.spec import ConnectionSpec


class Comparer:
    """Compares canonical texts of specs; what differs in the same way is compared once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Difference, ...]] = {}

    def __call__(self, before: str, after: str) -> tuple[Difference, ...]:
        pair = _without_what_is_equal(_Plain(before), _Plain(after))
        key = repr([(plain.settings, plain.nodes, plain.connections) for plain in pair])
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = compare(pair[0].outline(), pair[1].outline())
        return known


class _Plain:
    """A spec as its canonical text states it. These texts are our own and were checked when they were made."""

    def __init__(self, text: str) -> None:
        data: dict[str, Any] = json.loads(text)
        self.nodes: dict[str, dict[str, Any]] = {node.pop("id"): node for node in data.pop("nodes")}
        self.connections: list[list[str]] = data.pop("connections")
        del data["format"]
        self.settings: dict[str, Any] = data

    def outline(self) -> Outline:
        return Outline(
            settings=self.settings,
            nodes={name: _by_slot(node) for name, node in self.nodes.items()},
            connections=tuple(ConnectionSpec(*ends) for ends in self.connections),
        )


def _by_slot(node: dict[str, Any]) -> dict[str, Any]:
    slots = {slot.pop("name"): slot for slot in map(dict, node.get("slots", ()))}
    return {**node, "slots": slots} if "slots" in node else node


def _without_what_is_equal(before: _Plain, after: _Plain) -> tuple[_Plain, _Plain]:
    """Only where both have the same nodes: a node that was renamed is found by all that stands around it."""
    if before.nodes.keys() != after.nodes.keys() or before.connections != after.connections:
        return before, after
    before.connections, after.connections = [], []
    for name, node in before.nodes.items():
        _drop_equal(node, after.nodes[name])
    _drop_equal(before.nodes, after.nodes)
    _drop_equal(before.settings, after.settings)
    return before, after


def _drop_equal(before: dict[str, Any], after: dict[str, Any]) -> None:
    """By repr and not by ==, which takes 1, 1.0 and True for the same."""
    for name in [name for name in before if name in after and repr(before[name]) == repr(after[name])]:
        del before[name], after[name]
