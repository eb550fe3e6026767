"""Failures grouped by what went wrong: `/jobs/errors/?q=since:24h`."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from jobs.history.alike import Group, Groups, alike
from jobs.models import Job
from jobs.pages.joblist import Asked, asked
from jobs.pages.suggestions import Link, address
from jobs.search.apply import sought
from jobs.search.query import Query
from jobs.search.window import newest

USUAL = "24h"
PERIODS = {"1h": "Last hour", "24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days"}


@login_required
@require_safe
def error_groups(request: HttpRequest) -> HttpResponse:
    said = asked(request, request.GET.get("q", f"since:{USUAL}"))
    wanted = sought(said.query, said.asker)
    groups = Groups([], 0, False) if wanted.problems else _failed(request, said)
    context = {
        "text": request.GET.get("q", f"since:{USUAL}"),
        "query": said.query,
        "problems": [str(problem) for problem in wanted.problems],
        "groups": [(group, jobs_of(said.query, group)) for group in groups.items],
        "total": groups,
        "periods": periods(said.query),
    }
    return render(request, "jobs/errors.html", context)


def _failed(request: HttpRequest, said: Asked) -> Groups:
    """Whatever the query says of a status, these have failed."""
    wanted = sought(said.query.plus("status", "failed"), said.asker)
    return alike(newest(Job.objects.visible_to(request.user), wanted))


def jobs_of(query: Query, group: Group) -> str:
    """The list of the jobs of a group, as far as the query reaches."""
    narrowed = query.minus("status").plus("flow", group.flow).plus("status", "failed")
    alike_too = narrowed.plus("fingerprint", group.fingerprint) if group.fingerprint else narrowed
    return reverse("jobs:list") + address(alike_too)


def periods(query: Query) -> list[Link]:
    asked_for = query.value("since")
    return [
        Link(label, address(query.plus("since", period)), period, period == asked_for)
        for period, label in PERIODS.items()
    ]
