from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from templates_app import load, selectors, services
from templates_app.admin.base import READ_ONLY, WORDS, PrototypeAdmin
from templates_app.admin.saving import Ways, save_seen
from templates_app.admin.shown import kin, problem_rows
from templates_app.assemble import check_routine
from templates_app.audit import actor_of
from templates_app.explain import explain
from templates_app.forms.layered import fieldsets
from templates_app.forms.prototypes import NewRoutineForm, RoutineForm, layered_form
from templates_app.forms.sections import routine_sections
from templates_app.models import FlowPrototype, Prototype, RoutinePrototype
from templates_app.resolve import merge


def _form_for(page: PrototypeAdmin, request: HttpRequest, routine: Prototype | None) -> Any:
    if routine is None:
        return NewRoutineForm
    if not page.has_change_permission(request, routine):
        return RoutineForm
    source = load.routine_source(routine)
    sections = routine_sections(routine.own, merge(source.layers[:-1]), source.class_key)
    return layered_form(RoutineForm, routine.own, sections, {row.path: row for row in explain(routine)})


def _create(request: HttpRequest, form: Any, formsets: list[Any]) -> Prototype:
    cleaned = form.cleaned_data
    return services.create_routine(
        cleaned["name"],
        base=cleaned["base"],
        own=cleaned["composed"],
        about=form.about(),
        actor=actor_of(request),
    )


def _update(page: PrototypeAdmin, request: HttpRequest, form: Any, formsets: list[Any]) -> None:
    own = form.cleaned_data["composed"]
    save = partial(
        services.update_routine,
        form.instance,
        own=own,
        version=form.cleaned_data["version"] or 0,
        about=form.about(),
        actor=actor_of(request),
    )
    save_seen(request, form, save, own, has_rows=False)


def _beside(page: PrototypeAdmin, request: HttpRequest, routine: Prototype) -> dict[str, Any]:
    node = selectors.resolved_routine(routine)
    stored = RoutinePrototype.objects.select_related("parent").get(pk=routine.pk)
    may_change = page.has_change_permission(request, stored)
    return {
        "tools": page.tools(request, stored),
        "based_on": stored.parent,
        "problems": problem_rows(stored, [problem.to_json() for problem in check_routine(node)]),
        "used_by": FlowPrototype.objects.filter(nodes__routine=routine.pk).distinct()[:50],
        **kin(page, stored, may_change),
    }


@admin.register(RoutinePrototype)
class RoutineAdmin(PrototypeAdmin):
    ordering = ["is_code", "name"]
    ways = Ways(form_for=_form_for, create=_create, update=_update, beside=_beside)

    def get_fieldsets(self, request: HttpRequest, obj: Prototype | None = None) -> Any:
        if obj is None:
            return [(None, {"fields": ["name", "base", "description", "category", "tag_list", "own"]})]
        if not self.has_change_permission(request, obj):
            return READ_ONLY
        form = self.get_form(request, obj)
        return [
            (None, {"fields": [*WORDS, "version", "seen"]}),
            *fieldsets(form.sections),
            ("As JSON", {"fields": ["own"], "classes": ["collapse"]}),
        ]
