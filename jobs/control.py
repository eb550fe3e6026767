"""The verbs on a job that is under way or has failed: pause, resume, retry, and mending a failed step by hand.

Each works under the job's lock and leaves an event with actor and reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from jobs import admission
from jobs.errors import BadInput, WrongState
from jobs.launch import Actor
from jobs.models import Activation, Job, JobEvent
from jobs.runtime import wake
from jobs.runtime.nudge import Act, nudge
from jobs.runtime.programs import programs
from jobs.runtime.router import Router
from jobs.states import JobStatus, StepStatus
from routilux_site.lib import strict_json

Outputs = Sequence[tuple[str, Mapping[str, Any]]]


def pause(*, job: Job, actor: Actor = None, reason: str = "") -> None:
    """Nothing new starts from here on; running steps finish, and what they cause is held."""
    with transaction.atomic():
        _lock(job, [JobStatus.QUEUED, JobStatus.PENDING, JobStatus.RUNNING], "cannot be paused")
        _change(job, status=JobStatus.PAUSED)
        _steps(job, StepStatus.READY, StepStatus.WAITING).update(status=StepStatus.HELD)
        tell(job, "paused", actor, reason=reason)


def resume(*, job: Job, actor: Actor = None, reason: str = "") -> None:
    with transaction.atomic():
        _lock(job, [JobStatus.PAUSED], "is not paused")
        _change(job, status=_under_way(job))
        tell(job, "resumed", actor, reason=reason)
        _release(job)


def retry(*, job: Job, actor: Actor = None, reason: str = "") -> None:
    """Go on where a job failed or was cancelled: its unfinished steps run again, what succeeded is kept."""
    with transaction.atomic():
        _revive(job)
        tell(job, "retried", actor, reason=reason)
        _release(job)


def skip_step(*, job: Job, step: Activation, actor: Actor = None, reason: str = "") -> None:
    """Go on with a failed job as if the failed step had sent nothing."""
    _mend(job, step, StepStatus.SKIPPED, [], actor=actor, reason=reason)


def supply_output(*, job: Job, step: Activation, outputs: Outputs, actor: Actor = None, reason: str = "") -> None:
    """Go on with a failed job as if the failed step had sent `outputs`, pairs of an event and its payload."""
    events = programs.get(job.revision_id).spec.nodes[step.node].events
    for place, (event, payload) in enumerate(outputs):
        strict_json.check(payload, path=f"outputs.{place}.payload")
        if event not in events or not isinstance(payload, Mapping):
            accepted = ", ".join(events) or "none"
            message = f"{event!r} with {type(payload).__name__} is not accepted: an event of {step.node} ({accepted})"
            raise BadInput(f"{message} with a JSON object.", path=f"outputs.{place}")
    _mend(job, step, StepStatus.COMPLETED, outputs, actor=actor, reason=reason)


def _mend(job: Job, step: Activation, status: StepStatus, outputs: Outputs, **told: Any) -> None:
    with transaction.atomic():
        failed = _steps(job, StepStatus.FAILED).filter(pk=step.pk).exists()
        _revive(job)
        if not failed:
            raise WrongState(f"Step {step.pk} of the job did not fail; only a failed step can be mended.", path="step")
        _steps(job, StepStatus.HELD).filter(pk=step.pk).update(status=status, finished_at=Now())
        _change(job, open=F("open") - 1)
        kind = "step_skipped" if status == StepStatus.SKIPPED else "output_supplied"
        tell(job, kind, data={"step": step.pk, "node": step.node}, **told)
        _release(job, lambda router: _emit(router, step, outputs))


def _emit(router: Router, step: Activation, outputs: Outputs) -> None:
    for event, payload in outputs:
        router.emit(source=step.pk, node=step.node, event=event, payload=dict(payload))


def _revive(job: Job) -> None:
    """A job that failed or was cancelled is under way again, with all its unfinished steps held and as if new."""
    _lock(job, [JobStatus.FAILED, JobStatus.CANCELLED], "has nothing to retry")
    unfinished = _steps(job, StepStatus.FAILED, StepStatus.CANCELLED)
    fresh: dict[str, Any] = {"errors": 0, "deaths": 0, "session_id": None, "due_at": None, "finished_at": None}
    count = unfinished.update(status=StepStatus.HELD, **fresh)
    deadline = None if job.timeout is None else Now() + timedelta(seconds=job.timeout)
    told: dict[str, Any] = {
        "error_summary": "",
        "error_node": "",
        "fingerprint": "",
        "finished_at": None,
        "deadline_at": deadline,
    }
    told |= admission.requeue(job)
    job.admitted = bool(told.get("admitted", True))
    _change(job, status=_under_way(job), open=count, **told)


def _release(job: Job, act: Act = lambda router: None) -> None:
    """Let held steps go, as many as max_workers admits, and see whether anything moves; or go back to the queue."""
    held = _steps(job, StepStatus.HELD)
    limit = programs.get(job.revision_id).spec.max_workers
    # Ready: a step that was thrown back while the job was paused, because its node's state had changed.
    active = _steps(job, StepStatus.READY, StepStatus.RUNNING, StepStatus.RETRYING).count()
    free = None if limit is None else max(0, limit - active)
    going = list(held.order_by("id").values_list("pk", flat=True)[:free])
    held.exclude(pk__in=going).update(status=StepStatus.WAITING)
    if job.admitted:
        held.update(status=StepStatus.READY, ready_at=Now())
        transaction.on_commit(wake.ring, robust=True)
    else:
        admission.enter(job)
    nudge(job, lambda router: _go_on(router, act))


def _go_on(router: Router, act: Act) -> None:
    """Policies are asked again: one that raised, and failed the job, may have been mended."""
    act(router)
    router.look_everywhere()


def _steps(job: Job, *statuses: StepStatus) -> QuerySet[Activation]:
    return Activation.objects.filter(job=job, status__in=statuses)


def _lock(job: Job, sources: Sequence[JobStatus], but: str) -> None:
    """Take the job's lock and read it anew; refuse when it is in none of the states that this verb starts from."""
    job.refresh_from_db(from_queryset=Job.objects.select_for_update())
    if job.status not in sources:
        raise ended(job, but)


def _change(job: Job, **changes: Any) -> None:
    Job.objects.filter(pk=job.pk).update(**changes)


def _under_way(job: Job) -> JobStatus:
    if not job.admitted:
        return JobStatus.QUEUED
    return JobStatus.RUNNING if job.started_at else JobStatus.PENDING


def tell(job: Job, kind: str, actor: Actor, *, reason: str = "", data: dict[str, Any] | None = None) -> None:
    user = getattr(actor, "pk", None)
    JobEvent.objects.create(job=job, kind=kind, actor_id=user, reason=reason[:500], data=data or {})


def ended(job: Job, so: str) -> WrongState:
    """The job is in a state in which this cannot be done."""
    job.refresh_from_db()
    return WrongState(f"The job is {job.status}: it {so}.", path="status")
