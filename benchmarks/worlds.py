"""Many templates that follow one prototype, written in bulk; the tests of impact use small ones."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from templates_app import services
from templates_app.models import Connection, FlowPrototype, Kind, Node, Prototype, RoutinePrototype
from templates_app.revise import revise


def routine_variants(*, flows: int, variants: int, nodes: int) -> str:
    """A routine with `variants` of it, each of which sets something else, used by `flows` in turn; its name."""
    base = services.create_routine("wide", base="sleep")
    made = Prototype.objects.bulk_create(
        Prototype(kind=Kind.ROUTINE, name=f"wide-{n}", parent_id=base.pk, own={"timeout": n + 1})
        for n in range(variants)
    )
    _flows("wide-flow", [made[n % variants] for n in range(flows * nodes)], flows)
    revise(list(Prototype.objects.filter(is_code=False)), message="Made for a measurement.")
    return base.name


def flow_variants(*, flows: int, variants: int, nodes: int) -> str:
    """A routine used by `flows` in each of their nodes, and `variants` of these flows; its name."""
    base = services.create_routine("deep", base="sleep")
    roots = _flows("deep-flow", [base] * (flows * nodes), flows)
    Prototype.objects.bulk_create(
        Prototype(kind=Kind.FLOW, name=f"deep-{n}", parent_id=roots[n % flows].pk, own=_overrides(n))
        for n in range(variants)
    )
    revise(list(Prototype.objects.filter(is_code=False)), message="Made for a measurement.")
    return base.name


def _overrides(n: int) -> dict[str, object]:
    return {"max_workers": n % 50 + 1, "nodes": {"n0": {"timeout": n + 1}}}


def _flows(name: str, routines: Sequence[Prototype | RoutinePrototype], count: int) -> list[FlowPrototype]:
    """Straight flows, with the routines shared out between them."""
    made = FlowPrototype.objects.bulk_create(FlowPrototype(kind=Kind.FLOW, name=f"{name}-{n}") for n in range(count))
    each = len(routines) // count
    rows = Node.objects.bulk_create(
        Node(flow=flow, node_id=f"n{place}", routine_id=routines[n * each + place].pk)
        for n, flow in enumerate(made)
        for place in range(each)
    )
    Connection.objects.bulk_create(
        Connection(flow_id=source.flow_id, source=source, event="output", target=target, slot="input")
        for source, target in pairwise(rows)
        if source.flow_id == target.flow_id
    )
    return made
