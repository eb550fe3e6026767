"""What the pages read, each in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, Func, IntegerField, JSONField, Max, OuterRef, Q, QuerySet, Sum, Value
from django.http import Http404
from django.shortcuts import get_object_or_404

from jobs.history import selectors
from jobs.models import Activation, Item, Job, JobEvent, StepLog
from jobs.models.job import JobQuerySet
from jobs.pages.payloads import ItemList, first_of, rows_of
from jobs.runtime.router import NOBODY
from routilux_site.lib.keyset import Page, PageError, keyset_page

User = AbstractBaseUser | AnonymousUser

RERUNS = 10
STEPS, ITEMS, EVENTS, FLOWS, ATTEMPTS, LINES = 100, 20, 100, 500, 20, 200  # FLOWS: of the page to choose from
_PATH = "%(function)s(%(expressions)s::jsonpath)"
_SHOWN = ("flow__name", "flow__parent__name", "revision__number", "revision__hash", "revision__canonical")


@dataclass(frozen=True, slots=True)
class Group:
    """The steps of one node that have one status. `last` is the id of the newest of them."""

    node: str
    status: str
    count: int
    attempts: int
    errors: int
    last: int


@dataclass(frozen=True, slots=True)
class StepFilter:
    node: str = ""
    status: str = ""
    cursor: str = ""

    @property
    def is_active(self) -> bool:
        return bool(self.node or self.status or self.cursor)


@dataclass(frozen=True, slots=True)
class Steps:
    page: Page[Activation]
    groups: list[Group]


@dataclass(frozen=True, slots=True)
class JobItems:
    input: ItemList = field(default_factory=lambda: ItemList([]))
    result: ItemList = field(default_factory=lambda: ItemList([]))
    undelivered: ItemList = field(default_factory=lambda: ItemList([]))
    dropped: ItemList = field(default_factory=lambda: ItemList([]))


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Attempt:
    number: int
    at: datetime
    lines: list[Line]
    more: int  #: lines that are kept, but not shown
    error: dict[str, Any] | None
    progress: dict[str, Any] | None  #: n, total and text


def listed(user: User) -> JobQuerySet:
    """Jobs as the list shows them: nothing that is stored out of line is loaded."""
    fields = ("status", "flow__name", "revision__number", "actor__username", "error_node", "error_summary")
    times = ("created_at", "started_at", "finished_at")
    return Job.objects.visible_to(user).select_related("flow", "revision", "actor").only(*fields, *times)


def visible_job(user: User, job_id: UUID) -> Job:
    own = [column.attname for column in Job._meta.concrete_fields]
    jobs = Job.objects.visible_to(user).select_related("flow__parent", "revision", "actor", "schedule", "token")
    later = Job.objects.filter(origin=OuterRef("pk")).order_by("id").values("id")[:RERUNS]
    rows = jobs.only(*own, *_SHOWN, "actor__username", "schedule__name", "token__name")
    return get_object_or_404(rows.annotate(again=ArraySubquery(later)), pk=job_id)


def visible_step(job: Job, step_id: int) -> Activation:
    return get_object_or_404(Activation, pk=step_id, job=job)


def steps(job: Job, asked: StepFilter) -> Steps:
    """One page of steps, and all of them grouped. One query as long as everything fits on the page, else two."""
    rows = selectors.step_rows(job, node=asked.node, status=asked.status)
    page = _page(rows, asked.cursor)
    is_all = not (asked.is_active or page.next)
    return Steps(page, _grouped(page.items) if is_all else _groups(job))


def _page(rows: QuerySet[Activation], cursor: str) -> Page[Activation]:
    try:
        return keyset_page(rows, field="id", cursor=cursor, size=STEPS)
    except PageError as error:
        raise Http404(error.message) from error


def _groups(job: Job) -> list[Group]:
    rows = Activation.objects.filter(job=job).order_by("node", "status").values_list("node", "status")
    summed = rows.annotate(Count("id"), Sum("attempt"), Sum("errors"), Max("id"))
    return [Group(*row) for row in summed]


def _grouped(rows: Iterable[Activation]) -> list[Group]:
    groups: dict[tuple[str, str], Group] = {}
    for row in rows:
        key = (row.node, row.status)
        known = groups.get(key, Group(*key, 0, 0, 0, 0))
        sums = (known.count + 1, known.attempts + row.attempt, known.errors + row.errors)
        groups[key] = Group(*key, *sums, max(known.last, row.pk))
    return [groups[key] for key in sorted(groups)]


def job_items(job: Job) -> JobItems:
    """Input, result, what lies in slots and what was dropped: four short lists by four partial indexes in one query."""
    items = Item.objects.filter(job=job)
    parts = {
        "input": items.filter(source_id=None),
        "result": items.filter(node=""),
        "undelivered": items.filter(~Q(node=""), consumed_by_id=None),
        "dropped": items.filter(consumed_by_id=NOBODY),
    }
    first, *rest = [rows_of(rows, part=Value(name))[: ITEMS + 1] for name, rows in parts.items()]
    found: list[dict[str, Any]] = list(first.union(*rest, all=True))
    return JobItems(**{name: first_of([row for row in found if row["part"] == name], ITEMS) for name in parts})


def events(job: Job) -> list[JobEvent]:
    return list(selectors.event_rows(job).order_by("-id")[:EVENTS])[::-1]


def step_items(step: Activation) -> tuple[ItemList, ItemList]:
    """What a step took, and what it emitted."""
    items = Item.objects.filter(job_id=step.job_id)
    taken = rows_of(items.filter(consumed_by_id=step.pk), part=Value("input"))[: ITEMS + 1]
    emitted = rows_of(items.filter(source_id=step.pk), part=Value("output"))[: ITEMS + 1]
    found: list[dict[str, Any]] = list(taken.union(emitted, all=True))
    parts = [[row for row in found if row["part"] == name] for name in ("input", "output")]
    return first_of(parts[0], ITEMS), first_of(parts[1], ITEMS)


def attempts(step: Activation) -> list[Attempt]:
    """What the newest attempts said, oldest first; long logs are cut in the database."""
    part = Value(f"$[0 to {LINES - 1}]")
    first = Func(F("lines"), part, function="jsonb_path_query_array", template=_PATH, output_field=JSONField())
    count = Func(F("lines"), function="jsonb_array_length", output_field=IntegerField())
    logs = StepLog.objects.filter(activation_id=step.pk).annotate(said=first, lines_count=count)
    newest = logs.order_by("-id").values_list("attempt", "at", "said", "lines_count", "error", "progress")[:ATTEMPTS]
    return [_attempt(*row) for row in newest][::-1]


def _attempt(number: int, at: datetime, said: list[dict[str, Any]], count: int, error: Any, progress: Any) -> Attempt:
    lines = [_line(line) for line in said]
    return Attempt(number, at, lines, count - len(lines), error if isinstance(error, dict) else None, progress)


def last_said(step: Activation) -> datetime | None:
    """When the newest log of a step was written; while it runs that is its newest sign of life."""
    return StepLog.objects.filter(activation_id=step.pk).order_by("-at").values_list("at", flat=True).first()


def _line(line: dict[str, Any]) -> Line:
    return Line(datetime.fromtimestamp(line.get("at", 0), UTC), str(line.get("level", "")), str(line.get("text", "")))
