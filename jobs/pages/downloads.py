"""What is too big for a page, as JSON files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from jobs.models import Item, StepLog
from jobs.pages import reads
from jobs.pages.answers import CACHE_CONTROL
from jobs.runtime.router import NOBODY

CHUNK = 100
JSON = "application/json"
R = TypeVar("R", bound=HttpResponseBase)

_JOB_PARTS = {
    "input": Q(source_id=None),
    "result": Q(node=""),
    "undelivered": ~Q(node="") & Q(consumed_by_id=None),
    "dropped": Q(consumed_by_id=NOBODY),
}
_STEP_PARTS = {"inputs": "consumed_by_id", "outputs": "source_id"}


@login_required
@require_safe
def job_part(request: HttpRequest, job_id: UUID, part: str) -> HttpResponseBase:
    job = reads.visible_job(request.user, job_id)
    if part not in _JOB_PARTS:
        raise Http404
    return _file(_items(Item.objects.filter(_JOB_PARTS[part], job=job)), f"job-{job.pk}-{part}")


@login_required
@require_safe
def step_part(request: HttpRequest, job_id: UUID, step_id: int, part: str) -> HttpResponseBase:
    job = reads.visible_job(request.user, job_id)
    step = reads.visible_step(job, step_id)
    if part == "log":
        logs = StepLog.objects.filter(activation_id=step.pk).order_by("id")
        rows: Iterator[Any] = logs.values("attempt", "lines", "error").iterator(CHUNK)
    elif part in _STEP_PARTS:
        rows = _items(Item.objects.filter(job=job, **{_STEP_PARTS[part]: step.pk}))
    else:
        raise Http404
    return _file(rows, f"step-{step.pk}-{part}")


@login_required
@require_safe
def item(request: HttpRequest, job_id: UUID, item_id: int) -> HttpResponse:
    job = reads.visible_job(request.user, job_id)
    found = get_object_or_404(Item, pk=item_id, job=job)
    return _as_file(HttpResponse(_dumps(found.payload), content_type=JSON), f"item-{found.pk}")


def _items(rows: QuerySet[Item]) -> Iterator[Any]:
    fields = ("id", "source_node", "event", "node", "slot", "payload")
    yield from rows.order_by("id").values(*fields).iterator(CHUNK)


def _file(rows: Iterator[Any], name: str) -> HttpResponseBase:
    return _as_file(StreamingHttpResponse(_array(rows), content_type=JSON), name)


def _array(rows: Iterator[Any]) -> Iterator[str]:
    before = "[\n"
    for row in rows:
        yield before + _dumps(row)
        before = ",\n"
    yield "\n]\n" if before == ",\n" else "[]\n"


def _as_file(response: R, name: str) -> R:
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    response["Cache-Control"] = CACHE_CONTROL
    return response


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
