from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from templates_app import load, selectors, services
from templates_app.admin.base import PrototypeAdmin
from templates_app.admin.shown import kin, problem_rows
from templates_app.assemble import check_routine
from templates_app.audit import actor_of
from templates_app.explain import explain
from templates_app.forms.layered import fieldsets
from templates_app.forms.prototypes import NewRoutineForm, RoutineForm, layered_form
from templates_app.forms.sections import routine_sections
from templates_app.models import FlowPrototype, Prototype, RoutinePrototype
from templates_app.resolve import merge

_WORDS = ["name", "description", "category", "tag_list"]


@admin.register(RoutinePrototype)
class RoutineAdmin(PrototypeAdmin):
    ordering = ["is_code", "name"]

    def form_for(self, request: HttpRequest, obj: Prototype | None) -> Any:
        if obj is None:
            return NewRoutineForm
        if not self.has_change_permission(request, obj):
            return RoutineForm
        source = load.routine_source(obj)
        sections = routine_sections(obj.own, merge(source.layers[:-1]), source.class_key)
        return layered_form(RoutineForm, obj.own, sections, {row.path: row for row in explain(obj)})

    def get_fieldsets(self, request: HttpRequest, obj: Prototype | None = None) -> Any:
        if obj is None:
            return [(None, {"fields": ["name", "base", "description", "category", "tag_list", "own"]})]
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": ["name", "variant_of", "state", "description", "category", "tags"]})]
        form = self.get_form(request, obj)
        return [
            (None, {"fields": [*_WORDS, "version", "seen"]}),
            *fieldsets(form.sections),
            ("As JSON", {"fields": ["own"], "classes": ["collapse"]}),
        ]

    def create(self, request: HttpRequest, form: Any, formsets: list[Any]) -> Prototype:
        cleaned = form.cleaned_data
        return services.create_routine(
            cleaned["name"],
            base=cleaned["base"],
            own=cleaned["composed"],
            about=form.about(),
            actor=actor_of(request),
        )

    def update(self, request: HttpRequest, form: Any, formsets: list[Any]) -> None:
        own = form.cleaned_data["composed"]
        save = partial(
            services.update_routine,
            form.instance,
            own=own,
            version=form.cleaned_data["version"] or 0,
            about=form.about(),
            actor=actor_of(request),
        )
        self.save_seen(request, form, save, own, has_rows=False)

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
            node = selectors.resolved_routine(obj)
            stored = RoutinePrototype.objects.select_related("parent").get(pk=obj.pk)
            may_change = self.has_change_permission(request, stored)
            context |= {
                "tools": self.tools(request, stored),
                "based_on": stored.parent,
                "problems": problem_rows(stored, [problem.to_json() for problem in check_routine(node)]),
                "used_by": FlowPrototype.objects.filter(nodes__routine=obj.pk).distinct()[:50],
                **kin(self, stored, may_change),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)
