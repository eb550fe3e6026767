"""Starting a job from the browser: `/jobs/trigger/` and `/jobs/trigger/{flow}/`."""

from __future__ import annotations

import json
import shlex
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from jobs.access import TRIGGER
from jobs.admission.launch import PRIORITIES
from jobs.history.specs import spec_of
from jobs.models import Job
from jobs.pages import reads
from jobs.pages.example import example
from jobs.pages.launchform import LaunchForm, start
from routilux_site.lib import strict_json
from templates_app.models import FlowPrototype
from templates_app.spec import FlowSpec

_AUTOMATIC = "the flow's own"


class TriggerForm(LaunchForm):
    entry = forms.ChoiceField(required=False, label="Entry", help_text="The slot that the input goes into.")
    priority = forms.IntegerField(
        required=False,
        min_value=PRIORITIES[0],
        max_value=PRIORITIES[-1],
        label="Priority",
        help_text="Higher runs sooner; empty is 0.",
    )
    start_at = forms.DateTimeField(
        required=False,
        label="Not before",
        help_text="UTC; empty is at once.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, spec: FlowSpec, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "trigger-%s", "label_suffix": "", **kwargs})
        own = [("", f"{spec.entry} ({_AUTOMATIC})")] if spec.entry else [("", "Choose a slot")]
        entry = self.fields["entry"]
        assert isinstance(entry, forms.ChoiceField)  # noqa: S101 - tells the type checker
        entry.choices = own + [(str(port), str(port)) for port in spec.ports if port != spec.entry]


@login_required
@require_safe
def choose_flow(request: HttpRequest) -> HttpResponse:
    _must_trigger(request)
    flows = FlowPrototype.objects.visible_to(request.user).filter(archived_at=None)
    rows = flows.order_by("name").only("name", "description", "category", "head_id", "parent_id")
    return render(request, "jobs/choose.html", {"flows": rows[: reads.FLOWS]})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def trigger_flow(request: HttpRequest, name: str) -> HttpResponse:
    flows = FlowPrototype.objects.visible_to(request.user).select_related("head")
    flow = get_object_or_404(flows, name=name)
    _must_trigger(request)
    if flow.head is None or flow.is_archived:
        return render(
            request, "jobs/not_runnable.html", {"flow": flow}, status=409 if request.method == "POST" else 200
        )
    spec = spec_of(flow.head)
    if request.method != "POST":
        form = TriggerForm(initial={"input": _example(spec), "once": uuid4()}, spec=spec)
        return _page(request, flow, spec, form)
    form = TriggerForm(request.POST, spec=spec)
    job = _triggered(request, flow, form) if form.is_valid() else None
    return redirect(job) if job else _page(request, flow, spec, form)


def _must_trigger(request: HttpRequest) -> None:
    if not request.user.has_perm(TRIGGER):
        raise PermissionDenied


def _triggered(request: HttpRequest, flow: FlowPrototype, form: TriggerForm) -> Job | None:
    said = form.cleaned_data
    when = {"priority": said["priority"] or 0, "start_at": said["start_at"]}
    return start(request, form, flow, entry=said["entry"] or None, overrides=said["overrides"] or None, **when)


def _page(request: HttpRequest, flow: FlowPrototype, spec: FlowSpec, form: TriggerForm) -> HttpResponse:
    said = form.cleaned_data.get("input") if form.is_bound else None
    value = _example(spec) if said is None else said
    schema = json.dumps(spec.input_schema, indent=2, ensure_ascii=False) if spec.input_schema else ""
    context = {"flow": flow, "form": form, "curl": curl(request, flow, value), "schema": schema}
    return render(request, "jobs/trigger.html", context, status=422 if form.is_bound else 200)


def _example(spec: FlowSpec) -> Any:
    return example(dict(spec.input_schema or {}))


def curl(request: HttpRequest, flow: FlowPrototype, value: Any) -> str:
    """The same request for a shell. The token comes from the environment, so that it is in no history of commands."""
    url = request.build_absolute_uri(f"/api/v1/flows/{flow.name}/jobs")
    body = shlex.quote(strict_json.dumps({"input": value}))
    lines = [
        f"curl -X POST {shlex.quote(url)}",
        '-H "Authorization: Bearer $ROUTILUX_TOKEN"',
        "-H 'Content-Type: application/json'",
        f"--data {body}",
    ]
    return " \\\n  ".join(lines)
