"""How the Runtime stands."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict, TypeVar

from django.conf import settings
from django.db.models import DurationField, ExpressionWrapper, F, QuerySet, Sum
from django.db.models.functions import Now

from jobs.models import Activation, Cluster, Session
from jobs.states import StepStatus

_Row = TypeVar("_Row", Session, Cluster)


class RuntimeHealth(TypedDict):
    live_sessions: int
    supervisors: int
    oldest_runnable_seconds: float | None


class Lanes(TypedDict):
    lanes: int
    busy_lanes: int


def runtime_health() -> RuntimeHealth:
    """A supervisor that has not beaten for a lease counts as gone."""
    return {
        "live_sessions": live_sessions().count(),
        "supervisors": live_clusters().count(),
        "oldest_runnable_seconds": oldest_runnable_seconds(),
    }


def lanes() -> Lanes:
    """Of all live sessions, and how many of these run a step."""
    sessions = live_sessions()
    busy = Activation.objects.filter(status=StepStatus.RUNNING, session_id__in=sessions.values("pk")).count()
    return {"lanes": sessions.aggregate(all=Sum("lanes"))["all"] or 0, "busy_lanes": busy}


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
