"""Moved, rewired and renamed are told apart."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from templates_app.diff import Kind, diff
from templates_app.spec import FlowSpec
from tests.diff.specs import flow, node, renamed

CHAIN = flow([node(name) for name in "abc"], "a.output b.input", "b.output c.input", entry="a.input")


def kinds(a: FlowSpec, b: FlowSpec) -> list[tuple[str, str]]:
    return [(row.subject, row.kind) for row in diff(a, b)]


def test_it_calls_another_port_of_the_same_nodes_moved() -> None:
    after = replace(CHAIN, connections=flow([], "a.output b.more", "b.output c.input").connections)

    assert kinds(CHAIN, after) == [("connection", Kind.MOVED)]


def test_it_calls_another_end_rewired() -> None:
    after = replace(CHAIN, connections=flow([], "a.output c.more", "b.output c.input").connections)

    assert kinds(CHAIN, after) == [("connection", Kind.REWIRED)]


def test_it_tells_a_node_put_in_between() -> None:
    nodes = [node(name) for name in "abc"] + [node("x", "filter")]
    after = flow(nodes, "a.output x.input", "x.output b.input", "b.output c.input", entry="a.input")

    told = [row.sentence for row in diff(CHAIN, after)]

    assert told[0] == "Node ‘x’ (filter) was added."
    assert sorted(told[1:]) == [
        "‘a.output’ leads to ‘x.input’ instead of ‘b.input’.",
        "‘x.output’ now leads to ‘b.input’.",
    ]


def test_it_keeps_a_chain_of_twins_together() -> None:
    names = [f"n{number}" for number in range(60)]
    wires = [f"{a}.output {b}.input" for a, b in pairwise(names)]
    before = flow([node(name) for name in names], *wires)
    # in the order of their new names the chain runs backwards
    after = renamed(before, {name: f"m{99 - number}" for number, name in enumerate(names)})

    assert {row.kind for row in diff(before, after)} == {Kind.RENAMED}


def test_it_sees_a_rename_with_another_setting() -> None:
    after = renamed(replace(CHAIN, nodes={**CHAIN.nodes, "b": node("b", timeout=9.0)}), {"b": "x"})

    assert [(row.kind, row.path, row.old_path) for row in diff(CHAIN, after)] == [
        (Kind.RENAMED, "nodes.x", "nodes.b"),
        (Kind.CHANGED, "nodes.x.timeout", "nodes.b.timeout"),
    ]


def test_it_sees_a_rename_with_one_more_connection() -> None:
    wider = replace(CHAIN, connections=tuple(sorted([*CHAIN.connections, *flow([], "b.failed c.more").connections])))

    assert kinds(CHAIN, renamed(wider, {"b": "x"})) == [("node", Kind.RENAMED), ("connection", Kind.ADDED)]


def test_it_does_not_take_another_class_for_a_rename() -> None:
    after = renamed(replace(CHAIN, nodes={**CHAIN.nodes, "b": node("b", "filter")}), {"b": "x"})

    assert [kind for subject, kind in kinds(CHAIN, after) if subject == "node"] == [Kind.REMOVED, Kind.ADDED]


def test_it_does_not_take_an_unconnected_node_for_another() -> None:
    before, after = flow([node("a", timeout=1.0)]), flow([node("b", timeout=2.0)])

    assert kinds(before, after) == [("node", Kind.REMOVED), ("node", Kind.ADDED)]


def test_it_follows_the_entry_into_a_renamed_node() -> None:
    assert kinds(CHAIN, renamed(CHAIN, {"a": "z"})) == [("node", Kind.RENAMED)]


def test_it_stays_quick_for_many_twins() -> None:
    names = [f"n{number}" for number in range(400)]
    before = flow([node(name) for name in names], *[f"{name}.output {name}.input" for name in names])

    assert len(diff(before, renamed(before, {name: f"m{name}" for name in names}))) == 400
