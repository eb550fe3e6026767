"""Running what schedules are due for. Called by sessions; each schedule is dealt with in a transaction of its own.

The row of the schedule is locked while its slots become jobs, and a job is unique for its schedule and slot: however
many hosts come by, each slot makes one job or leaves a word why not.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import IntegrityError, transaction

from jobs import services
from jobs.access import TRIGGER
from jobs.errors import FlowNotRunnable, JobError
from jobs.models import Job, Schedule
from jobs.models.schedule import Overlap
from jobs.runtime.store.admit import clock
from jobs.runtime.store.link import OUTAGES, django_link
from jobs.schedules import verbs as schedules
from jobs.schedules.slots import Plan, plan
from jobs.states import JOB_TERMINAL, JobStatus
from routilux_site.lib.errors import RoutiluxError

logger = logging.getLogger(__name__)

#: Schedules in one go, so that the session looks after its steps again.
MOST = 50
#: Of a schedule that queues, so many jobs wait; further slots are skipped.
LONGEST_QUEUE = 10


class OwnerGone(JobError):
    title = "The owner of the schedule cannot run the flow"
    code = "schedule-owner"
    status = 409


def fire_due() -> int:
    """Returns how many schedules were due."""
    now = database_clock()
    for count in range(MOST):
        if not _fire_next(now):
            return count
    return MOST


def _fire_next(now: datetime) -> bool:
    with transaction.atomic():
        rows = Schedule.objects.due(now).select_for_update(skip_locked=True, of=("self",)).order_by("next_at")
        schedule = rows.select_related("flow", "flow__head", "owner").first()
        if schedule is not None:
            _fire(schedule, now)
    return schedule is not None


def database_clock() -> datetime:
    """One clock for all hosts."""
    return clock(django_link())


def _fire(schedule: Schedule, now: datetime) -> None:
    try:
        found = _planned(schedule, now)
    except Exception as error:  # what it says cannot be read any more, as after a change of time zones: others go on
        logger.exception("schedule cannot be read", extra={"action": "schedule_broken", "schedule": schedule.name})
        found = Plan([], 0, None)
        schedule.problem = f"It cannot tell when it is due: {error}"[:500]
    skipped = [slot for slot in found.run if not _run(schedule, slot)]
    if skipped:
        schedules.tell(schedule, "skipped", None, data=_told(skipped, len(skipped)))
    if found.missed:
        data = {"slots": found.missed, "first": schedule.next_at.isoformat() if schedule.next_at else None}
        schedules.tell(schedule, "missed", None, data=data)
    changed = {"next_at": found.next_at, "problem": schedule.problem, "last_job_id": schedule.last_job_id}
    last = found.run[-1] if found.run else schedule.last_slot_at
    Schedule.objects.filter(pk=schedule.pk).update(**changed, last_slot_at=last)


def _planned(schedule: Schedule, now: datetime) -> Plan:
    assert schedule.next_at is not None  # noqa: S101  it is due
    most = schedule.catch_up_limit
    return plan(schedule.timing, next_at=schedule.next_at, now=now, catch_up=schedule.catch_up, most=most)  # type: ignore[arg-type]


def _told(slots: list[datetime], count: int) -> dict[str, object]:
    return {"slots": count, "first": slots[0].isoformat(), "last": slots[-1].isoformat(), "why": "overlap"}


def _run(schedule: Schedule, slot: datetime) -> bool:
    """One job for a slot; False when an earlier one is in its way. What is refused is told, and stops no other slot."""
    if _overlaps(schedule):
        return False
    try:
        _refuse_without_owner(schedule)
        with transaction.atomic():
            launch = schedules.launch_of(schedule, slot)
            schedule.last_job_id = services.trigger(flow=schedule.flow, launch=launch, actor=schedule.owner).job.pk
        schedule.problem = ""
    except IntegrityError:
        logger.info("slot has its job already", extra={"action": "slot_taken", "schedule": schedule.name})
    except OUTAGES:
        raise
    except Exception as error:
        _tell_problem(schedule, slot, error)
    return True


def _overlaps(schedule: Schedule) -> bool:
    if schedule.overlap == Overlap.PARALLEL:
        return False
    earlier = Job.objects.filter(schedule=schedule).exclude(status__in=JOB_TERMINAL)
    if schedule.overlap == Overlap.SKIP:
        return earlier.exists()
    return earlier.filter(status=JobStatus.QUEUED).count() >= LONGEST_QUEUE


def _refuse_without_owner(schedule: Schedule) -> None:
    owner = schedule.owner
    if owner is not None and not owner.has_perm(TRIGGER):
        message = f"Its owner {owner.get_username()} may not trigger flows any more: have somebody else save it."
        raise OwnerGone(message, path="owner")
    if schedule.flow.is_archived:
        raise FlowNotRunnable(f"The flow {schedule.flow.name!r} is archived.", path="flow")


def _tell_problem(schedule: Schedule, slot: datetime, error: Exception) -> None:
    if not isinstance(error, RoutiluxError):
        logger.exception("slot failed", extra={"action": "slot_failed", "schedule": schedule.name})
    problem = (error.message if isinstance(error, RoutiluxError) else f"{type(error).__name__}: {error}")[:500]
    if problem != schedule.problem:  # once, not at each slot
        schedules.tell(schedule, "problem", None, data={"slot": slot.isoformat(), "problem": problem})
    schedule.problem = problem
