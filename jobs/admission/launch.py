"""What a caller asks for when triggering, and whether it may be had. Reads only; `services.trigger` writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone
from jsonschema_rs import validator_for

from jobs.errors import BadEntry, BadIdempotencyKey, BadInput, FlowNotRunnable, IdempotencyConflict
from jobs.models import IdempotencyKey, Job, Schedule
from jobs.runtime.programs import programs
from routilux_site.lib import strict_json
from routilux_site.lib.errors import ErrorDetail
from templates_app import services as templates
from templates_app.models import FlowPrototype, Revision
from templates_app.spec import FlowSpec, Port

Actor = AbstractBaseUser | AnonymousUser | None
PRIORITIES = range(-100, 101)
IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,255}")
LONGEST_DELAY = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Again:
    """Which job is run again, and on which revision: its own (pinned) or the flow's latest. Chosen, never guessed."""

    job: Job
    pinned: bool


@dataclass(frozen=True, slots=True)
class Parent:
    """The step of another job that waits for this one."""

    job: UUID
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What a caller asks for. `entry` is "node" or "node.slot"; absent, the flow's own entry is used.

    `overrides` (`{"settings": ..., "nodes": ...}`) lie over the flow for this one job. Without an `input` (None) an
    open job begins empty. It begins not before `start_at`, or `delay` seconds from now; what is past means now.
    """

    input: Any
    entry: str | None = None
    overrides: Mapping[str, Any] | None = None
    priority: int = 0
    idempotency_key: str | None = None
    request_id: str = ""
    again: Again | None = None
    token: int | None = None  #: the id of the token that the caller came with
    start_at: datetime | None = None
    delay: float | None = None
    schedule: Schedule | None = None
    slot_at: datetime | None = None  #: of the schedule; none when it is run by hand
    parent: Parent | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """A launch that is acceptable. Without a port there is no input: an open job begins empty."""

    revision: Revision
    spec: FlowSpec
    port: Port | None
    payload: dict[str, Any]
    start_at: datetime | None = None  #: in the future, or none


def accepted(flow: FlowPrototype, launch: Launch) -> Start:
    """Raises FlowNotRunnable, BadEntry, BadInput, or Refused for overrides that the flow does not accept."""
    pinned = launch.again is not None and launch.again.pinned
    revision = launch.again.job.revision if launch.again and pinned else runnable(flow)
    if launch.overrides:
        revision = templates.revision_for_launch(flow, launch.overrides)
    check_priority(launch.priority)
    spec = programs.get(revision.pk).spec
    later = start_time(launch)
    if launch.input is None and spec.keep_open:
        return Start(revision, spec, None, {}, later)
    return Start(revision, spec, find_entry(spec, launch.entry), checked_input(spec, launch.input), later)


def start_time(launch: Launch) -> datetime | None:
    """When a job may begin; None for at once. Raises BadInput."""
    if launch.start_at is not None and launch.delay is not None:
        raise BadInput("Both start_at and delay are given: say one of them.", path="delay")
    if launch.delay is not None:
        return _in_bounds(timezone.now() + timedelta(seconds=_checked_delay(launch.delay)), "delay")
    if launch.start_at is not None and timezone.is_naive(launch.start_at):
        raise BadInput("start_at needs a time zone, as in 2026-11-23T08:00:00+01:00.", path="start_at")
    return _in_bounds(launch.start_at, "start_at") if launch.start_at else None


def _checked_delay(delay: float) -> float:
    longest = LONGEST_DELAY.total_seconds()
    if not 0 <= delay <= longest:
        accepted = f"0 to {longest:.0f} s ({LONGEST_DELAY.days} days) is accepted"
        raise BadInput(f"A delay of {delay} s is out of bounds: {accepted}.", path="delay")
    return delay


def _in_bounds(moment: datetime, path: str) -> datetime | None:
    now = timezone.now()
    if moment > now + LONGEST_DELAY + timedelta(seconds=1):
        raise BadInput(f"{moment} is too far away: at most {LONGEST_DELAY.days} days are accepted.", path=path)
    return moment if moment > now else None


def runnable(flow: FlowPrototype) -> Revision:
    if flow.is_archived:
        raise FlowNotRunnable(f"The flow {flow.name!r} is archived; restore it or trigger another one.", path="flow")
    if flow.head is None:
        problems = [
            ErrorDetail(p.get("path", ""), p.get("code", "invalid"), p.get("message", "")) for p in flow.problems
        ]
        reason = problems[0].message if problems else "it has no revision"
        raise FlowNotRunnable(f"The flow {flow.name!r} is invalid: {reason}", path="flow", errors=problems)
    return flow.head


def find_entry(spec: FlowSpec, asked: str | None) -> Port:
    """The slot that the input goes into: as asked, else the flow's entry."""
    if not asked:
        if spec.entry is None:
            raise BadEntry(f"The flow has no entry of its own; say one of: {ports(spec)}.", path="entry")
        return spec.entry
    name, _, slot = asked.partition(".")
    node = spec.nodes.get(name)
    slots = [s.name for s in node.slots] if node else []
    if node is None or (slot and slot not in slots) or not slots:
        raise BadEntry(f"There is no slot {asked!r}; the slots are: {ports(spec)}.", path="entry")
    return Port(name, slot or slots[0])


