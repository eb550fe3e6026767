"""Small flow specs, made without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from jobs.runtime.program import Program
from templates_app.catalog import register_policy
from templates_app.spec import ConnectionSpec, FlowSpec, NodeSpec, SlotSpec

Policy = Mapping[str, Any] | None
IMMEDIATE: Policy = None
JOIN: Policy = {"type": "all_slots_ready"}
#: A policy that reads payloads, passes items over and remembers how often it ran.
CHOOSY: Policy = {"type": "custom", "name": "router-choosy"}


def choosy(slots: Mapping[str, Any], worker_state: Any) -> tuple[bool, Any, Any]:
    """Runs with the newest of at least two items, or, when nothing else moves, with all."""
    slot = slots["a"]
    if (len(slot) < 2 and not worker_state.drained) or not len(slot):
        return False, {}, None
    worker_state["runs"] = worker_state.get("runs", 0) + 1
    if worker_state.drained:
        return True, {"a": slot.consume_all_new()}, {"reason": "drained", "runs": worker_state["runs"]}
    return (
        True,
        {"a": [slot.consume_latest_and_mark_all_consumed()]},
        {"reason": "choosy", "runs": worker_state["runs"]},
    )


register_policy("router-choosy", choosy)


def batch(size: int) -> Policy:
    return {"type": "batch_size", "min_batch_size": size}


def program(policies: Mapping[str, Policy], wires: Sequence[tuple[str, str, str]]) -> Program:
    """Nodes with the event `out` and the slots `a` and `b`; a wire is (source, target, slot)."""
    slots = (SlotSpec("a"), SlotSpec("b"))
    nodes = {
        name: NodeSpec(
            id=name, class_key="any", slots=slots[: 1 if not needs_both(policy) else 2], events=("out",), policy=policy
        )
        for name, policy in policies.items()
    }
    connections = sorted(ConnectionSpec(source, "out", target, slot) for source, target, slot in wires)
    return Program(FlowSpec(nodes=nodes, connections=tuple(connections)))


def _node(name: str, policy: Policy) -> NodeSpec:
    slots = (SlotSpec("a"), SlotSpec("b")) if needs_both(policy) else (SlotSpec("a"),)
    return NodeSpec(id=name, class_key="any", slots=slots, events=("out",), policy=policy)


def needs_both(policy: Policy) -> bool:
    return policy is JOIN


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Acyclic flows of up to six nodes with any policies and any forward wires."""
    kinds = st.sampled_from([IMMEDIATE, JOIN, batch(2), batch(3), CHOOSY])
    policies = {f"n{number}": draw(kinds) for number in range(draw(st.integers(2, 6)))}
    names = list(policies)
    wires = [
        (source, target, slot)
        for place, source in enumerate(names)
        for target in names[place + 1 :]
        for slot in (("a", "b") if needs_both(policies[target]) else ("a",))
        if draw(st.booleans())
    ]
    return program(policies, wires)
