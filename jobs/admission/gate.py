"""Admission: queued jobs begin when their start time has come, a place is free, and the rate allows it.

A job that has to pass this gate is born queued, with its first steps held; one decision (`jobs.admission.limits`) and
one conditional update let it go. What holds a place is the unfinished admitted job itself.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from jobs.admission.launch import Start
from jobs.admission.limits import Rate, decide, key_of, seconds_to_wait
from jobs.models import Job, Schedule
from jobs.models.schedule import Overlap
from jobs.runtime import wake
from jobs.runtime.nudge import nudge
from jobs.runtime.store import admit as store
from jobs.runtime.store.link import OUTAGES, django_link, is_conflict
from jobs.runtime.turns import EVERY
from jobs.states import JobStatus

logger = logging.getLogger(__name__)

#: A sweep that finds a full line goes on, but not for ever.
ROUNDS = 20
#: Of the jobs that hold the places, so many are named.
NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a queued job waits. `until` is when it may begin, where that is known; `holders` have the places."""

    reason: Literal["start_time", "concurrency", "rate", "turn"]
    sentence: str
    until: datetime | None = None
    holders: tuple[UUID, ...] = ()


def gate(job: Job, start: Start) -> None:
    """Before a job is born: what limits it, and whether it has to queue."""
    spec = start.spec
    if spec.concurrency:
        job.concurrency_key = key_of(job.flow_id, spec.concurrency.get("key"), start.payload)
        job.concurrency_limit = spec.concurrency["limit"]
    if spec.rate_limit:
        job.rate_count, job.rate_seconds = spec.rate_limit["count"], spec.rate_limit["per_seconds"]
    if job.schedule is not None and job.schedule.overlap == Overlap.QUEUE:
        _put_behind_earlier(job, job.schedule)
    job.start_at = job.admit_at = start.start_at
    if job.is_limited or job.start_at:
        job.status, job.admitted = JobStatus.QUEUED, False


def _put_behind_earlier(job: Job, schedule: Schedule) -> None:
    """The jobs of a schedule that queues run one after the other: a line of their own, or a second condition."""
    if job.concurrency_key:
        job.serial = True
    else:
        job.concurrency_key, job.concurrency_limit = f"{job.flow_id}:schedule {schedule.pk}", 1


def enter(job: Job) -> None:
    """A job stands in the queue once this transaction is committed: see at once whether it may begin."""
    if job.admit_at:
        delay = max(0.0, (job.admit_at - timezone.now()).total_seconds())
        transaction.on_commit(partial(wake.ring, delay=delay), robust=True)
    else:
        transaction.on_commit(partial(admit, job.flow_id, job.concurrency_key), robust=True)


def leave(job: Job) -> None:
    """A job ends with this transaction: the next one may have its place."""
    if job.concurrency_key:
        transaction.on_commit(partial(admit, job.flow_id, job.concurrency_key), robust=True)


def after_end(job_id: UUID) -> int:
    """The same for a job that a session saw ending; returns how many began."""
    whose = store.whose_place(django_link(), job_id)
    return admit(*whose) if whose else 0


def admit(flow: int, key: str) -> int:
    """Let those begin that may, of the jobs of a flow that wait under one key; returns how many did."""
    try:
        with transaction.atomic():
            admitted = _admit(flow, key)
    except OUTAGES as error:
        if not is_conflict(error):
            raise
        return 0  # somebody else is at it; the sweep comes by
    except Exception:  # what one flow has wrong with it keeps back no other
        logger.exception("admission failed", extra={"action": "admission_failed", "flow": flow})
        return 0
    if admitted:
        wake.ring()
    return admitted


def _admit(flow: int, key: str) -> int:
    link = django_link()
    store.lock_flow(link, flow)
    line = store.line(link, flow, key, oldest_first=_is_their_turn())
    decision = decide(line.candidates, taken=line.taken, starts=line.starts, now=line.now)
    if decision.later:
        store.look_later(link, *decision.later)
    begun = store.admit(link, decision.admitted) if decision.admitted else []
    for job_id, open_steps in begun:
        if not open_steps:  # closed or mended while it was queued: nothing may be left to do
            nudge(Job.objects.get(pk=job_id), lambda router: None)
    return len(begun)


def _is_their_turn() -> bool:
    """One decision in EVERY begins with who has waited longest, so that a low priority is late but never starved."""
    return random.random() * EVERY < 1  # noqa: S311


def sweep() -> int:
    """The net under all of this, each second: timers that are due, places that were freed by a crash."""
    link = django_link()
    begun = 0
    for _ in range(ROUNDS):
        ripe = store.ripen(link)
        moved = sum(admit(flow, key) for flow, key in store.movable(link))
        begun += moved
        if ripe < store.RIPE and moved < store.LINE:
            break
    return begun


def requeue(job: Job) -> dict[str, object]:
    """What changes in a job that is retried, if it has to stand in line again."""
    return {"admitted": False, "admit_at": None, "deadline_at": None} if job.is_limited else {}


def why(job: Job) -> Why | None:
    """Why a queued job waits; None for one that does not queue."""
    if job.status != JobStatus.QUEUED:
        return None
    return _why_not_yet(job) or _why_no_place(job) or _why_rate(job) or _turn()


def _why_not_yet(job: Job) -> Why | None:
    if job.start_at is None or job.start_at <= timezone.now():
        return None
    return Why(reason="start_time", until=job.start_at, sentence=f"It starts at {job.start_at:%Y-%m-%d %H:%M:%S %Z}.")


def _why_no_place(job: Job) -> Why | None:
    holders = Job.objects.holding_places().filter(concurrency_key=job.concurrency_key) if job.concurrency_key else None
    if holders is None or job.concurrency_limit is None or holders.count() < job.concurrency_limit:
        return None
    named = tuple(holders.order_by("id").values_list("pk", flat=True)[:NAMED])
    under = job.concurrency_key.partition(":")[2]
    told = f" with {under}" if under else ""
    places = f"{job.concurrency_limit} place{'' if job.concurrency_limit == 1 else 's'}"
    sentence = f"The flow has {places} for jobs under way{told}, and none is free."
    return Why(reason="concurrency", sentence=sentence, holders=named)


def _why_rate(job: Job) -> Why | None:
    if job.rate_count is None or job.rate_seconds is None:
        return None
    since = timezone.now() - timedelta(seconds=job.rate_seconds)
    begun = Job.objects.filter(flow=job.flow_id, rate_count__isnull=False, admitted_at__gt=since)
    newest = list(begun.order_by("-admitted_at").values_list("admitted_at", flat=True)[: job.rate_count])
    starts = [at.timestamp() for at in newest[::-1] if at]
    wait = seconds_to_wait(Rate(job.rate_count, job.rate_seconds), starts, timezone.now().timestamp())
    if not wait:
        return None
    most = f"{job.rate_count} job{'' if job.rate_count == 1 else 's'}"
    sentence = f"The flow begins at most {most} in {job.rate_seconds} s, and has begun as many."
    return Why(reason="rate", until=timezone.now() + timedelta(seconds=wait), sentence=sentence)


def _turn() -> Why:
    return Why(reason="turn", sentence="It is about to begin, or others are before it in line.")
