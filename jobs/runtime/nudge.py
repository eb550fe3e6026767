"""What reaches a job from outside its steps: its first input, a posted item, a timer that is due, the word to close.

Rare compared with steps, so it takes the job's lock and uses the ORM; routing is the same router's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from jobs.errors import SlotFull
from jobs.models import Activation, Item, Job, JobEvent, NodeState
from jobs.runtime import waits, wake
from jobs.runtime.admit import admit
from jobs.runtime.program import Program
from jobs.runtime.programs import programs
from jobs.runtime.rooms import Done, Rooms, deadlock
from jobs.runtime.router import NOBODY, NewItem, NewStep, Router
from jobs.runtime.routing import failing_policy, make_room, router_for, save_routing
from jobs.runtime.store import birth as store
from jobs.runtime.store.birth import Key, Newborn
from jobs.runtime.store.joblock import JobView, end_job, lock_job, promote, read_clock
from jobs.runtime.store.link import OUTAGES, django_link, is_conflict
from jobs.states import JobStatus, StepStatus

logger = logging.getLogger(__name__)
#: Seconds until a timer that failed is tried again.
TIMER_PENALTY = 30
Act = Callable[[Router], None]
MOVING = (JobStatus.PENDING, JobStatus.RUNNING)


def nudge(job: Job, act: Act) -> bool:
    """Let `act` put something into the job's router, and write what follows. False: the job has ended.

    Call it inside a transaction; SlotFull rolls it back. When nothing moves any more, tails are flushed and the job
    completes.
    """
    program = programs.get(job.revision_id)
    view = lock_job(django_link(), job.pk, read=program.readers)
    if JobStatus(view.status).is_terminal:
        return False
    router = router_for(program, view)
    found = _fill(job.pk, router, act, view)
    delta = len(router.steps) + len(found.added(view)) - len(found.released)
    changed = {"open": F("open") + delta, **_completion(view, program, router, found)}
    Job.objects.filter(pk=job.pk).update(**changed)
    _keep(job, view, program, router, found)
    return True


def bear(job: Job, act: Act, key: Key | None = None) -> None:
    """Write a new job with what `act` starts in it. Nobody else knows the job yet, so no lock is taken.

    Most jobs are one statement; where policies want more to be kept, or others are under way, a transaction holds it.
    Raises IntegrityError when the key is taken.
    """
    program = programs.get(job.revision_id)
    breakpoints = job.breakpoints or ()
    view = JobView.unborn(status=job.status, keep_open=job.keep_open, now=_now(program), breakpoints=breakpoints)
    router = router_for(program, view)
    found = _fill(job.pk, router, act, view)
    job.open, ends = len(router.steps), _is_done(view, program, router, found)
    job.status = JobStatus.COMPLETED if ends else job.status
    is_more = connection.in_atomic_block or ends or _wants_more(program, router)
    with transaction.atomic() if is_more else nullcontext():
        store.write(job, _newborn(view, program, router, key))
        if is_more and _keep_rest(job, view, program, router, found):
            job.refresh_from_db()
        _ring_for(router, view, announced=True)


def _wants_more(program: Program, router: Router) -> bool:
    """Has a policy something to be kept besides steps and items?"""
    return bool(router.memory or router.broken or program.timekeepers & router.asked)


def _newborn(view: JobView, program: Program, router: Router, key: Key | None) -> Newborn:
    statuses = admit(program, view, [step.node for step in router.steps]).statuses
    announce = wake.WORK_CHANNEL if StepStatus.READY in statuses else None
    begun: dict[str, Any] = {"steps": router.steps, "statuses": statuses, "items": router.items}
    return Newborn(**begun, coroutines=program.coroutines, key=key, announce=announce)


def _now(program: Program) -> float:
    """By the clock of the database, as everywhere: that of a web server may be wrong. Most flows do not ask for it."""
    return read_clock(django_link()) if program.locked else 0.0


def _fill(job: UUID, router: Router, act: Act, view: JobView) -> Rooms:
    """A step that was mended by hand may have to wait for room too."""
    act(router)
    if full := router.overfull():
        raise SlotFull(*full)
    sent = {item.source: item.source_node for item in router.items if item.source is not None}
    return make_room(django_link(), job, view, router, Done(sent))


def due_timers(limit: int = 20) -> list[tuple[UUID, list[str]]]:
    """Jobs with nodes whose policy wanted to be asked by now."""
    due: dict[UUID, list[str]] = {}
    rows = NodeState.objects.filter(look_at__lte=Now()).order_by("look_at")[:limit]
    for job, node in rows.values_list("job_id", "node"):
        due.setdefault(job, []).append(node)
    return list(due.items())


def fire_timers() -> int:
    """Ask the policies whose time has come, and look after parked steps; returns how many moved."""
    due = due_timers()
    for job_id, nodes in due:
        try:
            _fire(job_id, nodes)
        except OUTAGES as error:
            if not is_conflict(error):
                raise
        except Exception:  # a timer that cannot fire here must not stop the others; another host may know its routines
            logger.exception("timer failed", extra={"action": "timer_failed", "job": str(job_id)})
            states = NodeState.objects.filter(job_id=job_id, node__in=nodes)
            states.update(look_at=Now() + timedelta(seconds=TIMER_PENALTY))
    return len(due) + waits.time_out()


def _fire(job_id: UUID, nodes: Sequence[str]) -> None:
    def look(router: Router) -> None:
        # Under the job's lock, like every write to a node's state.
        states.update(look_at=None)
        for node in nodes:
            router.look(node)

    states = NodeState.objects.filter(job_id=job_id, node__in=nodes)
    with transaction.atomic():
        job = Job.objects.filter(pk=job_id).first()
        if job is None or not nudge(job, look):
            states.update(look_at=None)


def _is_done(view: JobView, program: Program, router: Router, found: Rooms) -> bool:
    """Can nothing in the job move any more?"""
    is_open = router.steps or found.blocked or view.open > len(found.released) or view.keep_open
    return not is_open and view.status in MOVING and failing_policy(program, router) is None


def _completion(view: JobView, program: Program, router: Router, found: Rooms) -> dict[str, object]:
    if not _is_done(view, program, router, found):
        return {}
    return {"status": JobStatus.COMPLETED, "started_at": Coalesce("started_at", Now()), "finished_at": Now()}


def _keep(job: Job, view: JobView, program: Program, router: Router, found: Rooms) -> None:
    """Write what the router made of a job that there was."""
    admitted = admit(program, view, [step.node for step in router.steps], blocked=found.nodes)
    promote(django_link(), admitted.promoted)
    plant(job, router, admitted.statuses)
    if mended := found.added(view):
        Activation.objects.filter(pk__in=mended).update(status=StepStatus.BLOCKED, finished_at=None)
    _keep_rest(job, view, program, router, found)
    _ring_for(router, view, promoted=bool(admitted.promoted))


def _keep_rest(job: Job, view: JobView, program: Program, router: Router, found: Rooms) -> bool:
    """What policies want to be kept, and the end of the job. True: it has failed of what the router found."""
    save_routing(django_link(), job.pk, program, router)
    if _is_done(view, program, router, found):
        JobEvent.objects.create(job=job, kind=JobStatus.COMPLETED)
    stuck = deadlock(program, view, router, found, Done()) if view.status in MOVING else None
    end = failing_policy(program, router) or stuck
    if end:
        end_job(django_link(), job.pk, end)
    return end is not None


def _ring_for(router: Router, view: JobView, *, promoted: bool = False, announced: bool = False) -> None:
    if view.status == JobStatus.QUEUED:  # admission rings when its time has come
        return
    if router.steps or promoted:
        transaction.on_commit(partial(wake.ring, announced=announced), robust=True)
    elif router.timers:
        delay = max(0.0, min(router.timers.values()) - view.now)
        transaction.on_commit(partial(wake.ring, delay=delay), robust=True)


def plant(job: Job, router: Router, statuses: Sequence[StepStatus]) -> None:
    """Write the steps and items that a router made for an outside cause."""
    ids = _plant_steps(job, router.steps, statuses)
    for step in router.steps:
        Item.objects.filter(pk__in=step.taken).update(consumed_by_id=ids[step.ordinal])
    Item.objects.filter(pk__in=router.dropped).update(consumed_by_id=NOBODY)
    Item.objects.bulk_create(_item(job, item, ids) for item in router.items)


def _item(job: Job, item: NewItem, ids: Mapping[int | None, int]) -> Item:
    return Item(
        job=job,
        source_id=item.source,
        source_node=item.source_node,
        event=item.event,
        node=item.port.node if item.port else "",
        slot=item.port.slot if item.port else "",
        payload=item.payload,
        consumed_by_id=ids.get(item.taker),
    )


def _plant_steps(job: Job, steps: Sequence[NewStep], statuses: Sequence[StepStatus]) -> dict[int | None, int]:
    coroutines = programs.get(job.revision_id).coroutines
    rows = [
        Activation(
            job=job,
            node=step.node,
            status=status,
            priority=job.priority,
            ordinal=step.ordinal,
            cause_id=step.cause,
            message=step.message,
            on_loop=step.node in coroutines,
        )
        for step, status in zip(steps, statuses, strict=True)
    ]
    Activation.objects.bulk_create(rows)
    return {NOBODY: NOBODY, **{row.ordinal: row.pk for row in rows}}
