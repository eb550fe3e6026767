"""Reads of templates that more than one door asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet

from templates_app import load
from templates_app.assemble import Assembled, assemble_flow
from templates_app.document import accepted_names, variant_of_document
from templates_app.errors import TemplateError
from templates_app.models import FlowPrototype, Prototype, Revision
from templates_app.problems import errors_in
from templates_app.refusals import Refused
from templates_app.resolve import FlowSource, Layer, Resolved, ResolvedNode, merge, resolve
from templates_app.routines.text import shorten
from templates_app.spec import FlowSpec


class UnknownFlow(TemplateError):
    code: ClassVar[str] = "unknown-flow"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such flow"


def flow_by_name(name: str) -> FlowPrototype:
    """The flow of that exact name with its head revision, archived or not; raises UnknownFlow."""
    flow = FlowPrototype.objects.select_related("head").filter(name=name).first() if "\0" not in name else None
    if flow is None:
        names = FlowPrototype.objects.active().values_list("name", flat=True)
        raise UnknownFlow(f"There is no flow {shorten(name)}. {accepted_names(name, names)}", path="flow")
    return flow


def history(flow: Prototype) -> QuerySet[Revision]:
    """The revisions that saves made, newest first, with their authors and without their text."""
    saved = Revision.objects.filter(flow=flow.pk, for_launch=False)
    return saved.select_related("created_by").defer("canonical").order_by("-number")


def effective_spec(flow: Prototype, launch: Mapping[str, Any] | None = None) -> FlowSpec:
    """What `flow` means now, with `launch` (`{"settings": ..., "nodes": ...}`) on top; raises Refused if it is invalid.

    Four queries, however many nodes and parents there are. Jobs do not ask this: they are pinned to `flow.head`.
    """
    outcome = assemble_flow(resolved_flow(flow, launch))
    if outcome.spec is None:
        raise Refused(errors_in(outcome.problems))
    return outcome.spec


def resolved_flow(flow: Prototype, launch: Mapping[str, Any] | None = None) -> Resolved:
    """The effective values of `flow`, each with the layer that it came from."""
    source = load.flow_sources([flow.pk])[flow.pk]
    layers = (*source.layers, Layer("launch", variant_of_document(launch))) if launch else source.layers
    return resolve(FlowSource(layers=layers, nodes=source.nodes, connections=source.connections))


def assembled(flow: Prototype) -> Assembled:
    """The spec of `flow` as it stands, if it has one, with all problems."""
    return assemble_flow(resolved_flow(flow))


def resolved_routine(routine: Prototype) -> ResolvedNode:
    source = load.routine_source(routine)
    return ResolvedNode(class_key=source.class_key, effective=merge(source.layers), layers=source.layers)
