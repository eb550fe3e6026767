"""The list of jobs: `/jobs/?q=status:failed flow:orders since:2h`. Its whole state is the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from jobs.access import TRIGGER
from jobs.models import Job
from jobs.pages import reads, suggestions
from jobs.pages.answers import live_page
from jobs.pages.known import Known, known
from jobs.pages.suggestions import address
from jobs.search.apply import Asker, sought
from jobs.search.query import Query, of_parameters, parse
from jobs.search.window import WINDOW, Found, page_of
from jobs.steering.bulk import BulkVerb
from routilux_site.lib.keyset import Page, PageError

SIZE = 50
PULSE = 2000  #: milliseconds between two looks of the script
EARLIER = ("status", "flow", "since")  #: parameters that addresses had before there was a query


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of the list, and who asks."""

    query: Query
    known: Known
    asker: Asker


def asked(request: HttpRequest, text: str) -> Asked:
    there = known(request.user)
    return Asked(parse(text), there, Asker(user=request.user.pk, now=timezone.now(), flows=there.flows))


@login_required
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    if any(name in request.GET for name in EARLIER):
        return HttpResponseRedirect(request.path + _modern(request.GET))
    said = asked(request, request.GET.get("q", ""))
    cursor = request.GET.get("cursor", "")
    found, problems = _find(request, said, cursor)
    live = _live(request, said, found, problems)
    state = [_state(found.page), str(found.looked_back_to), request.GET.urlencode()]
    return live_page(request, "list", lambda: {**live, **_bar(request, said)}, state=state)


def _modern(query: QueryDict) -> str:
    parts = [of_parameters((name, query.get(name, "")) for name in EARLIER).text, query.get("q", "")]
    more = {"fragment": "1"} if "fragment" in query else {}
    return address(" ".join(part for part in parts if part), **more) or "?"


def _find(request: HttpRequest, said: Asked, cursor: str) -> tuple[Found, list[str]]:
    wanted = sought(said.query, said.asker)
    if wanted.problems:
        return Found(Page([], None, None)), [str(problem) for problem in wanted.problems]
    try:
        return page_of(reads.listed(request.user), wanted, cursor=cursor, size=SIZE), []
    except PageError as error:
        return Found(Page([], None, None)), [error.message]


def _live(request: HttpRequest, said: Asked, found: Found, problems: list[str]) -> dict[str, Any]:
    page, may_trigger = found.page, request.user.has_perm(TRIGGER)
    return {
        "query": said.query,
        "problems": problems,
        "jobs": page.items,
        "next": address(said.query, cursor=page.next) if page.next else "",
        "previous": address(said.query, cursor=page.previous) if page.previous else "",
        "window": WINDOW if found.looked_back_to else 0,
        "pulse": PULSE if _moves(request, page) else None,
        "can_trigger": may_trigger,
        "runnable": [flow for flow in said.known.flows.values() if flow.is_runnable] if may_trigger else [],
    }


def _bar(request: HttpRequest, said: Asked) -> dict[str, Any]:
    flow = said.query.value("flow") or said.query.value("variant")
    return {
        "text": request.GET.get("q", ""),
        "tabs": suggestions.tabs(said.query),
        "chips": suggestions.chips(said.query),
        "offers": suggestions.offers(said.query, said.known.flows),
        "examples": suggestions.examples(said.query),
        "views": [(view, address(view.query)) for view in said.known.views],
        "flow": flow if flow in said.known.flows else "",
        "bulk": bulk_links(request, said.query),
        "here": address(said.query),
        "path": request.get_full_path(),
    }


def bulk_links(request: HttpRequest, query: Query) -> list[tuple[BulkVerb, str]]:
    """None without a filter: all jobs at once is never what was meant."""
    if not query.terms or query.problems:
        return []
    may = [verb for verb in BulkVerb if request.user.has_perm(verb.permission)]
    return [(verb, reverse("jobs:bulk", args=[verb]) + address(query)) for verb in may]


def _moves(request: HttpRequest, page: Page[Job]) -> bool:
    """New jobs come on the first page; on others only what is shown can change."""
    return not request.GET.get("cursor") or any(not job.is_terminal for job in page.items)


def _state(page: Page[Job]) -> list[list[Any]]:
    return [[str(job.pk), job.status, job.started_at is None] for job in page.items]
