"""The verbs of a debugger: hold the steps of a node before they start, change or drop their items, let them go on.

A held step has taken its items, so that nothing is lost; it is open, so that its job neither completes nor drains; it
takes up no lane. Each verb works under the job's lock and leaves an event with actor and reason.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from jobs.admission.launch import Actor, check_payload
from jobs.errors import BadInput, WrongState
from jobs.models import Activation, Item, Job
from jobs.runtime.nudge import nudge
from jobs.runtime.programs import programs
from jobs.runtime.router import NOBODY
from jobs.states import JobStatus, StepStatus
from jobs.steering.common import change, let_go, lock, steps, tell


def set_breakpoint(*, job: Job, node: str, actor: Actor = None, reason: str = "") -> None:
    """From here on steps of this node are held before they start, those too that are only waiting for a worker."""
    _check_node(job, node)
    with transaction.atomic():
        lock(job, "set_breakpoint")
        if node in (job.breakpoints or []):
            raise WrongState(f"There is a breakpoint at {node} already.", path="node")
        _arm(job, sorted({*(job.breakpoints or []), node}))
        # A step that a worker is taking at this very moment is left to it.
        waiting = steps(job, StepStatus.READY, StepStatus.WAITING, StepStatus.HELD).filter(node=node, attempt=0)
        found = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True))
        Activation.objects.filter(pk__in=found).update(status=StepStatus.AT_BREAKPOINT)
        tell(job, "breakpoint_set", actor, reason=reason, data={"node": node, "held": len(found)})
        if found and job.status in (JobStatus.PENDING, JobStatus.RUNNING):
            nudge(job, lambda router: None)  # the lanes that those would have had are for what max_workers held back


def clear_breakpoint(*, job: Job, node: str, actor: Actor = None, reason: str = "") -> None:
    """Let everything go that waits at the breakpoint, and hold nothing there any more, in this job."""
    _check_node(job, node)
    with transaction.atomic():
        lock(job, "clear_breakpoint")
        if node not in (job.breakpoints or []):
            raise WrongState(f"There is no breakpoint at {node}.", path="node")
        _arm(job, sorted({*(job.breakpoints or [])} - {node}))
        released = let_go(job, _held(job).filter(node=node))
        tell(job, "breakpoint_cleared", actor, reason=reason, data={"node": node, "released": released})


def step(*, job: Job, node: str, actor: Actor = None, reason: str = "") -> Activation:
    """Let the oldest step go that waits at the breakpoint; the breakpoint stays."""
    _check_node(job, node)
    with transaction.atomic():
        lock(job, "step")
        first = _held(job).filter(node=node).order_by("id").first()
        if first is None:
            raise WrongState(f"No step waits at a breakpoint at {node}.", path="node")
        let_go(job, _held(job).filter(pk=first.pk))
        tell(job, "step_released", actor, reason=reason, data={"node": node, "step": first.pk})
    first.refresh_from_db()
    return first


def edit_item(*, job: Job, item: Item, payload: dict[str, Any], actor: Actor = None, reason: str = "") -> None:
    """Another payload for an item that no step has begun to work on. The old one is kept in the event."""
    check_payload(payload)
    with transaction.atomic():
        lock(job, "edit_item")
        found = _untouched(job, item)
        Item.objects.filter(pk=found.pk).update(payload=payload)
        where = {"item": found.pk, "slot": f"{found.node}.{found.slot}"}
        tell(job, "item_edited", actor, reason=reason, data={**where, "old": found.payload, "new": payload})


def drop_item(*, job: Job, item: Item, actor: Actor = None, reason: str = "") -> None:
    """Take an item out of the job that no step has begun to work on. It is kept as dropped.

    A held step that has no item left is skipped.
    """
    with transaction.atomic():
        lock(job, "drop_item")
        found = _untouched(job, item)
        Item.objects.filter(pk=found.pk).update(consumed_by_id=NOBODY)
        _skip_empty(job, found.consumed_by_id)
        where = {"item": found.pk, "slot": f"{found.node}.{found.slot}"}
        tell(job, "item_dropped", actor, reason=reason, data={**where, "old": found.payload})
        nudge(job, lambda router: None)


def _skip_empty(job: Job, taker: int | None) -> None:
    if taker is None or Item.objects.filter(consumed_by_id=taker).exists():
        return
    told = "All its items were dropped at a breakpoint."
    skipped = _held(job).filter(pk=taker).update(status=StepStatus.SKIPPED, finished_at=Now(), error_summary=told)
    change(job, open=F("open") - skipped)


def _untouched(job: Job, item: Item) -> Item:
    """The item as it is under the job's lock: it waits in a slot, or a held step has it."""
    found = Item.objects.filter(pk=item.pk, job=job).exclude(node="").first()
    if found is not None:
        held = found.consumed_by_id is None or _held(job).filter(pk=found.consumed_by_id).exists()
        if held:
            return found
    raise WrongState("A step has begun to work on this item, or it was dropped: it cannot be changed.", path="item")


def _held(job: Job) -> QuerySet[Activation]:
    return steps(job, StepStatus.AT_BREAKPOINT)


def _arm(job: Job, nodes: list[str]) -> None:
    job.breakpoints = nodes or None
    change(job, breakpoints=job.breakpoints)


def _check_node(job: Job, node: str) -> None:
    nodes = programs.get(job.revision_id).spec.nodes
    if node not in nodes:
        raise BadInput(f"The flow has no node {node!r}. Its nodes: {', '.join(sorted(nodes))}.", path="node")
