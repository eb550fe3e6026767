from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from templates_app.spec import ConnectionSpec, FlowSpec, NodeSpec, Port, SlotSpec
from templates_app.verify import verify

JOIN = {"type": "all_slots_ready"}


def node(name: str, slots: str = "a", events: str = "x", **fields: Any) -> NodeSpec:
    return NodeSpec(
        id=name, class_key="c", slots=tuple(SlotSpec(slot) for slot in slots), events=tuple(events), **fields
    )


def flow(nodes: list[NodeSpec], *connections: str, entry: str | None = "n.a", **fields: Any) -> FlowSpec:
    ends = (end.split(".") for row in connections for end in [row.replace(" -> ", ".")])
    return FlowSpec(
        nodes={found.id: found for found in nodes},
        connections=tuple(ConnectionSpec(*end) for end in ends),
        entry=Port.parse(entry) if entry else None,
        **fields,
    )


def found(spec: FlowSpec) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in verify(spec)]


def test_it_has_nothing_to_say_about_a_sound_flow() -> None:
    nodes = [node("n", events="xy"), node("m"), node("j", slots="ab", policy=JOIN)]
    assert found(flow(nodes, "n.x -> m.a", "n.y -> j.a", "m.x -> j.b")) == []


@pytest.mark.parametrize(
    ("spec", "path", "code"),
    [
        (flow([], entry=None), "nodes", "no-nodes"),
        (flow([node("n", slots="")], entry=None), "nodes.n", "no-slots"),
        (flow([node("n")], "n.x -> gone.a"), 'connections["n.x -> gone.a"]', "unknown-node"),
        (flow([node("n")], "n.q -> n.a"), 'connections["n.q -> n.a"]', "unknown-port"),
        (flow([node("n")], "n.x -> n.q"), 'connections["n.x -> n.q"]', "unknown-port"),
        (flow([node("n")], "n.x -> n.a", "n.x -> n.a"), 'connections["n.x -> n.a"]', "duplicate-connection"),
        (flow([node("n")], entry="n.q"), "settings.entry", "unknown-entry"),
        (flow([node("n")], "n.x -> n.a", entry=None), "settings.entry", "no-entry"),
        (flow([node("n"), node("m")]), "nodes.m", "unreachable"),
        (flow([node("n"), node("m")], "m.x -> m.a"), "nodes.m", "unreachable"),
        (flow([node("n"), node("j", slots="ab", policy=JOIN)], "n.x -> j.a"), "nodes.j", "dead-join"),
        (
            flow([node("n"), node("j", slots="ab", policy={"type": "batch_size", "min_batch_size": 2})], "n.x -> j.a"),
            "nodes.j",
            "dead-join",
        ),
        (flow([node("n"), node("j", slots="ab", policy=JOIN)], "n.x -> j.a", "j.x -> j.b"), "nodes.j", "dead-join"),
        (flow([node("n", slots="ab", policy=JOIN)], entry="n.a"), "nodes.n", "dead-join"),
        (
            flow([node("n", policy={"type": "batch_size", "min_batch_size": 1001})]),
            "nodes.n.policy.min_batch_size",
            "unsatisfiable-policy",
        ),
    ],
)
def test_it_finds_an_error_and_its_place(spec: FlowSpec, path: str, code: str) -> None:
    assert (path, code) in found(spec)
    assert all(problem.is_error for problem in verify(spec) if problem.code == code)


@pytest.mark.parametrize(
    ("spec", "path", "code"),
    [
        (flow([node("n"), node("m")], entry=None), "settings.entry", "no-entry"),
        (flow([node("n")], "n.x -> n.a"), "nodes.n", "endless-cycle"),
        (
            flow([node("n", error_handler={"strategy": "retry", "max_retries": 3, "retry_delay": 9})], timeout=10),
            "nodes.n.error_handler",
            "retry-past-deadline",
        ),
    ],
)
def test_it_warns_without_blocking(spec: FlowSpec, path: str, code: str) -> None:
    problems = verify(spec)
    assert [(problem.path, problem.code, problem.level) for problem in problems] == [(path, code, "warning")]


def test_it_lets_a_cycle_be_that_has_a_way_out() -> None:
    assert found(flow([node("n", events="xy")], "n.x -> n.a")) == []
    assert found(flow([node("n"), node("m", events="xy")], "n.x -> m.a", "m.x -> n.a")) == []


def test_it_lets_an_open_flow_be_fed_at_every_unfed_slot() -> None:
    nodes = [node("n"), node("j", slots="ab", policy=JOIN)]
    assert found(flow(nodes, "n.x -> j.a", keep_open=True)) == []


def test_it_names_what_exists_closest_first() -> None:
    nodes: Mapping[str, NodeSpec] = {"clean": node("clean"), "other": node("other")}
    spec = FlowSpec(nodes=nodes, connections=(ConnectionSpec("claen", "x", "other", "a"),))
    assert verify(spec)[0].message == "There is no node 'claen'. Accepted: clean, other."


@pytest.mark.parametrize(
    ("outcome", "told"), [("block", [("nodes.n.slots.a.when_full", "blocks-itself")]), ("drop", [])]
)
def test_it_warns_of_a_cycle_that_can_fill_itself(outcome: str, told: list[tuple[str, str]]) -> None:
    round_trip = NodeSpec(id="n", class_key="c", slots=(SlotSpec("a", 5, outcome),), events=("x", "y"))
    assert found(flow([round_trip, node("m")], "n.x -> m.a", "m.x -> n.a")) == told
