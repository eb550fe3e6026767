"""Jobs that belong to a step of another job: the end of a child reaches its parent, the end of a parent its children.

Whoever ends a job tells its family right after the commit. Should it die in between, the sweep of any session does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from jobs.models import Job, Wait
from jobs.runtime.store.joblock import End, close_rest, end_job
from jobs.runtime.store.link import DATABASE_ERRORS, OUTAGES, django_link
from jobs.runtime.waits import answer
from jobs.states import JOB_TERMINAL, JOB_UNDER_WAY, JobStatus, WaitKind

logger = logging.getLogger(__name__)

SWEEP_AT_MOST = 50
GONE = "The job that it belonged to has ended."


def children(job: Job, statuses: Collection[JobStatus]) -> QuerySet[Job]:
    return Job.objects.filter(parent=job, status__in=statuses).order_by("pk")


def after_end(job: UUID) -> None:
    """If a job has ended, and that is committed: its children end too, and the step that waits for it hears of it."""
    left = Job.objects.filter(parent=job, parent__status__in=JOB_TERMINAL, status__in=JOB_UNDER_WAY)
    for child in list(left.values_list("pk", flat=True)):
        _end_child(child)
    tell_parent(job)


def tell(job: UUID) -> None:
    """The same from a thread that must not stumble over it: what it does not tell, the sweep does."""
    try:
        after_end(job)
    except DATABASE_ERRORS as error:
        logger.warning("family not told: %s", error, extra={"action": "family_not_told", "job": str(job)})


def tell_parent(job: UUID) -> None:
    """Answer the step that waits for this job. Nothing happens when there is none, or it waits for another by now."""
    child = Job.objects.filter(pk=job, parent_step_id__isnull=False, status__in=JOB_TERMINAL).first()
    if child is None or child.parent_id is None:
        return
    told = {"job": str(child.pk), "status": child.status, "summary": child.error_summary, "node": child.error_node}
    with transaction.atomic():
        parent = Job.objects.select_for_update().filter(pk=child.parent_id).first()
        if parent is not None:
            answer(parent, Wait.objects.filter(child=child), told)


def sweep() -> int:
    """Tell what was not told because somebody died; returns how many jobs that were."""
    untold = Wait.objects.filter(kind=WaitKind.CHILD_JOB, answered_at=None, child__status__in=JOB_TERMINAL)
    untold = untold.filter(job__status__in=JOB_UNDER_WAY)
    orphaned = Job.objects.filter(parent__status__in=JOB_TERMINAL, parent_step_id__isnull=False)
    ended = list(untold.values_list("child_id", flat=True)[:SWEEP_AT_MOST])
    alone = list(orphaned.filter(status__in=JOB_UNDER_WAY).values_list("pk", flat=True)[:SWEEP_AT_MOST])
    done = [_done(tell_parent, job) for job in ended] + [_done(_end_child, job) for job in alone]
    return sum(done)


def _done(do: Callable[[UUID], None], job: UUID) -> bool:
    """What one family has wrong with it keeps back no other."""
    try:
        do(job)
    except OUTAGES:
        raise
    except Exception:
        logger.exception("family not told", extra={"action": "family_not_told", "job": str(job)})
        return False
    return True


def _end_child(child: UUID) -> None:
    with transaction.atomic():
        end_job(django_link(), child, End(status=JobStatus.CANCELLED, reason=GONE))
    close_rest(django_link(), child)
    after_end(child)
