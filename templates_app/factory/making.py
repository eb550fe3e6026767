"""From a stored prototype to new objects that share nothing, neither with it nor with each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from templates_app import catalog, load
from templates_app.assemble import assemble_flow, check_routine
from templates_app.document import routine_own, variant_of_document
from templates_app.factory.errors import NotFound, NotStorable
from templates_app.factory.flow import Flow
from templates_app.factory.names import class_names
from templates_app.factory.origin import FlowOrigin, Origin, mark, origin_of
from templates_app.factory.retired import refuse_retired
from templates_app.factory.state import build, json_copy, state_of
from templates_app.guards import refuse_errors
from templates_app.models import Prototype
from templates_app.resolve import Layer, Resolved, ResolvedNode, merge
from templates_app.routines import Routine
from templates_app.selectors import resolved_flow
from templates_app.wiring import merged_document

Overrides = dict[str, Any]


def find(name: object) -> Prototype:
    """The prototype in use of that name; raises NotFound, which names those that are there."""
    found = lookup(name)
    if found is None:
        names = list(Prototype.objects.filter(archived_at=None).values_list("name", flat=True))
        raise NotFound(f"Prototype {name!r} not found. Available: {names}", path="name")
    return found


def lookup(name: object) -> Prototype | None:
    if not isinstance(name, str) or "\0" in name:
        return None
    return Prototype.objects.filter(name=name, archived_at=None).first()


def make_routine(prototype: Prototype, overrides: Overrides) -> Routine:
    """A new object with what `prototype` means, and `overrides` (an own layer) on top."""
    own = routine_own(json_copy(overrides, ""))
    source = load.routine_source(prototype)
    layers = (*source.layers, Layer("create", own))
    node = ResolvedNode(class_key=source.class_key, effective=merge(layers), layers=layers)
    refuse_errors(check_routine(node))
    routine = build(catalog.get(node.class_key).cls, node.effective.values)
    _mark(routine, prototype.name, node, own)
    return routine


def make_flow(prototype: Prototype, config: Overrides) -> Flow:
    """A new flow of new routine objects. `config` holds flow settings, and `nodes` with overrides of nodes."""
    refuse_retired(config)
    asked = _flow_overrides(json_copy(config, "config"))
    resolved = resolved_flow(prototype, asked)
    refuse_errors(assemble_flow(resolved).problems)
    stored, wanted = merged_document(prototype, {}), merged_document(prototype, variant_of_document(asked))
    flow = _flow_of(resolved, wanted)
    flow.origin = FlowOrigin(name=prototype.name, stored=stored)
    return flow


def copy_routine(routine: Routine) -> Routine:
    """A new object of the same class with the same settings, made from the same prototype."""
    if not isinstance(routine, Routine):
        raise NotStorable(f"A {type(routine).__name__} is no routine.", path="routine")
    made = build(type(routine), state_of(routine))
    origin = origin_of(routine)
    if origin is not None:
        mark(made, origin)
    return made


def copy_flow(flow: Flow, flow_id: str | None = None) -> Flow:
    """A flow with a new id, the same node ids, copies of the routines, and the same connections and settings."""
    if not isinstance(flow, Flow):
        raise NotStorable(f"A {type(flow).__name__} is no flow.", path="flow")
    made = Flow(flow_id)
    made.set_config(**flow.settings)
    for name, routine in flow.routines.items():
        made.add_routine(copy_routine(routine), name)
    for connection in flow.connections:
        made.connect(connection.source, connection.event, connection.target, connection.slot)
    made.origin = flow.origin
    return made


def factory_name(target: object) -> str | None:
    """The name of the prototype that an object was made from or registered as, or of its class in the catalog."""
    if isinstance(target, Flow):
        return target.origin.name if target.origin else None
    origin = origin_of(target) if isinstance(target, Routine) else None
    if origin is not None:
        return origin.name
    cls = target if isinstance(target, type) else type(target)
    names = class_names(cls) if issubclass(cls, Routine) else []
    return names[0] if names else None


def _flow_overrides(config: Overrides) -> Overrides:
    settings = {key: value for key, value in config.items() if key != "nodes"}
    asked = {"settings": settings, "nodes": config.get("nodes", {})}
    variant_of_document(asked)
    return asked


def _flow_of(resolved: Resolved, document: Mapping[str, Any]) -> Flow:
    flow = Flow()
    flow.set_config(**document["settings"])
    for name, node in resolved.nodes.items():
        routine = build(catalog.get(node.class_key).cls, node.effective.values)
        own = {key: value for key, value in document["nodes"][name].items() if key != "routine"}
        _mark(routine, document["nodes"][name]["routine"], node, own)
        flow.add_routine(routine, name)
    for c in resolved.connections:
        flow.connect(c.source, c.event, c.target, c.slot)
    return flow


def _mark(routine: Routine, name: str, node: ResolvedNode, own: Mapping[str, Any]) -> None:
    state = state_of(routine)
    mark(routine, Origin(name=name, class_key=node.class_key, values=node.effective.values, own=own, state=state))
