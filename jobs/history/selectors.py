"""What others ask about jobs and the Runtime. Reads only; each takes the same few queries however long a job is.

Lists never load payloads or log lines. Where those are shown, they are capped, and the answer says whether it is whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypedDict, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
)
from django.db.models.functions import Cast, Now

from jobs.models import Activation, Cluster, Item, Job, JobEvent, Schedule, Session, StepLog
from jobs.models.job import JobQuerySet
from jobs.states import JOB_TERMINAL, STEP_OPEN, JobStatus, StepStatus
from routilux_site.lib.keyset import DEFAULT_SIZE, Page, keyset_page
from templates_app.handin import Usage

M = TypeVar("M", bound=Model)
_Row = TypeVar("_Row", Session, Cluster)

#: How far the clock that made an id may be from the clock of the database.
CLOCKS_APART = timedelta(minutes=5)
MAX_ROWS = 200
MAX_BYTES = 1024 * 1024


class RuntimeHealth(TypedDict):
    live_sessions: int
    supervisors: int
    oldest_runnable_seconds: float | None


class Progress(TypedDict):
    """Steps of a job. `total` grows while a job runs: nobody knows beforehand how many items a step will emit."""

    total: int
    done: int  #: ended, and the job went on: completed, skipped or error_continued
    running: int
    waiting: int  #: not started yet, or waiting for a retry, a lane or the end of a pause
    failed: int
    cancelled: int


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
class Capped(Generic[M]):
    """The first rows, in order; `truncated` when there are more than are shown."""

    items: list[M]
    truncated: bool


@dataclass(frozen=True)
class StepIO:
    inputs: Capped[Item]
    outputs: Capped[Item]


@dataclass(frozen=True)
class Result:
    """Payloads that left the flow, by `node.event`."""

    events: dict[str, list[Any]]
    truncated: bool


def created_after(jobs: JobQuerySet, moment: datetime) -> JobQuerySet:
    """An id begins with the time at which it was made: the bound on it ends the scan, the other one is exact."""
    return jobs.filter(id__gte=_id_at(moment, -CLOCKS_APART), created_at__gt=moment)


def created_before(jobs: JobQuerySet, moment: datetime) -> JobQuerySet:
    return jobs.filter(id__lt=_id_at(moment, CLOCKS_APART), created_at__lt=moment)


def _id_at(moment: datetime, shift: timedelta) -> UUID:
    """The lowest id of the time that is `shift` away from `moment`."""
    if moment.year <= 1970:
        return UUID(int=0)
    milliseconds = int((moment.timestamp() + shift.total_seconds()) * 1000)
    return UUID(int=max(milliseconds, 0) << 80)


def unfinished_by_flow(flows: Collection[int]) -> dict[int, int]:
    """How many jobs of each of `flows` have not ended yet; these stay pinned to the revision that they started with."""
    rows = Job.objects.filter(flow__in=flows).exclude(status__in=JOB_TERMINAL).order_by()
    return dict(rows.values_list("flow").annotate(Count("pk")))


def usage_of_flows(flows: Collection[int]) -> dict[int, Usage]:
    """Unfinished jobs stay pinned; schedules run whatever the flow is by then."""
    jobs = unfinished_by_flow(flows)
    rows = Schedule.objects.active().filter(flow__in=flows).order_by().values_list("flow").annotate(Count("pk"))
    follow = dict(rows)
    return {flow: Usage(unfinished_jobs=jobs.get(flow, 0), schedules=follow.get(flow, 0)) for flow in {*jobs, *follow}}


def progress(job: Job) -> Progress:
    rows = Activation.objects.filter(job=job).order_by().values_list("status").annotate(Count("id"))
    return summary(dict(rows))


def summary(counts: dict[str, int]) -> Progress:
    """What a count of steps by status means to a reader."""
    done = (StepStatus.COMPLETED, StepStatus.SKIPPED, StepStatus.ERROR_CONTINUED)
    waiting = tuple(STEP_OPEN - {StepStatus.RUNNING})
    return {
        "total": sum(counts.values()),
        "done": sum(counts.get(status, 0) for status in done),
        "running": counts.get(StepStatus.RUNNING, 0),
        "waiting": sum(counts.get(status, 0) for status in waiting),
        "failed": counts.get(StepStatus.FAILED, 0),
        "cancelled": counts.get(StepStatus.CANCELLED, 0),
    }


def progress_by_node(job: Job) -> dict[str, Progress]:
    """The same for each node that has had a step; one query."""
    counts: dict[str, Counter[str]] = {}
    rows = Activation.objects.filter(job=job).order_by().values_list("node", "status").annotate(n=Count("id"))
    for node, status, count in rows:
        counts.setdefault(node, Counter())[status] = count
    return {node: summary(dict(by_status)) for node, by_status in counts.items()}


def added_up(parts: Iterable[Progress]) -> Progress:
    whole = summary({})
    for part in parts:
        whole = {key: whole[key] + part[key] for key in whole}  # type: ignore[assignment,literal-required]
    return whole


def steps(job: Job, *, node: str = "", cursor: str | None = None, size: int = DEFAULT_SIZE) -> Page[Activation]:
    """Activations in the order in which they came to be; raises PageError for a cursor that is none of ours."""
    return keyset_page(step_rows(job, node=node), field="id", cursor=cursor, size=size)


def step_rows(job: Job, *, node: str = "") -> QuerySet[Activation]:
    rows = Activation.objects.filter(job=job).defer("message")
    return rows.filter(node=node) if node else rows


def step_io(activation: Activation) -> StepIO:
    """What a step took and what it emitted, with payloads."""
    return StepIO(
        inputs=_capped(Item.objects.filter(consumed_by_id=activation.pk).order_by("id"), "payload"),
        outputs=_capped(Item.objects.filter(source_id=activation.pk).order_by("id"), "payload"),
    )


def result(job: Job) -> Result:
    """What events without a connection emitted; while the job runs, what they emitted so far."""
    found = _capped(Item.objects.filter(job=job, node="").order_by("id"), "payload")
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
    """Items that wait in slots."""
    return _waiting(job)


def log_rows(job: Job, *, node: str = "", step: int | None = None) -> QuerySet[StepLog]:
    """What the attempts of all steps printed, logged and raised, with the node of each."""
    steps = Activation.objects.filter(job=job)
    steps = steps.filter(node=node) if node else steps
    steps = steps.filter(pk=step) if step is not None else steps
    of = Activation.objects.filter(pk=OuterRef("activation_id")).values("node")
    return StepLog.objects.filter(activation_id__in=steps.values("pk")).annotate(node=Subquery(of))


def undelivered(job: Job) -> Capped[Item]:
    """Items that wait in slots, with payloads; once the job has ended, nobody will take them."""
    return _capped(_waiting(job).order_by("id"), "payload")


def queues(job: Job) -> list[Queue]:
    """How many items wait in which slot; empty queues are left out."""
    rows = _waiting(job).order_by("node", "slot").values("node", "slot").annotate(items=Count("id"))
    return [{"node": row["node"], "slot": row["slot"], "items": row["items"]} for row in rows]


def undelivered_count(job: Job) -> int:
    return _waiting(job).count()


def job_input(job: Job) -> Capped[Item]:
    """What the job was triggered with, and what was posted to it later."""
    return _capped(Item.objects.filter(job=job, source_id=None).order_by("id"), "payload")


def events(job: Job, *, cursor: str | None = None, size: int = DEFAULT_SIZE) -> Page[JobEvent]:
    return keyset_page(event_rows(job), field="id", cursor=cursor, size=size)


def event_rows(job: Job) -> QuerySet[JobEvent]:
    return JobEvent.objects.filter(job=job).select_related("actor")


def logs(activation: Activation) -> Capped[StepLog]:
    """What each attempt printed, logged and raised, oldest attempt first; when capped, the newest are kept."""
    newest = _capped(StepLog.objects.filter(activation_id=activation.pk).order_by("-id"), "lines")
    return Capped(newest.items[::-1], newest.truncated)


def failure(job: Job) -> Failure | None:
    """What made the job fail; None unless it is failed."""
    if job.status != JobStatus.FAILED:
        return None
    failed = Activation.objects.filter(job=job, node=job.error_node, status=StepStatus.FAILED)
    step = failed.order_by("-id").values_list("id", flat=True).first()
    log = StepLog.objects.filter(activation_id=step, error__isnull=False).defer("lines").last() if step else None
    error = log.error if log and isinstance(log.error, dict) else {}
    return {
        "node": job.error_node,
        "summary": job.error_summary,
        "step": step,
        "type": error.get("type", ""),
        "message": error.get("message", ""),
        "traceback": error.get("traceback", ""),
    }


def runtime_health() -> RuntimeHealth:
    """How the Runtime stands. A supervisor that has not beaten for a lease counts as gone."""
    return {
        "live_sessions": live_sessions().count(),
        "supervisors": live_clusters().count(),
        "oldest_runnable_seconds": oldest_runnable_seconds(),
    }


def live_sessions() -> QuerySet[Session]:
    return _beating(Session.objects.filter(ended_at=None))


def live_clusters() -> QuerySet[Cluster]:
    return _beating(Cluster.objects.filter(ended_at=None))


def oldest_runnable_seconds() -> float | None:
    """How long the step at the head of the claim order has waited; None when nothing is runnable."""
    waited = ExpressionWrapper(Now() - F("ready_at"), output_field=DurationField())
    ready = Activation.objects.filter(status=StepStatus.READY).order_by("on_loop", "-priority", "id")
    row = ready.annotate(waited=waited).values_list("waited", flat=True).first()
    return row.total_seconds() if row is not None else None


def _beating(rows: QuerySet[_Row]) -> QuerySet[_Row]:
    """By the clock of the database, which wrote the heartbeats."""
    return rows.filter(heartbeat_at__gt=Now() - timedelta(seconds=settings.ROUTILUX["LEASE"]))


def _waiting(job: Job) -> QuerySet[Item]:
    return Item.objects.filter(job=job, consumed_by_id=None).exclude(node="")


def _capped(rows: QuerySet[M], field: str) -> Capped[M]:
    """The first rows, as far as `field` of all of them together stays within MAX_BYTES; the first is always there.

    Sizes are asked before contents, because a row that is not shown should not cross the wire.
    """
    size = Func(Cast(F(field), TextField()), function="octet_length", output_field=IntegerField())
    sizes = list(rows.annotate(_size=size).values_list("pk", "_size")[: MAX_ROWS + 1])
    fitting: list[Any] = []
    total = 0
    for key, length in sizes[:MAX_ROWS]:
        total += length or 0
        if total > MAX_BYTES and fitting:
            break
        fitting.append(key)
    found = list(rows.filter(pk__in=fitting)) if fitting else []
    return Capped(found, truncated=len(fitting) < len(sizes))
