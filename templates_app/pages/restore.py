"""Bringing an old revision back: shows what would change, then makes a save that means the same again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from templates_app import impact, services
from templates_app.audit import actor_of
from templates_app.diff import compare
from templates_app.errors import TemplateError
from templates_app.impact import Impact
from templates_app.models import FlowPrototype, Revision
from templates_app.pages.access import for_editors
from templates_app.pages.answers import private
from templates_app.pages.reads import visible_revision
from templates_app.pages.results import result
from templates_app.pages.sides import of_revision

CUT = 50


class RestoreForm(forms.Form):
    message = forms.CharField(max_length=500, required=False, label="Message (others will read it)")
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a restore would do, from the restore itself; `errors` are why it is refused."""

    impact: Impact = field(default_factory=Impact)
    is_exact: bool = False
    errors: tuple[str, ...] = ()


@for_editors
@require_http_methods(["GET", "HEAD", "POST"])
def restore_revision(request: HttpRequest, name: str, number: int) -> HttpResponse:
    flow, revision = visible_revision(name, number)
    if flow.head_id == revision.pk:
        messages.info(request, f"{flow.name} means revision {number} already.")
        return redirect("templates:revisions", flow.name)
    form = RestoreForm(request.POST if request.method == "POST" else None, initial={"version": flow.version})
    errors: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            return _restored(request, flow, revision, form.cleaned_data)
        except TemplateError as error:
            errors = told(error)
            form = RestoreForm(initial={"version": flow.version, "message": form.cleaned_data["message"]})
    flow, revision = visible_revision(name, number)
    found = preview(flow, revision)
    context = {"form": form, "preview": found, "errors": errors or found.errors, **_context(flow, revision, found)}
    page = render(request, "templates_app/pages/restore.html", context, status=409 if errors else 200)
    return private(page)


def _restored(request: HttpRequest, flow: FlowPrototype, revision: Revision, said: dict[str, Any]) -> HttpResponse:
    is_exact = services.restore(
        flow, revision=revision, version=said["version"], message=said["message"], actor=actor_of(request)
    )
    text = f"{flow.name} means revision {revision.number} again."
    if not is_exact:
        text = f"{flow.name} is as near to revision {revision.number} as today's code allows."
    messages.success(request, f"{text} New jobs run it; jobs that were triggered before stay on theirs.")
    return redirect("templates:revisions", flow.name)


def preview(flow: FlowPrototype, revision: Revision) -> Preview:
    exact: list[bool] = []
    try:
        found = impact.preview(lambda: exact.append(services.restore(flow, revision=revision)))
    except TemplateError as error:
        return Preview(errors=told(error))
    return Preview(found, exact == [True])


def told(error: TemplateError) -> tuple[str, ...]:
    return tuple(f"{one.path}: {one.message}" if one.path else one.message for one in error.details()[:CUT])


def _context(flow: FlowPrototype, revision: Revision, found: Preview) -> dict[str, Any]:
    judged = {one.prototype.pk for one in (*found.impact.broken, *found.impact.healed)}
    others = [moved for moved in found.impact.moved if moved.flow.pk not in judged | {flow.pk}]
    own = {"flow": flow, "revision": revision, "others": others[:CUT], "more": max(len(others) - CUT, 0)}
    if flow.head is None:
        return own
    now, then = of_revision(flow.head), of_revision(revision)
    return {**own, **result(now, then, compare(now.outline, then.outline))}
