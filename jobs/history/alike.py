"""Failures that are alike, counted: per flow and fingerprint, how many, since when, and the newest as the example."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

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
    """`is_capped`: there are more failures than were counted, or more groups than are shown."""

    items: list[Group]
    jobs: int
    is_capped: bool


def grouped(rows: Iterable[tuple[int, str, UUID]]) -> list[Count]:
    """Counts of (flow, fingerprint, job) rows that come newest first; the most frequent first. Pure."""
    found: dict[Key, list[Any]] = {}
    for flow, fingerprint, job in rows:
        known = found.setdefault((flow, fingerprint), [0, job, job])
        known[0], known[2] = known[0] + 1, job
    counts = [Count(key, *said) for key, said in found.items()]
    return sorted(counts, key=lambda one: (one.jobs, one.newest.int), reverse=True)


def alike(jobs: JobQuerySet) -> Groups:
    """Failed `jobs`, grouped: the newest MOST_JOBS of them; two queries."""
    rows = list(jobs.order_by("-id").values_list("flow_id", "fingerprint", "id")[: MOST_JOBS + 1])
    counts = grouped(rows[:MOST_JOBS])
    shown = counts[:MOST_GROUPS]
    items = _described(shown)
    return Groups(items, min(len(rows), MOST_JOBS), len(rows) > MOST_JOBS or len(counts) > len(shown))


def _described(counts: list[Count]) -> list[Group]:
    same = Job.objects.filter(fingerprint=OuterRef("fingerprint"), flow_id=OuterRef("flow_id"))
    first = Subquery(same.order_by("id").values("id")[:1])
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
