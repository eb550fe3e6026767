"""Two flows in one picture."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from templates_app.diff import diff
from templates_app.diff.overlay import overlay
from templates_app.graph import draw
from templates_app.spec import FlowSpec
from tests.diff.specs import flow, flows, node, renamed

BEFORE = flow([node("a"), node("b"), node("c")], "a.output b.input", "b.failed c.more", entry="a.input")


def statuses(before: FlowSpec, after: FlowSpec) -> dict[str, str]:
    looks = overlay(before, after, diff(before, after)).looks
    return {name: f"{look.word} {look.badge}".strip() for name, look in looks.items()}


@given(flows(), flows())
def test_it_draws_any_two_flows(a: FlowSpec, b: FlowSpec) -> None:
    found = overlay(a, b, diff(a, b))

    drawn = draw(found.spec, looks=found.looks, wires=found.wires)

    assert drawn.count("data-node") == len(found.spec.nodes)
    assert drawn.count("fg-edge-added") + drawn.count("fg-edge-removed") == len(found.wires)


def test_it_says_what_became_of_each_node() -> None:
    after = flow([node("a", timeout=1.0, logic="own"), node("x"), node("d", "filter")], "a.output x.input")
    after = replace(after, entry=BEFORE.entry)

    assert statuses(BEFORE, after) == {"a": "Changed 2", "x": "Renamed", "d": "Added", "c": "Removed"}


def test_it_leaves_what_was_only_renamed_in_its_place() -> None:
    after = renamed(BEFORE, {"b": "x"})

    assert overlay(BEFORE, after, diff(BEFORE, after)).wires == {}
    assert statuses(BEFORE, after) == {"a": "Unchanged", "x": "Renamed", "c": "Unchanged"}


def test_it_keeps_ports_that_are_gone_for_wires_that_are_gone() -> None:
    nodes = {**BEFORE.nodes, "b": node("b", events=("output",))}
    after = replace(BEFORE, nodes=nodes, connections=BEFORE.connections[:1])

    found = overlay(BEFORE, after, diff(BEFORE, after))

    assert found.spec.nodes["b"].events == ("output", "failed")
    assert list(found.wires.values()) == ["removed"]
