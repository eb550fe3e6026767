"""Why did it fail now? `/jobs/{id}/why/`: the last good job of the flow, what differs, and suspects in order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jobs.compare.evidence import evidence, last_good
from jobs.compare.suspects import suspects, unknown
from jobs.history.alike import born
from jobs.models import Job
from jobs.pages import reads
from jobs.pages.picture import spec_of
from jobs.states import JobStatus
from templates_app.pages.results import rows


@login_required
@require_safe
def why_page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = reads.visible_job(request.user, job_id)
    context: dict[str, Any] = {"job": job, "has_failed": job.status == JobStatus.FAILED}
    if context["has_failed"]:
        good = last_good(job, Job.objects.visible_to(request.user))
        context |= {"good": good, "alike": _alike(request, job), **(_compared(good, job) if good else {})}
    return render(request, "jobs/why.html", context)


def _compared(good: Job, bad: Job) -> dict[str, Any]:
    found = evidence(good, bad, spec_of(good.revision), spec_of(bad.revision))
    return {
        "suspects": suspects(found),
        "unknown": unknown(found),
        "evidence": found,
        "same_revision": good.revision_id == bad.revision_id,
        **rows(tuple(found.differences)),
    }


def _alike(request: HttpRequest, job: Job) -> dict[str, Any]:
    """Since when jobs of this flow have failed like this one."""
    if not job.fingerprint:
        return {}
    same = Job.objects.visible_to(request.user).filter(fingerprint=job.fingerprint, flow_id=job.flow_id)
    first = same.order_by("id").values_list("pk", flat=True).first()
    return {"first": first, "since": born(first), "is_first": first == job.pk} if first else {}
