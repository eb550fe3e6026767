"""Handed in to the admin: what the page of a flow shows of its runs, as far as its reader may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from jobs.access import TRIGGER
from jobs.models import Job
from jobs.states import JobStatus
from templates_app.models import FlowPrototype

LATEST = 5
_LOOKS = {JobStatus.COMPLETED: "ok", JobStatus.FAILED: "bad"}


@dataclass(frozen=True, slots=True)
class JobLine:
    label: str
    url: str
    status: str
    look: str
    at: datetime


def of_flow(request: HttpRequest, flow: FlowPrototype) -> dict[str, Any]:
    found = _latest(request, flow)
    return {"jobs": found, "jobs_empty": found == [], "curl": _curl(request, flow)}


def _latest(request: HttpRequest, flow: FlowPrototype) -> list[JobLine] | None:
    if not request.user.has_perm("jobs.view_job"):
        return None
    rows = Job.objects.filter(flow=flow.pk).only("pk", "status", "created_at").order_by("-id")[:LATEST]
    return [_line(job) for job in rows]


def _line(job: Job) -> JobLine:
    status = JobStatus(job.status)
    return JobLine(str(job.pk)[:18], job.get_absolute_url(), status.label, _LOOKS.get(status, "wait"), job.created_at)


def _curl(request: HttpRequest, flow: FlowPrototype) -> str:
    # Imported when needed: this module is known while Django still loads its apps.
    from jobs.pages.example import example
    from jobs.pages.trigger import curl

    if flow.head is None or flow.is_archived or not request.user.has_perm(TRIGGER):
        return ""
    return curl(request, flow, example(dict(flow.head.spec.input_schema or {})))
