from __future__ import annotations

from hypothesis import given, settings

from templates_app.graph import EdgeRow, table
from templates_app.spec import FlowSpec
from tests.graph.flows import flow, flows, node


def test_it_says_what_the_picture_shows() -> None:
    spec = flow([node("a"), node("b"), node("c", "", "")], "a.output b.input", entry="a.input")
    assert table(spec) == [
        EdgeRow("entry", target="a", slot="input"),
        EdgeRow("connection", "a", "output", "b", "input"),
        EdgeRow("result", "b", "output"),
        EdgeRow("node", "c"),
    ]


@settings(deadline=None)
@given(flows())
def test_it_mentions_every_node_and_every_connection(spec: FlowSpec) -> None:
    rows = table(spec)
    assert {row.source for row in rows} | {row.target for row in rows} >= set(spec.nodes)
    assert len([row for row in rows if row.kind == "connection"]) == len(spec.connections)
