"""The graph of a root flow, written to and read from the database as a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from templates_app import load
from templates_app.document import FlowDraft, accepted_names
from templates_app.models import Connection, Node, Prototype, RoutinePrototype
from templates_app.problems import Problem
from templates_app.refusals import Refused
from templates_app.resolve import FlowSource, Layer, NodeSource, merge, resolve
from templates_app.verify import dangling


def write_graph(flow: Prototype, draft: FlowDraft) -> None:
    """Make the stored graph equal to `draft`; nodes that stay keep their rows. Raises Refused for names not there."""
    routines = _routines(draft)
    Node.objects.filter(flow=flow.pk).exclude(node_id__in=draft.nodes).delete()
    nodes = Node.objects.bulk_create(
        (
            Node(flow_id=flow.pk, node_id=key, routine_id=routines[node.routine], own=dict(node.own))
            for key, node in draft.nodes.items()
        ),
        update_conflicts=True,
        unique_fields=["flow", "node_id"],
        update_fields=["routine", "own"],
    )
    _write_connections(flow, draft, {node.node_id: node.pk for node in nodes})


def _write_connections(flow: Prototype, draft: FlowDraft, nodes: Mapping[str, int]) -> None:
    wanted = {(nodes[c.source], c.event, nodes[c.target], c.slot) for c in draft.connections}
    rows = Connection.objects.filter(flow=flow.pk).values_list("source_id", "event", "target_id", "slot", "pk")
    stored = {row[:4]: row[4] for row in rows}
    Connection.objects.filter(pk__in=[pk for ends, pk in stored.items() if ends not in wanted]).delete()
    Connection.objects.bulk_create(
        Connection(flow_id=flow.pk, source_id=source, event=event, target_id=target, slot=slot)
        for source, event, target, slot in sorted(wanted - stored.keys())
    )


def _routines(draft: FlowDraft) -> dict[str, int]:
    names = {node.routine for node in draft.nodes.values()}
    found = {routine.name: routine for routine in RoutinePrototype.objects.filter(name__in=names)}
    problems = [*dangling(draft.nodes, draft.connections), *_unknown_routines(draft, found)]
    if problems:
        raise Refused(problems)
    return {name: routine.pk for name, routine in found.items()}


def _unknown_routines(draft: FlowDraft, found: Mapping[str, Prototype]) -> Iterator[Problem]:
    for key, node in draft.nodes.items():
        path = f"nodes.{key}.routine"
        if node.routine not in found:
            names = RoutinePrototype.objects.filter(archived_at=None).values_list("name", flat=True)
            message = f"There is no routine prototype {node.routine!r}. {accepted_names(node.routine, names)}"
            yield Problem(path, "unknown-routine", message)
        elif found[node.routine].is_archived and not found[node.routine].is_code:
            yield Problem(path, "archived-routine", f"The routine prototype {node.routine!r} is archived.")


def document_of(flow: Prototype) -> dict[str, Any]:
    """What `flow` itself stores, as the document that `update_flow` takes; of a variant, only what it overrides."""
    settings = {key: value for key, value in flow.own.items() if key != "nodes"}
    if flow.is_variant:
        return {"settings": settings, "nodes": flow.own.get("nodes", {})}
    source = load.flow_sources([flow.pk])[flow.pk]
    nodes = {key: {"routine": _routine_name(node), **node.layers[-1].own} for key, node in source.nodes.items()}
    return {"settings": settings, "nodes": nodes, "connections": _connections(source)}


def merged_document(flow: Prototype, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """A document of its own that means what `flow` with `overrides` means; its nodes still use the same routines."""
    source = load.flow_sources([flow.pk])[flow.pk]
    layers = (*source.layers, Layer("", overrides))
    without_routines = FlowSource(
        layers=layers,
        nodes={key: NodeSource(class_key="", layers=node.layers[-1:]) for key, node in source.nodes.items()},
        connections=source.connections,
    )
    merged = resolve(without_routines)
    nodes = {
        key: {"routine": _routine_name(source.nodes[key]), **node.effective.values}
        for key, node in merged.nodes.items()
    }
    return {"settings": dict(merged.settings.values), "nodes": nodes, "connections": _connections(source)}


def merged_own(routine: Prototype, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """All that `routine` and its parents set over their catalog class, with `overrides` on top, as one layer."""
    return dict(merge((*load.layers(routine)[1:], Layer("", overrides))).values)


def _routine_name(node: NodeSource) -> str:
    return node.layers[-2].name


def _connections(source: FlowSource) -> list[list[str]]:
    return [[f"{c.source}.{c.event}", f"{c.target}.{c.slot}"] for c in sorted(source.connections)]
