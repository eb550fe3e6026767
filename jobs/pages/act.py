"""The buttons that steer a job: breakpoints, held items, decisions. Each is a form that names its verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from jobs import services
from jobs.admission.launch import Actor
from jobs.models import Item, Job
from jobs.pages import reads
from jobs.states import VERBS
from routilux_site.lib import strict_json
from routilux_site.lib.errors import RoutiluxError

Act = Callable[[Job, QueryDict, Actor], object]
LONGEST = 500


def _node(verb: Callable[..., object]) -> Act:
    return lambda job, said, actor: verb(job=job, node=_text(said, "node"), actor=actor, reason=_text(said, "reason"))


def _edit(job: Job, said: QueryDict, actor: Actor) -> None:
    payload = strict_json.loads(said.get("payload", ""))
    item = _item(job, said)
    services.edit_item(job=job, item=item, payload=payload, actor=actor, reason=_text(said, "reason"))  # type: ignore[arg-type]


def _drop(job: Job, said: QueryDict, actor: Actor) -> None:
    services.drop_item(job=job, item=_item(job, said), actor=actor, reason=_text(said, "reason"))


def _decide(job: Job, said: QueryDict, actor: Actor) -> None:
    answer = said.get("answer")
    if answer not in ("approve", "reject"):
        raise Http404
    step = reads.visible_step(job, _number(said, "step"))
    services.decide(job=job, step=step, approved=answer == "approve", comment=_text(said, "comment"), actor=actor)


ACTS: Final[Mapping[str, tuple[Act, str]]] = MappingProxyType(
    {
        "set_breakpoint": (_node(services.set_breakpoint), "From here on, steps of this node are held."),
        "clear_breakpoint": (_node(services.clear_breakpoint), "What the breakpoint held goes on."),
        "step": (_node(services.step), "One step goes on. The breakpoint stays."),
        "edit_item": (_edit, "The item was changed. The old one is in the job's history."),
        "drop_item": (_drop, "The item was dropped. It is kept in the job's history."),
        "decide": (_decide, "The step goes on with your decision."),
    }
)


@login_required
@require_POST
def act(request: HttpRequest, job_id: UUID, verb: str) -> HttpResponse:
    job = reads.visible_job(request.user, job_id)
    if verb not in ACTS:
        raise Http404
    if not request.user.has_perm(VERBS[verb].permission):
        raise PermissionDenied
    do, done = ACTS[verb]
    try:
        do(job, request.POST, request.user)
    except RoutiluxError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return redirect(job)


def _text(said: QueryDict, name: str) -> str:
    return said.get(name, "").replace("\0", "").strip()[:LONGEST]


def _number(said: QueryDict, name: str) -> int:
    text = said.get(name, "")
    if not text.isdecimal() or len(text) > 18:
        raise Http404
    return int(text)


def _item(job: Job, said: QueryDict) -> Item:
    return get_object_or_404(Item, pk=_number(said, "item"), job=job)
