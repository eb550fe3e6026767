"""The page of one node of a flow: a field for each setting of its routine, over what the node inherits."""

from __future__ import annotations

import copy
from dataclasses import replace
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


def node_page(page: PrototypeAdmin, request: HttpRequest, flow: Prototype, node_id: str) -> HttpResponse:
    source = load.flow_sources([flow.pk])[flow.pk]
    if node_id not in source.nodes:
        raise Http404
    may_change = page.has_change_permission(request, flow)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    kind = _form_class(flow, source, node_id) if may_change else None
    form: Any = kind(initial=_initial(flow, node_id)) if kind else None
    shown: dict[str, Any] = {}
    if kind and request.method == "POST":
        form = kind(request.POST, initial=_initial(flow, node_id))
        if form.is_valid():
            answer = _save(page, request, flow, node_id, form)
            if isinstance(answer, HttpResponse):
                return answer
            form, shown = _held(kind, form, answer, request, flow, node_id)
    routine = source.nodes[node_id].layers[-2].name
    return page.tool_page(
        request,
        flow,
        form=form,
        fieldsets=_fieldsets(kind),
        title=f"Node ‘{node_id}’ of ‘{flow}’",
        intro=f"It runs the routine prototype ‘{routine}’. What is set here counts in this flow and its variants.",
        submit="Save" if may_change else "",
        may_preview=may_change,
        effective=[] if may_change else effective_rows(resolve(source).nodes[node_id].effective),
        **shown,
    )


def _fieldsets(kind: Any) -> list[Any]:
    behind = ("As JSON", {"fields": ["own"], "classes": ["collapse"]})
    return [(None, {"fields": ["version", "seen"]}), *fieldsets(kind.sections), behind] if kind else []


def _initial(flow: Prototype, node_id: str) -> dict[str, Any]:
    return {"version": flow.version, "seen": seen(_overrides(flow, node_id))}


def _form_class(flow: Prototype, source: FlowSource, node_id: str) -> Any:
    own = _overrides(flow, node_id)
    sections = routine_sections(own, _inherited(flow, source, node_id), source.nodes[node_id].class_key)
    under = f"{join_path('nodes', node_id)}."
    rows = {row.path.removeprefix(under): row for row in explain(flow) if row.path.startswith(under)}
    return layered_form(NodeForm, own, sections, rows)


def _overrides(flow: Prototype, node_id: str) -> dict[str, Any]:
    found: dict[str, Any] = wiring.document_of(flow)["nodes"].get(node_id, {})
    return {key: value for key, value in found.items() if key != "routine"}


def _inherited(flow: Prototype, source: FlowSource, node_id: str) -> Effective:
    layers = source.nodes[node_id].layers
    if not flow.is_variant:
        return merge(layers[:-1])
    above = (Layer(layer.name, layer.own.get("nodes", {}).get(node_id, {})) for layer in source.layers[:-1])
    return merge((*layers, *above))


def _save(
    page: PrototypeAdmin, request: HttpRequest, flow: Prototype, node_id: str, form: Any
) -> HttpResponse | Preview | RoutiluxError:
    document = copy.deepcopy(wiring.document_of(flow))
    stored = document["nodes"].get(node_id, {})
    routine = {"routine": stored["routine"]} if "routine" in stored else {}
    document["nodes"][node_id] = {**routine, **form.cleaned_data["composed"]}
    version, actor = form.cleaned_data["version"], actor_of(request)
    save = partial(services.update_flow, flow, document=document, version=version, actor=actor)
    try:
        with transaction.atomic():
            preview = unconfirmed(request, flow, save)
            if preview is not None:
                return preview
            save()
    except RoutiluxError as refusal:
        return _local(refusal, node_id)
    page.message_user(request, format_html("Node ‘{}’ was saved.", node_id), messages.SUCCESS)
    return HttpResponseRedirect(flow.get_absolute_url())


def _held(
    kind: Any, form: Any, answer: Preview | RoutiluxError, request: HttpRequest, flow: Prototype, node_id: str
) -> tuple[Any, dict[str, Any]]:
    """The form with what was typed, and why nothing was saved yet."""
    if isinstance(answer, Preview):
        return form, {"preview": answer}
    flow.refresh_from_db()
    lines: list[Line] = []
    if isinstance(answer, StaleVersion):
        _, lines = merged(form.cleaned_data["seen"], _overrides(flow, node_id), form.cleaned_data["composed"])
    told = {"refusal": answer, "current_version": flow.version}
    return type(kind.__name__, (kind,), told)(request.POST, initial=_initial(flow, node_id)), {"meanwhile": lines}


def _local(refusal: RoutiluxError, node_id: str) -> RoutiluxError:
    """The same refusal with paths as this page has them."""
    if isinstance(refusal, StaleVersion):
        return refusal
    prefix = f"{join_path('nodes', node_id)}."
    return RoutiluxError(
        refusal.message,
        errors=[replace(detail, path=detail.path.removeprefix(prefix)) for detail in refusal.details()],
    )
