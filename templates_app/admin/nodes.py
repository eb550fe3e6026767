"""The page of one node of a flow: a field for each setting of its routine, over what the node inherits."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html

from routilux_site.lib.errors import RoutiluxError, join_path
from templates_app import load, services, wiring
from templates_app.admin.confirming import Preview, unconfirmed
from templates_app.admin.shown import effective_rows
from templates_app.audit import actor_of
from templates_app.explain import explain
from templates_app.forms.layered import fieldsets
from templates_app.forms.meanwhile import Line, merged, seen
from templates_app.forms.prototypes import NodeForm, layered_form
from templates_app.forms.sections import routine_sections
from templates_app.models import Prototype
from templates_app.refusals import StaleVersion
from templates_app.resolve import Effective, FlowSource, Layer, merge, resolve

if TYPE_CHECKING:
    from templates_app.admin.base import PrototypeAdmin


@dataclass(frozen=True, slots=True)
class _Node:
    """A node of a flow, and the page on which somebody looks at it."""

    page: PrototypeAdmin
    request: HttpRequest
    flow: Prototype
    source: FlowSource
    id: str


def node_page(page: PrototypeAdmin, request: HttpRequest, flow: Prototype, node_id: str) -> HttpResponse:
    source = load.flow_sources([flow.pk])[flow.pk]
    if node_id not in source.nodes:
        raise Http404
    node = _Node(page, request, flow, source, node_id)
    if page.has_change_permission(request, flow):
        return _edited(node)
    if request.method == "POST":
        raise PermissionDenied
    return _shown(node, None, effective=effective_rows(resolve(source).nodes[node_id].effective))


def _edited(node: _Node) -> HttpResponse:
    kind = _form_class(node)
    if node.request.method != "POST":
        return _shown(node, kind(initial=_initial(node)))
    form = kind(node.request.POST, initial=_initial(node))
    answer = _save(node, form) if form.is_valid() else None
    if isinstance(answer, HttpResponse):
        return answer
    if isinstance(answer, Preview):
        return _shown(node, form, preview=answer)
    return _refused(node, form, answer) if answer else _shown(node, form)


def _shown(node: _Node, form: Any, **beside: Any) -> HttpResponse:
    """Without a form for those who may only look."""
    routine = node.source.nodes[node.id].layers[-2].name
    return node.page.tool_page(
        node.request,
        node.flow,
        form=form,
        fieldsets=_fieldsets(form),
        title=f"Node ‘{node.id}’ of ‘{node.flow}’",
        intro=f"It runs the routine prototype ‘{routine}’. What is set here counts in this flow and its variants.",
        submit="Save" if form else "",
        may_preview=form is not None,
        **beside,
    )


def _fieldsets(form: Any) -> list[Any]:
    behind = ("As JSON", {"fields": ["own"], "classes": ["collapse"]})
    return [(None, {"fields": ["version", "seen"]}), *fieldsets(form.sections), behind] if form else []


def _initial(node: _Node) -> dict[str, Any]:
    return {"version": node.flow.version, "seen": seen(_overrides(node))}


def _form_class(node: _Node) -> Any:
    own = _overrides(node)
    sections = routine_sections(own, _inherited(node), node.source.nodes[node.id].class_key)
    under = f"{join_path('nodes', node.id)}."
    rows = {row.path.removeprefix(under): row for row in explain(node.flow) if row.path.startswith(under)}
    return layered_form(NodeForm, own, sections, rows)


def _overrides(node: _Node) -> dict[str, Any]:
    found: dict[str, Any] = wiring.document_of(node.flow)["nodes"].get(node.id, {})
    return {key: value for key, value in found.items() if key != "routine"}


def _inherited(node: _Node) -> Effective:
    layers = node.source.nodes[node.id].layers
    if not node.flow.is_variant:
        return merge(layers[:-1])
    above = (Layer(layer.name, layer.own.get("nodes", {}).get(node.id, {})) for layer in node.source.layers[:-1])
    return merge((*layers, *above))


def _save(node: _Node, form: Any) -> HttpResponse | Preview | RoutiluxError:
    version, actor = form.cleaned_data["version"], actor_of(node.request)
    document = _document(node, form.cleaned_data["composed"])
    save = partial(services.update_flow, node.flow, document=document, version=version, actor=actor)
    try:
        with transaction.atomic():
            preview = unconfirmed(node.request, node.flow, save)
            if preview is not None:
                return preview
            save()
    except RoutiluxError as refusal:
        return _local(refusal, node.id)
    node.page.message_user(node.request, format_html("Node ‘{}’ was saved.", node.id), messages.SUCCESS)
    return HttpResponseRedirect(node.flow.get_absolute_url())


def _document(node: _Node, own: dict[str, Any]) -> dict[str, Any]:
    """That of the flow, with what the form sets on the node."""
    document = copy.deepcopy(wiring.document_of(node.flow))
    stored = document["nodes"].get(node.id, {})
    routine = {"routine": stored["routine"]} if "routine" in stored else {}
    document["nodes"][node.id] = {**routine, **own}
    return document


def _refused(node: _Node, form: Any, refusal: RoutiluxError) -> HttpResponse:
    """The form with what was typed, and why nothing was saved."""
    node.flow.refresh_from_db()
    lines: list[Line] = []
    if isinstance(refusal, StaleVersion):
        _, lines = merged(form.cleaned_data["seen"], _overrides(node), form.cleaned_data["composed"])
    told = {"refusal": refusal, "current_version": node.flow.version}
    kind: Any = type(type(form).__name__, (type(form),), told)
    return _shown(node, kind(node.request.POST, initial=_initial(node)), meanwhile=lines)


def _local(refusal: RoutiluxError, node_id: str) -> RoutiluxError:
    """The same refusal with paths as this page has them."""
    if isinstance(refusal, StaleVersion):
        return refusal
    prefix = f"{join_path('nodes', node_id)}."
    return RoutiluxError(
        refusal.message,
        errors=[replace(detail, path=detail.path.removeprefix(prefix)) for detail in refusal.details()],
    )
