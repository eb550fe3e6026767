"""The text table that says the same as the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from templates_app.spec import FlowSpec


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """One line of the table. An entry has no source and no event; a result has no target and no slot."""

    kind: Literal["entry", "connection", "result", "node"]
    source: str = ""
    event: str = ""
    target: str = ""
    slot: str = ""


def table(spec: FlowSpec) -> list[EdgeRow]:
    """The entry, the connections, the events that are results, and the nodes that none of these mention."""
    rows = [EdgeRow("entry", target=spec.entry.node, slot=spec.entry.slot)] if spec.entry else []
    rows += [EdgeRow("connection", c.source, c.event, c.target, c.slot) for c in spec.connections]
    rows += results(spec)
    mentioned = {row.source for row in rows} | {row.target for row in rows}
    return rows + [EdgeRow("node", source=name) for name in spec.nodes if name not in mentioned]


def results(spec: FlowSpec) -> list[EdgeRow]:
    return [
        EdgeRow("result", node.id, event)
        for node in spec.nodes.values()
        for event in node.events
        if not spec.targets(node.id, event)
    ]
