"""What the verbs on a job share: its lock, its steps, letting them go, and the record of who did it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from jobs.admission.launch import Actor
from jobs.errors import WrongState
from jobs.models import Activation, Job, JobEvent
from jobs.runtime import wake
from jobs.runtime.programs import programs
from jobs.states import VERBS, JobStatus, StepStatus


def lock(job: Job, verb: str) -> None:
    """Take the job's lock and read it anew; refuse when it is in none of the states that this verb starts from."""
    job.refresh_from_db(from_queryset=Job.objects.select_for_update(of=("self",)))
    if job.status not in VERBS[verb].sources:
        raise refused(job, verb)


def refused(job: Job, verb: str) -> WrongState:
    """The job is in a state in which this cannot be done."""
    job.refresh_from_db()
    return WrongState(f"The job is {job.status}: it {VERBS[verb].but}.", path="status")


def steps(job: Job, *statuses: StepStatus) -> QuerySet[Activation]:
    return Activation.objects.filter(job=job, status__in=statuses)


def change(job: Job, **changes: Any) -> None:
    Job.objects.filter(pk=job.pk).update(**changes)


def let_go(job: Job, held: QuerySet[Activation]) -> int:
    """These steps may start, as many as max_workers admits, unless the job is paused; returns how many there were."""
    found = list(held.order_by("id").values_list("pk", flat=True))
    going = Activation.objects.filter(pk__in=found)
    if job.status == JobStatus.PAUSED:
        return going.update(status=StepStatus.HELD, due_at=None)
    limit = programs.get(job.revision_id).spec.max_workers
    active = steps(job, StepStatus.READY, StepStatus.RUNNING, StepStatus.RETRYING).count() if limit else 0
    free = len(found) if limit is None else max(0, limit - active)
    going.filter(pk__in=found[free:]).update(status=StepStatus.WAITING, due_at=None)
    begin = StepStatus.HELD if job.status == JobStatus.QUEUED else StepStatus.READY
    going.filter(pk__in=found[:free]).update(status=begin, ready_at=Now(), due_at=None)
    transaction.on_commit(wake.ring, robust=True)
    return len(found)


def tell(job: Job, kind: str, actor: Actor, *, reason: str = "", data: dict[str, Any] | None = None) -> None:
    user = getattr(actor, "pk", None)
    JobEvent.objects.create(job=job, kind=kind, actor_id=user, reason=reason[:500], data=data or {})
