"""The verbs on jobs. Admin, REST, pages and commands only call these; each is one transaction and tells who did it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from psycopg.errors import ForeignKeyViolation

from jobs.admission import gate as admission
from jobs.admission import launch as launching
from jobs.admission.launch import Actor, Again, Launch, Start
from jobs.errors import BadInput, WrongState
from jobs.models import Job
from jobs.runtime import family
from jobs.runtime.nudge import bear, nudge
from jobs.runtime.programs import programs
from jobs.runtime.store.birth import Key
from jobs.runtime.store.joblock import End, close_rest, end_job
from jobs.runtime.store.link import django_link
from jobs.states import JobStatus
from jobs.steering.breakpoints import clear_breakpoint, drop_item, edit_item, set_breakpoint, step
from jobs.steering.bulk import BulkResult, BulkVerb, each
from jobs.steering.common import refused, tell
from jobs.steering.control import pause, resume, retry, skip_step, supply_output
from jobs.steering.deciding import decide
from templates_app.models import FlowPrototype, Revision
from templates_app.spec import Port

__all__ = [
    "Actor",
    "Again",
    "BulkResult",
    "BulkVerb",
    "Launch",
    "Triggered",
    "bulk",
    "cancel",
    "clear_breakpoint",
    "close",
    "decide",
    "drop_item",
    "edit_item",
    "pause",
    "post_item",
    "resume",
    "retry",
    "run_again",
    "set_breakpoint",
    "skip_step",
    "step",
    "supply_output",
    "told_when_pruned",
    "trigger",
]


#: What a trigger may meet when others write what it has just read.
MEANWHILE = (IntegrityError, Revision.DoesNotExist)


@dataclass(frozen=True, slots=True)
class Triggered:
    job: Job
    replayed: bool  #: the idempotency key was seen before with the same body; this is the job that it made


def trigger(*, flow: FlowPrototype, launch: Launch, actor: Actor = None) -> Triggered:
    """Start a job of the flow's current revision. Returns as soon as it is durable; never waits for a step.

    Raises FlowNotRunnable, BadEntry, BadInput, Refused for overrides that the flow does not accept, or
    IdempotencyConflict when the key was used with another body.
    """
    earlier = launching.replay(launch, flow, actor)
    if earlier is not None:
        return Triggered(earlier, replayed=True)
    try:
        return _made(flow, launch, actor)
    except MEANWHILE:
        # Another request with the same key was faster, and its job is the answer; or a revision was pruned just now.
        earlier = launching.replay(launch, flow, actor)
        return Triggered(earlier, replayed=True) if earlier else _made_anew(flow, launch, actor)


def _made(flow: FlowPrototype, launch: Launch, actor: Actor) -> Triggered:
    start = launching.accepted(flow, launch)
    return Triggered(_create(flow, launch, start, actor), replayed=False)


def _made_anew(flow: FlowPrototype, launch: Launch, actor: Actor) -> Triggered:
    with told_when_pruned():
        return _made(flow, launch, actor)


@contextmanager
def told_when_pruned() -> Iterator[None]:
    """A job whose revision, or whose origin, goes away beneath it is refused: nothing of it was started."""
    try:
        yield
    except MEANWHILE as error:
        if isinstance(error, IntegrityError) and not isinstance(error.__cause__, ForeignKeyViolation):
            raise
        message = "What this job was to run was pruned at this very moment. Nothing was started: ask again."
        raise WrongState(message) from error


class Instead(TypedDict, total=False):
    """What a job that is run again gets instead of what the first one had; `token` is the id of the caller's."""

    input: Any
    overrides: Mapping[str, Any] | None
    token: int | None


def run_again(*, job: Job, pinned: bool, actor: Actor = None, **instead: Unpack[Instead]) -> Job:
    """A new job like `job`, with its input unless another is given, on its own revision or on the flow's latest.

    `overrides` lie over the latest; a pinned revision holds its own already.
    """
    if pinned and instead.get("overrides"):
        raise BadInput("Overrides lie over the latest revision; a pinned one stays as it is.", path="overrides")
    said: dict[str, Any] = {name: value for name, value in instead.items() if value is not None}
    said.setdefault("input", first_input(job))
    launch = Launch(**said, entry=job.entry or None, priority=job.priority, again=Again(job, pinned))
    return trigger(flow=job.flow, launch=launch, actor=actor).job


