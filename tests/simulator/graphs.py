"""Random flows: any graph with any policies, fan-outs, joins, batches, intervals, and cycles that come to an end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from jobs.runtime.program import Program
from templates_app.spec import ConnectionSpec, FlowSpec, NodeSpec, Port, SlotSpec
from tests.simulator.behaviour import Flow, Habit
from tests.simulator.oracle import Expected, TooMuchError, expected

POLICIES = ("immediate", "immediate", "immediate", "all_slots_ready", "batch_size", "batch_size", "time_interval")


@dataclass(frozen=True, slots=True)
class Room:
    """How large a flow may be, and whether no schedule may matter to what it comes to."""

    most_items: int = 400
    sure: bool = False


ROOMY = Room()


def random_flow(chance: Random, more: Random | None = None, room: Room = ROOMY) -> tuple[Flow, Expected]:
    """The first of some that is not too large, and what it comes to. With `more`, steps park, slots block or drop."""
    while True:
        flow = _flow(chance)
        flow = _with_more(flow, more) if more else flow
        if room.sure and not flow.confluent:
            continue
        try:
            return flow, expected(flow, limit=room.most_items)
        except TooMuchError:
            continue


def _flow(chance: Random) -> Flow:
    confluent = chance.random() < 0.75
    plain = chance.random() < 0.25  # nothing but immediate nodes: commits without the job's lock
    names = [f"n{number}" for number in range(chance.randint(1, 8))]
    nodes = {name: _node(chance, name, plain=plain, confluent=confluent) for name in names}
    habits = {name: _habit(chance, number, nodes[name]) for number, name in enumerate(names)}
    limit = None if plain else chance.choice((None, None, 1, 1, 2, 3))
    wires = _wires(chance, nodes, habits)
    program = Program(FlowSpec(nodes=nodes, connections=wires, max_workers=limit))
    keep_open = chance.random() < 0.3
    inputs = tuple(
        (_port(chance, nodes, first=not n), _item(n)) for n in range(chance.randint(1, 12) if keep_open else 1)
    )
    return Flow(program, habits, inputs, keep_open, confluent)


def _with_more(flow: Flow, more: Random) -> Flow:
    """By chances of its own, so that worlds without it stay what they were."""
    spec, may_refuse = flow.program.spec, flow.keep_open and flow.confluent
    nodes = {name: node if may_refuse else _narrowed(node, flow, more) for name, node in spec.nodes.items()}
    kinds = ("",) * 5 + ("decision", "child_job")
    habits = {name: replace(habit, asks=more.choice(kinds)) for name, habit in flow.habits.items()}
    return replace(flow, program=Program(replace(spec, nodes=nodes)), habits=habits)


def _narrowed(node: NodeSpec, flow: Flow, more: Random) -> NodeSpec:
    """Blocking changes nothing in what comes out, unless nothing can move any more; dropping does."""
    outcomes = ("fail", "block") if flow.confluent else ("fail", "block", "drop")
    slots = []
    for slot in node.slots:
        outcome = more.choice(outcomes)
        capacity = slot.capacity if outcome == "fail" else more.choice((1, 2, 5))
        slots.append(replace(slot, capacity=capacity, when_full=outcome))
    return replace(node, slots=tuple(slots))


def _node(chance: Random, name: str, *, plain: bool, confluent: bool) -> NodeSpec:
    kind = "immediate" if plain else chance.choice(POLICIES)
    both = kind == "all_slots_ready" or (kind == "batch_size" and chance.random() < 0.3)
    capacity = 1000 if confluent else chance.choice((2, 5, 1000))
    slots = tuple(SlotSpec(slot, capacity) for slot in ("a", "b", "c")[: chance.randint(2, 3) if both else 1])
    pure = plain and chance.random() < 0.5
    return NodeSpec(
        id=name, class_key="any", slots=slots, events=("again", "out"), policy=_policy(chance, kind), pure=pure
    )


def _policy(chance: Random, kind: str) -> dict[str, Any]:
    if kind == "batch_size":
        return {"type": kind, "min_batch_size": chance.randint(1, 5)}
    if kind == "time_interval":
        return {"type": kind, "min_interval_seconds": chance.choice((0.5, 2.0, 30.0))}
    return {"type": kind}


def _habit(chance: Random, number: int, node: NodeSpec) -> Habit:
    kind = (node.policy or {})["type"]
    return Habit(
        number,
        emits=chance.choice((1, 1, 1, 2, 3, 20) if number == 0 else (0, 1, 1, 1, 2)),
        loops=kind != "all_slots_ready" and chance.random() < 0.15,
        skips=chance.randint(2, 4) if kind == "immediate" and chance.random() < 0.15 else 0,
        counts=chance.random() < 0.1,
    )


def _wires(chance: Random, nodes: dict[str, NodeSpec], habits: dict[str, Habit]) -> tuple[ConnectionSpec, ...]:
    """Forward from `out`; back, or to itself, from `again`."""
    names = list(nodes)
    wires = []
    for place, target in enumerate(names):
        for slot in nodes[target].slots:
            sources = [s for s in names[:place] if chance.random() < 1.6 / (place + 1)] or names[:place][-1:]
            wires += [ConnectionSpec(source, "out", target, slot.name) for source in sources]
    for place, source in enumerate(names):
        if habits[source].loops:
            back = chance.choice(names[: place + 1])
            wires.append(ConnectionSpec(source, "again", back, chance.choice(nodes[back].slots).name))
    return tuple(sorted(wires))


def _port(chance: Random, nodes: dict[str, NodeSpec], *, first: bool) -> Port:
    node = nodes["n0"] if first else chance.choice(list(nodes.values()))
    return Port(node.id, chance.choice(node.slots).name)


def _item(number: int) -> dict[str, int]:
    return {"value": number * 13 + 1, "hops": 0}
