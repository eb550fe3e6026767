"""The verbs on a job that is under way or has failed: pause, resume, retry, and mending a failed step by hand.

Each works under the job's lock and leaves an event with actor and reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from jobs.admission import gate as admission
from jobs.admission.launch import Actor
from jobs.errors import BadInput, WrongState
from jobs.models import Activation, Job, Wait
from jobs.runtime import family
from jobs.runtime.family import children
from jobs.runtime.nudge import MOVING, Act, nudge
from jobs.runtime.programs import programs
from jobs.runtime.router import Router
from jobs.states import VERBS, JobStatus, StepStatus
from jobs.steering.common import change, let_go, lock, steps, tell
from routilux_site.lib import strict_json

#: No commit is under way for longer than this, whatever its process suffers.
LATE_AT_MOST = timedelta(hours=1)
SWEEP_AT_MOST = 50
Outputs = Sequence[tuple[str, Mapping[str, Any]]]


def pause(*, job: Job, actor: Actor = None, reason: str = "") -> None:
    """Nothing new starts from here on; running steps finish, and what they cause is held. Child jobs pause too."""
    with transaction.atomic():
        lock(job, "pause")
        change(job, status=JobStatus.PAUSED)
        steps(job, StepStatus.READY, StepStatus.WAITING).update(status=StepStatus.HELD)
        tell(job, "paused", actor, reason=reason)
        for child in children(job, VERBS["pause"].sources):
            pause(job=child, actor=actor, reason=reason or "Its parent was paused.")


def resume(*, job: Job, actor: Actor = None, reason: str = "") -> None:
    with transaction.atomic():
        lock(job, "resume")
        _under_way_again(job)
        tell(job, "resumed", actor, reason=reason)
        _release(job)
        for child in children(job, VERBS["resume"].sources):
            resume(job=child, actor=actor, reason=reason or "Its parent was resumed.")


def release_left_behind() -> int:
    """Let steps go that were held because their job was paused when they were being written, and whose job was resumed
    before that was committed: the resume could not see them. Returns of how many jobs."""
    recent = Activation.objects.filter(status=StepStatus.HELD, ready_at__gt=Now() - LATE_AT_MOST)
    left = recent.filter(job__status__in=MOVING).values_list("job_id", flat=True).distinct()[:SWEEP_AT_MOST]
    return sum(map(_release_again, list(left)))


def _release_again(job_id: UUID) -> bool:
    with transaction.atomic():
        job = Job.objects.select_for_update(of=("self",)).filter(pk=job_id, status__in=MOVING).first()
        if job is not None:
            _release(job)
    return job is not None


def retry(*, job: Job, actor: Actor = None, reason: str = "") -> None:
    """Go on where a job failed or was cancelled: its unfinished steps run again, what succeeded is kept."""
    family.tell_parent(job.pk)
    with transaction.atomic():
        _revive(job, "retry")
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
    is_skip = status == StepStatus.SKIPPED
    family.tell_parent(job.pk)
    with transaction.atomic():
        failed = steps(job, StepStatus.FAILED).filter(pk=step.pk).exists()
        _revive(job, "skip_step" if is_skip else "supply_output")
        if not failed:
            raise WrongState(f"Step {step.pk} of the job did not fail; only a failed step can be mended.", path="step")
        steps(job, StepStatus.HELD).filter(pk=step.pk).update(status=status, finished_at=Now())
        change(job, open=F("open") - 1)
        kind = "step_skipped" if is_skip else "output_supplied"
        tell(job, kind, data={"step": step.pk, "node": step.node}, **told)
        _release(job, lambda router: _emit(router, step, outputs))


def _emit(router: Router, step: Activation, outputs: Outputs) -> None:
    for event, payload in outputs:
        router.emit(source=step.pk, node=step.node, event=event, payload=dict(payload))


def _revive(job: Job, verb: str) -> None:
    """A job that failed or was cancelled is under way again, with all its unfinished steps held and as if new."""
    lock(job, verb)
    count = _hold_unfinished(job)
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
    # Its parent has heard of its end, and does not wait for another one.
    _under_way_again(job, open=count, parent_step_id=None, **told)


def _hold_unfinished(job: Job) -> int:
    """As if new; those that never began at a breakpoint wait there again. Returns how many there are."""
    unfinished = steps(job, StepStatus.FAILED, StepStatus.CANCELLED)
    Wait.objects.filter(step_id__in=unfinished.values("pk")).delete()
    never_began = unfinished.filter(attempt=0, node__in=job.breakpoints or [])
    count = never_began.update(status=StepStatus.AT_BREAKPOINT, finished_at=None)
    fresh: dict[str, Any] = {
        "errors": 0,
        "deaths": 0,
        "alone": False,
        "session_id": None,
        "due_at": None,
        "finished_at": None,
    }
    return count + unfinished.update(status=StepStatus.HELD, **fresh)


def _release(job: Job, act: Act = lambda router: None) -> None:
    """Let held steps go, and see whether anything moves; or go back to the queue."""
    let_go(job, steps(job, StepStatus.HELD))
    if not job.admitted:
        admission.enter(job)
    nudge(job, lambda router: _go_on(router, act))


def _go_on(router: Router, act: Act) -> None:
    """Policies are asked again: one that raised, and failed the job, may have been mended."""
    act(router)
    router.look_everywhere()


def _under_way_again(job: Job, **changes: Any) -> None:
    under_way = JobStatus.RUNNING if job.started_at else JobStatus.PENDING
    job.status = under_way if job.admitted else JobStatus.QUEUED
    change(job, status=job.status, **changes)