def first_input(job: Job) -> Any:
    """What the job was triggered with; None when it began empty."""
    item = job.items.filter(source_id=None).order_by("id").first()
    return item.payload if item else None


def cancel(*, job: Job, actor: Actor = None, reason: str = "") -> Job:
    """Stop a job: nothing more starts, and what still runs is fenced off, so that its result is not kept."""
    with transaction.atomic():
        end = End(status=JobStatus.CANCELLED, reason=reason, actor=getattr(actor, "pk", None))
        done = end_job(django_link(), job.pk, end)
        transaction.on_commit(lambda: close_rest(django_link(), job.pk), robust=True)
        admission.leave(job)
        transaction.on_commit(lambda: family.after_end(job.pk), robust=True)
    if not done:
        raise refused(job, "cancel")
    job.refresh_from_db()
    return job


def bulk(*, verb: BulkVerb, jobs: Iterable[UUID], actor: Actor = None, reason: str = "") -> BulkResult:
    """Retry or cancel many jobs, each in a transaction of its own; those that refuse are told with their reason.

    Raises TooMany before anything is done.
    """
    do: dict[BulkVerb, Callable[..., Any]] = {BulkVerb.RETRY: retry, BulkVerb.CANCEL: cancel}
    return each(jobs, lambda job: do[verb](job=job, actor=actor, reason=reason))


def post_item(*, job: Job, port: Port, payload: dict[str, Any], actor: Actor = None, reason: str = "") -> None:
    """Put an item into a slot of a job that has not ended: how an open job gets more work, and a signal arrives."""
    launching.check_payload(payload)
    launching.find_entry(programs.get(job.revision_id).spec, str(port))
    with transaction.atomic():
        if not nudge(job, lambda router: router.post(port, payload)):
            raise refused(job, "post_item")
        tell(job, "item_posted", actor, reason=reason, data={"slot": str(port)})


def close(*, job: Job, actor: Actor = None, reason: str = "") -> None:
    """No more items will be posted: an open job completes once everything in it is done."""
    with transaction.atomic():
        if not Job.objects.filter(pk=job.pk, keep_open=True).update(keep_open=False):
            raise WrongState("The job is not open for items; there is nothing to close.", path="keep_open")
        if not nudge(job, lambda router: None):
            raise refused(job, "close")
        tell(job, "closed", actor, reason=reason)
        admission.leave(job)


def _kept_overrides(launch: Launch) -> dict[str, Any] | None:
    """What this launch said; on a pinned revision, what the job said that made the revision."""
    if launch.overrides:
        return dict(launch.overrides)
    again = launch.again
    return again.job.overrides if again and again.pinned else None


def _create(flow: FlowPrototype, launch: Launch, start: Start, actor: Actor) -> Job:
    job = Job(
        flow=flow,
        revision=start.revision,
        entry=str(start.port or ""),
        priority=launch.priority,
        keep_open=start.spec.keep_open,
        max_attempts=start.spec.max_attempts,
        timeout=start.spec.timeout,
        actor_id=getattr(actor, "pk", None),
        origin=launch.again.job if launch.again else None,
        overrides=_kept_overrides(launch),
        parent_id=launch.parent.job if launch.parent else None,
        parent_step_id=launch.parent.step if launch.parent else None,
        breakpoints=programs.get(start.revision.pk).breakpoints or None,
        request_id=launch.request_id,
        token_id=launch.token,
        schedule=launch.schedule,
        slot_at=launch.slot_at,
    )
    port = start.port
    admission.gate(job, start)
    key = Key(launch.idempotency_key, launching.digest(launch, flow)) if launch.idempotency_key else None
    bear(job, lambda router: router.post(port, start.payload) if port else None, key)
    if job.status == JobStatus.QUEUED:
        admission.enter(job)
    return job
