"""Why did it fail now? `/jobs/{id}/why/`: the last good job of the flow, what differs, and suspects in order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jobs.compare.between import Why, why
from jobs.compare.suspects import unknown
from jobs.history.alike import born
from jobs.models import Job
from jobs.pages import reads
from jobs.states import JobStatus
from templates_app.pages.results import rows


@login_required
@require_safe
def why_page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = reads.visible_job(request.user, job_id)
    context: dict[str, Any] = {"job": job, "has_failed": job.status == JobStatus.FAILED}
    if context["has_failed"]:
        found = why(job, Job.objects.visible_to(request.user))
        context |= {"good": found.good, "alike": _alike(job, found.first), **_compared(job, found)}
    return render(request, "jobs/why.html", context)


def _compared(bad: Job, found: Why) -> dict[str, Any]:
    return {
        "suspects": found.suspects,
        "unknown": unknown(found.evidence),
        "evidence": found.evidence,
        "same_revision": found.good is not None and found.good.revision_id == bad.revision_id,
        **rows(tuple(found.evidence.differences)),
    }


def _alike(job: Job, first: UUID | None) -> dict[str, Any]:
    """Since when jobs of this flow have failed like this one."""
    return {"first": first, "since": born(first), "is_first": first == job.pk} if first else {}
