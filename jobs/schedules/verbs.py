"""The verbs on schedules. Admin, REST and commands only call these; each is one transaction and tells who did it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError
from django.db import IntegrityError, transaction
from django.utils import timezone

from jobs import services
from jobs.admission import launch as launching
from jobs.admission.launch import Actor, Launch
from jobs.errors import JobError, WrongState
from jobs.models import Job, Schedule, ScheduleEvent
from jobs.models.schedule import CatchUp, Overlap
from jobs.runtime import wake
from jobs.schedules.slots import next_slots
from routilux_site.lib import strict_json
from templates_app.models import FlowPrototype

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
LONGEST_INTERVAL = 366 * 24 * 3600
MOST_CAUGHT_UP = 1000
PREVIEW = 5

#: What a caller may set, and what of it decides which job is made.
LAUNCHING = ("flow", "input", "entry", "overrides", "priority")
TIMING = ("cron", "interval_seconds", "time_zone")
FIELDS = ("name", *LAUNCHING, *TIMING, "overlap", "catch_up", "catch_up_limit")


class BadSchedule(JobError):
    title = "The schedule is not accepted"
    code = "bad-schedule"
    status = 422


class ScheduleTaken(JobError):
    title = "There is a schedule of that name"
    code = "schedule-exists"
    status = 409


class StaleSchedule(JobError):
    title = "Somebody else changed the schedule meanwhile"
    code = "stale-version"
    status = 412


def create(*, fields: Mapping[str, Any], actor: Actor = None) -> Schedule:
    """A new schedule, which begins at once. Raises BadSchedule, and what a trigger with this input would raise."""
    schedule = Schedule(owner_id=getattr(actor, "pk", None), anchor_at=timezone.now())
    _put(schedule, fields)
    _check_launch(schedule)
    with transaction.atomic():
        _look_ahead(schedule)
        _save(schedule)
        tell(schedule, "created", actor)
    return schedule


def update(
    *, schedule: Schedule, fields: Mapping[str, Any], version: int | None = None, actor: Actor = None
) -> Schedule:
    """Change what `fields` name. Whoever changes what is run owns the schedule from then on: its jobs are theirs."""
    with transaction.atomic():
        found = _locked(schedule, version)
        before = {name: getattr(found, name) for name in FIELDS}
        _put(found, fields)
        changed = [name for name in FIELDS if getattr(found, name) != before[name]]
        if not changed:
            return found
        if set(changed) & set(LAUNCHING):
            _check_launch(found)
            found.owner_id, found.problem = getattr(actor, "pk", None), ""
        if set(changed) & set(TIMING):
            found.anchor_at = timezone.now()
            _look_ahead(found)
        _save(found)
        tell(found, "updated", actor, data={"fields": changed})
    return found


def pause(*, schedule: Schedule, actor: Actor = None, reason: str = "") -> Schedule:
    """Nothing runs until it is resumed; slots that pass meanwhile are not missed, they never were."""
    return _switch(schedule, "paused", actor, reason, enabled=False)


def resume(*, schedule: Schedule, actor: Actor = None, reason: str = "") -> Schedule:
    return _switch(schedule, "resumed", actor, reason, enabled=True)


def archive(*, schedule: Schedule, version: int | None = None, actor: Actor = None, reason: str = "") -> Schedule:
    """Take it out of use for good; its jobs keep their history, and its name stays taken."""
    with transaction.atomic():
        found = _locked(schedule, version)
        found.enabled, found.archived_at, found.next_at = False, timezone.now(), None
        _save(found)
        tell(found, "archived", actor, reason=reason)
    return found


def run_now(*, schedule: Schedule, actor: Actor = None, reason: str = "") -> Job:
    """A job beside the slots: it changes nothing about when the next one comes. Works for a paused schedule as well."""
    with transaction.atomic():
        found = _locked(schedule, None)
        job = services.trigger(flow=found.flow, launch=launch_of(found), actor=actor).job
        tell(found, "run_now", actor, reason=reason, data={"job": str(job.pk)})
    return job


def launch_of(schedule: Schedule, slot: datetime | None = None) -> Launch:
    return Launch(
        input=schedule.input,
        entry=schedule.entry or None,
        overrides=schedule.overrides or None,
        priority=schedule.priority,
        schedule=schedule,
        slot_at=slot,
    )


def upcoming(schedule: Schedule, count: int = PREVIEW) -> list[datetime]:
    """The next slots, from what is stored; none while it is paused or archived."""
    if not schedule.enabled or schedule.next_at is None:
        return []
    return [schedule.next_at, *next_slots(schedule.timing, schedule.next_at, count - 1)]


def preview(fields: Mapping[str, Any], count: int = PREVIEW) -> list[datetime]:
    """When a schedule with this timing would run, from now on; raises BadSchedule."""
    now = timezone.now()
    schedule = Schedule(anchor_at=now, **{name: fields[name] for name in TIMING if name in fields})
    _check_timing(schedule)
    return next_slots(schedule.timing, now, count)


def tell(
    schedule: Schedule, kind: str, actor: Actor, *, reason: str = "", data: Mapping[str, Any] | None = None
) -> None:
    user = getattr(actor, "pk", None)
    ScheduleEvent.objects.create(
        schedule=schedule, kind=kind, actor_id=user, reason=reason[:500], data=dict(data or {})
    )


def _switch(schedule: Schedule, kind: str, actor: Actor, reason: str, *, enabled: bool) -> Schedule:
    with transaction.atomic():
        found = _locked(schedule, None)
        if found.enabled == enabled:
            raise WrongState(f"The schedule {found.name!r} is {kind} already.", path="enabled")
        found.enabled, found.problem = enabled, ""
        _look_ahead(found)
        _save(found)
        tell(found, kind, actor, reason=reason)
    return found


def _locked(schedule: Schedule, version: int | None) -> Schedule:
    found = Schedule.objects.select_for_update(of=("self",)).select_related("flow", "flow__head").get(pk=schedule.pk)
    if version is not None and found.version != version:
        message = f"You had read version {version} of {found.name!r}; it is at {found.version}. Read it again."
        raise StaleSchedule(message, path="If-Match")
    if found.is_archived:
        raise WrongState(f"The schedule {found.name!r} is archived.", path="archived_at")
    return found


def _save(schedule: Schedule) -> None:
    schedule.version += 1 if schedule.pk else 0
    try:
        with transaction.atomic():
            schedule.save()
    except IntegrityError as error:
        message = f"There is a schedule {schedule.name!r} already; choose another name."
        raise ScheduleTaken(message, path="name") from error
    if schedule.enabled and schedule.next_at:
        delay = max(0.0, (schedule.next_at - timezone.now()).total_seconds())
        transaction.on_commit(partial(wake.ring, delay=delay), robust=True)


def _look_ahead(schedule: Schedule) -> None:
    """From now on: whoever changes the timing does not ask for what is past."""
    schedule.next_at = next_slots(schedule.timing, timezone.now(), 1)[0] if schedule.enabled else None


def _put(schedule: Schedule, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name not in FIELDS:
            raise BadSchedule(f"There is no field {name!r}. Accepted: {', '.join(FIELDS)}.", path=name)
        setattr(schedule, name, value)
    _check_name(schedule.name)
    _check_timing(schedule)
    _check_choice(schedule.overlap, "overlap", Overlap.values)
    _check_choice(schedule.catch_up, "catch_up", CatchUp.values)
    _check_whole(schedule.catch_up_limit, "catch_up_limit", MOST_CAUGHT_UP)


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        accepted = "letters, digits, '.', '_' and '-', at most 100, the first a letter or a digit"
        raise BadSchedule(f"{name[:80]!r} is not accepted as the name of a schedule: {accepted}.", path="name")


def _check_timing(schedule: Schedule) -> None:
    if schedule.time_zone not in available_timezones():
        message = f"{str(schedule.time_zone)[:80]!r} is no time zone; one is written like Europe/Berlin."
        raise BadSchedule(message, path="time_zone")
    if bool(schedule.cron) == (schedule.interval_seconds is not None):
        raise BadSchedule("A schedule has either cron or interval_seconds, and not both.", path="cron")
    if schedule.cron:
        _check_cron(schedule.cron)
    else:
        _check_whole(schedule.interval_seconds, "interval_seconds", LONGEST_INTERVAL)


def _check_cron(expression: str) -> None:
    example = 'five fields are, such as "30 6 * * 1-5" (06:30 on working days)'
    try:
        if len(expression.split()) != 5 or len(expression) > 100:
            raise CronSimError("it has not five fields")
        next(CronSim(expression, timezone.now()))
    except (CronSimError, StopIteration) as error:
        why = str(error) or "it never comes"
        raise BadSchedule(f"{expression[:80]!r} is not accepted ({why}): {example}.", path="cron") from error


def _check_choice(value: str, path: str, accepted: list[str]) -> None:
    if value not in accepted:
        raise BadSchedule(f"{str(value)[:80]!r} is not accepted: one of {', '.join(accepted)} is.", path=path)


def _check_whole(value: object, path: str, most: int) -> None:
    if type(value) is not int or not 1 <= value <= most:
        raise BadSchedule(f"{str(value)[:80]} is not accepted: a whole number from 1 to {most} is.", path=path)


def _check_launch(schedule: Schedule) -> None:
    """Refuse now what the first slot would be refused for."""
    if not isinstance(schedule.flow, FlowPrototype):
        raise BadSchedule("A schedule needs a flow.", path="flow")
    strict_json.check(schedule.overrides, path="overrides")
    launching.accepted(schedule.flow, launch_of(schedule))
