"""Any two jobs side by side: `/jobs/compare/?a=<id>&b=<id>`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jobs.compare.between import between
from jobs.compare.jsondiff import Change
from jobs.models import Job
from jobs.pages import reads
from templates_app.pages.results import rows
from templates_app.pages.shown import value


@login_required
@require_safe
def compare_jobs(request: HttpRequest) -> HttpResponse:
    said = {name: request.GET.get(name, "").strip()[:40] for name in ("a", "b")}
    found = {name: _job(request, text) for name, text in said.items()}
    errors = [
        f"‘{said[name]}’ is no job that you may see: the whole id of one is accepted."
        for name, job in found.items()
        if said[name] and job is None
    ]
    context: dict[str, Any] = {"said": said, "errors": errors}
    a, b = found["a"], found["b"]
    if a is not None and b is not None:
        context |= {"a": a, "b": b, "swapped": urlencode({"a": said["b"], "b": said["a"]}), **_compared(a, b)}
    return render(request, "jobs/compare.html", context, status=404 if errors else 200)


def _job(request: HttpRequest, text: str) -> Job | None:
    try:
        return reads.visible_job(request.user, UUID(text))
    except (ValueError, Http404):
        return None


def _compared(a: Job, b: Job) -> dict[str, Any]:
    found = between(a, b)
    return {
        "sides": found.nodes,
        "divergence": found.divergence,
        "same_revision": a.revision_id == b.revision_id,
        **rows(found.differences),
        "input": (shown(found.input.changes), found.input.too_large),
        "result": (shown(found.result.changes), found.result.too_large),
    }


def shown(found: Iterable[Change]) -> list[dict[str, Any]]:
    """Differences of two values as a table shows them."""
    return [
        {"path": change.path, "kind": change.kind, "before": value(change.before), "after": value(change.after)}
        for change in found
    ]
