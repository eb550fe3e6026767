"""What templates mean that build on each other and on stored ones, without storing them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from templates_app import load
from templates_app.assemble import assemble_flow
from templates_app.document import flow_draft, variant_of_document
from templates_app.dsl import Template
from templates_app.models import Prototype
from templates_app.problems import Problem, errors_in
from templates_app.refusals import Refused
from templates_app.resolve import FlowSource, Layer, NodeSource, merge, resolve
from templates_app.spec import FlowSpec


class Meaning:
    """Takes templates in an order in which each stands after those that it builds on; reads the database once."""

    def __init__(self, templates: Iterable[Template]) -> None:
        templates = list(templates)
        self._flows: dict[str, FlowSource] = {}
        self._routines: dict[str, NodeSource] = {}
        self._load({name for template in templates for name in template.needs()})
        for template in templates:
            if template.is_flow:
                self._flows[template.name] = self._variant(template) if template.is_variant else self._root(template)
            else:
                self._routines[template.name] = self._routine(template)

    def flow(self, name: str) -> FlowSpec:
        outcome = assemble_flow(resolve(self._flows[name]))
        if outcome.spec is None:
            raise Refused(errors_in(outcome.problems))
        return outcome.spec

    def routine(self, name: str) -> dict[str, Any]:
        source = self._routines[name]
        return {"class": source.class_key, **merge(source.layers).values}

    def _load(self, names: set[str]) -> None:
        found = {prototype.pk: prototype for prototype in Prototype.objects.filter(name__in=names)}
        flows = load.flow_sources(pk for pk, prototype in found.items() if prototype.is_flow)
        routines = load.routine_sources(pk for pk, prototype in found.items() if not prototype.is_flow)
        self._flows = {found[pk].name: source for pk, source in flows.items()}
        self._routines = {found[pk].name: source for pk, source in routines.items()}

    def _root(self, template: Template) -> FlowSource:
        draft = flow_draft(template.content)
        nodes = {key: self._node(template.name, key, node.routine, dict(node.own)) for key, node in draft.nodes.items()}
        layer = Layer(template.name, draft.settings, template.rules)
        return FlowSource(layers=(layer,), nodes=nodes, connections=draft.connections)

    def _node(self, flow: str, key: str, routine: str, own: dict[str, Any]) -> NodeSource:
        base = self._known_routine(routine, f"routines.{key}.class")
        return NodeSource(class_key=base.class_key, layers=(*base.layers, Layer(flow, own)))

    def _variant(self, template: Template) -> FlowSource:
        parent = self._flows.get(template.base or "")
        if parent is None:
            raise _unknown("flow", template.base, "parent")
        layer = Layer(template.name, variant_of_document(template.content), template.rules)
        return FlowSource(layers=(*parent.layers, layer), nodes=parent.nodes, connections=parent.connections)

    def _routine(self, template: Template) -> NodeSource:
        base = self._known_routine(template.base or "", "base")
        layer = Layer(template.name, template.content, template.rules)
        return NodeSource(class_key=base.class_key, layers=(*base.layers, layer))

    def _known_routine(self, name: str, path: str) -> NodeSource:
        if name not in self._routines:
            raise _unknown("routine prototype", name, path)
        return self._routines[name]


def _unknown(kind: str, name: str | None, path: str) -> Refused:
    return Refused([Problem(path, "unknown-template", f"There is no {kind} {name!r}, neither here nor in the file.")])
