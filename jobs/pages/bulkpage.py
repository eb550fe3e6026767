"""Retry or cancel all jobs that a filter finds: first how many and which, then, with a reason, the deed."""

from __future__ import annotations

from collections import Counter
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from jobs import services
from jobs.pages import reads
from jobs.pages.joblist import Asked, asked
from jobs.pages.suggestions import address
from jobs.search.apply import sought
from jobs.search.matching import Matching, matching
from jobs.search.query import Query
from jobs.states import JobStatus
from jobs.steering.bulk import BulkVerb

SHOWN, REASONS = 10, 3
DOES: Final = {
    BulkVerb.RETRY: "Each job goes on where it stopped: its unfinished steps run again, what succeeded is kept.",
    BulkVerb.CANCEL: "Nothing more of these jobs starts. Steps that run now are cut off; their results are not kept.",
}
DONE: Final = {BulkVerb.RETRY: "retried", BulkVerb.CANCEL: "cancelled"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bulk_page(request: HttpRequest, verb: str) -> HttpResponse:
    if verb not in [known.value for known in BulkVerb]:
        raise Http404
    act = BulkVerb(verb)
    if not request.user.has_perm(act.permission):
        raise PermissionDenied
    said = asked(request, (request.POST if request.method == "POST" else request.GET).get("q", ""))
    if request.method == "POST":
        return _do(request, act, said)
    return _preview(request, act, said, status=200)


def _preview(request: HttpRequest, act: BulkVerb, said: Asked, *, status: int, problem: str = "") -> HttpResponse:
    wanted = sought(said.query, said.asker)
    found = matching(reads.listed(request.user), wanted, act) if said.query.terms else Matching([], False)
    context = {
        "verb": act,
        "query": said.query,
        "back": reverse("jobs:list") + address(said.query),
        "problems": [*filter(None, [problem]), *map(str, wanted.problems)],
        "found": found,
        "first": found.jobs[:SHOWN],
        "by_flow": Counter(job.flow.name for job in found.jobs).most_common(SHOWN),
        "does": DOES[act],
        "done": DONE[act],
        "statuses": [status.value for status in JobStatus if status in act.sources],
    }
    return render(request, "jobs/bulk.html", context, status=status)


def _do(request: HttpRequest, act: BulkVerb, said: Asked) -> HttpResponse:
    """What was shown, not what came meanwhile: `newest` was the newest job when the count was taken."""
    until = _uuid(request.POST.get("newest", ""))
    wanted = sought(said.query, said.asker)
    if until is None or wanted.problems or not said.query.terms:
        return _preview(request, act, said, status=422, problem="Look at what matches before you confirm it.")
    found = matching(reads.listed(request.user), wanted, act, until=until)
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:500]
    result = services.bulk(verb=act, jobs=found.keys, actor=request.user, reason=reason)
    _tell(request, act, result, found.more)
    return redirect(reverse("jobs:list") + address(_without_status(said.query)))


def _tell(request: HttpRequest, act: BulkVerb, result: services.BulkResult, more: bool) -> None:
    count = len(result.done)
    rest = " More jobs match: do it again for the next." if more else ""
    messages.success(request, f"{count} job{'' if count == 1 else 's'} {DONE[act]}.{rest}")
    if result.refused:
        reasons = Counter(refused.reason for refused in result.refused).most_common(REASONS)
        told = " ".join(f"{number} × {reason}" for reason, number in reasons)
        messages.warning(request, f"{len(result.refused)} refused: {told}")


def _without_status(query: Query) -> Query:
    """The jobs have another status now; without it the list still shows them."""
    return query.minus("status")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