def ports(spec: FlowSpec) -> str:
    return ", ".join(f"{node.id}.{slot.name}" for node in spec.nodes.values() for slot in node.slots)


def checked_input(spec: FlowSpec, value: Any) -> dict[str, Any]:
    strict_json.check(value, path="input")
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise BadInput(f'The input is a JSON object, like {{"name": "value"}}; this is a {kind}.', path="input")
    if spec.input_schema:
        found = validator_for(dict(spec.input_schema)).iter_errors(value)
        errors = [ErrorDetail(".".join(map(str, ["input", *e.instance_path])), "schema", e.message) for e in found]
        if errors:
            raise BadInput(errors[0].message, path=errors[0].path, errors=errors)
    return value


def check_payload(value: Any) -> None:
    strict_json.check(value, path="payload")
    if not isinstance(value, dict):
        raise BadInput(f"An item is a JSON object; this is a {type(value).__name__}.", path="payload")


def check_priority(priority: int) -> None:
    if priority not in PRIORITIES:
        limits = f"{PRIORITIES.start} to {PRIORITIES.stop - 1}"
        raise BadInput(
            f"The priority {priority} is out of bounds: {limits} is accepted, higher runs sooner.", path="priority"
        )


def checked_key(key: str | None, place: str) -> str | None:
    if key is not None and not IDEMPOTENCY_KEY.fullmatch(key):
        accepted = "1 to 255 visible ASCII characters without a space"
        raise BadIdempotencyKey(f"{key[:80]!r} is not accepted: {accepted}.", path=place)
    return key


def digest(launch: Launch, flow: FlowPrototype) -> str:
    body: dict[str, Any] = {
        "flow": flow.name,
        "input": launch.input,
        "entry": launch.entry,
        "priority": launch.priority,
    }
    if launch.overrides:
        body["overrides"] = dict(launch.overrides)
    if launch.start_at is not None:
        body["start_at"] = launch.start_at.isoformat()
    if launch.delay is not None:
        body["delay"] = launch.delay
    return strict_json.sha256(body)


def replay(launch: Launch, flow: FlowPrototype, actor: Actor) -> Job | None:
    if not launch.idempotency_key:
        return None
    user: int | None = getattr(actor, "pk", None)
    known = IdempotencyKey.objects.filter(user=user, key=launch.idempotency_key).select_related("job").first()
    if known is None:
        return None
    if known.body_sha256 != digest(launch, flow):
        message = "This Idempotency-Key was used before with another request; use a new key for a new request."
        raise IdempotencyConflict(message, path="Idempotency-Key")
    return known.job
