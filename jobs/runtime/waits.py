"""Answers for parked steps: each step is answered once, and then runs again."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from jobs.models import Activation, Job, Wait
from jobs.runtime.store.link import OUTAGES
from jobs.states import JOB_TERMINAL, StepStatus
from jobs.steering.common import let_go, steps, tell

logger = logging.getLogger(__name__)

TIMED_OUT_AT_MOST = 20
#: Until one that failed is tried again.
PENALTY = timedelta(seconds=30)


def answer(job: Job, waits: QuerySet[Wait], given: Mapping[str, Any]) -> bool:
    """Let the parked step that waits so go on, under the job's lock. False: nobody waits for it any more."""
    wait = waits.filter(job=job, answered_at=None).first()
    if wait is None or job.status in JOB_TERMINAL:
        return False
    parked = steps(job, StepStatus.PARKED).filter(pk=wait.step_id)
    if not parked.exists():
        return False
    Wait.objects.filter(pk=wait.pk).update(answer=dict(given), answered_at=Now())
    return bool(let_go(job, parked))


def time_out() -> int:
    """Answer for those who did not in time; returns how many steps that were."""
    due = Activation.objects.filter(status=StepStatus.PARKED, due_at__lte=Now()).order_by("due_at")
    found = list(due.values_list("pk", "job_id", "node")[:TIMED_OUT_AT_MOST])
    return sum(_timed_out(*one) for one in found)


def _timed_out(step: int, job: UUID, node: str) -> bool:
    """What one of them has wrong with it keeps back no other."""
    try:
        _time_out(step, job, node)
    except OUTAGES:
        raise
    except Exception:
        logger.exception("not timed out", extra={"action": "wait_failed", "job": str(job)})
        Activation.objects.filter(pk=step).update(due_at=Now() + PENALTY)
        return False
    return True


def _time_out(step: int, job_id: UUID, node: str) -> None:
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        waits = Wait.objects.filter(step_id=step)
        default = str(waits.get().request.get("default"))
        given = {"timed_out": True, "approved": default == "approve", "comment": "", "by": ""}
        if answer(job, waits, given):
            kind = {"approve": "approved", "reject": "rejected"}.get(default, "timed_out")
            tell(job, kind, None, reason="Nobody answered in time.", data={"step": step, "node": node})
