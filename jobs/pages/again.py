"""Run a job again: input and overrides as they were, to be changed; the revision chosen; what differs shown first."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from jobs import services
from jobs.access import TRIGGER
from jobs.compare.jsondiff import changes
from jobs.history.specs import spec_of
from jobs.models import Job
from jobs.pages import reads
from jobs.pages.comparejobs import shown
from jobs.pages.launchform import LaunchForm, start
from jobs.pages.steering import allowed
from routilux_site.lib import strict_json
from routilux_site.lib.errors import RoutiluxError
from templates_app.diff import diff
from templates_app.models import FlowPrototype
from templates_app.pages.results import rows
from templates_app.selectors import effective_spec

PINNED, LATEST = "pinned", "latest"


class AgainForm(LaunchForm):
    """`seen` is the digest of what the preview showed, so that nothing starts that was not looked at."""

    revision = forms.ChoiceField(choices=[(PINNED, ""), (LATEST, "")], widget=forms.RadioSelect, label="Revision")
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, job: Job, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, auto_id="again-%s", label_suffix="", **more)
        self.held = job.overrides or {}  #: by the pinned revision

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        if said.get("revision") == PINNED and said.get("overrides", {}) not in ({}, self.held):
            self.add_error("overrides", "A pinned revision stays as it is: choose the latest, or empty this field.")
        return said

    @property
    def laid_over(self) -> dict[str, Any] | None:
        """The overrides that the new job lays over the revision; a pinned one holds its own already."""
        said = self.cleaned_data
        return said["overrides"] or None if said["revision"] == LATEST else None

    @property
    def digest(self) -> str:
        said = self.cleaned_data
        return strict_json.sha256([said["revision"], said["input"], said["overrides"]])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def run_again(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = reads.visible_job(request.user, job_id)
    if not request.user.has_perm(TRIGGER):
        raise PermissionDenied
    job.flow = FlowPrototype.objects.select_related("head").get(pk=job.flow_id)
    if request.method != "POST":
        return _page(request, job, AgainForm(job, initial=_start(job)), {})
    form = AgainForm(job, request.POST)
    preview = _preview(job, form) if form.is_valid() else {}
    if form.is_valid() and form.cleaned_data["seen"] == form.digest:
        made = _made(request, job, form)
        if made is not None:
            return redirect(made)
    return _page(request, job, form, preview)


def _start(job: Job) -> dict[str, Any]:
    """The safe choice is what ran before; after a fix, the latest is chosen by hand."""
    return {
        "revision": PINNED,
        "input": services.first_input(job) or {},
        "overrides": job.overrides or {},
        "once": uuid4(),
    }


def _page(request: HttpRequest, job: Job, form: AgainForm, preview: dict[str, Any]) -> HttpResponse:
    head = job.flow.head if job.flow.head_id else None
    context = {
        "job": job,
        "form": form,
        "head": head,
        "is_latest": job.flow.head_id == job.revision_id,
        "can_run": job.flow.is_runnable,
        "can_retry": "retry" in allowed(job, request.user),
        "preview": preview,
        "seen": form.digest if preview and not form.errors else "",
    }
    return render(request, "jobs/again.html", context, status=422 if form.errors else 200)


def _preview(job: Job, form: AgainForm) -> dict[str, Any]:
    """What would run, against what ran; empty when it cannot run."""
    said = form.cleaned_data
    try:
        spec = effective_spec(job.flow, form.laid_over) if said["revision"] == LATEST else spec_of(job.revision)
    except RoutiluxError as error:
        form.refuse(error)
        return {}
    before = spec_of(job.revision)
    differences = () if spec.hash == before.hash else diff(before, spec)
    return {"input": shown(changes(services.first_input(job) or {}, said["input"])), **rows(differences)}


def _made(request: HttpRequest, job: Job, form: AgainForm) -> Job | None:
    again = services.Again(job, form.cleaned_data["revision"] == PINNED)
    as_it_was = {"entry": job.entry or None, "priority": job.priority}
    return start(request, form, job.flow, overrides=form.laid_over, again=again, **as_it_was)
