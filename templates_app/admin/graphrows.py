"""The nodes and connections of a flow as rows below its form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from templates_app.admin import ports
from templates_app.forms import graph
from templates_app.models import Connection, FlowPrototype, Node, Prototype, RoutinePrototype

if TYPE_CHECKING:
    _NodeInlineBase = admin.StackedInline[Node, FlowPrototype]
    _ConnectionInlineBase = admin.TabularInline[Connection, FlowPrototype]
else:
    _NodeInlineBase, _ConnectionInlineBase = admin.StackedInline, admin.TabularInline


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
