"""The steps of a job's page as a line of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from jobs.history.timeline import Span, timeline, told
from jobs.models import Activation, Job, StepLog
from jobs.states import StepStatus

RETRYING = StepStatus.RETRYING


def drawn(job: Job, steps: Sequence[Activation]) -> dict[str, Any]:
    """Empty without steps. One query, and only where a step had more than one attempt."""
    if not steps:
        return {}
    now = timezone.now()
    spans = spans_of(steps)
    stories = {span.id: told(span, now=now) for span in spans}
    found = timeline(spans, begin=min(job.created_at, steps[0].created_at), now=job.finished_at or now)
    return {"lanes": found.lanes, "ticks": found.ticks, "stories": stories}


def spans_of(steps: Sequence[Activation]) -> list[Span]:
    failures = _failures([step.pk for step in steps if step.attempt > 1 or step.status == RETRYING])
    return [_span(step, failures.get(step.pk, {})) for step in steps]


def _failures(steps: Sequence[int]) -> dict[int, dict[int, datetime]]:
    found: dict[int, dict[int, datetime]] = {}
    logs = StepLog.objects.filter(activation_id__in=steps, error__isnull=False) if steps else StepLog.objects.none()
    for step, attempt, at in logs.values_list("activation_id", "attempt", "at"):
        found.setdefault(step, {})[attempt] = at
    return found


def _span(step: Activation, failures: dict[int, datetime]) -> Span:
    # While it waits for a retry, the newest attempt is one of the earlier ones, too.
    last = step.attempt + (step.status == RETRYING)
    return Span(
        id=step.pk,
        node=step.node,
        status=step.status,
        created=step.created_at,
        started=step.started_at,
        finished=step.finished_at,
        attempts=step.attempt,
        deaths=step.deaths,
        due=step.due_at,
        failures=tuple(at for attempt, at in sorted(failures.items()) if attempt < last),
    )
