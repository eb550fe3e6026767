"""Answers for parked steps: each step is answered once, and then runs again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from jobs.models import Activation, Job, Wait
from jobs.states import JOB_TERMINAL, StepStatus
from jobs.steering.common import let_go, steps, tell

TIMED_OUT_AT_MOST = 20


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
    for step, job, node in found:
        _time_out(step, job, node)
    return len(found)


def _time_out(step: int, job_id: UUID, node: str) -> None:
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        waits = Wait.objects.filter(step_id=step)
        default = str(waits.get().request.get("default"))
        given = {"timed_out": True, "approved": default == "approve", "comment": "", "by": ""}
        if answer(job, waits, given):
            kind = {"approve": "approved", "reject": "rejected"}.get(default, "timed_out")
            tell(job, kind, None, reason="Nobody answered in time.", data={"step": step, "node": node})
