"""One job: `/jobs/{id}/`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from jobs import access
from jobs.access import TRIGGER
from jobs.history import selectors, waiting
from jobs.history.progress import summary as summed
from jobs.history.specs import spec_of
from jobs.models import Job
from jobs.pages import reads
from jobs.pages.answers import live_page
from jobs.pages.controls import offers
from jobs.pages.gantt import drawn
from jobs.pages.picture import edges, picture
from jobs.pages.reads import Group, StepFilter, Steps, User
from jobs.pages.steering import allowed, steering
from jobs.states import JobStatus, StepStatus

PULSE = 1500  #: milliseconds between two looks of the script


@login_required
@require_safe
def job_detail(request: HttpRequest, job_id: UUID) -> HttpResponse:
    try:
        job = reads.visible_job(request.user, job_id)
    except Http404:
        return _pruned(request, job_id)
    asked = _asked(request)
    steps = reads.steps(job, asked)
    may = sorted(allowed(job, request.user))
    groups = [list(_signature(group)) for group in steps.groups]
    state = [job.status, job.open, may, job.breakpoints, groups, request.GET.urlencode()]
    return live_page(request, "detail", lambda: _context(request.user, job, asked, steps), state=state)


def _context(user: User, job: Job, asked: StepFilter, steps: Steps) -> dict[str, Any]:
    may, statuses = allowed(job, user), {group.status for group in steps.groups}
    at_rest = not job.is_terminal and StepStatus.RUNNING not in statuses
    return {
        "job": job,
        "waits_for": waiting.why(job) if at_rest else [],
        "pulse": None if job.is_terminal else PULSE,
        "may_cancel": "cancel" in may,
        "may_run_again": user.has_perm(TRIGGER),  # type: ignore[union-attr]
        "key": job.concurrency_key.partition(":")[2],  # behind the flow, which the page names anyway
        "again": getattr(job, "again", []),
        "controls": offers(job, user, statuses),
        "timeline": drawn(job, steps.page.items),
        "allowed": may,
        **steering(job, steps.groups),
        **_about_steps(job, asked, steps),
        **_about_data(job, steps.groups),
    }


def _pruned(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """410 and what was kept of a job whose history is gone; 404 for one that never was."""
    stub = get_object_or_404(access.visible_pruned(request.user), pk=job_id)
    return render(request, "jobs/pruned.html", {"stub": stub}, status=410)


def _asked(request: HttpRequest) -> StepFilter:
    said = {name: request.GET.get(name, "").replace("\0", "")[:100] for name in ("node", "status", "cursor")}
    return StepFilter(**said)


def _signature(group: Group) -> tuple[str, str, int, int, int]:
    return group.node, group.status, group.count, group.attempts, group.errors


def _about_steps(job: Job, asked: StepFilter, steps: Steps) -> dict[str, Any]:
    return {
        "asked": asked,
        "steps": steps.page,
        "progress": progress(job, steps.groups),
        "picture": picture(job, steps.groups),
        "edges": edges(job),
        "statuses": [status for status in StepStatus if any(group.status == status for group in steps.groups)],
        "nodes": sorted({group.node for group in steps.groups}),
    }


def _about_data(job: Job, groups: list[Group]) -> dict[str, Any]:
    return {"items": reads.job_items(job), "events": reads.events(job), "failure": _failure(job, groups)}


def progress(job: Job, groups: list[Group]) -> dict[str, Any]:
    """How far the job is. Nodes without a step yet count as one each, so that the bar seldom moves backwards."""
    counts: dict[str, int] = {}
    for group in groups:
        counts[group.status] = counts.get(group.status, 0) + group.count
    summary = summed(counts)
    untouched = len(set(spec_of(job.revision).nodes) - {group.node for group in groups})
    ahead = 0 if job.status == JobStatus.COMPLETED else untouched
    ended = summary["done"] + summary["failed"] + summary["cancelled"]
    return {**summary, "untouched": untouched, "ended": ended, "most": max(summary["total"] + ahead, 1)}


def _failure(job: Job, groups: list[Group]) -> dict[str, Any] | None:
    if job.status != JobStatus.FAILED:
        return None
    failed = [group.last for group in groups if group.node == job.error_node and group.status == StepStatus.FAILED]
    error = selectors.error_of(failed[0]) if failed else None
    return {"step": failed[0] if failed else None, **(error or {})}
