"""Which node of the one side is which of the other, when the name alone has changed.

A rename is what n8n's diff takes for a rewiring: every connection of the node seems to differ. So names are matched
first, by what the nodes are and how they are wired, and connections are compared only then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from routilux_site.lib import strict_json
from templates_app.diff.outline import Outline
from templates_app.diff.pairing import pair_exactly

MOST_CANDIDATES = 10_000
ALIKE = 0.5  #: how much of the wiring of a node that is otherwise unchanged must be the same

Wire = tuple[str, str, str, str]


@dataclass(frozen=True)
class Side:
    """One outline, prepared. `wires` are (direction, own port, other port, other node) of each node."""

    nodes: Mapping[str, Mapping[str, Any]]
    wires: Mapping[str, tuple[Wire, ...]]
    content: Mapping[str, str]
    loose: tuple[str, ...]


def renames(before: Outline, after: Outline) -> dict[str, str]:
    """Old name to new name of each renamed node; never more than one to one."""
    old, new = _side(before, after), _side(after, before)
    found = pair_exactly((old.wires, old.content, old.loose), (new.wires, new.content, new.loose))
    return found | dict(_alike(old, new, found))


def _side(outline: Outline, other: Outline) -> Side:
    wires: dict[str, list[Wire]] = defaultdict(list)
    for c in outline.connections:
        wires[c.source].append(("out", c.event, c.slot, c.target))
        wires[c.target].append(("in", c.slot, c.event, c.source))
    entry = outline.settings.get("entry")
    if isinstance(entry, str):
        node, _, slot = entry.partition(".")
        wires[node].append(("entry", slot, "", ""))
    loose = tuple(sorted(outline.nodes.keys() - other.nodes.keys()))
    content = {name: strict_json.canonical(outline.nodes[name]) for name in loose}
    return Side(outline.nodes, {name: tuple(wires[name]) for name in loose}, content, loose)


def _alike(old: Side, new: Side, found: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Renamed and, in the same breath, either rewired a little or set otherwise."""
    left = [name for name in old.loose if name not in found]
    right = [name for name in new.loose if name not in found.values()]
    if len(left) * len(right) > MOST_CANDIDATES:
        return
    scores = sorted(
        (-score, sorted((a, b)), a, b) for a in left for b in right if (score := _score(old, new, found, (a, b)))
    )
    taken: set[str] = set()
    for _, _, a, b in scores:
        if a not in taken and b not in taken:
            taken |= {a, b}
            yield a, b


def _score(old: Side, new: Side, found: Mapping[str, str], pair: tuple[str, str]) -> float:
    """0 for nodes that are not the same one, else how alike they are."""
    a, b = pair
    if _kind(old.nodes[a]) != _kind(new.nodes[b]):
        return 0.0
    wired = _overlap(_tokens(old, a, found), _tokens(new, b, {name: name for name in found.values()}))
    if old.content[a] == new.content[b]:
        return 1 + wired if wired >= ALIKE else 0.0
    return 1.0 if wired == 1.0 else 0.0


def _kind(node: Mapping[str, Any]) -> Any:
    return node.get("class") or node.get("routine")


def _tokens(side: Side, name: str, renamed: Mapping[str, str]) -> set[Hashable]:
    """The wires of a node; a neighbour that is itself new or gone counts by what it runs."""
    return {(way, port, other, _known(side, node, renamed)) for way, port, other, node in side.wires[name]}


def _known(side: Side, node: str, renamed: Mapping[str, str]) -> Hashable:
    if node in renamed:
        return renamed[node]
    return ("", _kind(side.nodes[node])) if node in side.content else node


def _overlap(a: set[Hashable], b: set[Hashable]) -> float:
    return len(a & b) / len(a | b) if a and b else 0.0
