from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from templates_app import handin, load, selectors, services, wiring
from templates_app.admin import ports
from templates_app.admin.base import PrototypeAdmin, badge
from templates_app.admin.board import board
from templates_app.admin.confirming import PREVIEW
from templates_app.admin.nodes import node_page
from templates_app.admin.saving import TRY, outcome_of
from templates_app.admin.shown import kin, node_lines
from templates_app.audit import actor_of
from templates_app.explain import explain
from templates_app.forms import graph
from templates_app.forms.layered import fieldsets
from templates_app.forms.prototypes import FlowForm, layered_form
from templates_app.forms.sections import FLOW_DEFAULTS, flow_sections
from templates_app.models import Connection, FlowPrototype, Node, Prototype, Revision, RoutinePrototype
from templates_app.resolve import Effective, Layer, merge
from templates_app.stored import form_of_document

if TYPE_CHECKING:
    _NodeInlineBase = admin.StackedInline[Node, FlowPrototype]
    _ConnectionInlineBase = admin.TabularInline[Connection, FlowPrototype]
else:
    _NodeInlineBase, _ConnectionInlineBase = admin.StackedInline, admin.TabularInline

_WORDS = ["name", "description", "category", "tag_list"]


class Tried(Exception):
    """The form shall not be saved but tried; it means this document."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__("The flow is to be tried, not saved.")
        self.document = document


class _GraphInline:
    """Who may change a flow may change its graph; the rows have no permissions of their own."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def _may(self, request: HttpRequest, obj: Any) -> bool:
        page: Any = self.admin_site.get_model_admin(FlowPrototype)  # type: ignore[attr-defined]
        return bool(page.has_add_permission(request) if obj is None else page.has_change_permission(request, obj))


class NodeInline(_GraphInline, _NodeInlineBase):
    model = Node
    fk_name = "flow"
    form = graph.NodeRow
    formset = graph.Rows
    fieldsets = [
        (None, {"fields": [("node_id", "routine_name")]}),
        ("Overrides as JSON", {"fields": ["own"], "classes": ["collapse"]}),
    ]
    extra = 1
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("routine")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 1 if obj else 3

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        names = RoutinePrototype.objects.filter(archived_at=None).order_by("name").values_list("name", flat=True)
        in_use = Node.objects.filter(flow=obj.pk).values_list("routine__name", flat=True) if obj else ()
        choices = [(name, name) for name in sorted({*names, *in_use})]
        row = type("NodeRow", (graph.NodeRow,), {"routine_choices": choices})
        return super().get_formset(request, obj, form=row, fields=["node_id", "own"], **kwargs)


class ConnectionInline(_GraphInline, _ConnectionInlineBase):
    model = Connection
    fk_name = "flow"
    form = graph.ConnectionRow
    formset = graph.Rows
    fields = ["source_port", "target_port"]
    extra = 1

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).select_related("source", "target")
        return rows.order_by("source__node_id", "event", "target__node_id", "slot")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 2 if obj else 4

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        row = type("ConnectionRow", (graph.ConnectionRow,), {"ports": port_choices(request, obj)})
        return super().get_formset(request, obj, form=row, fields=[], **kwargs)


def port_choices(request: HttpRequest, flow: Prototype | None) -> graph.PortChoices:
    if request.method == "POST":
        return ports.of_drafts(ports.posted(request.POST, "nodes"))
    if flow is None:
        return graph.PortChoices()
    return ports.of_drafts(ports.stored(Node.objects.filter(flow=flow.pk).select_related("routine")))


@admin.register(FlowPrototype)
class FlowAdmin(PrototypeAdmin):
    inlines = [NodeInline, ConnectionInline]
    list_select_related = ["parent", "head"]

    def valid_state(self, prototype: Prototype) -> SafeString:
        if prototype.head is None:
            return badge("bad", "✗ invalid")
        return format_html("{} revision {}", badge("ok", "✓ valid"), prototype.head.number)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """A variant inherits the graph; who may not change a flow sees it as a picture and a table."""
        if obj is not None and (obj.is_variant or not self.has_change_permission(request, obj)):
            return []
        return super().get_inlines(request, obj)

    def form_for(self, request: HttpRequest, obj: Prototype | None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return FlowForm
        own = dict(obj.own) if obj else {}
        rows = {row.path: row for row in explain(obj)} if obj else {}
        return layered_form(FlowForm, own, flow_sections(own, _inherited(obj), _slots(request, obj)), rows)

    def get_fieldsets(self, request: HttpRequest, obj: Prototype | None = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": ["name", "variant_of", "state", "description", "category", "tags"]})]
        form = self.get_form(request, obj)
        return [
            (None, {"fields": [*_WORDS, *(["message", "version", "seen"] if obj else [])]}),
            *fieldsets(form.sections),
            ("Settings as JSON", {"fields": ["own"], "classes": ["collapse"]}),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A dry run of what stands in the form is the business of whoever runs flows."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Tried as tried:
            page: Any = handin.rehearsal()
            answer: HttpResponse = page(request, FlowPrototype.objects.get(pk=object_id or ""), tried.document)
            return answer

    def create(self, request: HttpRequest, form: Any, formsets: list[Any]) -> Prototype:
        return services.create_flow(
            form.cleaned_data["name"],
            document=_document(form, formsets),
            about=form.about(),
            actor=actor_of(request),
        )

    def update(self, request: HttpRequest, form: Any, formsets: list[Any]) -> None:
        flow, before = form.instance, form.instance.head_id
        document = _document(form, formsets)
        if TRY in request.POST:
            raise Tried(document)
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
        self.save_seen(request, form, verb, form_of_document(document), has_rows=bool(formsets))
        if flow.head_id != before:
            number = Revision.objects.values_list("number", flat=True).get(pk=flow.head_id)
            words = f"New jobs run revision {number}; jobs that were triggered before stay on theirs."
            self.message_user(request, words, messages.INFO)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.node_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_node"
        return [path("<int:pk>/nodes/<str:node_id>/", view, name=name), *super().get_urls()]

    def node_view(self, request: HttpRequest, pk: int, node_id: str) -> HttpResponse:
        return node_page(self, request, self.get_or_404(request, pk, "view"), node_id)

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None and obj.pk:
            stored = FlowPrototype.objects.select_related("head", "parent").get(pk=obj.pk)
            may_change = self.has_change_permission(request, stored)
            context |= {"tools": self.tools(request, stored), **_shown(stored), **kin(self, stored, may_change)}
            context |= {"board": board(stored, outcome_of(request)), "console": handin.console(request, stored)}
            context["may_try"] = may_change and handin.rehearsal() is not None
        return super().render_change_form(request, context, add, change, form_url, obj)


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
