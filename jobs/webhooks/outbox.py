"""From the events of jobs to deliveries: each event once for each webhook that asked for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from jobs.models import Job, JobEvent
from jobs.models.webhook import ENDS, Outbox, Webhook, WebhookDelivery
from jobs.runtime.store import outbox as store
from jobs.runtime.store.link import django_link
from jobs.webhooks.gaps import Gap, Moment, advance

#: Events that are read at a time.
BATCH = 2000


def read_on() -> int:
    """Read the next events and write their deliveries; returns how many events there were. Somebody at it: 0."""
    with transaction.atomic():
        place = Outbox.objects.select_for_update(skip_locked=True).first()
        hooks = list(Webhook.objects.filter(enabled=True))
        if place is None or not hooks:
            return 0
        before, _, _ = store.moment(django_link())
        gaps = [Gap(*gap) for gap in place.gaps]
        events = list(_events(place.event_id, gaps))
        moment = Moment(*store.moment(django_link()))
        _write(hooks, [event for event in events if event.kind in ENDS])
        seen = [event.pk for event in events]
        place.event_id, gaps = advance(place.event_id, gaps, seen, moment=moment, known=before)
        place.gaps = [[gap.id, gap.until, gap.seen] for gap in gaps]
        place.save(update_fields=["event_id", "gaps"])
        return len(events)


def newest_event() -> int:
    return JobEvent.objects.aggregate(newest=Max("id"))["newest"] or 0


def start_from_here() -> None:
    """Nobody has listened so far: what happened until now is nobody's business."""
    Outbox.objects.update_or_create(pk=1, defaults={"event_id": newest_event(), "gaps": []})


def _events(cursor: int, gaps: Iterable[Gap]) -> Iterable[JobEvent]:
    rows = JobEvent.objects.only("id", "kind", "job_id", "at").order_by("id")
    yield from rows.filter(pk__in=[gap.id for gap in gaps])
    yield from rows.filter(pk__gt=cursor)[:BATCH]


def _write(hooks: list[Webhook], events: list[JobEvent]) -> None:
    wanted = [(hook, event) for event in events for hook in hooks if _asked(hook, event)]
    jobs = _jobs({event.job_id for _, event in wanted})
    pairs = [(hook, event, jobs[event.job_id]) for hook, event in wanted if event.job_id in jobs]
    rows = [_row(hook, event, job) for hook, event, job in pairs if hook.flow_id in (None, job.flow_id)]
    WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)


def _row(hook: Webhook, event: JobEvent, job: Job) -> WebhookDelivery:
    return WebhookDelivery(webhook=hook, event_id=event.pk, job_id=job.pk, kind=event.kind, payload=_told(job, event))


def _asked(hook: Webhook, event: JobEvent) -> bool:
    return event.kind in hook.events and event.pk > hook.after_event


def _jobs(ids: Iterable[Any]) -> dict[Any, Job]:
    rows = Job.objects.select_related("flow", "revision", "actor").only(
        "flow__name",
        "revision__number",
        "actor__username",
        "error_node",
        "error_summary",
        "created_at",
        "request_id",
    )
    return rows.in_bulk(list(ids))


def _told(job: Job, event: JobEvent) -> dict[str, Any]:
    failed = event.kind == "failed"
    return {
        "type": f"job.{event.kind}",
        "timestamp": event.at.isoformat(),
        "data": {
            "job": str(job.pk),
            "status": event.kind,
            "flow": job.flow.name,
            "revision": job.revision.number,
            "triggered_by": job.actor.get_username() if job.actor else None,
            "request_id": job.request_id,
            "created_at": job.created_at.isoformat(),
            "finished_at": event.at.isoformat(),
            "error": {"node": job.error_node, "summary": job.error_summary} if failed else None,
            "links": {"self": _link(reverse("api:job", args=[job.pk])), "page": _link(job.get_absolute_url())},
        },
    }


def _link(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"
