"""What others ask about a job. Reads only; each takes the same few queries however long the job is.

Lists never load payloads or log lines. Where those are shown, they are capped, and the answer says whether it is whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict

from django.db.models import Count, OuterRef, QuerySet, Subquery

from jobs.history.capped import Capped, capped
from jobs.models import Activation, Item, Job, JobEvent, StepLog
from jobs.runtime.router import NOBODY
from jobs.states import JobStatus, StepStatus


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


def step_rows(job: Job, *, node: str = "") -> QuerySet[Activation]:
    rows = Activation.objects.filter(job=job).defer("message")
    return rows.filter(node=node) if node else rows


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


def waiting_rows(job: Job) -> QuerySet[Item]:
    """Items that wait in slots; once the job has ended, nobody will take them."""
    return Item.objects.filter(job=job, consumed_by_id=None).exclude(node="")


def dropped_rows(job: Job) -> QuerySet[Item]:
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


def undelivered_count(job: Job) -> int:
    return waiting_rows(job).count()


def dropped_count(job: Job) -> int:
    return dropped_rows(job).count()


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
    step = failed.order_by("-id").values_list("id", flat=True).first()
    error = (error_of(step) if step else None) or {}
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
