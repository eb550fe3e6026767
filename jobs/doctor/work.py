"""The work itself: who does it, what is stuck, which schedules make no jobs, and what could not be delivered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from jobs.doctor.findings import FEW, Finding, few
from jobs.history.health import runtime_health
from jobs.models import Activation, NodeState, Schedule, Session, WebhookDelivery
from jobs.models.webhook import DeliveryStatus
from jobs.states import StepStatus

Facts = dict[str, Any]
#: The newest deliveries that are looked at: there is no index on the dead ones.
DELIVERIES: Final = 10_000
_START: Final = "Start one with `manage.py runtime`."


def runtime(facts: Facts) -> Iterator[Finding]:
    health = runtime_health()
    facts["runtime"] = dict(health)
    if not health["supervisors"] and not health["live_sessions"]:
        yield Finding("no-runtime", "runtime", "No cluster is alive: nothing will be run.", _START)
    age = health["oldest_runnable_seconds"]
    if age is not None and age > _backlog():
        fact = f"The oldest runnable step has waited for {age:.0f} s; up to {_backlog():g} s is healthy."
        remedy = "Start more workers (ROUTILUX_WORKERS) or more hosts, or see in /jobs/runtime/ what holds the lanes."
        yield Finding("backlog", "runtime", fact, remedy if health["supervisors"] else _START)


def lost_sessions(facts: Facts) -> Iterator[Finding]:
    """Dead, and not rescued although a lease and a backlog are over: nobody sweeps."""
    silence = timedelta(seconds=settings.ROUTILUX["LEASE"] + _backlog())
    lost = Session.objects.filter(ended_at=None, heartbeat_at__lt=Now() - silence).order_by("id")[: FEW + 1]
    told = [
        Finding("lost-session", f"session {one}", "It died, and its steps were not taken over.", _START) for one in lost
    ]
    yield from few(told, "lost-session", "sessions")


def overdue(facts: Facts) -> Iterator[Finding]:
    """Retries and timers that nobody woke."""
    late = Now() - timedelta(seconds=_backlog())
    steps = Activation.objects.filter(status=StepStatus.RETRYING, due_at__lt=late).order_by("due_at")
    timers = NodeState.objects.filter(look_at__lt=late, job__status__in=["pending", "running"]).order_by("look_at")
    for code, what, rows in (("late-retry", "retry of a step", steps), ("late-timer", "timer of a policy", timers)):
        job, node = _first(rows)
        if job:
            fact = f"A {what} at the node {node} was due more than {_backlog():g} s ago."
            yield Finding(code, f"job {job}", fact, f"If no cluster is alive: {_START}")


def _first(rows: QuerySet[Any]) -> tuple[Any, str]:
    found: tuple[Any, str] | None = rows.values_list("job_id", "node").first()
    return found or (None, "")


def schedules(facts: Facts) -> Iterator[Finding]:
    """Their last slot made no job, their flow starts none, or their time has come and nobody dealt with it."""
    late = Now() - timedelta(seconds=_backlog())
    stuck = Q(next_at__lt=late) | Q(flow__head=None) | Q(flow__archived_at__isnull=False) | ~Q(problem="")
    rows = Schedule.objects.active().filter(stuck, enabled=True).select_related("flow").order_by("name")
    told = [_broken(one) for one in rows.defer("input", "overrides")[: FEW + 1]]
    yield from few(told, "broken-schedule", "schedules")


def _broken(schedule: Schedule) -> Finding:
    flow = schedule.flow
    place = f"schedule {schedule.name}"
    if flow.head_id is None or flow.archived_at is not None:
        fact = f"Its flow {flow.name} is {'archived' if flow.archived_at else 'invalid'} and starts no job."
        return Finding("broken-schedule", place, fact, "Mend or restore the flow, or turn the schedule off.")
    if schedule.problem:
        fact = f"Its last slot made no job: {schedule.problem}"
        return Finding("broken-schedule", place, fact, "Correct its input or its flow; the next slot tries again.")
    return Finding("late-schedule", place, f"Its slot of {schedule.next_at} is overdue.", _START)


def deliveries(facts: Facts) -> Iterator[Finding]:
    """Among the newest only."""
    newest = WebhookDelivery.objects.order_by("-id").values("pk")[:DELIVERIES]
    dead = WebhookDelivery.objects.filter(pk__in=newest, status=DeliveryStatus.DEAD).order_by("webhook__name")
    counted = list(dead.values_list("webhook__name").annotate(Count("id"))[: FEW + 1])
    facts["dead_deliveries"] = sum(count for _, count in counted)
    remedy = "See its answers in the admin, mend the receiver, then send them again."
    told = [
        Finding("dead-deliveries", f"webhook {name}", f"{count} deliveries were given up.", remedy)
        for name, count in counted
    ]
    yield from few(told, "dead-deliveries", "webhooks")


def _backlog() -> float:
    return float(settings.ROUTILUX["BACKLOG"])


PARTS: Final[tuple[Callable[[Facts], Iterator[Finding]], ...]] = (
    runtime,
    lost_sessions,
    overdue,
    schedules,
    deliveries,
)
