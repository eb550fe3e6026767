"""What others ask about a job. Reads only; each takes the same few queries however long the job is.

Lists never load payloads or log lines. Where those are shown, they are capped, and the answer says whether it is whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict

from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from jobs.history.capped import Capped, capped
from jobs.models import Activation, Item, Job, JobEvent, StepLog
from jobs.models.job import JobQuerySet
from jobs.runtime.router import NOBODY
from jobs.states import JOB_TERMINAL, JobStatus, StepStatus

NAMES = ("flow__name", "revision__number", "revision__hash", "actor__username", "token__name")
MORE_NAMES = ("flow__parent__name", "schedule__name")
#: Of a job itself; what a list does not show stays where it is.
SHOWN = ("status", "entry", "priority", "origin_id", "error_summary", "error_node")
TIMES = ("created_at", "start_at", "started_at", "finished_at")
MORE_SHOWN = ("slot_at", "parent_id", "fingerprint", "request_id")


class Failure(TypedDict):
    """Why a job failed. Without a type and a traceback when no code raised, as when its workers died."""

    node: str
    summary: str
    step: int | None
    type: str
    message: str
    traceback: str


class Queue(TypedDict):
    node: str
    slot: str
    items: int


@dataclass(frozen=True)
class StepIO:
    inputs: Capped[Item]
    outputs: Capped[Item]


@dataclass(frozen=True)
class Result:
    """Payloads that left the flow, by `node.event`."""

    events: dict[str, list[Any]]
    truncated: bool


def step_rows(job: Job, *, node: str = "", status: str = "") -> QuerySet[Activation]:
    rows = Activation.objects.filter(job=job).defer("message")
    rows = rows.filter(node=node) if node else rows
    return rows.filter(status=status) if status else rows


def step_io(activation: Activation) -> StepIO:
    """What a step took and what it emitted, with payloads."""
    return StepIO(
        inputs=capped(Item.objects.filter(consumed_by_id=activation.pk).order_by("id"), "payload"),
        outputs=capped(Item.objects.filter(source_id=activation.pk).order_by("id"), "payload"),
    )


def result(job: Job) -> Result:
    """What events without a connection emitted; while the job runs, what they emitted so far."""
    found = capped(output_rows(job).order_by("id"), "payload")
    by_event: dict[str, list[Any]] = {}
    for item in found.items:
        by_event.setdefault(f"{item.source_node}.{item.event}", []).append(item.payload)
    return Result(by_event, found.truncated)


def output_rows(job: Job) -> QuerySet[Item]:
    """What left the flow, in the order in which it left."""
    return Item.objects.filter(job=job, node="")


def input_rows(job: Job) -> QuerySet[Item]:
    return Item.objects.filter(job=job, source_id=None)


def waiting_rows(job: Job | OuterRef) -> QuerySet[Item]:
    """Items that wait in slots; once the job has ended, nobody will take them."""
    return Item.objects.filter(job=job, consumed_by_id=None).exclude(node="")


def dropped_rows(job: Job | OuterRef) -> QuerySet[Item]:
    """Items that nobody takes: a full slot, a policy or somebody dropped them."""
    return Item.objects.filter(job=job, consumed_by_id=NOBODY)


def log_rows(job: Job, *, node: str = "", step: int | None = None) -> QuerySet[StepLog]:
    """What the attempts of all steps printed, logged and raised, with the node of each."""
    steps = Activation.objects.filter(job=job)
    steps = steps.filter(node=node) if node else steps
    steps = steps.filter(pk=step) if step is not None else steps
    of = Activation.objects.filter(pk=OuterRef("activation_id")).values("node")
    return StepLog.objects.filter(activation_id__in=steps.values("pk")).annotate(node=Subquery(of))


def queues(job: Job) -> list[Queue]:
    """How many items wait in which slot; empty queues are left out."""
    rows = waiting_rows(job).order_by("node", "slot").values("node", "slot").annotate(items=Count("id"))
    return [{"node": row["node"], "slot": row["slot"], "items": row["items"]} for row in rows]


def in_brief(jobs: JobQuerySet) -> JobQuerySet:
    """What a list tells of each, and nothing else: most of the time of a list goes into columns."""
    return jobs.select_related("flow", "revision", "actor", "token").only(*NAMES, *SHOWN, *TIMES)


def in_full(jobs: JobQuerySet) -> JobQuerySet:
    """With all that the detail of a job tells beside its columns: where it comes from, and what nobody took."""
    left = Case(When(status__in=sorted(JOB_TERMINAL), then=_counted(waiting_rows(OuterRef("pk")))))
    dropped = _counted(dropped_rows(OuterRef("pk")))
    rows = jobs.select_related("flow__parent", "revision", "actor", "token", "schedule")
    read = rows.only(*NAMES, *MORE_NAMES, *SHOWN, *TIMES, *MORE_SHOWN)
    return read.annotate(undelivered=left, dropped=dropped)


def _counted(items: QuerySet[Item]) -> Coalesce:
    of_job = items.order_by().values("job_id").annotate(n=Count("id"))
    return Coalesce(Subquery(of_job.values("n")), 0)


def event_rows(job: Job) -> QuerySet[JobEvent]:
    return JobEvent.objects.filter(job=job).select_related("actor")


def logs(activation: Activation) -> Capped[StepLog]:
    """What each attempt printed, logged and raised, oldest attempt first; when capped, the newest are kept."""
    newest = capped(StepLog.objects.filter(activation_id=activation.pk).order_by("-id"), "lines")
    return Capped(newest.items[::-1], newest.truncated)


def failure(job: Job) -> Failure | None:
    """What made the job fail; None unless it is failed."""
    if job.status != JobStatus.FAILED:
        return None
    failed = Activation.objects.filter(job=job, node=job.error_node, status=StepStatus.FAILED)
    newest = StepLog.objects.filter(activation_id=OuterRef("pk"), error__isnull=False).order_by("-id")
    found = failed.order_by("-id").annotate(error=Subquery(newest.values("error")[:1])).values_list("pk", "error")
    step, said = found.first() or (None, None)
    error = said if isinstance(said, dict) else {}
    return {
        "node": job.error_node,
        "summary": job.error_summary,
        "step": step,
        "type": error.get("type", ""),
        "message": error.get("message", ""),
        "traceback": error.get("traceback", ""),
    }


def error_of(step: int) -> dict[str, Any] | None:
    """The newest error of a step, with type, message and traceback; None when no code raised, as when workers died."""
    log = StepLog.objects.filter(activation_id=step, error__isnull=False).defer("lines").last()
    return log.error if log and isinstance(log.error, dict) else None
