"""What stands on the box of each node, and how large that makes it.

A flow may be drawn while it is being edited: a node or a port that a connection names but that is not there gets drawn
too, marked as missing, since a broken flow is the one that people most need to see.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from templates_app.spec import FlowSpec, NodeSpec

HEAD, ROW, PADDING, FOOT = 50.0, 22.0, 7.0, 28.0
MARGIN = 16.0
MIN_WIDTH = 208.0
# Px: the size of the sans text of a name, and the width of one character of the monospaced texts.
NAME_SIZE, CLASS_CHAR, PORT_CHAR = 14.5, 7.25, 7.25
NAME_CHARS, CLASS_CHARS, PORT_CHARS = 30, 34, 22


@dataclass(frozen=True, slots=True)
class PortMark:
    """A slot or an event; `y` counts from the top of the card."""

    name: str
    y: float
    missing: bool = False
    connected: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    id: str
    kind: str
    slots: tuple[PortMark, ...]
    events: tuple[PortMark, ...]
    width: float
    height: float
    note: str = ""
    missing: bool = False

    def slot_y(self, name: str) -> float:
        return next(port.y for port in self.slots if port.name == name)

    @property
    def results(self) -> tuple[PortMark, ...]:
        """Events that lead nowhere in the flow: what they emit is the result of the job."""
        return tuple(port for port in self.events if not port.connected)


def cards(spec: FlowSpec, *, with_status: bool) -> dict[str, Card]:
    """One card for each node of the flow, in their order, and after them those that are only named."""
    slots, events = _named_slots(spec), _named_events(spec)
    names = dict.fromkeys((*spec.nodes, *(node for node, _ in (*slots, *events))))
    used_slots, used_events = _by_node(slots), _by_node(events)
    return {
        name: _card(name, spec.nodes.get(name), used_slots.get(name, []), used_events.get(name, []), foot=with_status)
        for name in names
    }


def _by_node(ports: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for node, port in ports:
        grouped.setdefault(node, []).append(port)
    return grouped


def _named_slots(spec: FlowSpec) -> dict[tuple[str, str], None]:
    slots = dict.fromkeys((c.target, c.slot) for c in spec.connections)
    if spec.entry:
        slots[spec.entry.node, spec.entry.slot] = None
    return slots


def _named_events(spec: FlowSpec) -> dict[tuple[str, str], None]:
    return dict.fromkeys((c.source, c.event) for c in spec.connections)


def _card(name: str, node: NodeSpec | None, used_slots: list[str], used_events: list[str], *, foot: bool) -> Card:
    slots = _ports((slot.name for slot in node.slots) if node else (), used_slots)
    events = _ports(node.events if node else (), used_events)
    kind = node.class_key if node else "missing node"
    rows = max(len(slots), len(events))
    height = HEAD + (rows * ROW + 2 * PADDING if rows else 0) + (FOOT if foot else 0)
    width = _width(name, kind, slots, events)
    return Card(name, kind, slots, events, width, height, _note(node), missing=node is None)


def _ports(declared: Iterable[str], used: list[str]) -> tuple[PortMark, ...]:
    known = dict.fromkeys(declared)
    names = dict.fromkeys((*known, *used))
    return tuple(
        PortMark(name, HEAD + PADDING + ROW * (row + 0.5), name not in known, name in used)
        for row, name in enumerate(names)
    )


def _note(node: NodeSpec | None) -> str:
    """What a card has no room for and its tooltip tells."""
    if not node:
        return "a connection names this node, but it is not in the flow"
    told = []
    if node.policy:
        told.append(f"policy {node.policy.get('type', '?')}")
    if node.error_handler:
        told.append(f"on error {node.error_handler.get('strategy', '?')}")
    if node.timeout:
        told.append(f"timeout {node.timeout:g} s")
    return ", ".join(told)


def _width(name: str, kind: str, slots: tuple[PortMark, ...], events: tuple[PortMark, ...]) -> float:
    left = max((cells(short(port.name, PORT_CHARS)) for port in slots), default=0)
    right = max((cells(short(port.name, PORT_CHARS)) for port in events), default=0)
    wanted = max(
        sans(short(name, NAME_CHARS), NAME_SIZE),
        cells(short(kind, CLASS_CHARS)) * CLASS_CHAR,
        (left + right) * PORT_CHAR + (MARGIN if left and right else 0),
    )
    return max(MIN_WIDTH, -(-(wanted + 2 * MARGIN) // 8) * 8)


def cells(value: str) -> int:
    """How many columns a text takes: East Asian characters and emoji take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in value)


def sans(value: str, size: float) -> float:
    """The width of a bold text in a wide sans serif font; other fonts need less."""
    narrow = sum(char in " .,:;'|!ijltf()[]-" for char in value)
    wide = sum(char in "mwMW" for char in value)
    return size * (0.7 * cells(value) - 0.27 * narrow + 0.3 * wide)


def short(value: str, limit: int) -> str:
    """At most `limit` columns; the middle is left out, since names differ at their ends."""
    if cells(value) <= limit:
        return value
    head, tail = _cut(value, (limit - 1) // 2), _cut(value[::-1], limit // 2 - 1)[::-1]
    return f"{head}\N{HORIZONTAL ELLIPSIS}{tail}"


def _cut(value: str, limit: int) -> str:
    taken = 0
    for index, char in enumerate(value):
        taken += cells(char)
        if taken > limit:
            return value[:index]
    return value
