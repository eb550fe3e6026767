"""History is not kept for ever: old jobs become stubs, and what nobody needs any more goes.

In batches, each a short transaction of its own; rows that somebody holds are passed over.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from jobs.models import Activation, IdempotencyKey, Item, Job, NodeState, ScheduleEvent, Session, StepLog
from jobs.runtime.store import prune as store
from jobs.runtime.store.link import django_link
from jobs.states import JOB_TERMINAL
from routilux_site.lib import strict_json
from templates_app.models import Revision

BATCH = 200
#: A transaction takes away about so many steps; a job with more goes alone.
MOST_STEPS = 20_000
#: Rows that are no history: kept as long as somebody may ask what has just happened.
BOOKKEEPING = timedelta(days=7)
FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    jobs: int = 0
    sessions: int = 0
    idempotency_keys: int = 0
    revisions: int = 0
    schedule_events: int = 0


def prune(*, older_than: timedelta, statuses: Collection[str] = JOB_TERMINAL, batch: int = BATCH) -> Pruned:
    """Take away jobs that ended longer ago than that, with all that hangs on them; their stubs stay."""
    cutoff = timezone.now() - older_than
    wanted = sorted(set(statuses) & JOB_TERMINAL)
    jobs = _prune_jobs(cutoff, wanted, batch)
    return Pruned(
        jobs=jobs,
        sessions=_drop(Session.objects.filter(ended_at__lt=timezone.now() - BOOKKEEPING), batch),
        idempotency_keys=_drop(IdempotencyKey.objects.filter(created_at__lt=cutoff), batch),
        revisions=_drop(_unused_revisions(cutoff), batch),
        schedule_events=_drop(ScheduleEvent.objects.filter(at__lt=cutoff, actor=None), batch),
    )


def would_prune(*, older_than: timedelta, statuses: Collection[str] = JOB_TERMINAL) -> int:
    """How many jobs `prune` would take away now."""
    old = Job.objects.filter(status__in=statuses, finished_at__lt=timezone.now() - older_than)
    return old.exclude(parent__isnull=False, parent__finished_at=None).count()


def keep_house() -> None:
    """The django-q2 task of the daily schedule. Without ROUTILUX_RETENTION_DAYS, jobs are kept for ever."""
    days: int = settings.ROUTILUX["RETENTION_DAYS"]
    if days:
        prune(older_than=timedelta(days=days))
    else:
        _drop(Session.objects.filter(ended_at__lt=timezone.now() - BOOKKEEPING), BATCH)


def _prune_jobs(cutoff: datetime, statuses: Sequence[str], batch: int) -> int:
    total, after = 0, FIRST
    while True:
        with transaction.atomic():
            jobs = store.old_jobs(django_link(), cutoff=cutoff, statuses=statuses, after=after, limit=batch)
            if not jobs:
                return total
            fitting = _as_many_as_fit(jobs)
            total += _replace(fitting)
            after = fitting[-1]


def _as_many_as_fit(jobs: Sequence[UUID]) -> Sequence[UUID]:
    rows = Activation.objects.filter(job__in=jobs).order_by().values_list("job").annotate(models.Count("pk"))
    counts = dict(rows)
    steps = 0
    for number, job in enumerate(jobs):
        steps += counts.get(job, 0)
        if steps > MOST_STEPS:
            return jobs[: max(number, 1)]
    return jobs


def _replace(jobs: Sequence[UUID]) -> int:
    digests = _digests(jobs)
    steps = list(Activation.objects.filter(job__in=jobs).values_list("pk", flat=True))
    Item.objects.filter(source_id__in=steps).delete()
    Item.objects.filter(job__in=jobs, source_id=None).delete()
    StepLog.objects.filter(activation_id__in=steps).delete()
    for model in (Activation, NodeState):
        model.objects.filter(job__in=jobs).delete()
    _let_go(jobs)
    return store.replace_by_stubs(django_link(), jobs, digests)


def _digests(jobs: Sequence[UUID]) -> dict[UUID, str]:
    """Of the first input of each, which was posted before any other."""
    rows = Item.objects.filter(job__in=jobs, source_id=None).order_by("-id").values_list("job_id", "payload")
    return {job: strict_json.sha256(payload) for job, payload in rows}


def _let_go(jobs: Sequence[UUID]) -> None:
    """Whatever else has a key to these jobs: what belongs to them goes, what only names them forgets them."""
    for relation in Job._meta.related_objects:
        field = relation.field
        if field.model in (Activation, Item, NodeState, StepLog):
            continue
        rows = field.model._base_manager.filter(**{f"{field.name}__in": jobs})
        if field.null:
            rows.update(**{field.name: None})
        else:
            rows.delete()


def _unused_revisions(cutoff: datetime) -> models.QuerySet[Revision]:
    """Made by the overrides of a launch, and no job is pinned to them any more."""
    heads = models.Exists(Revision.objects.filter(pk=models.OuterRef("pk"), flow__head=models.OuterRef("pk")))
    return Revision.objects.filter(~heads, for_launch=True, created_at__lt=cutoff, jobs=None)


def _drop(rows: models.QuerySet[models.Model], batch: int) -> int:
    total = 0
    while True:
        with transaction.atomic():
            free = rows.order_by("pk").select_for_update(skip_locked=True, of=("self",))
            keys = list(free.values_list("pk", flat=True)[:batch])
            if not keys:
                return total
            rows.model._base_manager.filter(pk__in=keys).delete()
            total += len(keys)
