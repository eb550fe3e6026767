from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from routilux_site.lib.badges import badge
from templates_app import handin, load, selectors, services, wiring
from templates_app.admin import ports
from templates_app.admin.base import READ_ONLY, WORDS, PrototypeAdmin
from templates_app.admin.board import board
from templates_app.admin.confirming import PREVIEW
from templates_app.admin.graphrows import ConnectionInline, NodeInline, port_choices
from templates_app.admin.nodes import node_page
from templates_app.admin.saving import TRY, Ways, outcome_of, save_seen
from templates_app.admin.shown import kin, node_lines
from templates_app.audit import actor_of
from templates_app.explain import explain
from templates_app.forms import graph
from templates_app.forms.layered import fieldsets
from templates_app.forms.prototypes import FlowForm, layered_form
from templates_app.forms.sections import FLOW_DEFAULTS, flow_sections
from templates_app.models import FlowPrototype, Node, Prototype, Revision
from templates_app.resolve import Effective, Layer, merge
from templates_app.stored import form_of_document


class Tried(Exception):
    """The form shall not be saved but tried; it means this document."""

    def __init__(self, flow: Prototype, document: dict[str, Any]) -> None:
        super().__init__("The flow is to be tried, not saved.")
        self.flow, self.document = flow, document


def _form_for(page: PrototypeAdmin, request: HttpRequest, flow: Prototype | None) -> Any:
    if flow is not None and not page.has_change_permission(request, flow):
        return FlowForm
    own = dict(flow.own) if flow else {}
    rows = {row.path: row for row in explain(flow)} if flow else {}
    return layered_form(FlowForm, own, flow_sections(own, _inherited(flow), _slots(request, flow)), rows)


def _create(request: HttpRequest, form: Any, formsets: list[Any]) -> Prototype:
    return services.create_flow(
        form.cleaned_data["name"],
        document=_document(form, formsets),
        about=form.about(),
        actor=actor_of(request),
    )


def _update(page: PrototypeAdmin, request: HttpRequest, form: Any, formsets: list[Any]) -> None:
    flow, before = form.instance, form.instance.head_id
    document = _document(form, formsets)
    if TRY in request.POST:
        raise Tried(flow, document)
    save = partial(
        services.update_flow,
        flow,
        document=document,
        version=form.cleaned_data["version"] or 0,
        message=form.cleaned_data["message"],
        about=form.about(),
        actor=actor_of(request),
    )
    verb = partial(_drafted, request, flow, save) if PREVIEW in request.POST else save
    save_seen(request, form, verb, form_of_document(document), has_rows=bool(formsets))
    if flow.head_id != before:
        number = Revision.objects.values_list("number", flat=True).get(pk=flow.head_id)
        words = f"New jobs run revision {number}; jobs that were triggered before stay on theirs."
        page.message_user(request, words, messages.INFO)


def _beside(page: PrototypeAdmin, request: HttpRequest, flow: Prototype) -> dict[str, Any]:
    stored = FlowPrototype.objects.select_related("head", "parent").get(pk=flow.pk)
    may_change = page.has_change_permission(request, stored)
    return {
        "tools": page.tools(request, stored),
        **_shown(stored),
        **kin(page, stored, may_change),
        "board": board(stored, outcome_of(request)),
        "console": handin.console(request, stored),
        "may_try": may_change and handin.rehearsal() is not None,
    }


def _drafted(request: HttpRequest, flow: Prototype, save: Callable[[], object]) -> None:
    """Run the save that will be taken back, and keep what the flow was meanwhile."""
    save()
    outcome_of(request).draft = selectors.assembled(flow)


def _shown(flow: FlowPrototype) -> dict[str, Any]:
    own = wiring.document_of(flow)["nodes"]
    layers = load.layers(flow)
    nodes = Node.objects.filter(flow__name=layers[0].name).select_related("routine")
    overrides = {key: {k: v for k, v in node.items() if k != "routine"} for key, node in own.items()}
    return {
        "based_on": flow.parent,
        "node_lines": node_lines(flow, overrides, nodes),
        "head": flow.head,
        "revisions": selectors.history(flow)[:10],
        "flow": flow,
    }


def _inherited(flow: Prototype | None) -> Effective:
    if flow is None or not flow.is_variant:
        return FLOW_DEFAULTS
    above = merge(Layer(layer.name, layer.own) for layer in load.layers(flow)[:-1])
    values = {key: value for key, value in above.values.items() if key != "nodes"}
    return Effective({**FLOW_DEFAULTS.values, **values}, above.origin)


def _slots(request: HttpRequest, flow: Prototype | None) -> tuple[str, ...]:
    if flow is None or not flow.is_variant:
        return port_choices(request, flow).slots
    spec = selectors.assembled(flow).spec
    if spec is not None:
        return ports.of_specs(spec.nodes.values()).slots
    nodes = Node.objects.filter(flow__name=load.layers(flow)[0].name).select_related("routine")
    return ports.of_drafts(ports.stored(nodes)).slots


def _document(form: Any, formsets: list[Any]) -> dict[str, Any]:
    own = form.cleaned_data["composed"]
    if not formsets:
        return {"settings": {k: v for k, v in own.items() if k != "nodes"}, "nodes": own.get("nodes", {})}
    nodes, connections = formsets
    return graph.document(own, nodes, connections)


@admin.register(FlowPrototype)
class FlowAdmin(PrototypeAdmin):
    inlines = [NodeInline, ConnectionInline]
    list_select_related = ["parent", "head"]
    ways = Ways(form_for=_form_for, create=_create, update=_update, beside=_beside)

    def valid_state(self, prototype: Prototype) -> SafeString:
        if prototype.head is None:
            return badge("bad", "✗ invalid")
        return format_html("{} revision {}", badge("ok", "✓ valid"), prototype.head.number)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """A variant inherits the graph; who may not change a flow sees it as a picture and a table."""
        if obj is not None and (obj.is_variant or not self.has_change_permission(request, obj)):
            return []
        return super().get_inlines(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Prototype | None = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return READ_ONLY
        form = self.get_form(request, obj)
        return [
            (None, {"fields": [*WORDS, *(["message", "version", "seen"] if obj else [])]}),
            *fieldsets(form.sections),
            ("Settings as JSON", {"fields": ["own"], "classes": ["collapse"]}),
        ]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A dry run of what stands in the form is the business of whoever runs flows."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Tried as tried:
            page: Any = handin.rehearsal()
            answer: HttpResponse = page(request, FlowPrototype.objects.get(pk=tried.flow.pk), tried.document)
            return answer

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.node_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_node"
        return [path("<int:pk>/nodes/<str:node_id>/", view, name=name), *super().get_urls()]

    def node_view(self, request: HttpRequest, pk: int, node_id: str) -> HttpResponse:
        return node_page(self, request, self.get_or_404(request, pk, "view"), node_id)
