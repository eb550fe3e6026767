"""The page of one node of a flow: a field for each setting of its routine, over what the node inherits."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html

from routilux_site.lib.errors import RoutiluxError, join_path
from templates_app import load, services, wiring
from templates_app.admin.shown import effective_rows
from templates_app.audit import actor_of
from templates_app.forms.layered import fieldsets
from templates_app.forms.prototypes import NodeForm, layered_form
from templates_app.forms.sections import routine_sections
from templates_app.models import Prototype
from templates_app.refusals import StaleVersion
from templates_app.resolve import Effective, FlowSource, Layer, merge, resolve

if TYPE_CHECKING:
    from templates_app.admin.base import PrototypeAdmin


def node_page(page: PrototypeAdmin, request: HttpRequest, flow: Prototype, node_id: str) -> HttpResponse:
    source = load.flow_sources([flow.pk])[flow.pk]
    if node_id not in source.nodes:
        raise Http404
    may_change = page.has_change_permission(request, flow)
    kind = _form_class(flow, source, node_id) if may_change else None
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form: Any = None
    if kind and request.method == "POST":
        form = kind(request.POST)
        response = _save(page, request, flow, node_id, form) if form.is_valid() else None
        if isinstance(response, HttpResponse):
            return response
        if response is not None:
            form = _refused(kind, response, request, flow)
    elif kind:
        form = kind(initial={"version": flow.version})
    sections = [
        (None, {"fields": ["version"]}),
        *(fieldsets(kind.sections) if kind else ()),
        ("As JSON", {"fields": ["own"], "classes": ["collapse"]}),
    ]
    routine = source.nodes[node_id].layers[-2].name
    return page.tool_page(
        request,
        flow,
        form=form,
        fieldsets=sections,
        title=f"Node ‘{node_id}’ of ‘{flow}’",
        intro=f"It runs the routine prototype ‘{routine}’. What is set here counts in this flow and its variants.",
        submit="Save" if may_change else "",
        effective=effective_rows(resolve(source).nodes[node_id].effective),
    )


def _form_class(flow: Prototype, source: FlowSource, node_id: str) -> Any:
    own = {key: value for key, value in _own_of(flow, node_id).items() if key != "routine"}
    node = source.nodes[node_id]
    return layered_form(NodeForm, own, routine_sections(own, _inherited(flow, source, node_id), node.class_key))


def _own_of(flow: Prototype, node_id: str) -> dict[str, Any]:
    return dict(wiring.document_of(flow)["nodes"].get(node_id, {}))


def _inherited(flow: Prototype, source: FlowSource, node_id: str) -> Effective:
    layers = source.nodes[node_id].layers
    if not flow.is_variant:
        return merge(layers[:-1])
    above = (Layer(layer.name, layer.own.get("nodes", {}).get(node_id, {})) for layer in source.layers[:-1])
    return merge((*layers, *above))


def _save(
    page: PrototypeAdmin, request: HttpRequest, flow: Prototype, node_id: str, form: Any
) -> HttpResponse | RoutiluxError:
    document = copy.deepcopy(wiring.document_of(flow))
    stored = document["nodes"].get(node_id, {})
    routine = {"routine": stored["routine"]} if "routine" in stored else {}
    document["nodes"][node_id] = {**routine, **form.cleaned_data["composed"]}
    version = form.cleaned_data["version"]
    try:
        services.update_flow(flow, document=document, version=version, actor=actor_of(request))
    except RoutiluxError as refusal:
        return _local(refusal, node_id)
    page.message_user(request, format_html("Node ‘{}’ was saved.", node_id), messages.SUCCESS)
    return HttpResponseRedirect(flow.get_absolute_url())


def _local(refusal: RoutiluxError, node_id: str) -> RoutiluxError:
    """The same refusal with paths as this page has them."""
    if isinstance(refusal, StaleVersion):
        return refusal
    prefix = f"{join_path('nodes', node_id)}."
    return RoutiluxError(
        refusal.message,
        errors=[replace(detail, path=detail.path.removeprefix(prefix)) for detail in refusal.details()],
    )


def _refused(kind: Any, refusal: RoutiluxError, request: HttpRequest, flow: Prototype) -> Any:
    flow.refresh_from_db()
    return type(kind.__name__, (kind,), {"refusal": refusal, "current_version": flow.version})(request.POST)
