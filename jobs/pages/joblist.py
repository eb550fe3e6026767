"""The list of jobs: `/jobs/`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from jobs.models import Job
from jobs.pages import reads
from jobs.pages.answers import live_page
from jobs.pages.filters import JobFilter
from jobs.pages.looks import word
from jobs.states import JobStatus
from routilux_site.lib.keyset import Page, PageError, keyset_page

SIZE = 50
PULSE = 2000  #: milliseconds between two looks of the script
_TABS = ("", "running", "pending", "failed", "completed", "cancelled")


@login_required
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    flows = reads.flow_choices(request.user)
    form = JobFilter(request.GET, flows=flows)
    page, problem = _page(form.apply(reads.listed(request.user)), request.GET.get("cursor", ""))
    context = {
        "form": form,
        "problem": problem,
        "jobs": page.items,
        "tabs": _tabs(request.GET),
        "next": _link(request.GET, cursor=page.next) if page.next else "",
        "previous": _link(request.GET, cursor=page.previous) if page.previous else "",
        "pulse": PULSE if _moves(request, page) else None,
        "runnable": [flow for flow in flows if flow.is_runnable] if _may_trigger(request) else [],
        "can_trigger": _may_trigger(request),
        "path": request.get_full_path(),
    }
    return live_page(request, "list", lambda: context, state=[_state(page), request.GET.urlencode()])


def _page(jobs: Any, cursor: str) -> tuple[Page[Job], str]:
    try:
        return keyset_page(jobs, cursor=cursor, size=SIZE), ""
    except PageError as error:
        return Page([], None, None), error.message


def _moves(request: HttpRequest, page: Page[Job]) -> bool:
    """New jobs come on the first page; on others only what is shown can change."""
    return not request.GET.get("cursor") or any(not job.is_terminal for job in page.items)


def _state(page: Page[Job]) -> list[list[Any]]:
    return [[str(job.pk), job.status, job.started_at is None] for job in page.items]


def _may_trigger(request: HttpRequest) -> bool:
    return request.user.has_perm("templates_app.trigger_flowprototype")


def _tabs(query: QueryDict) -> list[dict[str, Any]]:
    asked = query.get("status", "")
    names = _TABS if asked in _TABS or asked not in JobStatus else (*_TABS, asked)
    return [_tab(query, name, name == asked) for name in names]


def _tab(query: QueryDict, name: str, is_current: bool) -> dict[str, Any]:
    label = word(name) if name else "All"
    return {"name": name, "word": label, "url": _link(query, status=name), "is_current": is_current}


def _link(query: QueryDict, **changes: str | None) -> str:
    """The same list with other parameters. A changed filter starts at its first page."""
    changed = query.copy()
    for name in ("cursor", "fragment"):
        changed.pop(name, None)
    for name, value in changes.items():
        changed.setlist(name, [value] if value else [])
    return "?" + changed.urlencode()
