"""Why is it waiting? One function answers, for the page and for the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Min
from django.utils import timezone

from jobs.admission import gate as admission
from jobs.history import selectors
from jobs.history.health import live_clusters
from jobs.models import Activation, Job, JobEvent, NodeState, Wait
from jobs.runtime.programs import programs
from jobs.states import JobStatus, StepStatus, WaitKind

#: Steps in front of a job's own are counted up to here.
AHEAD = 1000


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that a job waits for. `until` is when that ends by itself; `holders` are jobs that have to end."""

    kind: str
    sentence: str
    node: str = ""
    until: datetime | None = None
    holders: tuple[UUID, ...] = ()


def why(job: Job) -> list[Reason]:
    """What an unfinished job waits for, the nearest cause first; empty when it has ended, or is simply at work.

    A fixed number of queries, whatever the size of the job.
    """
    if job.is_terminal:
        return []
    if job.status == JobStatus.QUEUED:
        queued = admission.why(job)
        return [Reason(queued.reason, queued.sentence, until=queued.until, holders=queued.holders)] if queued else []
    if job.status == JobStatus.PAUSED:
        return [_paused(job)]
    groups = _groups(job)
    running = any(group.status == StepStatus.RUNNING for group in groups)
    reasons = [reason for group in groups for reason in STEPS.get(group.status, _nothing)(job, group)]
    return [*reasons, *_slots(job), *_open(job, running or bool(reasons))]


@dataclass(frozen=True, slots=True)
class _Group:
    """Open steps of one node in one status."""

    node: str
    status: str
    count: int
    first: int
    due: datetime | None
    errors: int


def _groups(job: Job) -> list[_Group]:
    rows = Activation.objects.filter(job=job, status__in=[status for status in StepStatus if status.is_open])
    grouped = rows.order_by("node", "status").values_list("node", "status")
    return [_Group(*row) for row in grouped.annotate(Count("id"), Min("id"), Min("due_at"), Max("errors"))]


def _nothing(job: Job, group: _Group) -> Iterator[Reason]:
    return iter(())


def _ready(job: Job, group: _Group) -> Iterator[Reason]:
    if not live_clusters().exists():
        sentence = "No cluster of the Runtime is alive: start one with `manage.py runtime`."
        yield Reason("no_runtime", f"{_steps(group)} could run. {sentence}", group.node)
        return
    before = Activation.objects.filter(status=StepStatus.READY, id__lt=group.first, priority__gte=job.priority)
    ahead = len(before.values_list("id")[:AHEAD])
    told = f"{ahead if ahead < AHEAD else f'{AHEAD} or more'} runnable steps are before it in line" if ahead else ""
    yield Reason("worker", f"{_steps(group)} waits for a free lane{': ' if told else ''}{told}.", group.node)


def _retrying(job: Job, group: _Group) -> Iterator[Reason]:
    handler = programs.get(job.revision_id).handler(group.node)
    of = f" {group.errors} of {handler.max_retries + 1}" if group.errors <= handler.max_retries else ""
    at = f" at {group.due:%Y-%m-%d %H:%M:%S %Z}" if group.due else ""
    yield Reason("retry", f"{_steps(group)} failed in attempt{of} and is tried again{at}.", group.node, group.due)


def _held_back(job: Job, group: _Group) -> Iterator[Reason]:
    if Activation.objects.filter(job=job, node=group.node, status=StepStatus.BLOCKED).exists():
        sentence = f"{_steps(group)} is held back: {group.node} starts nothing while a step of it waits for room."
        yield Reason("room", sentence, group.node)
        return
    limit = programs.get(job.revision_id).spec.max_workers
    sentence = f"{_steps(group)} is held back: max_workers = {limit} lets so many of the job run side by side."
    yield Reason("max_workers", sentence, group.node)


def _at_breakpoint(job: Job, group: _Group) -> Iterator[Reason]:
    held = f"{_steps(group)} is held by a breakpoint"
    yield Reason("breakpoint", f"{held}: let it go on, or change its items.", group.node)


def _parked(job: Job, group: _Group) -> Iterator[Reason]:
    kind = Wait.objects.filter(step_id=group.first).values_list("kind", flat=True).first()
    what = "a decision" if kind == WaitKind.DECISION else "the end of a job that it started"
    until = f", at most until {group.due:%Y-%m-%d %H:%M:%S %Z}" if group.due else ""
    yield Reason("outside", f"{_steps(group)} waits for {what}{until}.", group.node, group.due)


def _blocked(job: Job, group: _Group) -> Iterator[Reason]:
    program = programs.get(job.revision_id)
    wired = {(c.target, c.slot) for c in program.spec.connections if c.source == group.node}
    for queue in selectors.queues(job):
        node, slot = queue["node"], queue["slot"]
        most = program.doors.get(node, {}).get(slot)
        if most is not None and (node, slot) in wired and queue["items"] > most:
            door = f"it holds {most}, and {queue['items'] - most} more are at its door"
            yield Reason("room", f"{_steps(group)} waits for room in slot {slot} of node {node}: {door}.", group.node)


STEPS: dict[str, Callable[[Job, _Group], Iterator[Reason]]] = {
    StepStatus.READY: _ready,
    StepStatus.RETRYING: _retrying,
    StepStatus.WAITING: _held_back,
    StepStatus.AT_BREAKPOINT: _at_breakpoint,
    StepStatus.PARKED: _parked,
    StepStatus.BLOCKED: _blocked,
}


def _slots(job: Job) -> Iterator[Reason]:
    """Nodes whose policy leaves items waiting."""
    program = programs.get(job.revision_id)
    queued: dict[str, dict[str, int]] = {}
    for queue in selectors.queues(job):
        queued.setdefault(queue["node"], {})[queue["slot"]] = queue["items"]
    timers = dict(NodeState.objects.filter(job=job, look_at__isnull=False).values_list("node", "look_at"))
    for node, slots in queued.items():
        depths = {slot.name: slots.get(slot.name, 0) for slot in program.spec.nodes[node].slots}
        held = ", ".join(f"{count} in {slot}" for slot, count in depths.items() if count)
        sentence = f"{node} has items waiting ({held}): {program.policies[node].lacks(depths)}."
        yield Reason("policy", sentence, node, timers.get(node))


def _open(job: Job, busy: bool) -> Iterator[Reason]:
    if job.keep_open and not busy:
        yield Reason("open", "It is open: it waits for an item to be posted, or for being closed.")


def _paused(job: Job) -> Reason:
    event = JobEvent.objects.filter(job=job, kind="paused").select_related("actor").order_by("-id").first()
    by = f" by {event.actor.get_username()}" if event and event.actor else ""
    since = f" since {timezone.localtime(event.at):%Y-%m-%d %H:%M:%S %Z}" if event else ""
    said = f": {event.reason}" if event and event.reason else ""
    return Reason("paused", f"It is paused{by}{since}{said}. Resume it to let it go on.")


def _steps(group: _Group) -> str:
    return group.node if group.count == 1 else f"{group.node} ({group.count} steps)"
