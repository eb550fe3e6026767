"""Failures that are alike, counted: per flow and fingerprint, how many, since when, and the newest as the example."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models
from django.db.models.functions import Coalesce

from jobs.models import Job
from jobs.models.job import JobQuerySet

MOST_JOBS, MOST_GROUPS = 10_000, 50
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Count:
    """`newest` and `oldest` of those that were counted."""

    key: Key
    jobs: int
    newest: UUID
    oldest: UUID


@dataclass(frozen=True, slots=True)
class Group:
    """`first_seen` is the oldest of all that are kept, counted or not."""

    flow: str
    node: str
    summary: str
    fingerprint: str
    jobs: int
    newest: Job
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Groups:
    """`is_capped`: as many failures were counted as may be, or there are more groups than are shown."""

    items: list[Group]
    jobs: int
    is_capped: bool


def alike(jobs: JobQuerySet) -> Groups:
    """Failed `jobs`, grouped: the newest MOST_JOBS of them; two queries."""
    counts = _counted(jobs)
    total = sum(count.jobs for count in counts)
    shown = counts[:MOST_GROUPS]
    return Groups(_described(shown), total, total >= MOST_JOBS or len(counts) > len(shown))


def _counted(jobs: JobQuerySet) -> list[Count]:
    """The most frequent first. Counted by the database, in the index alone."""
    beyond = models.Subquery(jobs.order_by("-id").values("id")[MOST_JOBS : MOST_JOBS + 1])
    newest = jobs.filter(id__gt=Coalesce(beyond, models.Value(UUID(int=0))))
    by_kind = newest.order_by().values_list("flow_id", "fingerprint")
    rows = by_kind.annotate(jobs=models.Count("id"), newest=_first("-id"), oldest=_first("id"))
    counts = [Count((flow, fingerprint), *said) for flow, fingerprint, *said in rows]
    return sorted(counts, key=lambda one: (one.jobs, one.newest.int), reverse=True)


def _first(order: str) -> models.Func:
    """Postgres before 18 knows no greatest and no smallest uuid."""
    return models.Func(ArrayAgg("id", order_by=order), template="(%(expressions)s)[1]", output_field=models.UUIDField())


def _described(counts: list[Count]) -> list[Group]:
    # Without saying that there is one, the index of fingerprints would be of no use.
    same = Job.objects.filter(fingerprint=models.OuterRef("fingerprint"), flow_id=models.OuterRef("flow_id"))
    same = same.exclude(fingerprint="")
    first = models.Subquery(same.order_by("id").values("id")[:1])
    examples = Job.objects.filter(pk__in=[count.newest for count in counts]).select_related("flow")
    shown = examples.only("flow__name", "error_node", "error_summary", "fingerprint").annotate(first=first)
    by_key = {job.pk: job for job in shown}
    return [_group(count, by_key[count.newest]) for count in counts if count.newest in by_key]


def _group(count: Count, example: Any) -> Group:
    oldest = example.first if example.fingerprint and example.first else count.oldest
    return Group(
        example.flow.name,
        example.error_node,
        example.error_summary,
        example.fingerprint,
        count.jobs,
        example,
        born(oldest),
        born(count.newest),
    )


def born(job: UUID) -> datetime:
    """When a job was created, to the millisecond: its id begins with it."""
    return datetime.fromtimestamp((job.int >> 80) / 1000, UTC)
