"""Flow specs of the test routines, all of them declared pure, so that a dry run runs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jobs.dryrun.sample import Sample
from templates_app import catalog
from templates_app.spec import ConnectionSpec, FlowSpec, NodeSpec, Port, SlotSpec
from tests.flows import routines as _routines  # noqa: F401 - registers them


def flow(nodes: Mapping[str, Any], wires: Sequence[str] = (), **settings: Any) -> FlowSpec:
    """`nodes` maps ids to a class, or to the fields of a NodeSpec with `class_key`; `wires` are "a.out b.in"."""
    made = {name: _node(name, {"class_key": said} if isinstance(said, str) else said) for name, said in nodes.items()}
    ends = [(Port.parse(end) for end in wire.split()) for wire in wires]
    connections = sorted(ConnectionSpec(a.node, a.slot, b.node, b.slot) for a, b in ends)
    return FlowSpec(nodes=made, connections=tuple(connections), **settings)


def _node(name: str, fields: Mapping[str, Any]) -> NodeSpec:
    routine = catalog.build(fields["class_key"], fields.get("config_text", "{}"))
    policy = routine.activation_policy
    given = {
        "slots": tuple(SlotSpec(slot) for slot in routine.slots),
        "events": tuple(routine.events),
        "policy": policy.to_json() if policy else None,
        "pure": True,
    }
    return NodeSpec(id=name, **{**given, **fields})


def sample(port: str, payload: Any = None, **more: Any) -> Sample:
    return Sample(port=Port.parse(port), payload=payload or {}, **more)
