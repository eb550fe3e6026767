"""The verbs on jobs. Admin, REST, pages and commands only call these; each is one transaction and tells who did it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import IntegrityError, transaction
from jsonschema_rs import validator_for

from jobs.errors import BadEntry, BadInput, FlowNotRunnable, IdempotencyConflict, WrongState
from jobs.models import IdempotencyKey, Job, JobEvent
from jobs.runtime.nudge import nudge
from jobs.runtime.program import Program
from jobs.runtime.programs import programs
from jobs.runtime.store.joblock import End, end_job
from jobs.runtime.store.link import django_link
from jobs.states import JobStatus
from routilux_site.lib import strict_json
from routilux_site.lib.errors import ErrorDetail
from templates_app.models import FlowPrototype
from templates_app.spec import FlowSpec, Port

Actor = AbstractBaseUser | AnonymousUser | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What a caller asks for. `entry` is "node" or "node.slot"; absent, the flow's own entry is used."""

    input: Any
    entry: str | None = None
    priority: int = 0
    idempotency_key: str | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Triggered:
    job: Job
    replayed: bool  #: the idempotency key was seen before with the same body; this is the job that it made


def trigger(*, flow: FlowPrototype, launch: Launch, actor: Actor = None) -> Triggered:
    """Start a job of the flow's current revision. Returns as soon as it is durable; never waits for a step.

    Raises FlowNotRunnable, BadEntry, BadInput, or IdempotencyConflict when the key was used with another body.
    """
    program = _runnable(flow)
    port = _entry(program.spec, launch.entry)
    payload = _checked_input(program.spec, launch.input)
    try:
        with transaction.atomic():
            job = _create(flow, program, launch, port, payload, actor)
    except IntegrityError:
        earlier = _replay(launch, flow, actor)
        if earlier is None:
            raise
        return Triggered(earlier, replayed=True)
    return Triggered(job, replayed=False)


def cancel(*, job: Job, actor: Actor = None, reason: str = "") -> Job:
    """Stop a job: nothing more starts, and what still runs is fenced off, so that its result is not kept."""
    with transaction.atomic():
        end = End(status=JobStatus.CANCELLED, reason=reason, actor=getattr(actor, "pk", None))
        ended = end_job(django_link(), job.pk, end)
    if not ended:
        raise _ended(job, "cannot be cancelled any more")
    job.refresh_from_db()
    return job


def post_item(*, job: Job, port: Port, payload: dict[str, Any], actor: Actor = None) -> None:
    """Put an item into a slot of a job that has not ended: how an open job gets more work, and a signal arrives."""
    strict_json.check(payload, path="payload")
    with transaction.atomic():
        if not nudge(job, lambda router: router.post(port, payload)):
            raise _ended(job, "takes no more items")
        _tell(job, "item_posted", actor, {"slot": str(port)})


def close(*, job: Job, actor: Actor = None) -> None:
    """No more items will be posted: an open job completes once everything in it is done."""
    with transaction.atomic():
        if not Job.objects.filter(pk=job.pk, keep_open=True).update(keep_open=False):
            raise WrongState("The job is not open for items; there is nothing to close.", path="keep_open")
        if not nudge(job, lambda router: None):
            raise _ended(job, "needs no closing")
        _tell(job, "closed", actor)


def _tell(job: Job, kind: str, actor: Actor, data: dict[str, Any] | None = None) -> None:
    JobEvent.objects.create(job=job, kind=kind, actor_id=getattr(actor, "pk", None), data=data or {})


def _ended(job: Job, so: str) -> WrongState:
    job.refresh_from_db()
    return WrongState(f"The job is {job.status} already: it {so}.", path="status")


def _runnable(flow: FlowPrototype) -> Program:
    if flow.is_archived:
        raise FlowNotRunnable(f"The flow {flow.name!r} is archived; restore it or trigger another one.", path="flow")
    if flow.head is None:
        problems = [
            ErrorDetail(p.get("path", ""), p.get("code", "invalid"), p.get("message", "")) for p in flow.problems
        ]
        reason = problems[0].message if problems else "it has no revision"
        raise FlowNotRunnable(f"The flow {flow.name!r} is invalid: {reason}", path="flow", errors=problems)
    return programs.get(flow.head.pk)


def _entry(spec: FlowSpec, asked: str | None) -> Port:
    """The slot that the input goes into: as asked, else the flow's entry."""
    if not asked:
        if spec.entry is None:
            raise BadEntry(f"The flow has no entry of its own; say one of: {_ports(spec)}.", path="entry")
        return spec.entry
    name, _, slot = asked.partition(".")
    node = spec.nodes.get(name)
    slots = [s.name for s in node.slots] if node else []
    if node is None or (slot and slot not in slots) or not slots:
        raise BadEntry(f"There is no slot {asked!r}; the slots are: {_ports(spec)}.", path="entry")
    return Port(name, slot or slots[0])


def _ports(spec: FlowSpec) -> str:
    return ", ".join(f"{node.id}.{slot.name}" for node in spec.nodes.values() for slot in node.slots)


def _checked_input(spec: FlowSpec, value: Any) -> dict[str, Any]:
    strict_json.check(value, path="input")
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise BadInput(f'The input is a JSON object, like {{"name": "value"}}; this is a {kind}.', path="input")
    if spec.input_schema:
        found = validator_for(dict(spec.input_schema)).iter_errors(value)
        errors = [ErrorDetail(".".join(map(str, ["input", *e.instance_path])), "schema", e.message) for e in found]
        if errors:
            raise BadInput(f"{errors[0].path}: {errors[0].message}", path=errors[0].path, errors=errors)
    return value


def _create(
    flow: FlowPrototype, program: Program, launch: Launch, port: Port, payload: dict[str, Any], actor: Actor
) -> Job:
    spec = program.spec
    user = getattr(actor, "pk", None)
    job = Job(
        flow=flow,
        revision=flow.head,
        entry=str(port),
        priority=launch.priority,
        keep_open=spec.keep_open,
        max_attempts=spec.max_attempts,
        actor_id=user,
        request_id=launch.request_id,
    )
    job.save(force_insert=True)
    _tell(job, "triggered", actor)
    nudge(job, lambda router: router.post(port, payload))
    if launch.idempotency_key:
        digest = _digest(launch, flow)
        IdempotencyKey.objects.create(user_id=user, key=launch.idempotency_key, body_sha256=digest, job=job)
    return job


def _digest(launch: Launch, flow: FlowPrototype) -> str:
    body = {"flow": flow.name, "input": launch.input, "entry": launch.entry, "priority": launch.priority}
    return strict_json.sha256(body)


def _replay(launch: Launch, flow: FlowPrototype, actor: Actor) -> Job | None:
    if not launch.idempotency_key:
        return None
    user: int | None = getattr(actor, "pk", None)
    known = IdempotencyKey.objects.filter(user=user, key=launch.idempotency_key).select_related("job").first()
    if known is None:
        return None
    if known.body_sha256 != _digest(launch, flow):
        message = "This Idempotency-Key was used before with another request; use a new key for a new request."
        raise IdempotencyConflict(message, path="Idempotency-Key")
    return known.job
