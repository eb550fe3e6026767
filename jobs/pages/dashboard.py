"""How things stand: `/jobs/dashboard/`. Every number leads to its list; nothing here reads more than a bounded part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from jobs.history.alike import Groups, alike
from jobs.history.health import live_clusters, live_sessions, oldest_runnable_seconds
from jobs.models import Activation, Job, Wait
from jobs.pages.answers import live_page
from jobs.pages.errors import jobs_of
from jobs.pages.sparkline import HOURS, columns
from jobs.pages.suggestions import address
from jobs.runtime.store.health import Bucket, buckets, dead_rows, oldest_snapshot_seconds
from jobs.runtime.store.link import django_link
from jobs.search.apply import id_at
from jobs.search.query import Query, parse
from jobs.states import JobStatus, StepStatus, WaitKind

MOST, GROUPS, RUNNING, PULSE = 1000, 8, 8, 5000
LONG_SNAPSHOT = 300.0  #: seconds after which a transaction is one that somebody forgot
KEPT = 30  #: seconds that the drawing of the day stays as it is


@dataclass(frozen=True, slots=True)
class Number:
    """`text` says "1000+" where nobody counted further."""

    label: str
    text: str
    url: str
    is_bad: bool = False


@login_required
@permission_required("jobs.view_job", raise_exception=True)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    failures = _failures()
    numbers = _numbers(failures)
    state = [[number.text for number in numbers], [group.jobs for group in failures.items], _minute()]

    def context() -> dict[str, Any]:
        return {
            "numbers": numbers,
            "groups": [(group, jobs_of(parse("since:24h"), group)) for group in failures.items[:GROUPS]],
            "all_errors": reverse("jobs:errors") + address("since:24h"),
            "running": _running(),
            **_runtime(),
            **_database(),
            **_day(),
            "pulse": PULSE,
        }

    return live_page(request, "dashboard", context, state=state)


def _minute() -> str:
    return f"{timezone.now():%H:%M}"


def _numbers(failures: Groups) -> list[Number]:
    oldest = oldest_runnable_seconds()
    waits = "none" if oldest is None else f"{oldest:.0f} s"
    failed = f"{failures.jobs}{'+' if failures.is_capped else ''}"
    return [
        Number("Running", _count(JobStatus.RUNNING), _list("status:running")),
        Number("Queued", _count(JobStatus.QUEUED), _list("status:queued")),
        Number("Pending", _count(JobStatus.PENDING), _list("status:pending")),
        Number("Paused", _count(JobStatus.PAUSED), _list("status:paused")),
        Number("Wait for a decision", _decisions(), _list("is:undecided")),
        Number("Failed in 24 h", failed, _list("status:failed since:24h"), failures.jobs > 0),
        Number("Oldest runnable step has waited", waits, _list("is:unfinished"), oldest is not None and oldest > 60),
    ]


def _list(query: str) -> str:
    return reverse("jobs:list") + address(Query(parse(query).terms))


def _count(status: JobStatus) -> str:
    """Not beyond MOST: an exact count of many rows tells nothing more and costs a scan."""
    return _capped(Job.objects.filter(status=status))


def _decisions() -> str:
    """By the steps that are parked, for which there is an index; of all waits, most were answered long ago."""
    asked = Wait.objects.filter(kind=WaitKind.DECISION, answered_at=None)
    return _capped(Activation.objects.filter(status=StepStatus.PARKED, pk__in=asked.values("pk")))


def _capped(rows: QuerySet[Any]) -> str:
    count = rows.order_by()[: MOST + 1].count()
    return f"{MOST}+" if count > MOST else str(count)


def _failures() -> Groups:
    since = id_at(timezone.now() - timedelta(hours=24))
    return alike(Job.objects.filter(status=JobStatus.FAILED, id__gte=since))


def _running() -> list[Job]:
    rows = Job.objects.filter(status=JobStatus.RUNNING).select_related("flow").order_by("id")
    return list(rows.only("flow__name", "status", "created_at", "started_at", "finished_at")[:RUNNING])


def _runtime() -> dict[str, Any]:
    """Who works: sessions with their lanes, and how many of these run a step."""
    sessions = list(live_sessions().order_by("host", "pid")[:100])
    busy_rows = Activation.objects.filter(status=StepStatus.RUNNING, session_id__in=[one.pk for one in sessions])
    busy = dict(busy_rows.order_by().values_list("session_id").annotate(Count("id")))
    return {
        "sessions": [(session, busy.get(session.pk, 0)) for session in sessions],
        "lanes": sum(session.lanes for session in sessions),
        "busy": sum(busy.values()),
        "clusters": list(live_clusters().order_by("host", "pid")[:100]),
    }


def _database() -> dict[str, Any]:
    oldest = oldest_snapshot_seconds(django_link())
    return {
        "snapshot": oldest,
        "is_long": oldest is not None and oldest > LONG_SNAPSHOT,
        "dead_rows": dead_rows(django_link()),
    }


def _day() -> dict[str, Any]:
    """Kept for a while, and the same for everybody: it is the one thing here that reads thousands of index entries."""
    begin = _hour(timezone.now()) - timedelta(hours=HOURS - 1)
    key = f"jobs-day-{begin:%Y%m%d%H}"
    kept: list[list[int]] | None = cache.get(key)
    if kept is None:
        edges = [id_at(begin + timedelta(hours=hour)) for hour in range(HOURS + 1)]
        kept = [[bucket.jobs, bucket.failed] for bucket in buckets(django_link(), edges)]
        cache.set(key, kept, KEPT)
    found = [Bucket(*pair) for pair in kept]
    hours = [(column, reverse("jobs:list") + address(column.query)) for column in columns(found, begin)]
    return {"hours": hours, "day_total": sum(bucket.jobs for bucket in found)}


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
